"""Small rules for values, which the contract does not say. Each returns the value as Clerk keeps it, or raises."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.errors import Json, Refusal

METADATA_LIMIT = 8 * 1024
"""Bytes of JSON that each metadata of a resource may have."""

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEY = re.compile(r"[a-z0-9_]+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


def email(name: str, value: str) -> str:
    """An email address, in lower case."""
    value = value.strip().lower()
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise errors.malformed(name, "an email address")
    return value


def phone(name: str, value: str) -> str:
    """A phone number in E.164 form, without the spaces and signs that people write in between."""
    value = re.sub(r"[\s().-]", "", value)
    if not _PHONE.fullmatch(value):
        raise errors.malformed(name, "a phone number in E.164 form, such as +15555550100")
    return value


def username(name: str, value: str) -> str:
    """A user's name, in lower case: 4 to 64 characters."""
    value = value.strip().lower()
    if not 4 <= len(value) <= 64:
        raise Refusal(
            422,
            "form_username_invalid_length",
            "has the wrong length",
            f"{name} must have 4 to 64 characters.",
            param_name=name,
        )
    if _PHONE.fullmatch(value):
        code, why = "form_username_cannot_be_phone_number", "must not be a phone number"
    elif value.isdigit():
        code, why = "form_username_needs_non_number_char", "must not consist of digits alone"
    elif not re.fullmatch(r"[a-z0-9_-]+", value):
        code, why = "form_username_invalid_character", "may have letters, digits, '_' and '-'"
    else:
        return value
    raise Refusal(422, code, "is invalid", f"{name} {why}.", param_name=name)


def locale(name: str, value: str) -> str:
    """A language tag (BCP 47), such as en-GB."""
    if not _LOCALE.fullmatch(value):
        raise errors.malformed(name, "a language tag such as en-GB")
    return value


def slug(name: str, value: str) -> str:
    """Lower-case letters, digits and dashes."""
    if not _SLUG.fullmatch(value):
        raise errors.malformed(name, "made of lower-case letters, digits and single dashes")
    return value


def key(name: str, value: str, prefix: str) -> str:
    """A key such as `org:admin`: the prefix, then lower-case letters, digits and underscores."""
    if not (value.startswith(prefix) and _KEY.fullmatch(value.removeprefix(prefix))):
        raise errors.malformed(name, f"{prefix} followed by lower-case letters, digits and underscores")
    return value


def host(name: str, value: str) -> str:
    """The name of a host, in lower case."""
    if len(value) > 253 or not _HOST.fullmatch(value):
        raise errors.malformed(name, "a domain such as example.com")
    return value.lower()


def url(name: str, value: str, schemes: Collection[str] = ("https", "http")) -> str:
    """A URL with one of the schemes; any scheme where `schemes` is empty."""
    try:
        parts = urlsplit(value)
        valid = bool(parts.scheme and (parts.netloc or not schemes)) and (not schemes or parts.scheme in schemes)
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s\x00-\x1f]", value):
        raise errors.malformed(name, "a URL")
    return value


def time(name: str, value: str) -> int:
    """A moment in RFC 3339 form, as milliseconds since 1970."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        if moment.tzinfo is None or "T" not in value.upper():
            raise ValueError(value)  # noqa: TRY301 - one way to fail
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        message = f"{name} must be a time in RFC 3339 form, such as 2026-05-12T09:30:00Z."
        raise Refusal(422, "form_param_invalid_time", "is invalid", message, param_name=name) from None


def past_time(name: str, value: str, now: int) -> int:
    """A moment in RFC 3339 form that is over, as milliseconds since 1970."""
    moment = time(name, value)
    if moment > now:
        message = f"{name} must not be in the future."
        raise Refusal(422, "form_disallow_future_date", "is in the future", message, param_name=name)
    return moment


def metadata_not_object(name: str) -> Refusal:
    """Return the error for metadata that is not an object."""
    return errors.invalid(name, "must be an object")


def metadata(name: str, value: Any) -> Any:
    """Metadata: an object of up to 8 KB."""
    if not errors.is_object(value):
        raise metadata_not_object(name)
    if len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()) > METADATA_LIMIT:
        message = f"{name} must not have more than {METADATA_LIMIT} bytes."
        raise Refusal(422, "form_param_exceeds_allowed_size", "is too large", message, param_name=name)
    return value


def merged(old: Json | None, changes: Json) -> Json:
    """Metadata with changes: objects are merged at every level, null takes a key away, all else is replaced."""
    result = dict(old or {})
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif errors.is_object(value):
            before = result.get(name)
            result[name] = merged(before if errors.is_object(before) else {}, value)
        else:
            result[name] = value
    return result


def metadata_merged(row: Json, body: Json, names: Sequence[str]) -> Json:
    """The metadata of a resource, with what a body merges into it: those of the names that the body has."""
    return {name: metadata(name, merged(row[name], body[name])) for name in names if name in body}


def metadata_replaced(body: Json, names: Sequence[str], nullable: Collection[str] = ()) -> Json:
    """Return the metadata with which a body replaces a resource's, for those `names` that the body has.

    Null clears: it is kept for `nullable` names and becomes an empty object for others.
    """
    given = {name: body[name] for name in names if name in body}
    empty: Json = {name: None if name in nullable else {} for name, value in given.items() if value is None}
    return {name: metadata(name, value) for name, value in given.items() if value is not None} | empty


def lengths_match(name: str, values: list[Any], other: str, others: list[Any]) -> None:
    """Raises where two lists that belong together differ in length."""
    if others and len(values) != len(others):
        message = f"{other} must have as many values as {name}."
        raise Refusal(422, "form_param_array_length_mismatch", "has the wrong length", message, param_name=other)
