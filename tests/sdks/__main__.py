"""`python -m tests.sdks`: install Clerk's SDKs for JavaScript and Python, and run them against the emulator."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import jwt

from benchmarks import environments
from clerk_emulator import Emulator
from clerk_emulator.contract.specification import operations
from clerk_emulator.operations.registry import HANDLERS

HERE = Path(__file__).resolve().parent
JAVASCRIPT = "@clerk/backend@3.25.0"
NOT_EMULATED = next(one.id for one in operations().values() if (one.method, one.path) == ("GET", "/billing/plans"))

Json = dict[str, Any]


def main() -> int:
    """Return 1 if a method of an SDK fails, or a response differs from the contract."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            environments.OFFICIAL: environments.official().command("-W", "ignore", str(HERE / "official.py")),
            JAVASCRIPT: _javascript(Path(folder)),
        }
        problems = [problem for name, command in commands.items() for problem in _driven(name, command, folder)]
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def _javascript(folder: Path) -> list[str]:
    if not shutil.which("npm"):
        raise SystemExit("make sdks needs node and npm, which run Clerk's SDK for JavaScript")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), JAVASCRIPT]
    subprocess.run(install, check=True)
    return ["node", str(HERE / "javascript.mjs")]


def _driven(name: str, command: list[str], packages: str) -> list[str]:
    """Run a driver against a new emulator, print how many methods succeed, and return the problems."""
    answers: Counter[str] = Counter()
    with Emulator(
        validate_responses=True, observer=lambda operation, _status, _body: answers.update([operation])
    ) as emulator:
        HANDLERS.pop(NOT_EMULATED, None)
        given = {
            "origin": emulator.origin,
            "secretKey": emulator.secret_key,
            "publishableKey": emulator.publishable_key,
            "known": _known(emulator),
            "packages": packages,
        }
        done = subprocess.run(
            command, input=json.dumps(given), stdout=subprocess.PIPE, text=True, timeout=300, check=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        outcomes: dict[str, str | None] = found["outcomes"]
        wrong = [f"{name}: {method}: {outcome}" for method, outcome in outcomes.items() if outcome is not None]
        wrong += [f"{name}: {problem}" for problem in emulator.problems]
        if answers[NOT_EMULATED] != 1:
            wrong.append(f"{name}: what is not emulated was asked for {answers[NOT_EMULATED]} times")
        succeeded = [method for method in found["methods"] if outcomes.get(method, "") is None]
        checks = outcomes.keys() - found["methods"]
        print(f"{name}: {len(succeeded)} of {len(found['methods'])} methods succeed, and {len(checks)} checks are made")
        return wrong


def _known(emulator: Emulator) -> Json:
    """Create what the Backend API cannot create, such as passkeys and connected accounts, and return the ids."""
    headers = {"Authorization": f"Bearer {emulator.secret_key}"}
    with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False) as http:
        user = http.post("/users", json={"email_address": ["ada@example.com"]}).json()["id"]
        body = {"name": "App", "redirect_uris": ["https://example.com/callback"]}
        application = http.post("/oauth_applications", json=body).json()["id"]
        token = emulator.sign_in(user)
        session = jwt.decode(token, options={"verify_signature": False})["sid"]
        client = http.get(f"/sessions/{session}").json()["client_id"]
    refresh = {
        "expired_token": token,
        "refresh_token": emulator.refresh_token(session),
        "request_origin": "http://localhost:3000",
    }
    return {
        "user": user,
        "account": emulator.connect_account(user, "google", email_address="ada@example.com")["id"],
        "passkey": emulator.add_passkey(user)["id"],
        "device": emulator.trust_device(user)["id"],
        "application": application,
        "oauthToken": emulator.issue_oauth_token(application, user),
        "session": session,
        "clientToken": emulator.client_token(client),
        "nonce": emulator.handshake(session),
        "refresh": refresh,
    }


if __name__ == "__main__":
    sys.exit(main())
