"""The example of a guard, in Flask and in FastAPI, and what it responds to several callers."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

from starlette.testclient import TestClient

from clerk_emulator import Emulator
from tools.reference import markdown
from tools.reference.section import SectionFailed

SYNC = """\
from flask import Flask

from clerkkit.integrations.flask import ClerkExtension, require_auth

app = Flask(__name__)
app.config["CLERK_AUTHORIZED_PARTIES"] = ["http://localhost:3000"]
clerk = ClerkExtension(app)


@app.get("/reports")
@require_auth(role="admin")
def reports() -> list[str]:
    return ["January"]
"""
ASYNC = """\
from fastapi import Depends, FastAPI

from clerkkit.auth import AuthOptions
from clerkkit.integrations.fastapi import ClerkMiddleware, require_auth

app = FastAPI()
options = AuthOptions.from_environment(authorized_parties=["http://localhost:3000"])
app.add_middleware(ClerkMiddleware, options=options)


@app.get("/reports", dependencies=[Depends(require_auth(role="admin"))])
async def reports() -> list[str]:
    return ["January"]
"""
_PATH = "/reports"
_ORIGIN = "http://localhost:3000"


class GuardFailed(SectionFailed):
    """The two applications do not respond in the same way."""


def render(emulator: Emulator) -> str:
    """Return the table of callers and responses.

    Raises GuardFailed if the applications respond with different statuses.
    """
    callers = {
        "a request without a token": {},
        "Bob, who is a member of the active organization": _headers(emulator, "user_bob"),
        "Ada, who is its administrator": _headers(emulator, "user_ada"),
    }
    rows: list[tuple[str, str]] = []
    with mock.patch.dict(os.environ, emulator.environment):
        flask, served = _run(SYNC), _run(ASYNC)["app"]
        with flask["app"].app_context():
            client = flask["clerk"].client
        with client, TestClient(served, base_url=_ORIGIN) as fastapi:
            for caller, headers in callers.items():
                statuses = [
                    flask["app"].test_client().get(_PATH, headers=headers, base_url=_ORIGIN).status_code,
                    fastapi.get(_PATH, headers=headers).status_code,
                ]
                if len(set(statuses)) > 1:
                    raise GuardFailed(f"{caller}: Flask and FastAPI respond with {statuses}")
                rows.append((caller, str(statuses[0])))
    return markdown.table(("caller", "status"), rows)


def _headers(emulator: Emulator, user_id: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {emulator.sign_in(user_id, 'org_acme')}"}


def _run(code: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "application"}
    exec(compile(code, "<guard>", "exec", dont_inherit=True), namespace)
    return namespace
