"""Operations that claim the same names get different ones, and those that callers use stay."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.code.generate import _load_contract
from generator.commands import main
from generator.contract import additions, spec_folder
from generator.contract.build import Contract, build_contract
from generator.contract.name_clashes import Claim, keep_apart
from generator.contract.naming_rules import iterator_of, name_by_path
from generator.contract.nodes import METHODS, Node
from generator.fetch import document
from generator.problems import GeneratorProblem
from tests.generator.documents import DOCUMENT, Json, build
from tests.generator.projects import project
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
NEWEST = "2026-05-12"


def names(facts: Node) -> dict[str, Node]:
    """Return the names of each operation, by operation id."""
    return {
        item[http]["operationId"]: item[http]["x-python"]
        for item in facts["paths"].values()
        for http in METHODS
        if http in item
    }


def with_operation(raw: Json, path: str, operation_id: str, like: str = "/things", http: str = "get") -> Json:
    """Return the document with a copy of an operation under another path and id."""
    new = copy.deepcopy(raw)
    operation = copy.deepcopy(new["paths"][like][http])
    operation.pop("x-speakeasy-name-override", None)
    new["paths"].setdefault(path, {})[http] = {**operation, "operationId": operation_id}
    return new


def followed(tmp_path: Path, *revisions: Json) -> list[Contract]:
    """Return the contract of each revision; each one is in `spec/` when the next one is built."""
    made: list[Contract] = []
    for raw in revisions:
        made.append(build(tmp_path, raw))
        (tmp_path / "contract.json").write_text(made[-1].text(), encoding="utf-8")
    return made


# -- the document of Clerk -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def newest() -> Json:
    return document.read(str(shared("specs", "bapi", f"{NEWEST}.yml"))).data


MEMBERSHIPS = "/users/{user_id}/organization_memberships"
NEW_OPERATIONS = {
    "GetUserOrganizationMemberships": ("/users/{user_id}/memberships", MEMBERSHIPS, "list_user_memberships"),
    "ListUserOrganizationMemberships": ("/users/{user_id}/memberships", MEMBERSHIPS, "list_user_memberships"),
    "users_GetOrganizationMemberships": (
        "/users/{user_id}/memberships",
        MEMBERSHIPS,
        "list_users_organization_memberships",
    ),
    "get_user_list": ("/users/legacy_search", "/users", "list_users_legacy_searches"),
}


@pytest.mark.parametrize("operation_id", NEW_OPERATIONS)
def test_new_operation_leaves_the_names_of_all_others(operation_id: str, newest: Json) -> None:
    path, like, function = NEW_OPERATIONS[operation_id]
    made = build_contract(document.Document("here", "", with_operation(newest, path, operation_id, like)), SPEC)
    found = names(made.facts)
    new = found.pop(operation_id)
    assert found == names(spec_folder.load(SPEC / "contract.json"))
    assert (new["resource"], new["method"], new["function"]) == ("users", function, function)
    assert f"GET {path} is users.{new['method']}" in made.notes[-1]
    assert made.misfits == []


# -- who gets the name ---------------------------------------------------------------------------------------------


def test_operation_keeps_its_names_if_the_path_of_a_new_one_is_first(tmp_path: Path) -> None:
    revision = with_operation(DOCUMENT, "/a_things", "list_things")
    before, after, again = followed(tmp_path, DOCUMENT, revision, revision)
    found = names(after.facts)
    assert found.pop("list_things") == {"resource": "things", "method": "list_a_things", "function": "list_a_things"}
    assert found == names(before.facts)
    assert after.notes == [
        "2 operations claim the function list_things: GET /a_things is list_a_things",
        "2 operations claim things.list: GET /a_things is things.list_a_things",
    ]
    assert (again.text(), again.notes) == (after.text(), after.notes)


def test_operation_is_known_by_its_path_if_its_id_changes(tmp_path: Path) -> None:
    revision = with_operation(DOCUMENT, "/a_things", "ListThings")
    revision["paths"]["/things"]["get"]["operationId"] = "GetThings"
    *_, after = followed(tmp_path, DOCUMENT, revision)
    assert after.facts["paths"]["/things"]["get"]["x-python"]["function"] == "list_things"
    assert after.facts["paths"]["/a_things"]["get"]["x-python"]["function"] == "list_a_things"


def test_operation_is_known_by_its_id_if_its_path_changes(tmp_path: Path) -> None:
    revision = with_operation(DOCUMENT, "/b/things", "ListThings")
    revision["paths"]["/things"]["get"]["operationId"] = "GetThings"
    revision["paths"]["/a/things"] = {"get": revision["paths"]["/things"].pop("get")}
    *_, after = followed(tmp_path, DOCUMENT, revision)
    assert after.facts["paths"]["/b/things"]["get"]["x-python"]["function"] == "list_things"


def test_name_given_in_a_clash_stays_when_a_later_operation_claims_it(tmp_path: Path) -> None:
    second = with_operation(DOCUMENT, "/z_things", "list_things")
    third = with_operation(second, "/a/other", "ListZThings")
    _, clashed, after = followed(tmp_path, DOCUMENT, second, third)
    assert names(clashed.facts)["list_things"]["function"] == "list_z_things"
    found = names(after.facts)
    new = found.pop("ListZThings")
    assert found == names(clashed.facts)
    assert new["function"] == "list_a_others"
    assert "2 operations claim the function list_z_things: GET /a/other is list_a_others" in after.notes


def test_names_are_apart_without_a_contract_before(tmp_path: Path) -> None:
    made = build(tmp_path, with_operation(DOCUMENT, "/a_things", "list_things"))
    assert names(made.facts)["ListThings"]["function"] == "list_things"
    assert names(made.facts)["list_things"]["function"] == "list_a_things"


def test_names_are_numbered_if_the_path_gives_no_other(tmp_path: Path) -> None:
    revision = with_operation(DOCUMENT, "/things/", "list_things")
    *_, after = followed(tmp_path, DOCUMENT, with_operation(revision, "//things", "listThings"))
    assert {one["function"] for one in names(after.facts).values()} >= {"list_things", "list_things_2", "list_things_3"}
    assert {one["method"] for one in names(after.facts).values()} >= {"list", "list_things_2", "list_things_3"}


def test_method_named_like_an_iterator_gets_another_name(tmp_path: Path) -> None:
    raw = copy.deepcopy(DOCUMENT)
    raw["paths"]["/things"]["get"]["parameters"].append(
        {"in": "query", "name": "offset", "schema": {"type": "integer"}}
    )
    revision = with_operation(raw, "/a/walk", "IterateThings", like="/things", http="post")
    *_, after = followed(tmp_path, raw, revision)
    assert names(after.facts)["IterateThings"]["method"] == "iterate_things"
    assert after.notes == ["2 operations claim things.iterate: POST /a/walk is things.iterate_things"]


def test_name_by_path_is_a_verb_and_the_segments() -> None:
    assert name_by_path("list", "/users/{user_id}/memberships", is_list=True) == "list_user_memberships"
    assert name_by_path("ban", "/users/{user_id}/ban", is_list=False) == "ban_user"
    assert name_by_path("import", "/", is_list=False) == "import_"


def test_contract_before_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "contract.json").write_text("{\n<<<<", encoding="utf-8")
    with pytest.raises(GeneratorProblem, match=r"contract.json, line 2: is not valid JSON .*: restore it"):
        build(tmp_path, DOCUMENT)


@pytest.mark.parametrize("seed", range(30))
def test_names_are_different_and_do_not_depend_on_the_order(seed: int) -> None:
    chance = random.Random(seed)
    verbs, things = ["get", "list", "iterate"], ["", "_a", "_b"]

    def some() -> str:
        return chance.choice(verbs) + chance.choice(things)

    claims: list[dict[str, Any]] = [
        {
            "path": f"/{chance.choice('ab')}/{number // 2}",
            "http": ("get", "post")[number % 2],
            "names": {"resource": chance.choice("ab"), "method": some(), "function": some()},
            "decided": chance.sample(["method", "function"], chance.randrange(3)),
            "before": chance.choice([{}, {"resource": "a", "method": some(), "function": some()}]),
            "is_list": chance.random() < 0.5,
            "has_pages": chance.random() < 0.5,
        }
        for number in range(40)
    ]
    results: list[dict[tuple[str, str], Node]] = []
    notes: list[list[str]] = []
    for _ in range(2):
        chance.shuffle(claims)
        made = [Claim(**copy.deepcopy(claim)) for claim in claims]
        notes.append(keep_apart(made))
        results.append({(claim.path, claim.http): claim.names for claim in made})
        functions = [claim.names["function"] for claim in made]
        methods = [
            (claim.names["resource"], name)
            for claim in made
            for name in {claim.names["method"], *([iterator_of(claim.names["method"])] if claim.has_pages else [])}
        ]
        assert len(set(functions)) == len(functions)
        assert len(set(methods)) == len(methods)
    assert results[0] == results[1]
    assert notes[0] == notes[1]


# -- what follows from the names -----------------------------------------------------------------------------------


def test_classes_of_an_operation_stay_if_a_new_one_has_a_similar_id(tmp_path: Path) -> None:
    revision = with_operation(DOCUMENT, "/a_things", "create_thing", http="post")
    body = revision["paths"]["/a_things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"] = {"name": {"type": "string"}, "colour": {"type": "string"}}
    revision["paths"] = dict(sorted(revision["paths"].items()))  # the new operation is the first one
    before, after, again = followed(tmp_path, DOCUMENT, revision, revision)
    old, new = before.facts["components"]["schemas"], after.facts["components"]["schemas"]
    assert {name: new[name] for name in old} == old
    assert "colour" in new["PostAThingsRequest"]["properties"]
    assert again.text() == after.text()


def test_generation_keeps_both_operations_and_the_report_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path / "project")
    revision = with_operation(DOCUMENT, "/a_things", "list_things")
    revision["info"]["version"] = "2030-02-02"
    source = tmp_path / "newer.json"
    source.write_text(json.dumps(revision), encoding="utf-8")
    (root / "overlay" / "clerkkit").mkdir(parents=True)
    capsys.readouterr()
    assert main(["--root", str(root), "update", "--from", str(source), "--dry-run"]) == 0
    note = "2 operations claim things.list: GET /a_things is things.list_a_things\n"
    assert note in capsys.readouterr().out
    assert main(["--root", str(root), "contract", str(source)]) == 0
    assert f"note: {note}" in capsys.readouterr().out
    assert main(["--root", str(root), "generate"]) == 0
    program = """
