"""Bodies that handlers leave to be computed after the transaction, such as signed tokens."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.request.execution import perform
from clerk_emulator.request.state import State
from tests.emulator.api import Api
from tests.emulator.jwts import verified


@pytest.fixture
def session_id(api: Api) -> str:
    made: str = api.post("/sessions", {"user_id": api.user()["id"]})["id"]
    return made


def test_other_requests_are_answered_while_a_token_is_signed(
    api: Api, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign, begun, go_on = jwts.sign, threading.Event(), threading.Event()

    def sign_slowly(*args: Any, **options: Any) -> str:
        begun.set()
        assert go_on.wait(10)
        return sign(*args, **options)

    monkeypatch.setattr(jwts, "sign", sign_slowly)
    with ThreadPoolExecutor() as threads:
        token = threads.submit(api.post, f"/sessions/{session_id}/tokens")
        try:
            assert begun.wait(10)
            assert api.post("/users", {"username": "bob_b"})["username"] == "bob_b"
            assert api.post(f"/sessions/{session_id}/revoke")["status"] == "revoked"
            assert not token.done()
        finally:
            go_on.set()
        assert verified(api, token.result()["jwt"])["sts"] == "active"


@pytest.mark.unobserved
@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ClerkAPIError(422, "signing_failed", "cannot be signed"), 422, "signing_failed"),
        (OSError("no entropy"), 500, "internal_clerk_error"),
    ],
    ids=["Clerk's error", "crash"],
)
def test_failure_to_compute_a_body_is_an_error_response(
    api: Api,
    emulator: Emulator,
    session_id: str,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_args: Any, **_options: Any) -> str:
        raise failure

    monkeypatch.setattr(jwts, "sign", fail)
    problem = api.refused("POST", f"/sessions/{session_id}/tokens")
    assert (problem.status, problem.codes) == (status, [code])
    (recorded,) = emulator.requests.find("CreateSessionToken")
    assert (recorded.status, recorded.error_codes) == (status, (code,))
    problems = list(emulator.problems)
    emulator.problems.clear()
    crash = f"CreateSessionToken (POST /v1/sessions/{session_id}/tokens): OSError('no entropy')"
    assert problems == ([crash] if status == 500 else [])


@pytest.mark.unobserved
def test_computed_body_is_validated(
    api: Api, emulator: Emulator, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def return_a_number(*_args: Any, **_options: Any) -> Any:
        return 7

    monkeypatch.setattr(jwts, "sign", return_a_number)
    assert api.post(f"/sessions/{session_id}/tokens")["jwt"] == 7
    problems = list(emulator.problems)
    emulator.problems.clear()
    assert len(problems) == 1
    assert "jwt" in problems[0]


def test_perform_computes_the_body() -> None:
    state = State()
    with state.store.transaction():
        user = perform(state, "CreateUser", {"username": "ada_l"})
        session = perform(state, "createSession", {"user_id": user["id"]})
        token = perform(state, "CreateSessionToken", session_id=session["id"])
    claims = jwts.read(state.keys, token["jwt"])
    assert claims is not None
    assert claims["sub"] == user["id"]
    state.close()


_IN_A_FORK = """
import os
import time

import httpx

from clerk_emulator import Emulator


def sign() -> None:
    with Emulator() as emulator:
        key = {"Authorization": f"Bearer {emulator.secret_key}"}
        with httpx.Client(base_url=f"{emulator.origin}/v1", headers=key, timeout=10, trust_env=False) as http:
            user = http.post("/users", json={"username": "ada_1"}).json()["id"]
            session = http.post("/sessions", json={"user_id": user}).json()["id"]
            http.post(f"/sessions/{session}/tokens").raise_for_status()


sign()
# Threads that were joined may still run the cleanup of OpenSSL, and the child would inherit its lock.
while len(os.listdir("/proc/self/task")) > 1:
    time.sleep(0.001)
child = os.fork()
if child == 0:
    sign()
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_forked_process_signs_tokens_of_its_own_emulator() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", _IN_A_FORK], check=True, timeout=60)
