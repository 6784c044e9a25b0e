"""A possible future version of Clerk's API: generated client, events and emulator work without changes by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from generator.commands import main
from tests.generator.projects import copied

SOURCES = ("core", "generated", "overlay", "emulator", ".")
TESTS = (
    "tests/core/test_client.py",
    "tests/generated/test_events.py::test_documented_events_are_decoded",
    "tests/generated/test_events.py::test_schemas_shared_by_events_and_responses_have_one_class",
    "tests/generated/test_classes.py::test_every_class_has_a_schema",
    "tests/generated/test_classes.py::test_attributes_equal_the_properties_of_the_schema",
    "tests/overlay/auth/test_emulator.py",
    "tests/emulator/test_clerk.py",
    "tests/emulator/request/test_requests.py",
    "tests/emulator/operations/test_users.py",
)


def revise(contract: dict[str, Any]) -> None:
    """Change the contract to a new version: operations are added and removed, responses have more keys."""
    contract["info"]["version"] = "2099-01-01"
    gadgets = {
        **contract["paths"]["/users/{user_id}"]["get"],
        "operationId": "GetUserGadgets",
        "x-python": {"resource": "users", "method": "get_gadgets", "function": "get_user_gadgets"},
    }
    contract["paths"]["/users/{user_id}/gadgets"] = {"get": gadgets}
    contract["paths"].pop("/actor_tokens/{actor_token_id}/revoke", None)
    schemas = contract["components"]["schemas"]
    for name, key, schema in (
        ("User", "shoe_size", {"type": ["integer", "null"]}),
        ("EmailAddress", "mood", {"type": "string", "enum": ["good", "bad"]}),
        ("Organization", "tier", {"type": "string"}),
    ):
        schemas[name]["properties"][key] = schema
        schemas[name]["required"].append(key)
    schemas["Invitation"]["properties"]["status"]["enum"].append("frozen")
    schemas["Session"]["properties"].pop("latest_activity", None)


def test_future_version_needs_no_changes_by_hand(tmp_path: Path) -> None:
    root = copied(tmp_path / "project")
    path = root / "spec" / "contract.json"
    contract = json.loads(path.read_text(encoding="utf-8"))
    revise(contract)
    path.write_text(json.dumps(contract), encoding="utf-8")
    assert main(["--root", str(root), "generate"]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(root / source) for source in SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout
