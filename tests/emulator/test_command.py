"""What the command prints: keys and variables at the start, and a line for each request."""

from __future__ import annotations

import base64
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from clerk_emulator import Emulator, State
from tests.emulator.http.test_server import KEY, ended, running

PUBLISHABLE_KEY = "pk_test_" + base64.b64encode(b"shop-7.clerk.accounts.dev$").decode().rstrip("=")

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes here").decode()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "clerk_emulator", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def exported(lines: str) -> dict[str, str]:
    """Return the variables that a shell has after it has read the lines."""
    script = f'{lines}\nprintf "%s\\n" "$CLERK_API_URL" "$CLERK_SECRET_KEY" "$CLERK_PUBLISHABLE_KEY"'
    done = subprocess.run(["sh", "-eu", "-c", script], env={}, capture_output=True, text=True, check=True)
    return dict(zip(("url", "secret_key", "publishable_key"), done.stdout.splitlines(), strict=True))


def test_start_prints_what_applications_need() -> None:
    with running("--publishable-key", PUBLISHABLE_KEY) as program:
        origin = program.url.removesuffix("/v1")
        assert f"Clerk emulator:  {program.url}\n" in program.said
        assert f"Publishable key: {PUBLISHABLE_KEY}\n" in program.said
        dashboard = re.search(r"Dashboard: +(\S+)\n", program.said)
        assert dashboard
        assert "<h1>Overview</h1>" in httpx.get(dashboard[1], trust_env=False).text
        jwks = re.search(r"JWKS: +(\S+)\n", program.said)
        assert jwks
        assert httpx.get(jwks[1], trust_env=False).json()["keys"][0]["kty"] == "RSA"
        exports = "\n".join(re.findall(r"^ *export .*$", program.said, re.MULTILINE))
        found = {"url": origin, "secret_key": KEY, "publishable_key": PUBLISHABLE_KEY}
        assert exported(exports) == found
        # Another process prints the variables of the running emulator.
        done = command("--print-env", "--port", origin.rpartition(":")[2])
        assert (done.returncode, done.stderr) == (0, "")
        assert exported(done.stdout) == found
        assert all(line.startswith("export ") for line in done.stdout.splitlines())
        program.process.send_signal(signal.SIGTERM)
        assert ended(program) == (0, "")


def test_print_env_prints_the_keys_that_a_database_will_have(tmp_path: Path) -> None:
    db = str(tmp_path / "clerk.db")
    port = free_port()
    first, second = (command("--print-env", "--port", port, "--db", db) for _ in range(2))
    assert first.stdout == second.stdout
    with running("--db", db, "--port", port, fixed_key=False) as program:
        assert exported(first.stdout)["secret_key"] in program.said
        assert exported(first.stdout)["url"] == program.url.removesuffix("/v1")


@pytest.mark.parametrize(
    ("arguments", "secret"),
    [
        ([], None),
        (["--webhook", "http://127.0.0.1:1/a"], r"whsec_\S+"),
        (["--webhook", "http://127.0.0.1:1/a", "--webhook", "http://127.0.0.1:1/b"], None),
        (
            [
                "--webhook",
                "http://127.0.0.1:1/a",
                "--webhook",
                "http://127.0.0.1:1/b",
                "--webhook-secret",
                WEBHOOK_SECRET,
            ],
            WEBHOOK_SECRET,
        ),
    ],
    ids=["no endpoint", "one endpoint", "different secrets", "one secret"],
)
def test_print_env_prints_the_secret_of_webhooks_if_there_is_one(arguments: list[str], secret: str | None) -> None:
    with running(*arguments) as program:
        done = command("--print-env", "--port", program.url.removesuffix("/v1").rpartition(":")[2])
        for printed in (program.said, done.stdout):
            found = re.findall(r"export CLERK_WEBHOOK_SIGNING_SECRET=(\S+)", printed)
            assert len(found) == bool(secret)
            assert not secret or re.fullmatch(secret, found[0])


