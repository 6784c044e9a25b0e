"""Checks that apply to all operations. No request gets a 5xx."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import operations, route
from clerk_emulator.operations.registry import HANDLERS
from tests.emulator.api import Api


def filled(path: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("operation", operations().values(), ids=operations())
def test_every_operation_conforms_to_contract(operation: Any, api: Api, emulator: Emulator) -> None:
    response = api.http.request(operation.method, filled(operation.path))
    assert response.status_code < 500
    if response.status_code >= 400:
        assert response.json()["errors"][0]["code"]
    assert (response.status_code == 405) == (operation.id not in HANDLERS)
    emulator.reset()
    without_prefix = api.http.request(operation.method, str(api.http.base_url.join("/")) + filled(operation.path)[1:])
    assert without_prefix.status_code == response.status_code


def test_unemulated_operation_is_405(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(HANDLERS, "CreateInvitation")
    response = api.http.post("/invitations", json={"email_address": "ada@example.com"})
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")
    (error,) = response.json()["errors"]
    assert error["code"] == "not_emulated"
    assert "clerk_emulator does not emulate CreateInvitation (POST /invitations)" in error["long_message"]
    assert api.refused("POST", "/invitations", headers={"Authorization": "Bearer sk_test_wrong"}).status == 401


def is_shared(operation: Any) -> bool:
    """Return whether the Frontend API has the operation too, which answers requests without a key."""
    return operation.method in route(f"/v1{filled(operation.path)}", "frontend")[0]


@pytest.mark.parametrize("operation", operations().values(), ids=operations())
def test_every_operation_requires_a_key(operation: Any, api: Api) -> None:
    request = api.http.build_request(operation.method, filled(operation.path))
    for key, code in [(None, "authorization_header_format_invalid"), ("Bearer sk_test_wrong", "clerk_key_invalid")]:
        del request.headers["Authorization"]
        if key:
            request.headers["Authorization"] = key
        response = api.http.send(request)
        if operation.public:
            assert response.status_code != 401
        elif key is None and is_shared(operation):
            assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "dev_browser_unauthenticated")
        else:
            assert (response.status_code, response.json()["errors"][0]["code"]) == (401, code)
        request.headers["Authorization"] = ""


@pytest.mark.parametrize("header", ["", "Bearer", "Basic x", "sk_test_x", "Bearer a b", "Bearer é"])
def test_rejects_malformed_authorization_header(api: Api, header: str) -> None:
    problem = api.refused("GET", "/users", headers={"Authorization": header.encode()})
    assert (problem.status, problem.codes) == (401, ["authorization_header_format_invalid"])


def test_rejects_repeated_authorization_header(api: Api, emulator: Emulator) -> None:
    twice = [("Authorization", f"Bearer {emulator.secret_key}")] * 2
    response = httpx.get(emulator.url + "/users", headers=twice, trust_env=False)
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Clerk-API-Version": "2026-05-11"}, ""),
        ({}, "?__clerk_api_version=1"),
        ({"Clerk-API-Version": "2026-05-12"}, "?__clerk_api_version=2026-05-12"),
    ],
)
def test_rejects_unknown_version(api: Api, headers: dict[str, str], query: str) -> None:
    problem = api.refused("GET", f"/users{query}", headers=headers)
    assert (problem.status, problem.codes) == (400, ["api_version_invalid"])


def test_accepts_known_versions(api: Api) -> None:
    assert api.get("/users", __clerk_api_version="2025-11-10") == []


@pytest.mark.parametrize("kind", ["users", "organizations"])
def test_update_replaces_metadata_in_older_versions(api: Api, kind: str) -> None:
    metadata = {"public_metadata": {"a": 1}, "private_metadata": {"a": 1}}
    made = api.post(f"/{kind}", {"username": "ada_l", **metadata} if kind == "users" else {"name": "Acme", **metadata})
    path, change = f"/{kind}/{made['id']}", {"public_metadata": {"b": 2}}
    for version in ("2021-02-05", "2025-11-10"):
        older = {"headers": {"Clerk-API-Version": version}}
        changed = api.http.patch(path, json=change, **older).raise_for_status().json()
        assert (changed["public_metadata"], changed["private_metadata"]) == ({"b": 2}, {"a": 1})
        problem = api.refused("PATCH", path, {"public_metadata": [1]}, **older)
        assert (problem.codes, problem.params) == (["form_param_value_invalid"], ["public_metadata"])
        assert api.refused("PATCH", path, {"public_metadatum": {}}, **older).codes == ["form_param_unknown"]
    for newer in ({}, {"Clerk-API-Version": "2026-05-12"}):
        problem = api.refused("PATCH", path, change, headers=newer)
        assert (problem.codes, problem.params) == (["form_param_unknown"], ["public_metadata"])


def test_unknown_paths_are_404_and_unknown_methods_405(api: Api, emulator: Emulator) -> None:
    assert api.refused("GET", "/nope").codes == ["resource_not_found"]
    assert api.refused("GET", "/users/").status == 404
    assert api.refused("PUT", "/users").status == 405
    assert httpx.get(f"{emulator.origin}/nowhere", trust_env=False).status_code == 404
    assert httpx.get(f"{emulator.origin}/v1", trust_env=False).status_code == 404
    assert httpx.get(f"{emulator.origin}/v1/v1/users", trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nope",
        b"\xff",
        b"[1,2",
        b'{"first_name": NaN}',
        b'{"first_name": "\\ud800", "username": "ada_l"}',
        b'{"public_metadata": ' + b'{"a":' * 70 + b"1" + b"}" * 71,
        b"[" * 100_000,
        b'{"create_organizations_limit": ' + b"9" * 5000 + b"}",
        b"[]",
        b'"text"',
        b"null",
        b"1",
    ],
    ids=repr,
)
def test_rejects_body_that_is_not_a_json_object(api: Api, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    problem = api.refused("POST", "/users", content=content, headers=headers)
    assert (problem.status, problem.codes) == (400, ["request_body_invalid"])


def test_rejects_other_content_types(api: Api) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data"}):
        problem = api.refused("POST", "/users", content=b"{}", headers=headers)
        assert (problem.status, problem.codes) == (415, ["unsupported_content_type"])
    with_charset = {"Content-Type": "application/json; charset=utf-8"}
    api.post("/users", content=b'{"username": "ada_l"}', headers=with_charset)


def test_rejects_large_body(api: Api) -> None:
    problem = api.refused("POST", "/users", {"first_name": "x" * 2 * 1024 * 1024})
    assert (problem.status, problem.codes) == (413, ["request_body_too_large"])


def test_rejects_large_body_without_content_length(api: Api) -> None:
    problem = api.refused("POST", "/users", content=iter([b"x" * 1024 * 1024] * 3))
    assert (problem.status, problem.codes) == (413, ["request_body_too_large"])


def test_reports_all_errors_of_a_request(api: Api) -> None:
    problem = api.refused("POST", "/email_addresses", {"verified": 1, "nope": 2})
    assert problem.status == 422
    assert sorted(zip(problem.codes, problem.params, strict=True)) == [
        ("form_param_missing", "email_address"),
        ("form_param_missing", "user_id"),
        ("form_param_type_invalid", "verified"),
        ("form_param_unknown", "nope"),
    ]


def test_rejects_float_for_integer(api: Api) -> None:
    problem = api.refused("POST", "/users", {"username": "ada_l", "create_organizations_limit": 1.0})
    assert problem.codes == ["form_param_type_invalid"]


def test_accepts_decimal_limit_for_some_operations(api: Api) -> None:
    problem = api.refused("GET", "/users", params={"limit": "10.0"})
    assert (problem.status, problem.errors) == (422, [("form_param_value_invalid", {})])


@pytest.mark.parametrize("query", ["limit=9999999999999999999999", "banned=perhaps", "created_at_after=x", "limit=%FF"])
def test_rejects_invalid_query(api: Api, query: str) -> None:
    problem = api.refused("GET", f"/users?{query}")
    assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


NASTY: list[Any] = [
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "\x00",
    "é" * 70_000,
    [],
    [None],
    [[]],
    {},
    {"": {}},
    "' OR 1=1 --",
]


@pytest.mark.parametrize("operation", operations().values(), ids=operations())
def test_unusual_values_do_not_crash(operation: Any, api: Api) -> None:
    """Send unusual values everywhere; the emulator's `problems` contain exceptions and violations."""
    path = filled(operation.path)
    if operation.body and operation.body_type == "application/json":
        names = list(operation.body.get("properties", {}))
        for first in range(len(NASTY)):
            body = {name: NASTY[(first + index) % len(NASTY)] for index, name in enumerate(names)}
            response = api.http.request(operation.method, path, json=body)
            assert response.status_code < 500 or response.status_code == 501
            if response.status_code == 501:
                return
    texts = ("", "\x00", "-1", "9" * 18, "%", "x" * 2000, "+", "[]", "null")
    strings = [one.name for one in operation.query if one.schema.get("type") in ("string", "array")]
    for text in texts if operation.query else ():
        for names in (strings, [one.name for one in operation.query]):
            query = dict.fromkeys(names[: 20 if len(text) > 100 else None], text)
            response = api.http.request(operation.method, path, params=query)
            assert response.status_code < 500 or response.status_code == 501
    if operation.path_names:
        for segment in ("%00", "%2e%2e%2f", "%ff", "a" * 3000):
            broken = "/".join(segment if part.startswith("{") else part for part in operation.path.split("/"))
            status = api.http.request(operation.method, broken).status_code
            assert status < 500 or status == 501


def test_invalid_http_is_rejected(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(b"\x00\xff\r\n\r\n")
        assert b" 400 " in connection.recv(4096)


def test_client_disconnect_is_not_a_crash(emulator: Emulator, caplog: pytest.LogCaptureFixture, api: Api) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        head = f"POST /v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {emulator.secret_key}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    for _ in range(3):
        assert api.get("/users") == []
    assert not caplog.records


def test_every_error_has_a_trace_id(api: Api) -> None:
    responses = [api.http.get("/users/user_x").json() for _ in range(2)]
    assert len({response["clerk_trace_id"] for response in responses}) == 2
    assert json.dumps(responses[0]["errors"]) == json.dumps(responses[1]["errors"])
