"""Validate formats that the contract does not describe. Each function returns the normalized value, or raises."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json

_HOST_PATTERN = r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@{_HOST_PATTERN}")
"""Atoms separated by single dots (RFC 5322), without quoted local parts, at a host name."""
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEY = re.compile(r"[a-z0-9_]+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOST = re.compile(_HOST_PATTERN)


def email(name: str, value: str) -> str:
    """Return an email address in lower case."""
    value = value.strip().lower()
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise errors.malformed(name, "an email address")
    return value


def phone(name: str, value: str) -> str:
    """Return a phone number in E.164 format, without spaces and punctuation."""
    value = re.sub(r"[\s().-]", "", value)
    if not _PHONE.fullmatch(value):
        raise errors.malformed(name, "a phone number in E.164 format, such as +15555550100")
    return value


def username(name: str, value: str) -> str:
    """Return a username in lower case: 4 to 64 characters."""
    value = value.strip().lower()
    if not 4 <= len(value) <= 64:
        raise ClerkAPIError(
            422,
            "form_username_invalid_length",
            "has the wrong length",
            f"{name} must have 4 to 64 characters.",
            param_name=name,
        )
    if _PHONE.fullmatch(value):
        code, why = "form_username_cannot_be_phone_number", "must not be a phone number"
    elif value.isdigit():
        code, why = "form_username_needs_non_number_char", "must not consist of digits only"
    elif not re.fullmatch(r"[a-z0-9_-]+", value):
        code, why = "form_username_invalid_character", "may only have letters, digits, '_' and '-'"
    else:
        return value
    raise ClerkAPIError(422, code, "is invalid", f"{name} {why}.", param_name=name)


def locale(name: str, value: str) -> str:
    """Return a language tag (BCP 47), such as en-GB."""
    if not _LOCALE.fullmatch(value):
        raise errors.malformed(name, "a language tag such as en-GB")
    return value


def slug(name: str, value: str) -> str:
    """Return a slug: lower-case letters, digits and single dashes."""
    if not _SLUG.fullmatch(value):
        raise errors.malformed(name, "made of lower-case letters, digits and single dashes")
    return value


def key(name: str, value: str, prefix: str) -> str:
    """Return a key such as `org:admin`: the prefix, then lower-case letters, digits and underscores."""
    if not (value.startswith(prefix) and _KEY.fullmatch(value.removeprefix(prefix))):
        raise errors.malformed(name, f"{prefix} followed by lower-case letters, digits and underscores")
    return value


def host(name: str, value: str) -> str:
    """Return a host name in lower case."""
    if len(value) > 253 or not _HOST.fullmatch(value):
        raise errors.malformed(name, "a domain such as example.com")
    return value.lower()


def url(name: str, value: str, schemes: Collection[str] = ("https", "http")) -> str:
    """Return a URL with one of the schemes; any scheme if `schemes` is empty."""
    try:
        parts = urlsplit(value)
        valid = bool(parts.scheme and (parts.netloc or not schemes)) and (not schemes or parts.scheme in schemes)
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s\x00-\x1f]", value):
        raise errors.malformed(name, "a URL")
    return value


def time(name: str, value: str) -> int:
    """Return an RFC 3339 time in milliseconds since 1970."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        if moment.tzinfo is None or "T" not in value.upper():
            raise ValueError(value)  # noqa: TRY301 - one way to fail
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        message = f"{name} must be a time in RFC 3339 format, such as 2026-05-12T09:30:00Z."
        raise ClerkAPIError(422, "form_param_invalid_time", "is invalid", message, param_name=name) from None


def past_time(name: str, value: str, now: int) -> int:
    """Return an RFC 3339 time that is not in the future, in milliseconds since 1970."""
    moment = time(name, value)
    if moment > now:
        message = f"{name} must not be in the future."
        raise ClerkAPIError(422, "form_disallow_future_date", "is in the future", message, param_name=name)
    return moment


def require_same_length(name: str, values: list[Any], other: str, others: list[Any]) -> None:
    """Raise Clerk's error if two lists that belong together have different lengths."""
    if others and len(values) != len(others):
        message = f"{other} must have as many values as {name}."
        raise ClerkAPIError(422, "form_param_array_length_mismatch", "has the wrong length", message, param_name=other)


def either_name(body: Json, name: str, former_name: str, prefix: str = "") -> Any:
    """Return the value of a parameter that has two names, or None. `prefix` precedes the names in errors.

    Raises Clerk's error if both were sent with different values.
    """
    values = [body[one] for one in (name, former_name) if body.get(one) is not None]
    if len(values) > 1 and values[0] != values[1]:
        message = f"{prefix}{name} and {prefix}{former_name} must have the same value if both are sent."
        raise ClerkAPIError(422, "form_param_value_conflict", "conflicts", message, param_name=prefix + name)
    return values[0] if values else None