from clerk_bapi import Client, api
paths = [getattr(api, name)().path for name in ("list_things", "list_a_things")]
assert paths == ["/things", "/a_things"], paths
things = Client("sk_test_1").things
assert all("GET /things`" in (function.__doc__ or "") for function in (things.list, api.list_things))
assert "GET /a_things`" in things.list_a_things.__doc__
print("done")
"""
    generated = str(root / "generated")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {generated!r}){program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr


def test_addition_keeps_its_name_if_clerk_adds_an_operation_that_claims_it(tmp_path: Path) -> None:
    added = {"operationId": "GetPart", "tags": ["Parts"], "responses": {"204": {"description": ""}}}
    content = {"openapi": "3.0.3", "paths": {"/parts/{part_id}": {"get": added}}}
    (tmp_path / additions.FILE).write_text(yaml.safe_dump(content), encoding="utf-8")
    revision = copy.deepcopy(DOCUMENT)
    revision["paths"]["/a/parts/{part_id}"] = {"get": {**added, "operationId": "get_part"}}
    before, after = followed(tmp_path, DOCUMENT, revision)
    assert names(after.facts)["GetPart"] == names(before.facts)["GetPart"]
    assert names(after.facts)["get_part"]["function"] == "get_a_part"
    assert _load_contract(tmp_path) == after.facts
