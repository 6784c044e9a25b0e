"""A queue of faults that tests inject."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Generic, Protocol, TypeVar


class _CountedFault(Protocol):
    """A dataclass of a fault that applies a number of times, or always if `times` is None."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    @property
    def times(self) -> int | None: ...


F = TypeVar("F", bound=_CountedFault)


class FaultQueue(Generic[F]):
    """The queue of faults, the oldest first. Can be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[F] = []

    @property
    def waiting(self) -> list[F]:
        """The faults that still apply, the oldest first."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def _append(self, fault: F) -> None:
        with self._lock:
            self._waiting.append(fault)

    def _take(self, applies: Callable[[F], bool]) -> F | None:
        """Return the oldest fault that applies, and count it; None if none does."""
        if not self._waiting:
            return None
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if applies(fault):
                    if fault.times is not None:
                        left = [dataclasses.replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                        self._waiting[index : index + 1] = left
                    return fault
        return None
