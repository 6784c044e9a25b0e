"""Old names in `spec/compatibility.yaml`: the generated shims and their warnings, and invalid entries."""

from __future__ import annotations

import filecmp
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import clerk_bapi.api
from clerk_bapi.api import list_users
from clerkkit import Clerk
from generator.code import compatibility
from generator.code.compatibility import NO_SHIMS, Shim
from generator.code.generate import write_package
from generator.contract.nodes import Node
from generator.problems import GeneratorProblem
from tests.generator.documents import DOCUMENT, EVENTS, NO_NAMES, build, changed
from tests.loopback import KEY, respond, serve

ROOT = Path(__file__).resolve().parents[2]

SINCE = "2029-01-01"


def entry(kind: str, old: str, new: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "old": old, "new": new, "since": SINCE, "reason": "a test", **more}


ENTRIES = [
    entry("function", "make_thing", "create_thing"),
    entry("function", "all_things", "list_things"),
    entry("method", "all", "list", of="things"),
    entry("method", "remove", "delete", of="things"),
    entry("argument", "label", "name", of="create_thing"),
    entry("argument", "heading", "title", of="create_thing"),
    entry("argument", "id", "thing_id", of="delete_thing"),
    entry("argument", "count", "limit", of="list_things"),
    entry("model", "Stuff", "Thing"),
    entry("resource", "stuff", "things"),
]


def facts(tmp_path: Path, *, deprecated: bool = False) -> Node:
    """Return the small contract, with a list that has pages."""
    parameters = [
        *DOCUMENT["paths"]["/things"]["get"]["parameters"],
        {"in": "query", "name": "offset", "schema": {"type": "integer"}},
        {"in": "query", "name": "paginated", "schema": {"type": "boolean"}},
    ]
    raw = changed("paths|/things|get|parameters", parameters)
    for path, method in (("/things", "post"), ("/things/{thing_id}", "delete")):
        raw["paths"][path][method]["x-speakeasy-group"] = "things"
    raw["paths"]["/things/{thing_id}"]["delete"]["deprecated"] = deprecated
    return build(tmp_path, raw).facts


def generated(tmp_path: Path, entries: list[Any], *, deprecated: bool = False) -> Path:
    """Generate a package that keeps the old names of `entries`, and return its folder."""
    written(tmp_path, entries, deprecated=deprecated)
    return tmp_path


def written(tmp_path: Path, entries: list[Any], *, deprecated: bool = False) -> list[str]:
    """Generate a package in the folder, and return the notes of the generator."""
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "attributes.yaml").write_text("{}\n", encoding="utf-8")
    (spec / "codes.yaml").write_text("resource_not_found: [404]\n", encoding="utf-8")
    (spec / "names.yaml").write_text(NO_NAMES, encoding="utf-8")
    (spec / "compatibility.yaml").write_text(yaml.safe_dump({"renamed": entries}), encoding="utf-8")
    contract, events = facts(tmp_path, deprecated=deprecated), build(tmp_path, EVENTS).facts
    return write_package(contract, events, spec, ROOT / "generator_config.yaml", tmp_path / "clerk_bapi")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory.mktemp("package"), ENTRIES)


def run(package: Path, arguments: list[str]) -> str:
    path = f"{package}{os.pathsep}{ROOT / 'core'}"
    environment = {**os.environ, "PYTHONPATH": path, "MYPYPATH": path}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=package, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


PRELUDE = """
import json, warnings
from clerk_bapi import Client
from clerk_bapi.api import things as api

class Recording(Client):
    def send(self, request):
        return request

client = Recording("sk_test_x")

def seen(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = call()
        except Exception as error:
            made = f"{type(error).__name__}: {error}"
    return made, [[w.category.__name__, str(w.message), w.filename.rpartition("/")[2]] for w in caught]

def facts_of(request):
    return [request.method, request.template, dict(request.path), dict(request.query), request.body]
"""


