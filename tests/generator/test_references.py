"""References within a document, and errors for those without a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.contract.nodes import follow, target
from generator.problems import DocumentProblem
from tests.generator.documents import DOCUMENT, EMPTY_OVERLAY, Json, build

NOTED: Json = {"a/b": {"$ref": "#/~0c"}, "~c": {"d": {"type": "string"}}, "text": "x", "list": [{}], "null": None}


def test_chain_of_references_is_followed() -> None:
    assert target(NOTED, "#/a~1b") == {"$ref": "#/~0c"}
    assert target(NOTED, "#/~0c/d/type") == "string"
    assert target(NOTED, "#/null") is None
    assert follow(NOTED, {"$ref": "#/a~1b"}) == NOTED["~c"]
    assert follow(NOTED, {"type": "object"}) == {"type": "object"}


@pytest.mark.parametrize("ref", ["#/a", "#/a/b", "#/text/x", "#/list/0", "#/null/x", "#/~0c/d/type/string", "#/"])
def test_reference_without_target_raises_key_error(ref: str) -> None:
    with pytest.raises(KeyError):
        target(NOTED, ref)


@pytest.mark.parametrize("change", ["remove: true", "update: null"])
def test_rejects_references_to_what_a_correction_removed(tmp_path: Path, change: str) -> None:
    action = f"{{target: $.components.schemas.Owner, {change}, x-evidence: seen}}"
    overlay = EMPTY_OVERLAY.replace("[]", f"[{action}]")
    with pytest.raises(DocumentProblem) as caught:
        build(tmp_path, DOCUMENT, overlay)
    assert str(caught.value) == "#/components/schemas/Owner: is referred to, but a correction removed it"


def test_rejects_circular_references() -> None:
    circle: Json = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}
    with pytest.raises(DocumentProblem, match="refers to itself"):
        follow(circle, circle["a"])