def free_port() -> str:
    with Emulator() as emulator:
        return emulator.origin.rpartition(":")[2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "no emulator runs at http://127.0.0.1:1, and neither --db nor --secret-key is given"),
        (["--port", "0", "--db", "x.db"], "needs the port of the emulator"),
        (["--seed", "x.yaml"], "cannot be combined with --seed"),
    ],
)
def test_print_env_rejects_what_it_cannot_know(arguments: list[str], reason: str) -> None:
    done = command("--print-env", "--port", "1", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_logs_one_line_for_each_request_without_personal_data() -> None:
    with running(quiet=False) as program, program.http() as http:
        http.post("/users", json={"email_address": ["ada@example.com"], "password": "correct horse battery"})
        http.get("/users", params={"email_address": "ada@example.com", "limit": 1})
        http.get("/users/ada@example.com")
        http.get("/users/ada%40example.com?ada@example.com")
        http.get(f"/users/{KEY}", headers={"X-Clerk-Emulator-Fault": "status=503"})
        httpx.get(program.url.removesuffix("/v1") + "/_emulator/health", trust_env=False)
        httpx.post(program.url.removesuffix("/v1") + "/_emulator/reset", trust_env=False)
        program.process.send_signal(signal.SIGTERM)
        out, errors = program.process.communicate(timeout=30)
    assert errors == ""
    lines = [re.sub(r" \d+\.\d ms$", "", line) for line in out.splitlines() if line]
    assert lines == [
        "POST /v1/users 200",
        "GET /v1/users?email_address=***&limit=*** 200",
        "GET /v1/users/*** 404",
        "GET /v1/users/***?*** 404",
        "GET /v1/users/*** 503",
        "POST /_emulator/reset 204",
    ]


def test_quiet_prints_no_requests() -> None:
    with running("--quiet") as program, program.http() as http:
        http.get("/users")
        program.process.send_signal(signal.SIGTERM)
        printed, errors = program.process.communicate(timeout=30)
        # The last line of the banner is empty, and may have been read before.
        assert (printed.strip(), errors) == ("", "")


def test_publishable_key_names_the_issuer_of_tokens() -> None:
    with Emulator(publishable_key=PUBLISHABLE_KEY) as emulator:
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        user = httpx.post(emulator.url + "/users", headers=headers, json={"username": "ada_l"}, trust_env=False).json()
        claims = emulator.sign_in(user["id"]).split(".")[1]
        assert b'"iss":"https://shop-7.clerk.accounts.dev"' in base64.urlsafe_b64decode(claims + "==")
        (domain,) = httpx.get(emulator.url + "/domains", headers=headers, trust_env=False).json()["data"]
        assert (domain["name"], domain["frontend_api_url"]) == (
            "shop-7.accounts.dev",
            "https://shop-7.clerk.accounts.dev",
        )
        assert emulator.dump()["keys"]["publishable_key"] == emulator.publishable_key == PUBLISHABLE_KEY


def test_publishable_key_persists(tmp_path: Path) -> None:
    db = tmp_path / "clerk.db"
    Emulator(db=db, publishable_key=PUBLISHABLE_KEY).stop()
    with Emulator(db=db) as emulator:
        assert emulator.publishable_key == PUBLISHABLE_KEY
        seed = yaml.safe_load(yaml.safe_dump(emulator.dump()))
    with Emulator(seed=seed) as emulator:
        assert emulator.publishable_key == PUBLISHABLE_KEY


@pytest.mark.parametrize(
    "key",
    [
        "",
        "pk_test_",
        "pk_live_",
        PUBLISHABLE_KEY.removeprefix("pk_test_"),
        "pk_test_not base64",
        "pk_test_" + base64.b64encode(b"shop-7.clerk.accounts.dev").decode(),
        "pk_test_" + base64.b64encode(b"shop-7/../x.dev$").decode(),
        "pk_test_" + base64.b64encode(b"localhost$").decode(),
        "pk_test_" + base64.b64encode("schön.example$".encode()).decode(),
    ],
)
def test_rejects_invalid_publishable_keys(key: str) -> None:
    with pytest.raises(ValueError, match=r"publishable_key must be pk_test_ or pk_live_ and, in base64"):
        State(publishable_key=key)
