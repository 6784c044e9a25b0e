"""The contract of the Frontend API is Clerk's document without its prose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.commands import main
from generator.contract import spec_folder
from generator.contract.build import build_contract, kind_of
from generator.contract.nodes import walk
from generator.fetch import document
from generator.fetch.document import Document
from tests.generator.documents import FRONTEND
from tests.shared import followed

SPEC = Path(__file__).resolve().parents[2] / "spec"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A folder without corrections."""
    (tmp_path / "corrections.yaml").write_text("overlay: 1.0.0\nactions: []\n", encoding="utf-8")
    return tmp_path


def test_facts_are_kept_without_prose(spec: Path) -> None:
    contract = build_contract(Document("fapi.yml", "", FRONTEND), spec)
    assert (contract.kind, contract.facts["info"]["title"]) == ("frontend_api", "Clerk Frontend API")
    operation = contract.facts["paths"]["/v1/client"]["get"]
    assert "summary" not in operation
    assert "A thing." not in contract.text()
    # No classes are generated from it, so inline objects need no names.
    inner = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["thing"]
    assert inner == {"type": ["object", "null"], "properties": {"name": {"type": "string"}}}
    assert set(contract.facts["components"]["schemas"]) == {"Client.Thing"}


def test_documents_of_other_kinds_are_told_apart() -> None:
    assert kind_of(Document("bapi.yml", "", {"paths": {"/clients": {}}})) == "contract"
    assert kind_of(Document("webhooks.yml", "", {"paths": {}, "x-webhooks": {}})) == "events"


def test_command_writes_the_contract_and_its_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "corrections.yaml").write_text("overlay: 1.0.0\nactions: []\n", encoding="utf-8")
    source = tmp_path / "fapi.json"
    source.write_text(json.dumps(FRONTEND), encoding="utf-8")
    assert main(["--root", str(tmp_path), "contract", str(source), "--recorded-as", "clerk:fapi.json"]) == 0
    assert "wrote spec/frontend_api.json" in capsys.readouterr().out
    assert spec_folder.locked(tmp_path / "spec")["frontend_api"]["source"] == "clerk:fapi.json"


def test_contract_in_spec_is_that_of_the_document() -> None:
    built = build_contract(document.read(str(followed("frontend_api"))), SPEC)
    assert built.text() == (SPEC / "frontend_api.json").read_text(encoding="utf-8")
    assert (built.stale, built.settled) == ([], [])


def test_contract_in_spec_has_no_prose() -> None:
    facts = spec_folder.load(SPEC / "frontend_api.json")
    assert not [node for node in walk(facts) if isinstance(node.get("description"), str) and node["description"]]
    assert not [node for node in walk(facts) if {"summary", "example"} & {*map(str, node)} and "properties" not in node]
