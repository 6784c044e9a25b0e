"""How the results of the calls are read, and the page that lists them."""

from __future__ import annotations

from typing import Any

from tests.sdks import page
from tests.sdks.results import Result, problems, read_result


def call(*requests: tuple[str, str, int], error: str | None = None, refusal: str | None = None) -> dict[str, Any]:
    sent = [{"method": method, "path": path, "status": status} for method, path, status in requests]
    return {"name": "users.getUser", "requests": sent, "error": error, "refusal": refusal}


def test_a_success_names_its_operation() -> None:
    result = read_result(call(("GET", "/v1/users/user_1", 200)))
    assert result == Result("users.getUser", "ok", "GET /users/{user_id}", "200", "GetUser")


def test_paths_without_version_are_found() -> None:
    assert read_result(call(("POST", "/api_keys/verify", 200))).operation_id == "verifyApiKey"


def test_an_error_of_a_documented_operation_is_a_failure() -> None:
    result = read_result(call(("GET", "/v1/users/user_1", 404), error="404 resource_not_found"))
    assert (result.outcome, result.detail) == ("failed", "404 resource_not_found")


def test_a_wrong_result_of_a_successful_request_is_a_failure() -> None:
    assert read_result(call(("GET", "/v1/users/user_1", 200), error="returned another id")).outcome == "failed"


def test_an_expected_refusal_must_have_a_documented_status() -> None:
    documented = call(("GET", "/v1/clients", 410), error="410", refusal="operation_deprecated")
    assert read_result(documented).outcome == "refused as documented"
    assert read_result(call(("GET", "/v1/users/user_1", 418), error="418", refusal="teapot")).outcome == "failed"


def test_only_requests_that_the_document_lacks_may_fail() -> None:
    result = read_result(call(("DELETE", "/v1/invitations/inv_1", 404), error="404"))
    assert (result.outcome, result.request) == ("not in Clerk's document", "DELETE /invitations/{id}")
    assert read_result(call(("GET", "/v1/clients/handshake_payload", 200))).outcome == "ok"


def test_a_method_that_sends_nothing_is_a_failure() -> None:
    assert read_result(call()).outcome == "failed"


def test_methods_without_arguments_and_arguments_without_methods_are_problems() -> None:
    results = [Result("a.one", "ok", "GET /jwks", "200", "GetJWKS"), Result("a.two", "failed", "", "500", None)]
    assert list(problems(results, ["a.one", "a.two", "a.new"], ["a.one", "a.two", "a.old"])) == [
        "a.two: 500",
        "a.new: no arguments for it",
        "a.old: the SDK has no such method",
    ]


def test_the_page_lists_methods_by_group_and_operations_without_a_method() -> None:
    results = [
        Result("jwks.getJwks", "ok", "GET /jwks", "200", "GetJWKS"),
        Result("emails.get", "not in Clerk's document", "GET /emails/{id}", "404", None),
        Result("clients.getHandshakePayload", "ok", "GET /clients/handshake_payload", "200", None),
    ]
    text = page.render({"sdk@1": results}, {"sdk@1": ["verifyToken accepts a session token"]})
    assert "| `sdk@1` | 3 | 2 | 0 | 1 |" in text
    assert "### jwks\n\n| method | request | result |\n|---|---|---|\n| `getJwks` | `GET /jwks` | ok (200) |\n" in text
    assert "| `getHandshakePayload` | `GET /clients/handshake_payload` | ok; not in Clerk's document (200) |" in text
    assert "- verifyToken accepts a session token (sdk@1)" in text
    operations = text.partition("## Operations without a method")[2]
    assert "- `GET /users`\n" in operations
    assert "GET /jwks" not in operations