def call_all(package: Path, calls: dict[str, str]) -> Any:
    """Return the result of each call, and its warnings, whose location must be the caller."""
    script = package / "caller.py"
    body = "\n".join(
        f"found, warned = seen(lambda: {call})\n"
        f"results[{name!r}] = [found if isinstance(found, str) else facts_of(found) if hasattr(found, 'template') "
        f"else found.__name__ if isinstance(found, type) else type(found).__name__, warned]"
        for name, call in calls.items()
    )
    script.write_text(f"{PRELUDE}\nresults = {{}}\n{body}\nprint(json.dumps(results))\n", encoding="utf-8")
    out = run(package, [str(script)])
    return json.loads(out.strip().splitlines()[-1]) if out.strip().endswith("}") else out


def warning(message: str) -> list[list[str]]:
    return [["DeprecationWarning", f"{message} in API version {SINCE}", "caller.py"]]


# Old call, the equivalent new call, and the warnings.
CALLS = {
    "a function": (
        "api.make_thing(name='x')",
        "api.create_thing(name='x')",
        "`make_thing` was renamed to `create_thing`",
    ),
    "a function from the package": (
        "__import__('clerk_bapi.api', fromlist=['x']).all_things(limit=3)",
        "api.list_things(limit=3)",
        "`all_things` was renamed to `list_things`",
    ),
    "a method": (
        "client.things.all(limit=2, paginated=True)",
        "client.things.list(limit=2, paginated=True)",
        "`clerk.things.all` was renamed to `clerk.things.list`",
    ),
    "a method with an id": (
        "client.things.remove('thing_1')",
        "client.things.delete('thing_1')",
        "`clerk.things.remove` was renamed to `clerk.things.delete`",
    ),
    "an argument that must be given": (
        "api.create_thing(label='x', title=None)",
        "api.create_thing(name='x', title=None)",
        "the argument `label` of `create_thing` was renamed to `name`",
    ),
    "an argument that may be given": (
        "api.create_thing(name='x', heading=None)",
        "api.create_thing(name='x', title=None)",
        "the argument `heading` of `create_thing` was renamed to `title`",
    ),
    "an argument of a method": (
        "client.things.create(label='x')",
        "client.things.create(name='x')",
        "the argument `label` of `create_thing` was renamed to `name`",
    ),
    "an id by its old keyword": (
        "api.delete_thing(id='thing_1')",
        "api.delete_thing('thing_1')",
        "the argument `id` of `delete_thing` was renamed to `thing_id`",
    ),
    "an argument of a query": (
        "client.things.list(count=4)",
        "client.things.list(limit=4)",
        "the argument `count` of `list_things` was renamed to `limit`",
    ),
    "a model": (
        "__import__('clerk_bapi.models', fromlist=['x']).Stuff",
        "__import__('clerk_bapi.models', fromlist=['x']).Thing",
        "`Stuff` was renamed to `Thing`",
    ),
    "a walk over pages": (
        "client.things.iterate_all(kinds=['a'], page_size=5)",
        "client.things.iterate(kinds=['a'], page_size=5)",
        "`clerk.things.iterate_all` was renamed to `clerk.things.iterate`",
    ),
    "a resource": ("client.stuff", "client.things", "`clerk.stuff` was renamed to `clerk.things`"),
}


def test_old_names_work_and_warn_their_caller(package: Path) -> None:
    old = call_all(package, {name: call for name, (call, _, _) in CALLS.items()})
    new = call_all(package, {name: call for name, (_, call, _) in CALLS.items()})
    for name, (_, _, message) in CALLS.items():
        assert old[name] == [new[name][0], warning(message)], name
        assert new[name][1] == [], name
        assert "Error" not in str(new[name][0]), name


def test_old_name_of_a_deprecated_operation_gives_both_warnings_at_the_caller(tmp_path: Path) -> None:
    calls = {"a method": "client.things.remove('thing_1')", "an argument": "api.delete_thing(id='thing_1')"}
    results = call_all(generated(tmp_path, ENTRIES, deprecated=True), calls)
    of_clerk = "Clerk has deprecated DELETE /things/{thing_id}; it names no replacement"
    for name, renamed in (
        ("a method", "`clerk.things.remove` was renamed to `clerk.things.delete`"),
        ("an argument", "the argument `id` of `delete_thing` was renamed to `thing_id`"),
    ):
        both = [*warning(renamed), ["DeprecationWarning", of_clerk, "caller.py"]]
        assert sorted(results[name][1]) == sorted(both), name


