"""The guard reports names that overlay and emulator use and that do not exist, by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD
from clerk_emulator.operations.registry import HANDLERS as HANDLED
from generator.changes import report
from generator.checks.guard import Finding, check_emulator, check_overlay, check_project
from generator.commands import main
from generator.problems import GeneratorProblem
from tests.generator.changes.contracts import BASE

ROOT = Path(__file__).resolve().parents[2]

GENERATED = {
    "__init__.py": "from clerk_bapi.client import Client\n",
    "client.py": "class Client(Base):\n    def things(self): ...\n",
    "response_schemas.json": '{"operations": {"GET /things/{thing_id}": {}}, "schemas": {}}',
    "api/__init__.py": "if TYPE_CHECKING:\n    from clerk_bapi.api.things import get_thing as get_thing\n",
    "api/things.py": """\
@overload
def get_thing(thing_id: str) -> None: ...
def get_thing(thing_id: str, *, deep: bool = False, name: str) -> None: ...
def set_metadata(thing_id: str, *, public_metadata: object = 1, private_metadata: object = 2) -> None: ...
""",
    "models/__init__.py": "",
    "models/things.py": "class Thing(Model):\n    id: str\n",
    "resources/__init__.py": "",
    "resources/things.py": "class ThingsResource(Resource):\n    def get(self): ...\n",
}


def folder(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def findings(tmp_path: Path, source: str, **more: str) -> list[tuple[int, str]]:
    package = folder(tmp_path / "generated" / "clerk_bapi", GENERATED)
    overlay = folder(tmp_path / "overlay" / "clerkkit", {"users.py": source, **more})
    found = check_overlay(overlay, package)
    assert {finding.file for finding in found} <= {"clerkkit/users.py"}
    return [(finding.line, finding.problem) for finding in found]


FINE = """\
\"\"\"See `GET /things/{thing_id}`.\"\"\"
import clerk_bapi
from clerk_bapi import api
from clerk_bapi.api import get_thing as get
from clerk_bapi.api.things import set_metadata
from clerk_bapi.models.things import Thing
from clerk_bapi.resources.things import ThingsResource
class Client(clerk_bapi.Client):
    got = ThingsResource.get
    def use(self, **given):
        get("x", deep=True, name="y")
        get(*given, **given)
        api.get_thing(thing_id="x", name="y")
        set_metadata("x", public_metadata={})
