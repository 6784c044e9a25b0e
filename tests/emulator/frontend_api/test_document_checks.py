"""The comparison with Clerk's document finds differences."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.emulator.frontend_api import document_checks
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.document_checks import violations

ORIGIN = "http://127.0.0.1"


def response(method: str, path: str, body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body, request=httpx.Request(method, ORIGIN + path))


@pytest.fixture
def client(browser: Browser) -> dict[str, Any]:
    """A client as the emulator shows it."""
    document_checks.document()
    found: dict[str, Any] = browser.post("/client")
    return found


def test_valid_response_has_no_violations(client: dict[str, Any]) -> None:
    wrapped = {"response": client, "client": None}
    assert violations(response("GET", "/v1/client?__clerk_db_jwt=x", wrapped)) == []
    assert violations(response("POST", "/v1/client/?_method=GET", wrapped)) == []
    assert violations(response("GET", "/__clerk//v1/client", wrapped)) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"sessions": None}, "response"), ({"sessions": [{}]}, "response"), ({"created_at": "now"}, "response")],
)
def test_wrong_value_is_found(client: dict[str, Any], changes: dict[str, Any], place: str) -> None:
    (found,) = violations(response("GET", "/v1/client", {"response": {**client, **changes}, "client": None}))
    assert found.startswith(f"getClient 200: {place}")


def test_missing_and_additional_keys_and_statuses_are_found(client: dict[str, Any]) -> None:
    wrapped = {"response": client, "client": None}
    assert violations(response("GET", "/v1/client", {"response": client}))
    assert violations(response("GET", "/v1/client", {**wrapped, "more": 1}))
    assert violations(response("GET", "/v1/client", wrapped, 201)) == [
        "getClient 201: the document does not have this status"
    ]
    assert violations(response("GET", "/v1/client", {"errors": [{"code": 1}]}, 400))
    assert violations(response("GET", "/v1/client", {"error": "wrong"}, 418))


def test_other_paths_are_not_described(client: dict[str, Any]) -> None:
    assert document_checks.operation_of(response("GET", "/v1/nothing", client)) is None
    assert violations(response("GET", "/v1/nothing", client)) == []
    assert document_checks.operation_of(response("GET", "/v1/me/sessions/active", client)) == "getSessions"
