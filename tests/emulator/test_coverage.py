"""The report about operations that the tests have called."""

from __future__ import annotations

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage import ledger
from tests.emulator import coverage, coverage_page

COUNTS = {
    ("GetUser", 200): 2,
    ("GetUser", 404): 1,
    ("BanUser", 204): 1,
    ("BanUser", 401): 1,
    ("BanUser", 429): 1,
    ("BanUser", 503): 1,
    ("createSession", 422): 12,
    ("GetInstance", 200): 1,
    ("GetInstance", 401): 1,
}


def test_reports_missing_coverage() -> None:
    assert coverage.lacking(COUNTS, ["DeleteUser", "GetUser", "createSession", "BanUser", "GetInstance"]) == [
        "BanUser: no refusal",
        "createSession: no success",
        "DeleteUser: no success",
        "DeleteUser: no refusal",
    ]
    assert coverage.lacking(COUNTS, ["GetUser"]) == []


def test_coverage_table() -> None:
    assert coverage.table(COUNTS, ["createSession", "GetUser", "DeleteUser"]) == [
        "                200   204   401   404   422   429   503",
        "createSession     ·     ·     ·     ·    12     ·     ·",
        "DeleteUser        ·     ·     ·     ·     ·     ·     ·",
        "GetUser           2     ·     ·     1     ·     ·     ·",
    ]


def test_coverage_page_lists_statuses_and_events_of_each_operation() -> None:
    statuses = [
        ("BanUser", 200),
        ("BanUser", 402),
        ("BanUser", 401),
        ("BanUser", 429),
        ("BanUser", 503),
        ("GetJWKS", 200),
    ]
    page = coverage_page.render(statuses, [("BanUser", "user.updated"), ("BanUser", "session.revoked")])
    users = page.partition("## Users\n")[2]
    assert "| `POST /users/{user_id}/ban` | 200, 401, 402 | `session.revoked`, `user.updated` |" in users
    assert "| `POST /users/{user_id}/unban` |  |  |" in users
    assert "| `GET /jwks` | 200 |  |" in page
    assert "handshake_payload" not in page


def test_events_are_counted_for_the_request_that_caused_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "append", ledger.append)
    monkeypatch.setattr(coverage, "_EVENTS", set())
    monkeypatch.setattr(coverage.Plugin, "has_random_input", False)
    coverage.observe_events()
    with (
        Emulator(observer=coverage.observe) as emulator,
        httpx.Client(
            base_url=emulator.url, headers={"Authorization": f"Bearer {emulator.secret_key}"}, trust_env=False
        ) as http,
    ):
        user_id = http.post("/users", json={"email_address": ["ada@example.com"]}).json()["id"]
        emulator.sign_in(user_id)
        assert http.get(f"/users/{user_id}").status_code == 200
        assert http.post("/users", json={"email_address": ["ada@example.com"]}).status_code == 422
        http.delete(f"/users/{user_id}")
    caused = {event for operation, event in coverage._EVENTS if operation == "DeleteUser"}
    assert "user.deleted" in caused
    assert coverage._EVENTS - {("DeleteUser", event) for event in caused} == {("CreateUser", "user.created")}