"""


def test_existing_names_are_not_reported(tmp_path: Path) -> None:
    assert findings(tmp_path, FINE) == []


GET = "from clerk_bapi.api.things import get_thing\n\n"
CASES = {
    "a module": ("from clerk_bapi.api.users import get_user\n", [(1, "there is no module clerk_bapi.api.users")]),
    "a module as a whole": ("import clerk_bapi.users\n", [(1, "there is no module clerk_bapi.users")]),
    "a function": (
        "from clerk_bapi.api.things import (\n    get_thing,\n    get_user,\n)\n",
        [(1, "clerk_bapi.api.things has no get_user")],
    ),
    "a late name": ("from clerk_bapi.api import get_user\n", [(1, "clerk_bapi.api has no get_user")]),
    "a name of a module": (
        "from clerk_bapi.api import things\n\nthings.get_user()\n",
        [(3, "clerk_bapi.api.things has no get_user")],
    ),
    "a name of the package": ("import clerk_bapi\nclerk_bapi.AsyncClient\n", [(2, "clerk_bapi has no AsyncClient")]),
    "a method": (
        "from clerk_bapi.resources.things import ThingsResource\nclass Things(ThingsResource):\n"
        "    all = ThingsResource.list\n",
        [(3, "clerk_bapi.resources.things.ThingsResource has no list")],
    ),
    "a keyword": (
        GET + "get_thing('x', name='y',\n    shallow=True)\n",
        [(3, "clerk_bapi.api.things.get_thing has no argument shallow")],
    ),
    "a needed keyword": (GET + "get_thing('x')\n", [(3, "clerk_bapi.api.things.get_thing requires the argument name")]),
    "too many by position": (
        GET + "get_thing('x', 'y', name='z')\n",
        [(3, "clerk_bapi.api.things.get_thing takes 1 arguments by position, not 2")],
    ),
    "a keyword of a module's function": (
        "from clerk_bapi.api import things\nthings.set_metadata('x', public=1)\n",
        [(2, "clerk_bapi.api.things.set_metadata has no argument public")],
    ),
    "an operation that a docstring names": (
        'def get():\n    """One thing.\n\n    `GET /things/{id}`\n    """\n',
        [(4, "get: there is no operation GET /things/{id}")],
    ),
    "an operation of a module's docstring": (
        '"""`PUT /things`"""\n',
        [(1, "the module: there is no operation PUT /things")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_missing_names_are_reported_with_their_line(name: str, tmp_path: Path) -> None:
    source, expected = CASES[name]
    assert findings(tmp_path, source) == expected


def test_file_that_cannot_be_parsed_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GeneratorProblem, match=r"users\.py: cannot be read as Python"):
        findings(tmp_path, "def (:\n")
    with pytest.raises(GeneratorProblem, match="make generate"):
        check_overlay(tmp_path, tmp_path / "nowhere")


def test_this_project_uses_no_missing_name() -> None:
    assert check_project(ROOT) == []


HANDLERS = """\
@operation("ListThings")
def list_things(call): ...
@organization_operation("GoneThing", for_machines=True)
def gone(call): ...
operation(variable)
made = state.perform("LostThing", {})
perform("NoneOfIt")
operations("NoneOfIt")
"""


def test_handlers_of_missing_operations_are_reported(tmp_path: Path) -> None:
    emulator = folder(tmp_path / "clerk_emulator", {"groups/things.py": HANDLERS, "plain.py": ""})
    contract = {"paths": {"/things": {"get": {"operationId": "ListThings"}}}}
    assert [str(finding) for finding in check_emulator(emulator, contract)] == [
        "clerk_emulator/groups/things.py:3: there is no operation GoneThing",
        "clerk_emulator/groups/things.py:6: there is no operation LostThing",
    ]


def test_all_handlers_of_the_emulator_are_found() -> None:
    """Otherwise a handler that is registered in another way would not be checked."""
    found = check_emulator(ROOT / "emulator" / "clerk_emulator", {"paths": {}})
    assert HANDLED.keys() - {HANDSHAKE_PAYLOAD} <= {finding.problem.rpartition(" ")[2] for finding in found}


NO_PATHS = '{"paths": {}}'


def test_command_prints_each_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings(tmp_path, FINE)
    folder(
        tmp_path,
        {
            "spec/contract.json": NO_PATHS,
            "spec/frontend_api.json": NO_PATHS,
            "emulator/clerk_emulator/operations/users.py": "",
        },
    )
    assert main(["--root", str(tmp_path), "guard"]) == 0
    findings(tmp_path, GET + "get_thing('x')\n")
    assert main(["--root", str(tmp_path), "guard"]) == 1
    assert capsys.readouterr().err == (
        "clerkkit/users.py:3: clerk_bapi.api.things.get_thing requires the argument name\n"
    )
    folder(tmp_path, {"emulator/clerk_emulator/operations/users.py": 'operation("Gone")'})
    assert main(["--root", str(tmp_path), "guard"]) == 1
    assert capsys.readouterr().err.splitlines()[1:] == [
        "clerk_emulator/operations/users.py:1: there is no operation Gone"
    ]


def test_report_begins_with_findings() -> None:
    made = report(BASE, BASE, findings=[Finding("clerkkit/users.py", 3, "clerk_bapi.api has no x")])
    assert "OVERLAY AND EMULATOR NEED WORK\n  clerkkit/users.py\n    line 3: clerk_bapi.api has no x\n" in made.text()
    assert "## Overlay and emulator need work\n\n### clerkkit/users.py\n\n- `line 3`: " in made.markdown()
    assert '"line": 3' in made.json()
