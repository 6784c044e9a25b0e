"""What must not get into logs: which values are secret, told by their keys, and what in a link is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_KEY = re.compile(
    r"(^|_)(api_key|cookies|jwt|password|password_digest|secret|secret_key|signing_key|token|"
    r"(?<!country_)(?<!decline_)codes?)$"
)
_BESIDE = {
    "kty": {"d", "dp", "dq", "k", "oth", "p", "q", "qi"},  # the private part of a JWK: RFC 7518, section 6
    "to_email_address": {"body", "body_plain", "subject"},  # a mail or a message has its code or link in the text
    "to_phone_number": {"message"},
}
"""Key -> those that are secret in an object which has it."""

_ERROR = {"decline_code", "message"}
"""Beside one of these, `code` tells what went wrong, and lets nobody in."""

_IN_LINK = re.compile(r"(?<=://)[^\s/?#@]+(?=@)|(?<=[?#])[^\s\"'<>]+|(?<=[^/]/)[\w.~%=-]{32,}")
"""User and password, query and fragment, and steps of the path that are long enough for a token."""


def is_secret(key: str, beside: Mapping[str, Any]) -> bool:
    """Whether `key` of the object `beside` names a secret."""
    if key == "code" and not _ERROR.isdisjoint(beside):
        return False
    return bool(_KEY.search(key)) or any(key in keys for mark, keys in _BESIDE.items() if mark in beside)


def without_secrets(text: str) -> str:
    """The text, with `...` for what may let somebody in where it holds a link."""
    return _IN_LINK.sub("...", text) if "://" in text else text
