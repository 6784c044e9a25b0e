"""A contract as callers see it: its schemas are the classes that they become."""

from __future__ import annotations

from pathlib import Path

from generator.code import naming
from generator.code.model_names import name_models
from generator.contract import recording
from generator.contract.normalise import Node

_SPEC = Path(__file__).resolve().parents[2] / "spec"
_NO_EVENTS: Node = {"webhooks": {}, "components": {"schemas": {}}}


def with_classes(facts: Node) -> Node:
    """The contract with its schemas called, and joined, as their classes.

    Events share classes with the Backend API: with the one in spec/.
    """
    decided = naming.load(_SPEC / "names.yaml")
    if "webhooks" in facts:
        full = name_models(recording.load(_SPEC / recording.FILES["contract"]), facts, decided).facts
        return {**facts, "webhooks": full["webhooks"], "components": full["components"]}
    full = name_models(facts, _NO_EVENTS, decided).facts
    return {key: value for key, value in full.items() if key != "webhooks"}