def test_rejects_old_and_new_name_of_an_argument_together(package: Path) -> None:
    results = call_all(
        package,
        {
            "twice": "api.create_thing(name='x', label='y')",
            "never": "api.create_thing(title='x')",
            "no id": "client.things.delete()",
        },
    )
    assert {name: found for name, (found, _) in results.items()} == {
        "twice": "TypeError: name is given twice: label is its old name",
        "never": "TypeError: the argument name is missing",
        "no id": "TypeError: the argument thing_id is missing",
    }


def test_async_callers_are_warned_at_the_await(package: Path) -> None:
    script = package / "waiter.py"
    script.write_text(
        textwrap.dedent("""
        import asyncio, warnings
        from clerk_bapi import AsyncClient

        class Recording(AsyncClient):
            async def send(self, request):
                return request

        async def main():
            client = Recording("sk_test_x")
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                await client.things.all()
                await client.things.create(label="x")
                client.stuff
            print([(w.filename.rpartition("/")[2], w.lineno) for w in caught])

        asyncio.run(main())
        """),
        encoding="utf-8",
    )
    assert run(package, [str(script)]).strip() == "[('waiter.py', 13), ('waiter.py', 14), ('waiter.py', 15)]"


def test_importing_an_old_model_warns_once_per_location(package: Path) -> None:
    code = "from clerk_bapi.models import Stuff\nfrom clerk_bapi.models import Thing\nprint(Stuff is Thing)"
    out = run(package, ["-W", "default", "-c", code])
    assert out.count("DeprecationWarning") == 1
    assert "<string>:1: DeprecationWarning: `Stuff` was renamed to `Thing`" in out
    assert "True" in out


TYPED = """\
from typing import assert_type
from clerk_bapi import Client, Request
from clerk_bapi.api import all_things, create_thing, delete_thing, list_things, make_thing
from clerk_bapi.models import Stuff, Thing, ThingPage

client = Client("sk_test_x")
assert_type(create_thing(name="x"), Request[Thing])
assert_type(create_thing(label="x"), Request[Thing])
assert_type(make_thing(name="x"), Request[Thing])
assert_type(list_things(paginated=True), Request[ThingPage])
assert_type(list_things(count=1, paginated=True), Request[ThingPage])
assert_type(all_things(), Request[list[Thing]])
assert_type(client.things.all(paginated=True), ThingPage)
client.stuff.create(name="x")
delete_thing("x")
delete_thing(id="x")
thing: Stuff = client.things.create(name="x")
"""


def problems(package: Path, *arguments: str) -> list[str]:
    """Return what mypy reports in strict mode, old names included."""
    # The runs share a cache, because most of their time is spent on the packages that the generated code imports.
    options = ["--strict", "--enable-error-code=deprecated", "--config-file=", "--cache-dir=mypy"]
    *reported, last = run(package, ["-m", "mypy", *options, *arguments]).splitlines()
    assert last.startswith(("Found ", "Success: ")), last
    return reported


def test_type_checkers_accept_old_names_and_report_them_as_deprecated(package: Path) -> None:
    (package / "typed.py").write_text(TYPED, encoding="utf-8")
    assert [line for line in problems(package, "-p", "clerk_bapi") if not line.endswith("[deprecated]")] == []
    reported = problems(package, "typed.py")
    assert [line for line in reported if not line.endswith("[deprecated]")] == []
    lines = {int(line.split(":")[1]) for line in reported if line.startswith("typed.py")}
    # Imports of old names are reported too.
    assert lines >= {3, 8, 11, 12, 13, 14}
    assert not lines & {2, 7, 10}
    assert any("`make_thing` was renamed to `create_thing` in API version 2029-01-01" in line for line in reported)


def test_type_checkers_reject_calls_without_required_arguments(package: Path) -> None:
    (package / "wrong.py").write_text(
        "from clerk_bapi.api import create_thing\ncreate_thing(title='x')\n", encoding="utf-8"
    )
    (reported,) = [line for line in problems(package, "wrong.py") if ": error: " in line]
    assert reported.startswith("wrong.py:2")
    assert reported.endswith("[call-overload]")


def test_package_without_old_names_contains_no_shims(tmp_path: Path) -> None:
    folder = generated(tmp_path, []) / "clerk_bapi"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    assert not any(word in text for text in texts for word in ("superseded", "require_given(", "merge_renamed("))


