"""What is reported: names and types. `redaction.py` decides which words of a response may be shown."""

from __future__ import annotations

from typing import Literal, NamedTuple

from clerk_core import ClerkError

Kind = Literal[
    "missing key", "unknown key", "unknown enum value", "unknown variant", "other type", "undocumented status"
]


class Drift(NamedTuple):
    """One departure of a response from the contract. `str()` is one line."""

    operation: str
    """Method and path template, such as `GET /users/{user_id}`."""
    pointer: str
    """The JSON pointer to the place, with `*` for a key that is not shown. Of several rows, the first."""
    kind: Kind
    expected: str
    """Types such as `string or null`, the constants of an enum or a union in quotes, or the documented statuses."""
    seen: str
    """A type, `nothing`, a name in quotes, a status, or the type and length of what may be personal."""
    places: int
    """The number of places in this response that depart alike, at least one. After 10,000 departures in one array, the
    rest of it is not looked at."""

    def __str__(self) -> str:
        places = f" (in {self.places} places)" if self.places > 1 else ""
        whole = "the status" if self.kind == "undocumented status" else "the body"
        at = f"{self.operation}, {self.pointer or whole}"
        return f"{at}: {self.kind}, expected {self.expected}, seen {self.seen}{places}"


class DriftDetected(ClerkError):
    """A successful response departs from the contract; raised by clients that are `strict`."""

    def __init__(self, drifts: list[Drift]) -> None:
        super().__init__(drifts)
        self.drifts = drifts
        """The departures of the response, at least one."""

    def __str__(self) -> str:
        more = len(self.drifts) - 1
        return f"{self.drifts[0]}{f' (and {more} more)' if more else ''}"
