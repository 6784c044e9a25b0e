"""Comparison of the signatures of two packages, checked against griffe's search for breaking changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import griffe
import pytest

from clerk_bapi import dicts
from generator.changes import Grade, report
from generator.changes.caller_view import CallerView
from generator.changes.signatures import SignatureChange, compare, signatures
from generator.code import compatibility, computed_attributes
from generator.code.model_builder import attribute_name
from generator.contract import operation_names
from generator.contract.class_names import name_models
from generator.contract.naming_rules import iterator_of
from generator.contract.spec_folder import FILES, OF_CODE
from tests.generator.changes.contracts import BASE

ROOT = Path(__file__).resolve().parents[3]

API = """
def get_thing(thing_id: str, part_id: str, *, deep: bool | Unset = UNSET) -> Request[Thing]: ...
def drop_things() -> Request[None]: ...
"""
MODELS = """
class Thing(Model):
    id: str
    title: str | None = None
    def _hidden(self) -> None: ...
"""
RESOURCES = """
class {kind}ThingsResource({kind}Resource):
    {define} get(self, thing_id: str, *, deep: bool | Unset = UNSET) -> Thing: ...
"""


def package(folder: Path, *, api: str = API, models: str = MODELS, resources: str = RESOURCES, in_: str = "") -> Path:
    root = folder / "clerk_bapi"
    files = {
        "api/things.py": api,
        f"models/{in_ or 'things'}.py": models,
        "resources/things.py": resources.format(kind="", define="def")
        + resources.format(kind="Async", define="async def"),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")
    (root / "__init__.py").touch()
    return root


B, T, C = Grade.BREAKING, Grade.TYPES, Grade.COMPATIBLE
GET = "clerk_bapi.api.get_thing"
CASES = {
    "a function goes": (
        {"api": API.replace("def drop_things() -> Request[None]: ...", "")},
        SignatureChange("clerk_bapi.api.drop_things", "removed: () -> Request[None]", B),
    ),
    "a function comes": (
        {"api": API + "def new(*, x: int) -> Request[int]: ..."},
        SignatureChange("clerk_bapi.api.new", "new: (*, x: int) -> Request[int]", C),
    ),
    "a keyword comes": (
        {"api": API.replace("*, deep", "*, more: int | Unset = UNSET, deep")},
        SignatureChange(GET, "new: more: int | Unset = ...", C),
    ),
    "a needed keyword comes": (
        {"api": API.replace("*, deep", "*, more: int, deep")},
        SignatureChange(GET, "new: more: int", B),
    ),
    "a keyword goes": (
        {"api": API.replace("*, deep: bool | Unset = UNSET", "")},
        SignatureChange(GET, "removed: deep: bool | Unset = ...", B),
    ),
    "a keyword becomes needed": (
        {"api": API.replace("deep: bool | Unset = UNSET", "deep: bool")},
        SignatureChange(GET, "deep: bool | Unset = ... is now deep: bool", B),
    ),
    "a keyword has another type": (
        {"api": API.replace("deep: bool |", "deep: int |")},
        SignatureChange(GET, "deep: bool | Unset = ... is now deep: int | Unset = ...", T),
    ),
    "ids change places": (
        {"api": API.replace("thing_id: str, part_id: str", "part_id: str, thing_id: str")},
        SignatureChange(GET, "parameters in another order", B),
    ),
    "an id is only taken by name": (
        {"api": API.replace("part_id: str, *, deep", "*, part_id: str, deep")},
        SignatureChange(GET, "parameters in another order", B),
    ),
    "another result": (
        {"api": API.replace("Request[Thing]", "Request[Part]")},
        SignatureChange(GET, "Request[Thing] is now Request[Part]", T),
    ),
    "an attribute goes": (
        {"models": MODELS.replace("title: str | None = None", "")},
        SignatureChange("clerk_bapi.models.Thing.title", "removed: str | None", B),
    ),
    "an attribute has another type": (
        {"models": MODELS.replace("id: str", "id: str | None = None")},
        SignatureChange("clerk_bapi.models.Thing.id", "str is now str | None", T),
    ),
    "a class goes with its attributes": (
        {"models": ""},
        SignatureChange("clerk_bapi.models.Thing", "removed: class(Model)", B),
    ),
    "a class becomes a function": (
        {"models": "def Thing() -> None: ..."},
        SignatureChange("clerk_bapi.models.Thing", "was class(Model), is () -> None", B),
    ),
    "a resource, sync and async": (
        {"resources": ""},
        SignatureChange("clerk_bapi.resources.ThingsResource", "removed: class(Resource)", B),
    ),
    "a method, sync and async": (
        {"resources": RESOURCES.replace("thing_id: str, *,", "thing_id: str, *, more: int,")},
        SignatureChange("clerk_bapi.resources.ThingsResource.get", "new: more: int", B),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_signature_changes_are_found(name: str, tmp_path: Path) -> None:
    changed, expected = CASES[name]
    moved = compare(package(tmp_path / "old"), package(tmp_path / "new", **changed))
    assert [one for one in moved if not one.path.startswith(f"{expected.path}.")] == [expected]


@pytest.mark.parametrize("name", CASES)
def test_griffe_finds_no_other_breaking_change(name: str, tmp_path: Path) -> None:
    folders = package(tmp_path / "old"), package(tmp_path / "new", **CASES[name][0])
    old, new = (griffe.load("clerk_bapi", search_paths=[folder.parent]) for folder in folders)
    judged = {breakage.obj.path for breakage in griffe.find_breaking_changes(old, new)}
    found = {one.path for one in compare(*folders) if one.grade is not Grade.COMPATIBLE}
    found |= {path.replace(".resources.", ".resources.Async") for path in found}
    for path in judged:
        public = path.replace(".things.", ".").partition("(")[0]
        assert any(public == one or public.startswith(f"{one}.") for one in found), path


def test_change_of_an_async_method_only_is_found(tmp_path: Path) -> None:
    new = package(tmp_path / "new")
    path = new / "resources" / "things.py"
    sync, is_async, rest = path.read_text(encoding="utf-8").partition("class AsyncThingsResource")
    path.write_text(sync + is_async + rest.replace("-> Thing", "-> Part"), encoding="utf-8")
    assert compare(package(tmp_path / "old"), new) == [
        SignatureChange("clerk_bapi.resources.AsyncThingsResource.get", "Thing is now Part", T)
    ]


def test_moving_a_model_to_another_module_is_not_a_change(tmp_path: Path) -> None:
    assert compare(package(tmp_path / "old"), package(tmp_path / "new", in_="shared")) == []


def test_signatures_of_this_project_are_read() -> None:
    generated = signatures(ROOT / "generated" / "clerk_bapi")
    assert str(generated["clerk_bapi.api.get_user"]) == "(user_id: str) -> Request[User]"
    assert str(generated["clerk_bapi.models.User.id"]) == "str"
    assert str(generated["clerk_bapi.resources.UsersResource.get"]) == "(user_id: str) -> User"
    overlay = signatures(ROOT / "overlay" / "clerkkit")
    assert "clerkkit.clerk.Clerk.map" in overlay


def test_report_includes_signatures_and_their_step(tmp_path: Path) -> None:
    changed, expected = CASES["a keyword goes"]
    made = report(BASE, BASE, moved=compare(package(tmp_path / "old"), package(tmp_path / "new", **changed)))
    assert (made.step, made.changes) == ("minor", [])
    assert f"SIGNATURES\n  breaking\n    {expected.path}: {expected.description}\n" in made.text()
    assert f"## Signatures\n\n### breaking\n\n- `{expected.path}`: " in made.markdown()
    assert f'"path": "{expected.path}"' in made.json()


def test_report_names_equal_those_of_the_generated_package() -> None:
    """Functions, methods, keywords, classes and attributes."""
    callers = CallerView(json.loads((ROOT / "spec" / "contract.json").read_text(encoding="utf-8")))
    shims = compatibility.load(ROOT / "spec" / "compatibility.yaml", callers.version).all
    old = {shim.old for shim in shims} | {iterator_of(shim.old) for shim in shims} - {
        iterator_of(shim.new) for shim in shims
    }
    found = signatures(ROOT / "generated" / "clerk_bapi")
    there = {tuple(path.split(".")[1:]): one for path, one in found.items() if path.rpartition(".")[2] not in old}

    keywords = {path[1]: set(one.by_name) - old for path, one in there.items() if path[0] == "api"}
    assert keywords == {one.function: {a.name for a in one.arguments.values()} for one in callers.operations}

    properties = {path: one for path, one in there.items() if path[0] == "client" and len(path) == 3}
    groups = {one.type: path[2] for path, one in properties.items()}
    methods = {f"clerk.{groups[path[1]]}.{path[2]}" for path in there if path[0] == "resources" and len(path) == 3}
    iterators = {one.iterator for one in callers.operations if one.has_iterator}
    assert methods == {one.called for one in callers.operations} | iterators

    rules = computed_attributes.load(ROOT / "spec" / "attributes.yaml")
    by_hand = {(model, attribute) for model, attributes in rules.items() for attribute in attributes}
    attributes = {path[1:] for path in there if path[0] == "models" and path[1] not in dicts.__all__} - by_hand
    # A class of responses also has the attributes that events add, and the classes of these.
    contract, events = (json.loads((ROOT / "spec" / FILES[kind]).read_text(encoding="utf-8")) for kind in OF_CODE)
    joined = name_models(contract, events, operation_names.load(ROOT / "spec" / "names.yaml")).facts["components"][
        "schemas"
    ]
    alone = {name: model.attributes for name, model in callers.models.items()}
    of_core = {name for name in alone if (name,) not in attributes}
    assert of_core == {"ErrorDetail"}
    assert set(named(alone)) - set(named({name: alone[name] for name in of_core})) <= attributes
    assert attributes <= set(named({name: schema.get("properties", {}) for name, schema in joined.items()}))


def named(classes: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, ...]]:
    for name, keys in classes.items():
        yield (name,)
        yield from ((name, attribute_name(key)) for key in keys)
