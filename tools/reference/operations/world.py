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

_CREATED_AT = datetime.datetime(2026, 5, 11, 9, tzinfo=datetime.UTC)
_NOW = datetime.datetime(2026, 5, 12, 12, tzinfo=datetime.UTC)
"""When the examples run. Ids begin with the time, so that those of the examples differ from those of the data."""


class World(Emulator):
    """An emulator that each example finds the same: its data, its time, and the ids and secrets that it generates."""

    def __init__(self) -> None:
        keys = {"keys": {"instance_id": "ins_reference"}}
        # The ids of the resources that an emulator begins with, such as roles, contain the time too.
        with mock.patch("clerk_emulator.storage.clock._real_time", return_value=int(_CREATED_AT.timestamp() * 1000)):
            super().__init__(seed=keys, random_seed="reference", validate_responses=True, observer=self._observe)
        self.responses: list[tuple[str, int, Any]] = []
        """The id of the operation, the status and the body of each response."""
        self.things: dict[str, str] = {}
        """What the examples refer to by id, with a description."""
        self.variables: dict[str, tuple[str, str]] = {}
        """Values that no id stands for, such as tokens, by the name of their variable, with a description."""
        self._first_event = 0

    def _observe(self, operation_id: str, status: int, body: Any) -> None:
        self.responses.append((operation_id, status, body))

    def expect(self, thing_id: str, description: str = "") -> None:
        """Give the next resource with this prefix an id. With a description it is listed among the data."""
        self._state.ids.expect(thing_id.partition("_")[0], thing_id)
        if description:
            self.things[thing_id] = description

    @contextmanager
    def populated(self) -> Generator[World]:
        """Run the emulator with the data of the examples."""
        with self, Clerk(self.secret_key, base_url=self.url, max_retries=0) as clerk:
            self.clock.freeze(_CREATED_AT)
            populate(self, clerk)
            self._state.store.save_snapshot()
            yield self

    def restart(self) -> None:
        """Restore the data of the examples."""
        self.reset()
        self.clock.freeze(_NOW)
        self._state.ids.forget_expected()
        self._state.ids.hex()  # so that generated secrets differ from those of the data
        self.responses.clear()
        self._first_event = len(self.events)

    @property
    def new_events(self) -> list[str]:
        """The types of the events since the restart."""
        return [event["type"] for event in self.events[self._first_event :]]
