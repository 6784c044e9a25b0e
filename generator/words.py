"""Which operations `spec/docs.yaml` has words for: one without gets a plain line made from its name."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import yaml

from generator.normalise import Node


@attrs.frozen
class Words:
    """What is to be written by hand; operations by their ids, sorted."""

    wanted: list[str]
    gone: list[str]

    def __str__(self) -> str:
        said = [f"has no words for {', '.join(self.wanted)}"] if self.wanted else []
        said += [f"describes what is gone: {', '.join(self.gone)}"] if self.gone else []
        return f"spec/docs.yaml {'; '.join(said)}" if said else ""


def check(spec: Path) -> Words:
    """Hold `docs.yaml` against `contract.json`."""
    contract: Node = json.loads((spec / "contract.json").read_text(encoding="utf-8"))
    docs: Node = yaml.safe_load((spec / "docs.yaml").read_text(encoding="utf-8")) or {}
    there = {operation["operationId"] for item in contract["paths"].values() for operation in item.values()}
    described = set(docs.get("operations", {}))
    return Words(wanted=sorted(there - described), gone=sorted(described - there))
