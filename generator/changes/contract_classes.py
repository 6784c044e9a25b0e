"""Rename the schemas of a contract to the classes that they become."""

from __future__ import annotations

from pathlib import Path

from generator.contract import operation_names, spec_folder
from generator.contract.class_names import name_models
from generator.contract.nodes import Node

_SPEC = Path(__file__).resolve().parents[2] / "spec"
_NO_EVENTS: Node = {"webhooks": {}, "components": {"schemas": {}}}


def with_classes(facts: Node) -> Node:
    """Return the contract with its schemas renamed and joined as classes.

    The events are merged with the Backend API in spec/, with which they share classes.
    """
    decided = operation_names.load(_SPEC / "names.yaml")
    if "webhooks" in facts:
        full = name_models(spec_folder.load(_SPEC / spec_folder.FILES["contract"]), facts, decided).facts
        return {**facts, "webhooks": full["webhooks"], "components": full["components"]}
    full = name_models(facts, _NO_EVENTS, decided).facts
    return {key: value for key, value in full.items() if key != "webhooks"}
