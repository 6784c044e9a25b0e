"""The report about operations that the tests have called."""

from __future__ import annotations

import json

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage import ledger
from tests.emulator import coverage, coverage_page, observed_errors

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
    ("frontend/verify", 303): 1,
    ("frontend/verify", 400): 1,
    ("frontend/getClient", 200): 1,
}


def test_reports_missing_coverage() -> None:
    assert coverage.lacking(COUNTS, ["DeleteUser", "GetUser", "createSession", "BanUser", "GetInstance"]) == [
        "BanUser: no refusal",
        "createSession: no success",
        "DeleteUser: no success",
        "DeleteUser: no refusal",
    ]
    assert coverage.lacking(COUNTS, ["GetUser"]) == []
    lists = {("ListBlocklistIdentifiers", 200): 1, ("ListBlocklistIdentifiers", 401): 1}
    assert coverage.lacking(lists, ["ListBlocklistIdentifiers"]) == ["ListBlocklistIdentifiers: no refusal"]
    assert coverage.lacking({**lists, ("ListBlocklistIdentifiers", 402): 1}, ["ListBlocklistIdentifiers"]) == []
    assert coverage.lacking(COUNTS, ["frontend/verify", "frontend/getClient"]) == ["frontend/getClient: no refusal"]


def test_coverage_table() -> None:
    assert coverage.table(COUNTS, ["createSession", "GetUser", "DeleteUser"]) == [
        "                200   204   303   400   401   404   422   429   503",
        "createSession     ·     ·     ·     ·     ·     ·    12     ·     ·",
        "DeleteUser        ·     ·     ·     ·     ·     ·     ·     ·     ·",
        "GetUser           2     ·     ·     ·     ·     1     ·     ·     ·",
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
    page = coverage_page.render_backend(statuses, [("BanUser", "user.updated"), ("BanUser", "session.revoked")])
    users = page.partition("## Users\n")[2]
    assert "| `POST /users/{user_id}/ban` | 200, 401, 402 | `session.revoked`, `user.updated` |" in users
    assert "| `POST /users/{user_id}/unban` |  |  |" in users
    assert "| `GET /jwks` | 200 |  |" in page
    assert "handshake_payload" not in page


def test_page_of_the_frontend_api_lists_what_is_not_emulated() -> None:
    page = coverage_page.render_frontend([("frontend/getClient", 200), ("GetClient", 404)], [])
    seen, _, missing = page.partition(coverage_page.NOT_EMULATED)
    assert "| `GET /v1/client` | 200 |  |" in seen
    assert "`POST /v1/saml/acs/{saml_connection_id}`" in missing
    assert "`POST /v1/saml/acs/{saml_connection_id}`" not in seen
    assert "`GET /v1/client`" not in missing


def test_list_of_what_is_not_emulated_is_up_to_date() -> None:
    """`make coverage-api` updates the page."""
    page = coverage_page.FRONTEND.read_text(encoding="utf-8")
    assert page.endswith(f"\n{coverage_page.not_emulated()}")


def test_events_are_counted_for_the_request_that_caused_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "append", ledger.append)
    monkeypatch.setattr(coverage, "_EVENTS", set())
    monkeypatch.setattr(coverage.Plugin, "is_unobserved", False)
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


def test_errors_are_listed_by_operation_status_and_code_with_their_parameters() -> None:
    def body(code: str, **meta: str) -> dict[str, object]:
        return {"errors": [{"code": code, "meta": meta}]}

    seen = [
        *observed_errors.in_response("CreateUser", 422, body("form_param_missing", param_name="email_address")),
        *observed_errors.in_response("CreateUser", 422, body("form_param_missing", param_name="actor.sub")),
        *observed_errors.in_response("CreateUser", 422, body("form_param_unknown", param_name="nope")),
        *observed_errors.in_response("CreateUser", 400, body("request_body_invalid")),
        *observed_errors.in_response("CreateUser", 415, body("unsupported_content_type")),
        *observed_errors.in_response("CreateUser", 503, body("internal")),
        *observed_errors.in_response("CreateUser", 200, {"id": "user_1"}),
        *observed_errors.in_response("frontend/getClient", 401, body("signed_out")),
    ]
    assert json.loads(observed_errors.render(seen)) == {
        "CreateUser": {
            "400": {"request_body_invalid": []},
            "422": {"form_param_missing": ["actor.sub", "email_address"], "form_param_unknown": []},
        }
    }
