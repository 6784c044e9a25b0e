"""The ledger of requests to the API."""

from __future__ import annotations

import json

import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import document, operations, resolve
from clerk_emulator.request import request_ledger
from clerk_emulator.request.masking import MASK, mask
from tests.emulator.api import Api, Json
from tests.emulator.control.conftest import Control


def test_records_what_was_sent_and_the_status(api: Api, control: Control, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    user = api.user(username="ada_l")["id"]
    api.refused("GET", "/users/nobody", params={"a": "1"})
    api.http.get("/nowhere")
    first, second, third = control.get("/requests")["requests"]
    assert first.pop("duration") > 0
    assert first == {
        "number": 1,
        "time": now,
        "method": "POST",
        "path": "/v1/users",
        "query": [],
        "body": {"username": "ada_l"},
        "operation": "CreateUser",
        "status": 200,
        "error_codes": [],
    }
    assert second["error_codes"] == third["error_codes"] == ["resource_not_found"]
    assert (second["operation"], second["status"], second["query"]) == ("GetUser", 404, [["a", "1"]])
    assert (third["operation"], third["status"], third["path"]) == (None, 404, "/v1/nowhere")
    assert [request.number for request in emulator.requests] == [1, 2, 3]
    assert user not in emulator.requests.find("GetUser")[0].path


def test_finds_requests_by_what_they_are(api: Api, control: Control) -> None:
    user = api.user()["id"]
    api.patch(f"/users/{user}", {"first_name": "Ada"})
    api.refused("GET", "/users/nobody")

    def numbers(**query: object) -> list[int]:
        return [request["number"] for request in control.get("/requests", **query)["requests"]]

    assert numbers(operation="UpdateUser") == numbers(method="patch") == [2]
    assert numbers(path="/v1/users") == [1]
    assert numbers(status=404) == numbers(after=2) == [3]
    assert numbers(status=200, after=1) == [2]
    assert numbers(operation="DeleteUser") == []


def test_request_without_response_has_no_status(api: Api, control: Control, emulator: Emulator) -> None:
    emulator.faults.add("GetUserList", act="cut")
    with pytest.raises(Exception, match="disconnected"):
        api.get("/users")
    assert control.get("/requests")["requests"][0]["status"] is None


def test_cleared_requests_are_gone_and_numbers_go_on(api: Api, control: Control, emulator: Emulator) -> None:
    api.get("/users")
    control.delete("/requests")
    assert control.get("/requests") == {"requests": []}
    api.get("/users")
    assert [request.number for request in emulator.requests] == [2]
    emulator.reset()
    api.get("/users")
    assert [request.number for request in emulator.requests] == [1]


def test_control_requests_are_not_recorded(control: Control, emulator: Emulator) -> None:
    control.get("/health")
    assert len(emulator.requests) == 0


def test_old_requests_and_large_bodies_are_dropped(
    api: Api, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"text": "x" * (request_ledger.BODY_LIMIT // 3)}
    api.user(username="ada_l", unsafe_metadata=part, public_metadata=part, private_metadata=part)
    assert emulator.requests.find()[0].body is None
    values = {"time": 0, "method": "GET", "operation": None, "status": 200, "duration": 0, "query_string": ""}
    for number in range(request_ledger.LIMIT + 5):
        emulator.requests.record({"path": f"/{number}", "content": b"", **values})
    assert len(emulator.requests) == request_ledger.LIMIT
    assert emulator.requests.find()[0].path == "/5"


def test_secrets_are_masked(api: Api, control: Control, emulator: Emulator) -> None:
    user = api.user(username="ada_l", password="correct horse battery", totp_secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    api.post(f"/users/{user['id']}/verify_password", {"password": "correct horse battery"})
    session = emulator.start_session(user["id"])
    api.refused("POST", "/m2m_tokens/verify", {"token": "mt_" + "a" * 32})
    api.refused("GET", "/clients/handshake_payload", params={"nonce": "deadbeef"})
    api.refused("GET", f"/users/{session.session_token}")
    told = json.dumps(control.get("/requests"))
    assert MASK in told
    for secret in ("correct horse", "GEZDGN", "mt_aaa", "deadbeef", emulator.secret_key, session.session_token):
        assert secret not in told
        assert secret not in repr(list(emulator.requests))


SECRET_PROPERTIES = {
    *("access_token", "backup_codes", "client_secret", "code", "expired_token", "password", "password_digest"),
    *("refresh_token", "secret", "signing_key", "token", "totp_secret"),
}


def test_secret_properties_of_the_contract_are_masked() -> None:
    """All string properties of bodies whose value is a credential, and no others."""
    names = {name for operation in operations().values() for name in property_names(operation.body or {})}
    masked = {name for name in names if mask({name: "text"}) == {name: MASK}}
    assert masked - {"custom_signing_key"} == SECRET_PROPERTIES & names  # which is a boolean
    assert {"password_hasher", "token_format", "skip_password_checks", "role_set_key"} <= names


def property_names(schema: Json, depth: int = 5) -> set[str]:
    schema = resolve(schema)
    if not depth:
        return set()
    inner = [*schema.get("properties", {}).values(), schema.get("items", {}), *schema.get("anyOf", ())]
    names = set(schema.get("properties", ()))
    return names.union(*(property_names(one, depth - 1) for one in inner if one))


def test_contract_has_the_properties_that_are_secret() -> None:
    text = json.dumps(document())
    assert all(f'"{name}"' in text for name in SECRET_PROPERTIES)
