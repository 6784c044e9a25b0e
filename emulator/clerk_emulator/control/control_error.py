"""The error responses of the control API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json


class ControlError(Exception):
    """An error response of the control API, with one entry for each problem: its code, message and field."""

    def __init__(
        self, status: int, *entries: tuple[str, str, str | None], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, entries)
        self.status = status
        self.entries = entries
        self.headers = headers or {}

    @property
    def body(self) -> Json:
        """The response body."""
        return {"errors": [{"code": code, "message": message, "field": field} for code, message, field in self.entries]}


def from_clerk_error(error: ClerkAPIError, parameters: Mapping[str, Any] | None = None) -> ControlError:
    """Return an error of Clerk's API as the control API reports it.

    Clerk's error for a missing resource does not name a parameter. Then it is the one with the id that the error names.
    """
    entries: list[tuple[str, str, str | None]] = []
    for one in error.errors:
        words = one["long_message"].rstrip(".").split()
        named = [name for name, value in (parameters or {}).items() if value in words]
        entries.append((one["code"], one["long_message"], one["meta"].get("param_name", named[0] if named else None)))
    return ControlError(error.status, *entries)
