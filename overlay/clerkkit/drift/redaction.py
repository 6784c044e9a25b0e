"""Redaction: drifts contain types, and only those words that the contract itself uses.

A new key or constant is shown if each of its parts is a word of the contract: `created_by_agent` is, because of
`created_at`, `sent_by` and `agent_task`. Everything else (ids, tokens, names, passwords) is replaced by its type and
length, even if it looks like an identifier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from typing import Any

from clerk_core.names import split_words

_NAME = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_MAX_LENGTH = 64


class Vocabulary:
    """The words of the contract."""

    def __init__(self, known: Set[str]) -> None:
        self._words = known

    def is_public(self, text: str) -> bool:
        """Return whether a text consists of words of the contract only."""
        if len(text) > _MAX_LENGTH or not _NAME.fullmatch(text):
            return False
        return text in self._words or all(len(word) > 1 and word in self._words for word in split_words(text))

    def describe(self, value: Any) -> str:
        """Describe a value that was found in place of a constant."""
        if isinstance(value, bool):
            return json.dumps(value)
        if not isinstance(value, str):
            return json_type(value)
        return f'"{value}"' if self.is_public(value) else f"string of {len(value)} characters"


def json_type(value: Any) -> str:
    """Return the JSON type of a parsed value; `2.0` is an integer, because JSON does not distinguish them."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
