"""Rules for new passwords, which the settings of the instance have."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection

from clerk_emulator.errors import ClerkAPIError, combine
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import INSTANCE, PASSWORDS
from clerk_emulator.storage.store import Store

SPECIAL_CHARACTERS = string.punctuation

_MAX_BYTES = 72
"""What bcrypt reads of a password."""
_LEAKED = frozenset(
    {"password", "password1", "password123", "12345678", "123456789", "1234567890", "qwertyuiop", "iloveyou"}
)
"""A stand-in for the list of leaked passwords, which needs a network."""
_REQUIRED: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    ("lowercase", "no_lowercase", "a lower-case letter", str.islower),
    ("uppercase", "no_uppercase", "an upper-case letter", str.isupper),
    ("numbers", "no_number", "a digit", str.isdigit),
    ("special_char", "no_special_char", "a special character", SPECIAL_CHARACTERS.__contains__),
)


def validate(store: Store, password: str, identifiers: Collection[str], *, name: str = "password") -> None:
    """Raise Clerk's errors, all in one, for a password that the instance does not allow.

    `identifiers` are those of the user, `name` is the parameter's name in the errors.
    """
    found = [
        ClerkAPIError(422, f"form_password_{code}", why, f"The password {why}.", param_name=name)
        for code, why in _violations(PASSWORDS.read(store), password)
    ]
    if is_leaked(store, password):
        found.append(pwned(name))
    if password.lower() in identifiers:
        why = "must not be an identifier of the user"
        found.append(
            ClerkAPIError(422, "form_password_matches_identifier", why, f"The password {why}.", param_name=name)
        )
    if found:
        raise combine(found)


def is_leaked(store: Store, password: str) -> bool:
    """Return whether a password is known to have leaked, and the instance rejects those."""
    return bool(INSTANCE.value(store, "hibp")) and password.lower() in _LEAKED


def pwned(name: str = "password") -> ClerkAPIError:
    """Return the error for a password that has leaked."""
    why = "has been leaked; choose another"
    return ClerkAPIError(422, "form_password_pwned", why, f"The password {why}.", param_name=name)


def _violations(rules: Json, password: str) -> list[tuple[str, str]]:
    """Return the code and the reason for each rule that a password breaks."""
    shortest, longest = rules["min_length"], rules["max_length"]
    is_long, size = len(password) > longest, len(password.encode())
    broken = [
        (len(password) < shortest, "length_too_short", f"must have {shortest} or more characters"),
        (is_long, "length_too_long", f"must not have more than {longest} characters"),
        (size > _MAX_BYTES and not is_long, "size_in_bytes_exceeded", f"must not have more than {_MAX_BYTES} bytes"),
        *(
            (rules[f"require_{rule}"] and not any(map(fits, password)), code, f"must have {what}")
            for rule, code, what, fits in _REQUIRED
        ),
    ]
    return [(code, why) for is_broken, code, why in broken if is_broken]
