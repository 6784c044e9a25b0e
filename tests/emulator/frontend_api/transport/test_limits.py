"""Limits of requests, faults, and crashes."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.frontend_api import registry
from tests.emulator.frontend_api.browser import Browser

SIGN_INS = "/client/sign_ins"


def test_sign_ins_are_not_limited_by_default(browser: Browser) -> None:
    assert [browser.send("POST", SIGN_INS).status_code for _ in range(10)] == [200] * 10


def test_sign_ins_of_an_address_are_limited_if_wanted() -> None:
    with Emulator(rate_limits="development") as emulator, Browser(emulator) as browser:
        emulator.clock.freeze()
        assert [browser.send("POST", SIGN_INS).status_code for _ in range(5)] == [200] * 5
        refused = browser.send("POST", SIGN_INS)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "too_many_requests")
        assert refused.headers["Retry-After"] == "10"
        # Only this operation is blocked.
        attempt = f"{SIGN_INS}/sia_unknown/attempt_first_factor"
        statuses = [browser.send("POST", attempt, body={"strategy": "password"}).status_code for _ in range(4)]
        assert statuses == [404, 404, 404, 429]
        emulator.clock.advance(10)
        assert browser.send("POST", SIGN_INS).status_code == 200


@pytest.mark.parametrize("operation", ["getEnvironment", None])
def test_faults_apply(emulator: Emulator, browser: Browser, operation: str | None) -> None:
    emulator.faults.add(operation, status=503)
    response = browser.send("GET", "/environment")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (503, "service_unavailable")
    # The page can read the error.
    assert response.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert browser.send("GET", "/environment").status_code == 200


def test_fault_can_close_the_connection(emulator: Emulator, browser: Browser) -> None:
    emulator.faults.add("getEnvironment", act="cut")
    with pytest.raises(Exception, match="disconnected"):
        browser.send("GET", "/environment")


def test_crash_is_an_internal_error_and_a_problem(
    emulator: Emulator, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_call: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setitem(registry.HANDLERS, "getClient", registry.RegisteredHandler(crash, False, False, False))
    response = browser.send("GET", "/client")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (500, "internal_clerk_error")
    assert "a bug" not in response.text
    assert emulator.problems == ["frontend/getClient (GET /v1/client): RuntimeError('a bug')"]
    emulator.problems.clear()


def test_handlers_are_registered_once() -> None:
    with pytest.raises(ValueError, match="getClient already has a handler"):
        registry.frontend_operation("getClient")


def test_handlers_are_those_of_the_document() -> None:
    from clerk_emulator.contract.specification import frontend_operations

    assert set(registry.HANDLERS) <= set(frontend_operations())
