"""Find one object by a value that it has.

The filters of lists are looser than equality: a sign in front of some values includes or excludes, and a blank value
may filter nothing. So the rows of a list are compared with the value again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clerk_core import InvalidArgument, Unset
from clerk_core.encoding import found
from clerk_core.guards import is_list

_LISTS = {"email_address": "email_addresses", "phone_number": "phone_numbers"}
"""Identifiers of which a user may have several, and the attribute that holds them."""
_SEPARATORS = re.compile(r"[\s().]|(?<=.)-")


def only_one(**values: str | Unset) -> tuple[str, str]:
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
    return name, not_blank(name, value)


def not_blank(name: str, value: object) -> str:
    """Return the value of an argument that a list is filtered by.

    Raises:
        InvalidArgument: it is not a string, or is blank.
    """
    if not isinstance(value, str):
        raise InvalidArgument(name, f"expected a string, got {found(value)}")
    if not value.strip():
        raise InvalidArgument(name, "expected a value to search for, got a blank string")
    return value


def including(value: str) -> str:
    """Return a value for a filter that takes signs, in which a sign of the value's own does not count."""
    return f"+{value}"


def normalized(name: str, value: str) -> str:
    """Return an identifier of a user in the form in which Clerk keeps it.

    Raises:
        InvalidArgument: nothing is left of it.
    """
    if name == "external_id":
        return value
    return not_blank(name, _SEPARATORS.sub("", value)) if name == "phone_number" else value.strip().lower()


def holder(users: object, name: str, wanted: str) -> Any:
    """Return the user who has the normalized identifier, or None.

    Several users may have an address or number that is not verified: one who has verified it goes before them.
    """
    holders = [
        (_is_verified(kept), user)
        for user in (users if is_list(users) else ())
        for value, kept in _identifiers(user, name)
        if isinstance(value, str) and value.strip() and normalized(name, value) == wanted
    ]
    return max(holders, key=lambda pair: pair[0])[1] if holders else None


def _identifiers(user: object, name: str) -> Iterator[tuple[object, object]]:
    """The values that a user has of an identifier, each with the object that holds it."""
    if name in _LISTS:
        for kept in getattr(user, _LISTS[name], ()):
            yield getattr(kept, name, None), kept
    else:
        yield getattr(user, name, None), user


def _is_verified(kept: object) -> bool:
    return getattr(getattr(kept, "verification", None), "status", None) == "verified"
