"""What `spec/docs.yaml` has words for: an operation or schema without any gets a plain line made from its name."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import yaml

from generator.contract import load
from generator.normalise import Node

_SPEAKS = re.compile("Paginated.*|.*Request|Error|ErrorResponse")
"""Schemas that need no words of their own: pages, bodies of requests, errors."""


@attrs.frozen
class Words:
    """What is to be written by hand: ids of operations and names of schemas, sorted."""

    wanted: list[str]
    gone: list[str]

    def __str__(self) -> str:
        said = [f"has no words for {', '.join(self.wanted)}"] if self.wanted else []
        said += [f"describes what is gone: {', '.join(self.gone)}"] if self.gone else []
        return f"spec/docs.yaml {'; '.join(said)}" if said else ""


def check(spec: Path) -> Words:
    """Hold `docs.yaml` against `contract.json` and `events.json`."""
    contract, events = load(spec / "contract.json"), load(spec / "events.json")
    docs: Node = yaml.safe_load((spec / "docs.yaml").read_text(encoding="utf-8")) or {}
    operations = {operation["operationId"] for item in contract["paths"].values() for operation in item.values()}
    schemas = set(contract["components"]["schemas"]) | set(events["components"]["schemas"])
    described = set(docs.get("operations", {})), set(docs.get("schemas", {}))
    wanted = (operations - described[0]) | {name for name in schemas - described[1] if not _SPEAKS.fullmatch(name)}
    return Words(wanted=sorted(wanted), gone=sorted((described[0] - operations) | (described[1] - schemas)))
