"""The times at which the user of a session last verified a first and a second factor."""

from __future__ import annotations

from typing import Literal

from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import SESSIONS

Level = Literal["first_factor", "second_factor"]

NEVER = -1
_MINUTE = 60_000


def of_session(store: Store, session: Json) -> list[int]:
    """Return the minutes since each factor was verified; `NEVER` for a factor that was not."""
    now = store.clock.now()
    times = (session["_first_factor_at"], session["_second_factor_at"])
    return [NEVER if at is None else (now - at) // _MINUTE for at in times]


def record_verified(store: Store, session: Json, *levels: Level) -> Json:
    """Set the age of factors to zero, and return the session."""
    now = store.clock.now()
    return store.update(SESSIONS, session, **{f"_{level}_at": now for level in levels})
