"""Find one object by one of its values.

The filters of list operations are looser than equality: some take a sign in front of a value that includes or excludes
it, and a blank value may filter nothing. So the rows of a list are compared with the value again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clerk_core import InvalidArgument, Unset
from clerk_core.guards import is_list
from clerk_core.requests.encoding import describe_type

_LISTS = {"email_address": "email_addresses", "phone_number": "phone_numbers"}
"""Identifiers of which a user may have several, and the attribute that holds them."""
_SEPARATORS = re.compile(r"[\s().]|(?<=.)-")


def require_one(**values: str | Unset) -> tuple[str, str]:
    """Return name and value of the one argument that is given.

    Raises:
        TypeError: none is given, or several are.
        InvalidArgument: the value is not a string, or is blank.
    """
    given = [(name, value) for name, value in values.items() if not isinstance(value, Unset)]
    if len(given) != 1:
        names = ", ".join(name for name, _ in given) or "none"
        raise TypeError(f"expected exactly one of {', '.join(values)}; got {names}")
    name, value = given[0]
    return name, require_text(name, value)


def require_text(name: str, value: object) -> str:
    """Return the value of an argument that a list is filtered by.

    Raises:
        InvalidArgument: it is not a string, or is blank.
    """
    if not isinstance(value, str):
        raise InvalidArgument(name, f"expected a string, got {describe_type(value)}")
    if not value.strip():
        raise InvalidArgument(name, "expected a value to search for, got a blank string")
    return value


def include(value: str) -> str:
    """Return the value for a filter that takes signs, so that a sign at the start of the value is part of it."""
    return f"+{value}"


def normalize_identifier(name: str, value: str) -> str:
    """Return an identifier of a user in the form that Clerk stores.

    Raises:
        InvalidArgument: a phone number consists of separators only.
    """
    if name == "external_id":
        return value
    return require_text(name, _SEPARATORS.sub("", value)) if name == "phone_number" else value.strip().lower()


def find_user(users: object, name: str, wanted: str) -> Any:
    """Return the user who has a normalized identifier, or None.

    Several users may have the same unverified address or number: a user who has verified it is preferred.
    """
    matches = [
        (_is_verified(owner), user)
        for user in (users if is_list(users) else ())
        for value, owner in _identifiers(user, name)
        if isinstance(value, str) and value.strip() and normalize_identifier(name, value) == wanted
    ]
    return max(matches, key=lambda pair: pair[0])[1] if matches else None


def _identifiers(user: object, name: str) -> Iterator[tuple[object, object]]:
    """Yield the values of an identifier of a user, each with the object that holds it."""
    if name in _LISTS:
        for owner in getattr(user, _LISTS[name], ()):
            yield getattr(owner, name, None), owner
    else:
        yield getattr(user, name, None), user


def _is_verified(owner: object) -> bool:
    return getattr(getattr(owner, "verification", None), "status", None) == "verified"
