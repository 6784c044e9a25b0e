"""Replace what the emulator generates at random, which depends on how often it draws a number, by stable values."""

from __future__ import annotations

import hashlib
import re
import string
from collections import Counter
from collections.abc import Collection
from typing import Any

from clerk_core.guards import is_list, is_object

_ID = re.compile(r"\b(?:(?P<clerk>[a-z][a-z_]*_)3[0-9A-Za-z]{26}|(?P<gateway>(?:acct|pi|pm)_)[0-9A-Za-z]{16,24})\b")
"""An id, which begins with the time, or one of the payment gateway."""
_TIME = "3D"
"""The beginning of ids in these years."""
_KEYS = {"clerk_trace_id", "client_id"}
"""Keys whose values are random, but have no form of their own."""
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class StableIds:
    """Gives each id another one with the same prefix, by the order in which they are met.

    Create one for each example, so that its page does not change if another example does.
    """

    def __init__(self, kept: Collection[str] = ()) -> None:
        """Create one that keeps some ids, such as those that examples name."""
        self._new = {one: one for one in kept}
        self._numbers = Counter[str]()

    def in_text(self, text: str) -> str:
        """Return a text with other ids."""
        return _ID.sub(lambda found: self._replace(found[0], found["clerk"] or "", found["gateway"] or ""), text)

    def in_value(self, value: Any) -> Any:
        """Return a JSON value with other ids."""
        if is_object(value):
            return {name: self._in_member(name, item) for name, item in value.items()}
        if is_list(value):
            return [self.in_value(item) for item in value]
        return self.in_text(value) if isinstance(value, str) else value

    def _in_member(self, name: str, value: Any) -> Any:
        if name in _KEYS and isinstance(value, str) and value and not _ID.fullmatch(value):
            return self._replace(value, "", "")
        return self.in_value(value)

    def _replace(self, generated: str, clerk: str, gateway: str) -> str:
        if generated not in self._new:
            prefix = clerk or gateway
            self._numbers[prefix] += 1
            letters = _letters(f"{prefix} {self._numbers[prefix]}")
            start = f"{clerk}{_TIME}" if clerk else gateway
            self._new[generated] = start + letters[: len(generated) - len(start)]
        return self._new[generated]


def _letters(seed: str) -> str:
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(_BASE62[byte % len(_BASE62)] for byte in digest)
