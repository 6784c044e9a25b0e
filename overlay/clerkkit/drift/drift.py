"""`Drift`, the record of one difference, and `DriftDetected`."""

from __future__ import annotations

from typing import Literal, NamedTuple

from clerk_core import ClerkError

DriftKind = Literal[
    "missing key", "unknown key", "unknown enum value", "unknown variant", "other type", "undocumented status"
]


class Drift(NamedTuple):
    """One difference between a response and the contract. `str()` is one line without values of the response."""

    operation: str
    """Method and path template, such as `GET /users/{user_id}`."""
    pointer: str
    """The JSON pointer to the place, with `*` for a redacted key. For several rows, the place in the first of them."""
    kind: DriftKind
    """What differs."""
    expected: str
    """Types such as `string or null`, the constants of an enum or union in quotes, or the documented statuses."""
    seen: str
    """A type, `nothing`, a name in quotes, a status, or the type and length of a value that may be personal."""
    places: int
    """The number of places in this response with the same difference, at least one. After 10,000 differences in one
    array, the rest of it is skipped."""

    def __str__(self) -> str:
        places = f" (in {self.places} places)" if self.places > 1 else ""
        whole = "the status" if self.kind == "undocumented status" else "the body"
        at = f"{self.operation}, {self.pointer or whole}"
        return f"{at}: {self.kind}, expected {self.expected}, seen {self.seen}{places}"


class DriftDetected(ClerkError):
    """A successful response differs from the contract. Raised by clients with `strict=True`."""

    def __init__(self, drifts: list[Drift]) -> None:
        super().__init__(drifts)
        self.drifts = drifts
        """The differences, at least one."""

    def __str__(self) -> str:
        more = len(self.drifts) - 1
        return f"{self.drifts[0]}{f' (and {more} more)' if more else ''}"
