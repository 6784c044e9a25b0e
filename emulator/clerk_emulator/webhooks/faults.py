"""Faults of deliveries, to test how receivers handle them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_emulator.contract.event_types import require_event_type
from clerk_emulator.fault_queue import FaultQueue
from clerk_emulator.storage.clock import YEARS_AHEAD

Kind = Literal["delay", "duplicate", "lose", "reorder"]
KINDS = ("delay", "duplicate", "lose", "reorder")
LONGEST_SECONDS = YEARS_AHEAD * 365 * 24 * 3600
"""The longest delay: about as far as the clock can be advanced."""


@dataclass(frozen=True)
class DeliveryFault:
    """A fault of deliveries."""

    kind: Kind
    """`lose` never sends the event. `duplicate` sends it twice, with the same `svix-id`. `delay` sends it `seconds`
    later. `reorder` sends it after the next event, or after `seconds` if none follows."""
    event: str | None = None
    """The type of the events that the fault applies to; None for all."""
    times: int | None = 1
    """The number of deliveries that the fault applies to; None for all."""
    seconds: float = 1.0
    """On the emulator's clock."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.event is not None:
            require_event_type("event", self.event)
        if self.times is not None and self.times < 1:
            raise ValueError(f"times: {self.times} is not at least 1")
        if not 0 <= self.seconds <= LONGEST_SECONDS:
            raise ValueError(f"seconds: {self.seconds} is not from 0 to {LONGEST_SECONDS}")


class DeliveryFaults(FaultQueue[DeliveryFault]):
    """The faults of the deliveries to come."""

    def add(self, kind: Kind, *, event: str | None = None, times: int | None = 1, seconds: float = 1.0) -> None:
        """Disturb the next delivery, the next of an event type, or the next `times` of them (None: all).

        `DeliveryFault` describes the parameters. Raises ValueError for an invalid fault.
        """
        self._append(DeliveryFault(kind, event, times, seconds))

    def next_for(self, event_type: str) -> DeliveryFault | None:
        """Return the fault for a delivery, or None."""
        return self._take(lambda fault: fault.event in (None, event_type))
