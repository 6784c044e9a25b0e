"""Corrections proposed for logged drifts, and applied."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml

import clerkkit
from clerkkit.drift.comparison import Comparison
from clerkkit.drift.redaction import Vocabulary
from generator.checks.drift import KINDS, Drift, proposals, read
from generator.code import response_schemas
from generator.commands import main
from generator.contract import corrections
from generator.contract.build import Contract
from tests.generator.documents import DOCUMENT, EVENTS, Json, build

GET, LIST, POST = "GET /things/{thing_id}", "GET /things", "POST /things"
WHOLE: Json = {"id": "1", "owner": {"name": "n", "since": 1}, "state": "on", "parts": [{"x": 1}]}


@pytest.fixture
def facts(tmp_path: Path) -> Json:
    return build(tmp_path, DOCUMENT).facts


@pytest.fixture
def events(tmp_path: Path) -> Json:
    return build(tmp_path, EVENTS).facts


def drifts(facts: Json, operation: str, status: str, body: Any) -> list[Drift]:
    """Return the drifts that a client of this contract reports."""
    known = response_schemas.describe(facts)
    comparison = Comparison(known["schemas"], Vocabulary({*known["words"], "new", "key", "broken"}))
    found = comparison.find_mismatches(known["operations"][operation][status], body)
    return [Drift(operation, one.pointer, one.kind, one.expected, one.seen, count) for one, count in found]


def applied(tmp_path: Path, actions: list[Json]) -> Contract:
    overlay = yaml.safe_dump({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions})
    return build(tmp_path, DOCUMENT, overlay)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"id": None}, "other type"),
        ({"id": 7}, "other type"),
        ({"state": "broken"}, "unknown enum value"),
        ({"owner": "somebody"}, "other type"),
        ({"owner": {"name": "n"}}, "missing key"),
        ({"owner": {"name": None, "since": 1}}, "other type"),
        ({"new_key": True}, "unknown key"),
        ({"owner": {"name": "n", "since": 1, "new_key": 1.5}}, "unknown key"),
        ({"parts": None}, "other type"),
        ({"parts": [{"x": "1"}]}, "other type"),
        ({"parts": [None]}, "other type"),
    ],
)
@pytest.mark.parametrize(("operation", "status", "rows"), [(POST, "201", False), (LIST, "200", True)])
def test_proposed_correction_removes_the_drift(
    facts: Json, events: Json, tmp_path: Path, change: Json, kind: str, operation: str, status: str, rows: bool
) -> None:
    body: Any = [WHOLE, {**WHOLE, **change}] if rows else {**WHOLE, **change}
    found = drifts(facts, operation, status, body)
    assert {drift.kind for drift in found} == {kind}
    proposed, others = proposals(facts, events, Counter(found))
    assert not others
    corrected = applied(tmp_path, [action for proposal in proposed for action in proposal.actions])
    assert not corrected.stale
    assert not corrected.settled
    assert drifts(corrected.facts, operation, status, body) == []


def test_drifts_of_one_place_are_one_proposal_with_all_evidence(facts: Json, events: Json) -> None:
    reported = Counter(
        {
            Drift(POST, "/id", "other type", "string", "null", 1): 3,
            Drift(LIST, "/0/id", "other type", "string", "null", 20): 2,
            Drift(LIST, "/1/owner/since", "missing key", "integer", "nothing", 1): 1,
        }
    )
    proposed, _ = proposals(facts, events, reported)
    assert [proposal.actions[0]["target"] for proposal in proposed] == [
        "$.components.schemas['Thing']['properties']['id']",
        "$.components.schemas['Owner']['required'][?@ == 'since']",
    ]
    assert proposed[0].evidence == (
        f"drift in {POST}, {LIST}; /id: other type, expected string, seen null; 5 reports, 43 places"
    )
    assert proposed[1].evidence.endswith("1 report, 1 place")


def test_schema_shared_with_events_is_corrected_in_both(facts: Json, events: Json) -> None:
    facts["components"]["schemas"]["Thing"]["properties"]["named"] = {"$ref": "#/components/schemas/Named"}
    drift = Drift(POST, "/named/name", "other type", "string", "null", 1)
    (proposal,), _ = proposals(facts, events, Counter([drift]))
    assert proposal.actions[0]["x-document"] == ["contract", "events"]


@pytest.mark.parametrize(
    ("drift", "why"),
    [
        (Drift(POST, "/object", "unknown variant", '"a"', '"b"', 1), "a variant needs a schema"),
        (Drift(POST, "/*", "unknown key", "no such key", "string under a key of 30 characters", 1), "key is not shown"),
        (Drift(POST, "/state", "unknown enum value", '"on"', "string of 9 characters", 1), "value is not shown"),
        (Drift(POST, "/state", "other type", "string or null", "integer", 1), "constants of one type"),
        (Drift(POST, "/gone", "other type", "string", "null", 1), "no such place"),
        (Drift(GET, "/id", "other type", "string", "null", 1), "no such place"),
        (Drift(POST, "/owner", "other type", "object", "null", 1), "says so already"),
    ],
)
def test_drift_without_a_proposal_is_reported_with_its_reason(
    facts: Json, events: Json, drift: Drift, why: str
) -> None:
    proposed, others = proposals(facts, events, Counter([drift]))
    assert proposed == []
    ((drift_of_other, reason),) = others
    assert drift_of_other == drift
    assert why in reason


ALL = [
    Drift(GET, "/owner/name", "other type", "string or null", "integer", 1),
    Drift(LIST, "", "other type", "array", "object", 1),
    Drift(LIST, "/3/a b", "unknown key", "no such key", "string", 12),
    Drift(POST, "/state", "unknown enum value", '"off" or "on"', '"broken"', 1),
]


def test_drift_equals_that_of_clerkkit() -> None:
    assert clerkkit.Drift._fields == Drift._fields
    assert set(get_args(get_type_hints(clerkkit.Drift)["kind"])) == set(KINDS)
    assert [str(clerkkit.Drift(*drift)) for drift in ALL] == [str(drift) for drift in ALL]


@pytest.mark.parametrize("form", ["str", "json"])
def test_reads_json_and_text_logs(tmp_path: Path, form: str) -> None:
    log = tmp_path / "drift.log"
    reported = [clerkkit.Drift(*drift) for drift in [*ALL, ALL[0]]]
    lines = [str(drift) if form == "str" else json.dumps(drift._asdict()) for drift in reported]
    prefix = "2030-01-01 10:00:00 WARNING drift: " if form == "str" else ""
    log.write_text("something else\n" + "".join(f"{prefix}{line}\n" for line in lines), encoding="utf-8")
    assert read(log) == Counter([*ALL, ALL[0]])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no drift"),
        ("a line\n", "has no drift"),
        ('{"operation": 1\n', "line 1: is not valid JSON"),
        ('\n{"operation": "GET /things"}\n', "line 2: expected the fields operation, pointer, kind"),
        ('{"operation": 1, "pointer": 2, "kind": "other type", "expected": "", "seen": "", "places": "x"}\n', "line 1"),
    ],
)
def test_rejects_an_unreadable_log(tmp_path: Path, text: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "drift.log"
    log.write_text(text, encoding="utf-8")
    assert main(["drift", str(log)]) == 1
    assert problem in capsys.readouterr().err
    assert main(["drift", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: cannot be read" in capsys.readouterr().err


def test_command_prints_valid_corrections(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "drift.log"
    seen = [
        Drift("GET /users/{user_id}", "/banned", "other type", "boolean", "null", 1),
        Drift("GET /users", "/0/nothing/here", "other type", "string", "null", 1),
    ]
    log.write_text("".join(f"{drift}\n" for drift in seen), encoding="utf-8")
    assert main(["drift", str(log)]) == 0
    printed = capsys.readouterr().out
    overlay = tmp_path / "corrections.yaml"
    actions = "".join(f"  {line}\n" for line in printed.splitlines())
    overlay.write_text(f"overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}", encoding="utf-8")
    (correction,) = corrections.load(overlay)
    assert correction.target == "$.components.schemas['User']['properties']['banned']"
    assert correction.update == {"type": ["boolean", "null"]}
    assert f"# by hand, the contract has no such place: {seen[1]} (1 reports)" in printed
