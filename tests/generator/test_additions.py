"""`spec/additions.yaml` adds operations that Clerk's document lacks."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.code.generate import _load_contract
from generator.commands import main
from generator.contract import additions
from generator.problems import GeneratorProblem
from tests.generator.documents import DOCUMENT, build

ROOT = Path(__file__).resolve().parents[2]
EMAIL: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "to": {"type": "string", "nullable": True},
        "user": {"$ref": "#/components/schemas/User"},
    },
}
FILE: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/emails/{email_id}": {
            "get": {
                "operationId": "GetEmail",
                "tags": ["Emails"],
                "parameters": [{"name": "verbose", "in": "query", "schema": {"type": "boolean"}}],
                "responses": {
                    "200": {"description": "x", "content": {"application/json": {"schema": EMAIL}}},
                    "404": {"$ref": "#/components/responses/ResourceNotFound"},
                },
            }
        }
    },
}


def changed(**responses: Any) -> dict[str, Any]:
    """Return the file with other responses of its operation."""
    new = copy.deepcopy(FILE)
    new["paths"]["/emails/{email_id}"]["get"]["responses"] = responses
    return new


def write(spec: Path, content: dict[str, Any]) -> None:
    (spec / additions.FILE).write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy everything that generation reads."""
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    shutil.copy(ROOT / "generator_config.yaml", tmp_path)
    return tmp_path


def generate(checkout: Path) -> None:
    assert main(["--root", str(checkout), "generate"]) == 0


def test_added_operation_becomes_a_typed_method(checkout: Path) -> None:
    contract = checkout / "spec" / "contract.json"
    before = contract.read_text(encoding="utf-8")
    write(checkout / "spec", FILE)
    generate(checkout)
    program = """
import inspect
from clerk_bapi import Client
from clerk_bapi.models import GetEmailResult, User
from clerk_bapi.api import get_email
read = GetEmailResult.from_dict({"id": "ema_1", "user": {"id": "user_1"}})
assert (read.id, read.to, type(read.user)) == ("ema_1", None, User), read
request = get_email("ema_1", verbose=True)
assert (request.path, request.query) == ("/emails/ema_1", "verbose=true"), request
method = Client("sk_test_1").emails.get
assert list(inspect.signature(method).parameters) == ["email_id", "verbose"]
assert "GET /emails/{email_id}" in method.__doc__
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(checkout / 'generated')!r}){program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr
    # Again, changed, and without the file: only the contract is looked at, and so the package is not generated.
    first = contract.read_text(encoding="utf-8")
    _load_contract(checkout / "spec")
    assert contract.read_text(encoding="utf-8") == first
    write(checkout / "spec", changed(**{"204": {"description": ""}}))
    _load_contract(checkout / "spec")
    facts = json.loads(contract.read_text(encoding="utf-8"))
    assert facts["x-added"]["schemas"] == []
    assert "GetEmailResponse" not in facts["components"]["schemas"]
    (checkout / "spec" / additions.FILE).unlink()
    _load_contract(checkout / "spec")
    assert contract.read_text(encoding="utf-8") == before


def test_new_document_keeps_the_additions(tmp_path: Path) -> None:
    (tmp_path / additions.FILE).write_text(yaml.safe_dump(changed(**{"204": {"description": ""}})), encoding="utf-8")
    facts = build(tmp_path, DOCUMENT).facts
    assert facts["paths"]["/emails/{email_id}"]["get"]["x-python"]["method"] == "get"
    assert facts["x-added"]["operations"] == ["get /emails/{email_id}"]


def test_operation_that_clerk_has_is_rejected(tmp_path: Path) -> None:
    path = next(iter(DOCUMENT["paths"]))
    method = next(iter(DOCUMENT["paths"][path]))
    content = {
        "openapi": "3.0.3",
        "paths": {path: {method: {"operationId": "Other", "responses": {"204": {"description": ""}}}}},
    }
    write(tmp_path, content)
    with pytest.raises(GeneratorProblem, match=rf"Clerk's document has {method.upper()} .*: remove it from the file"):
        build(tmp_path, DOCUMENT)


def test_schema_that_clerk_has_is_rejected(tmp_path: Path) -> None:
    name = next(iter(DOCUMENT["components"]["schemas"]))
    write(tmp_path, {**changed(**{"204": {"description": ""}}), "components": {"schemas": {name: {"type": "object"}}}})
    with pytest.raises(GeneratorProblem, match=f"Clerk's document has schemas {name}: choose another name"):
        build(tmp_path, DOCUMENT)


def test_missing_reference_is_named(tmp_path: Path) -> None:
    write(tmp_path, changed(**{"404": {"$ref": "#/components/responses/Nothing"}}))
    with pytest.raises(GeneratorProblem, match="refers to '#/components/responses/Nothing', which does not exist"):
        build(tmp_path, DOCUMENT)


def test_name_that_is_taken_is_rejected(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = copy.deepcopy(FILE)
    content["paths"]["/emails/{email_id}"]["get"] |= {"operationId": "GetUser", "tags": ["Users"]}
    write(checkout / "spec", content)
    assert main(["--root", str(checkout), "generate"]) == 1
    assert "GetUser would be named like GetUser: set a name in names.yaml" in capsys.readouterr().err
