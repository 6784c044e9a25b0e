"""The examples run against a server on loopback, with the expected output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.loopback import ENVIRONMENT, KEY, Received, Script, respond, serve

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
USER = {"id": "user_1", "object": "user", "first_name": "Ada", "created_at": 1769860800123, "last_sign_in_at": None}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def run(name: str, script: Script, *arguments: str, stdin: str = "") -> tuple[subprocess.CompletedProcess[str], Any]:
    with serve(script) as server:
        environment = {**os.environ, **ENVIRONMENT, "CLERK_SECRET_KEY": KEY, "CLERK_API_URL": server.url}
        command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
        done = subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, check=False)
    return done, server


def refusal(status: int, code: str, text: str) -> bytes:
    return respond(status, {"errors": [{"code": code, "message": "no", "long_message": text}], "clerk_trace_id": "t1"})


def test_users_runs_all_steps(tmp_path: Path) -> None:
    picture = tmp_path / "me.png"
    picture.write_bytes(PNG)
    deleted: list[str] = []

    def clerk(received: Received) -> bytes:
        if received.path.endswith("verify_password"):
            return respond(200, {"verified": True})
        if received.method == "DELETE":
            deleted.append(received.path)
            return respond(200, {"id": "user_1", "object": "user", "deleted": True})
        if deleted:
            return refusal(404, "resource_not_found", "No user was found with id user_1.")
        if (received.method, received.path) == ("GET", "/users"):
            sent = dict(received.query)
            return respond(200, [] if "starting_after" in sent or sent.get("offset", "0") != "0" else [USER])
        return respond(200, USER)

    done, server = run("users.py", clerk, str(picture))
    assert done.stdout.splitlines() == [
        "Ada, since 31 January 2026",
        "- user_1 Ada",
        "right password: True",
        "404 resource_not_found: No user was found with id user_1. [GET /users/{user_id}, trace id t1]",
    ]
    assert (done.returncode, done.stderr) == (0, "")
    assert b"me.png" in server.requests[1].body


def test_users_reports_a_taken_email_address(tmp_path: Path) -> None:
    done, _ = run("users.py", refusal(422, "form_identifier_exists", "Taken."), "me.png")
    assert done.stdout.startswith("This email address is taken: 422 form_identifier_exists: Taken.")


def test_users_raises_any_other_error() -> None:
    done, _ = run("users.py", refusal(422, "form_password_pwned", "Found in a breach."), "me.png")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "422 form_password_pwned: Found in a breach." in done.stderr


def test_bulk_reports_failures_and_continues() -> None:
    def clerk(received: Received) -> bytes:
        gone = refusal(404, "resource_not_found", "No such user.")
        return gone if "user_2" in received.path else respond(200, USER)

    done, server = run("bulk.py", clerk, stdin="user_1\n\nuser_2\nuser_3\n")
    assert done.stdout == "2 locked, 1 failed\n"
    assert done.stderr.startswith("user_2: 404 resource_not_found: No such user.")
    assert done.returncode == 1
    assert sorted(request.path for request in server.requests) == [f"/users/user_{n}/lock" for n in (1, 2, 3)]


def test_async_drift_logs_differences() -> None:
    responses = {
        "/users/count": {"object": "total_count", "total_count": 3},
        "/organizations": {"data": [], "total_count": 2, "news": json.loads("[1]")},
        "/invitations": [],
    }
    done, _ = run("async_drift.py", lambda received: respond(200, responses[received.path]))
    assert done.stdout == "3 users, 2 organizations, 0 invitations\n"
    assert done.stderr == "WARNING:drift:GET /organizations /*: unknown key\n"
