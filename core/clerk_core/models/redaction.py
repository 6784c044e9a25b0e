"""Redaction: recognise secret values by their keys, and the secret parts of links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_KEY = re.compile(
    r"(^|_)(api_key|cookies|jwt|password|password_digest|secret|secret_key|signing_key|token|"
    r"(?<!country_)(?<!decline_)codes?)$"
)
_WITH_KEY = {
    "kty": {"d", "dp", "dq", "k", "oth", "p", "q", "qi"},  # the private part of a JWK: RFC 7518, section 6
    "to_email_address": {"body", "body_plain", "subject"},  # the text contains a code or a link
    "to_phone_number": {"message"},
}
"""Key -> the keys that are secret in an object that has it."""

_ERROR_KEYS = {"decline_code", "message"}
"""In an object with one of these keys, `code` is an error code rather than a secret."""

_IN_LINK = re.compile(r"(?<=://)[^\s/?#@]+(?=@)|(?<=[?#])[^\s\"'<>]+|(?<=[^/]/)[\w.~%=-]{32,}")
"""User and password, query and fragment, and path segments that are long enough to be tokens."""


def is_secret(key: str, members: Mapping[str, Any]) -> bool:
    """Return whether the value of `key` is secret in an object with these members."""
    if key == "code" and not _ERROR_KEYS.isdisjoint(members):
        return False
    return bool(_KEY.search(key)) or any(key in keys for mark, keys in _WITH_KEY.items() if mark in members)


def redact_links(text: str) -> str:
    """Return the text with `...` in place of the secret parts of links."""
    return _IN_LINK.sub("...", text) if "://" in text else text
