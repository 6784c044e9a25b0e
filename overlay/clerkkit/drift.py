"""Drift: where an answer departs from the contract. Reported or raised on request; off, nothing of it is loaded.

What is reported are names and types. Names are those of the contract, or words of the answer that are plainly names;
`drift_words.py` says which. A value that may be personal is shown by its type and length.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from clerk_core import ClerkError, InvalidArgument, Request, Response

Kind = Literal["missing key", "unknown key", "unknown enum value", "unknown variant", "other type"]


class Drift(NamedTuple):
    """One departure of an answer from the contract. `str()` is one line."""

    operation: str
    """Method and path template, such as `GET /users/{user_id}`."""
    pointer: str
    """The JSON pointer to where it is; `*` stands for a key that is data. Of many places, such as rows, the first."""
    kind: Kind
    expected: str
    """Types such as `string or null`, or the constants of an enum or a union, in quotes."""
    seen: str
    """A type, `nothing`, a name in quotes, or the type and length of what may be personal."""
    places: int
    """How many places of this answer depart alike, at least one."""

    def __str__(self) -> str:
        places = f" (in {self.places} places)" if self.places > 1 else ""
        at = f"{self.operation}, {self.pointer or 'the body'}"
        return f"{at}: {self.kind}, expected {self.expected}, seen {self.seen}{places}"


class DriftDetected(ClerkError):
    """An answer departs from the contract; raised by clients that are `strict`."""

    def __init__(self, drifts: list[Drift]) -> None:
        super().__init__(drifts)
        self.drifts = drifts
        """All departures of the answer, at least one."""

    def __str__(self) -> str:
        more = len(self.drifts) - 1
        return f"{self.drifts[0]}{f' (and {more} more)' if more else ''}"


class Watch:
    """Looks at each answer before it is read, and tells what it finds."""

    def __init__(self, on_drift: Callable[[list[Drift]], object] | None, *, strict: bool) -> None:
        self._on_drift = on_drift
        self._strict = strict

    def look(self, request: Request[Any], response: Response) -> None:
        """Tell of an answer's drifts, if it has any.

        Raises:
            DriftDetected: it has, and the client is strict. What the callback raises comes out as it is.
        """
        from clerkkit.drift_report import drifts_of

        drifts = drifts_of(request.operation, response.status_code, response.content)
        if not drifts:
            return
        if self._on_drift is not None:
            self._on_drift(drifts)
        if self._strict:
            raise DriftDetected(drifts)


def watch(on_drift: Callable[[list[Drift]], object] | None, strict: bool) -> Watch | None:
    """What looks at the answers of a client; None where nobody wants to know.

    Raises:
        InvalidArgument: `on_drift` is no plain function, or `strict` no bool.
    """
    if not isinstance(strict, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not check types
        raise InvalidArgument("strict", f"expected True or False, got {type(strict).__name__}")
    if on_drift is not None and (not callable(on_drift) or inspect.iscoroutinefunction(on_drift)):
        found = "an async one" if callable(on_drift) else type(on_drift).__name__
        raise InvalidArgument("on_drift", f"expected a plain function that takes a list of drifts, got {found}")
    return None if on_drift is None and not strict else Watch(on_drift, strict=strict)
