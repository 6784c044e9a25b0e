"""The emulator that runs the examples, with users, organizations and more, whose ids are easy to read."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from clerk_emulator import Emulator
from clerkkit import Clerk
from tools.reference.operations.example_data import populate

CREATED_AT = datetime.datetime(2026, 5, 12, 9, tzinfo=datetime.UTC)
NOW = datetime.datetime(2026, 5, 12, 12, tzinfo=datetime.UTC)
"""When the examples run. Ids begin with the time, so that those of the examples differ from those of the data."""
REAL_TIME = "clerk_emulator.storage.clock._real_time"
"""The name of the function from which the emulator's clock gets the time."""


class World(Emulator):
    """An emulator that each example finds the same: its data, its time, and the ids and secrets that it generates."""

    def __init__(self) -> None:
        keys = {"keys": {"instance_id": "ins_3DaSg4kMnPqRsTuVwXyZ2b5c7d9"}}
        super().__init__(seed=keys, random_seed="reference", validate_responses=True, observer=self._observe)
        self.responses: list[tuple[str, int, Any]] = []
        """The id of the operation, the status and the body of each response."""
        self.things: dict[str, str] = {}
        """What the examples refer to by id, with a description."""
        self.variables: dict[str, tuple[str, str]] = {}
        """Generated values, such as tokens, by the name of the variable in examples, each with a description."""
        self._first_event = 0

    def _observe(self, operation_id: str, status: int, body: Any) -> None:
        self.responses.append((operation_id, status, body))

    def expect(self, thing_id: str, description: str, *, prefix: str = "") -> None:
        """Give the next resource with this prefix, by default the text before the first `_`, an id."""
        self.clock.advance(1)  # so that lists have an order
        self._state.ids.expect(prefix or thing_id.partition("_")[0], thing_id)
        self.things[thing_id] = description

    def name(self, variable: str, value: str, description: str) -> None:
        """Let examples use a value as a variable."""
        self.variables[variable] = (value, description)

    def restart(self) -> None:
        """Restore the data of the examples."""
        self.reset()
        self._state.ids.hex()  # so that generated secrets differ from those of the data
        self.responses.clear()

    def save(self) -> None:
        """Make the current state the one that `restart` restores."""
        self._state.store.save_snapshot()
        self._first_event = len(self.events)

    @property
    def new_events(self) -> list[str]:
        """The types of the events since the restart."""
        return [event["type"] for event in self.events[self._first_event :]]


@contextmanager
def populated_world() -> Generator[World]:
    """Run an emulator with the data of the examples, whose real time stands still."""
    # Its clock cannot be frozen before it starts, and the roles that it begins with have ids that contain the time.
    with mock.patch(REAL_TIME) as real_time:
        real_time.return_value = milliseconds(CREATED_AT)
        with World() as world, Clerk(world.secret_key, base_url=world.url, max_retries=0) as clerk:
            populate(world, clerk)
            world.save()
            real_time.return_value = milliseconds(NOW)
            yield world


def milliseconds(at: datetime.datetime) -> int:
    """Return a time as Unix milliseconds."""
    return int(at.timestamp() * 1000)
