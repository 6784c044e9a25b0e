"""@clerk/testing works unmodified, over https. Its `emailAddress` helper does not: it always calls Clerk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser import npm
from tests.browser.site import Placement, Site
from tests.browser.steps import EMAIL, PASSWORD, PHONE, create_user

SCRIPT = npm.ROOT / "tests" / "browser" / "static" / "testing.mjs"


@pytest.mark.flow("`@clerk/testing`: password, code, ticket, agent task, sign out")
def test_signs_in_and_out(
    clerk: Clerk,
    clerk_emulator: Emulator,
    sites: Callable[[Placement], Site],
    browser_type_launch_args: dict[str, Any],
) -> None:
    user = create_user(clerk, phone_number=[PHONE])
    users = {
        "password": {"strategy": "password", "identifier": EMAIL, "password": PASSWORD},
        "email_code": {"strategy": "email_code", "identifier": EMAIL},
        "phone_code": {"strategy": "phone_code", "identifier": PHONE},
        "ticket": {"strategy": "ticket", "ticket": clerk.sign_in_tokens.create(user_id=user.id).token},
    }
    site = sites("https")
    assert clerk_emulator.https_origin
    given = {
        "browser": {
            "executablePath": browser_type_launch_args["executable_path"],
            "args": browser_type_launch_args["args"],
        },
        "site": site.url(),
        "frontendApiUrl": clerk_emulator.https_origin.removeprefix("https://"),
        "users": users,
    }
    task = {
        "onBehalfOf": {"userId": user.id},
        "permissions": "*",
        "agentName": "test",
        "taskDescription": "Look around",
        "redirectUrl": site.url(),
    }
    results = _run(clerk_emulator, json.dumps(given), json.dumps(task))
    assert results == dict.fromkeys([*users, "agent"], user.id)
    requests = clerk_emulator.requests.find(operation="createSignIn")
    assert len(requests) == len(users)
    assert all("__clerk_testing_token" in dict(one.query) for one in requests)


def _run(emulator: Emulator, *arguments: str) -> Any:
    # Node finds packages by the path of the script.
    script = shutil.copy(SCRIPT, npm.FOLDER / SCRIPT.name)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    done = subprocess.run(
        ["node", script, *arguments],
        env={**inherited, **emulator.environment, "CLERK_TELEMETRY_DISABLED": "1"},
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