# -- entries -------------------------------------------------------------------------------------------------------

BAD = {
    "no list": ("renamed: 3", "expected a list under `renamed`"),
    "another key": ("renamed: []\nmore: []", "expected a list under `renamed`, and nothing else"),
    "no YAML": ("renamed: [", "cannot be read"),
    "no object": ("renamed: [3]", "entry 1: expected an object, found 3"),
    "no kind": (
        "renamed: [{old: a}]",
        "entry 1: expected one of argument, function, method, model, resource as `kind`, found None",
    ),
    "no reason": (
        'renamed: [{kind: model, old: A, new: B, since: "2029-01-01", reason: " "}]',
        "entry 1: has no `reason`",
    ),
    "a key too few": (
        "renamed: [{kind: method, old: a, new: b, since: 2029-01-01, reason: x}]",
        "entry 1: expected the keys kind, new, of, old, reason, since, found kind, new, old, reason, since",
    ),
    "a key too many": (
        "renamed: [{kind: model, of: x, old: a, new: b, since: 2029-01-01, reason: x}]",
        "entry 1: expected the keys kind, new, old, reason, since, found kind, new, of, old, reason, since",
    ),
    "no name": (
        "renamed: [{kind: model, old: class, new: b, since: 2029-01-01, reason: x}]",
        "entry 1: 'class' is not a public Python name (`old`)",
    ),
    "a private name": (
        "renamed: [{kind: model, old: _a, new: b, since: 2029-01-01, reason: x}]",
        "entry 1: '_a' is not a public Python name (`old`)",
    ),
    "no version": (
        "renamed: [{kind: model, old: a, new: b, since: soon, reason: x}]",
        "entry 1: expected an API version such as 2026-05-12 as `since`, found 'soon'",
    ),
    "nothing new": (
        "renamed: [{kind: model, old: a, new: a, since: 2029-01-01, reason: x}]",
        "entry 1: `old` and `new` are the same",
    ),
    "twice": (
        "renamed:\n" + 2 * "- {kind: model, old: a, new: b, since: 2029-01-01, reason: x}\n",
        "model a is listed twice",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_invalid_entry_is_named(name: str, tmp_path: Path) -> None:
    text, problem = BAD[name]
    path = tmp_path / "compatibility.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GeneratorProblem) as caught:
        compatibility.load(path, "2030-01-01")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


WRONG = {
    "a model": (entry("model", "Stuff", "Thingy"), "model Stuff: there is no Thingy"),
    "a function": (entry("function", "make", "create"), "function make: there is no create"),
    "a method": (entry("method", "all", "every", of="things"), "method things.all: there is no every"),
    "an argument": (entry("argument", "a", "b", of="create_thing"), "argument create_thing.a: there is no b"),
    "its function": (
        entry("argument", "a", "name", of="make"),
        "argument make.a: there is no endpoint function make",
    ),
    "its resource": (entry("method", "all", "list", of="stuff"), "method stuff.all: there is no resource stuff"),
    "a name of the client": (entry("resource", "close", "things"), "resource close: is still"),
}


@pytest.mark.parametrize("name", WRONG)
def test_entry_that_conflicts_with_the_contract_stops_generation(name: str, tmp_path: Path) -> None:
    wrong, problem = WRONG[name]
    with pytest.raises(GeneratorProblem, match=problem):
        generated(tmp_path, [wrong])
    assert not (tmp_path / "clerk_bapi").exists()


STILL_THERE = [
    entry("method", "delete", "list", of="things"),
    entry("model", "Thing", "NoSuchThing"),
    entry("function", "create_thing", "list_things"),
    entry("argument", "name", "title", of="create_thing"),
    entry("resource", "things", "no_such_things"),
]


def test_entry_whose_old_name_still_exists_is_skipped_with_a_note(tmp_path: Path) -> None:
    """Whether or not the new name exists."""
    kept = entry("model", "Stuff", "Thing")
    with_skipped, without = tmp_path / "with", tmp_path / "without"
    notes = []
    for folder, entries in ((with_skipped, [*STILL_THERE, kept]), (without, [kept])):
        folder.mkdir()
        notes.append(written(folder, entries))
    assert notes[1] == []
    assert len(notes[0]) == len(STILL_THERE)
    for note, name in zip(notes[0], STILL_THERE, strict=True):
        assert f"{name['old']} is skipped, because the old name is still there" in note
    assert not list(different(filecmp.dircmp(with_skipped / "clerk_bapi", without / "clerk_bapi")))


def different(compared: filecmp.dircmp[str]) -> Iterator[str]:
    yield from (*compared.left_only, *compared.right_only, *compared.diff_files, *compared.funny_files)
    for inner in compared.subdirs.values():
        yield from different(inner)


@pytest.mark.parametrize(("version", "kept"), [("2028-12-31", 0), (SINCE, 1), ("2030-01-01", 1), ("v1", 0)])
def test_entry_with_since_applies_to_that_and_later_versions(version: str, kept: int, tmp_path: Path) -> None:
    path = tmp_path / "compatibility.yaml"
    path.write_text(yaml.safe_dump({"renamed": [entry("model", "Stuff", "Thing")]}), encoding="utf-8")
    assert len(compatibility.load(path, version).all) == kept


OURS = {"kind": "function", "old": "all_things", "new": "list_things", "reason": "a test"}


@pytest.mark.parametrize("version", ["2021-02-05", SINCE, "v1"])
def test_entry_without_since_applies_to_all_versions(version: str, tmp_path: Path) -> None:
    path = tmp_path / "compatibility.yaml"
    path.write_text(yaml.safe_dump({"renamed": [OURS]}), encoding="utf-8")
    (shim,) = compatibility.load(path, version).all
    assert shim.message == "`all_things` was renamed to `list_things`"


def test_entry_whose_new_name_is_missing_is_skipped_with_a_note(tmp_path: Path) -> None:
    notes = written(tmp_path, [{**OURS, "new": "count_things"}])
    assert notes == ["compatibility.yaml: function all_things is skipped, because there is no count_things"]
    assert "all_things" not in (tmp_path / "clerk_bapi" / "api" / "things.py").read_text(encoding="utf-8")


SHOWN = {
    "list(clerk.users.iterate_oauth_access_token('u', 'google'))": "iterate_oauth_access_tokens",
    "clerk.users.get_oauth_access_token('u', 'google')": "list_oauth_access_tokens",
    "clerk.users.get_organization_memberships('u')": "list_organization_memberships",
    "clerk.users.get_organization_invitations('u')": "list_organization_invitations",
}


@pytest.mark.parametrize("call", SHOWN)
def test_old_names_of_this_project_work_and_warn(call: str) -> None:
    with serve(respond(200, [])) as server, Clerk(KEY, base_url=server.url) as clerk:
        with pytest.warns(DeprecationWarning, match=f" was renamed to `clerk.users.{SHOWN[call]}`$") as caught:
            eval(call, {"clerk": clerk})  # calls of the table above
        assert len(caught) == len(server.requests) == 1
    with pytest.warns(DeprecationWarning, match="^`get_user_list` was renamed to `list_users`$") as caught:
        assert clerk_bapi.api.get_user_list(limit=1).query == list_users(limit=1).query
    assert [warning.filename for warning in caught] == [__file__]


def test_entries_of_this_project_apply_to_its_contract(tmp_path: Path) -> None:
    spec = ROOT / "spec"
    contract, events = (json.loads((spec / f"{name}.json").read_text("utf-8")) for name in ("contract", "events"))
    assert write_package(contract, events, spec, ROOT / "generator_config.yaml", tmp_path / "clerk_bapi") == []


def test_old_resource_of_this_project_works_and_warns() -> None:
    found = compatibility.load(ROOT / "spec" / "compatibility.yaml", "2026-05-12")
    assert found.of("resource") == [Shim("resource", "commerce", "billing", "2025-11-10")]
    assert NO_SHIMS.of("resource") == []
    code = "from clerkkit import Clerk\nc = Clerk('sk_test_x')\nassert c.commerce is c.billing\n"
    done = subprocess.run([sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, check=True)
    assert (
        "<string>:3: DeprecationWarning: `clerk.commerce` was renamed to `clerk.billing` in API version 2025-11-10"
        in (done.stderr)
    )
