"""The types of Clerk's events."""

from __future__ import annotations

import functools
import json
from importlib import resources
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[3] / "spec" / "events.json"


@functools.cache
def event_types() -> frozenset[str]:
    """Return the types of events in Clerk's document, such as `user.created`."""
    packaged = resources.files("clerk_emulator").joinpath("events.json")
    text = packaged.read_text("utf-8") if packaged.is_file() else _CHECKOUT.read_text("utf-8")
    return frozenset(json.loads(text)["webhooks"])


def require_event_type(name: str, value: object) -> None:
    """Raise ValueError for an argument that is not the type of an event."""
    if not isinstance(value, str) or value not in event_types():
        raise ValueError(f"{name}: Clerk has no event {value!r}")
