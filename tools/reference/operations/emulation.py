"""What the local Clerk does with an operation."""

from __future__ import annotations

import functools
from pathlib import Path

import yaml

from clerk_emulator.operations.registry import HANDLERS
from tools.reference.operations.catalog import Operation

_NOTES = Path(__file__).with_name("emulation_notes.yaml")


def render(operation: Operation) -> str:
    """Return how the emulator treats an operation."""
    handler = HANDLERS.get(operation.id)
    if handler is None:
        return (
            "The [local Clerk](../../../emulator.md) has no rules for this operation: it stores what is sent, and "
            "returns it in the form of the contract."
        )
    blocks = [
        "The [local Clerk](../../../emulator.md) has this operation, with Clerk's rules. "
        "[Its coverage](../../../emulator-coverage.md) lists the statuses and events that its tests observed."
    ]
    if handler.allows_machines:
        blocks.append("The secret key of a machine is accepted too.")
    if text := notes().get(operation.id):
        blocks.append(text)
    return "\n\n".join(blocks)


@functools.cache
def notes() -> dict[str, str]:
    """Return what differs from Clerk, by operation id."""
    found: dict[str, str] = {}
    for entry in yaml.safe_load(_NOTES.read_text(encoding="utf-8")):
        for operation_id in entry["operations"]:
            found[operation_id] = " ".join(filter(None, (found.get(operation_id), entry["note"])))
    return found
