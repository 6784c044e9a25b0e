"""Each kind of drift over real sockets, and responses without drift."""

from __future__ import annotations

from typing import get_args

import pytest

from clerk_bapi.api import delete_api_key, get_jwks, get_user, list_users
from clerkkit import Clerk, ClerkError, Drift, DriftDetected, InvalidResponse, NotFound, ServerError
from clerkkit.drift import DriftKind
from tests.generated.json_samples import CONTRACT, documented_responses
from tests.loopback import KEY, WAYS, respond, serve
from tests.overlay.drift.bodies import (
    GET_USER,
    TEXT,
    Change,
    call,
    documented,
    find_drifts,
    reports,
    valid,
    verification,
)

VARIANTS = " or ".join(
    f'"verification_{name}"' for name in ("otp", "admin", "from_oauth", "ticket", "saml", "email_link", "scim")
)
KINDS: dict[str, tuple[Change, Drift]] = {
    "missing": (lambda u: u.pop("banned"), Drift(GET_USER, "/banned", "missing key", "boolean", "nothing", 1)),
    "unknown": (
        lambda u: u.update(last_state=[TEXT]),
        Drift(GET_USER, "/last_state", "unknown key", "no such key", "array", 1),
    ),
    "unknown below": (
        lambda u: verification(u).update(lastState=TEXT),
        Drift(GET_USER, "/email_addresses/0/verification/lastState", "unknown key", "no such key", "string", 1),
    ),
    "enum": (
        lambda u: u.update(object="provider"),
        Drift(GET_USER, "/object", "unknown enum value", '"user"', '"provider"', 1),
    ),
    "variant": (
        lambda u: verification(u).update(object="verification_provider"),
        Drift(
            GET_USER,
            "/email_addresses/0/verification/object",
            "unknown variant",
            VARIANTS,
            '"verification_provider"',
            1,
        ),
    ),
    "type": (lambda u: u.update(banned=TEXT), Drift(GET_USER, "/banned", "other type", "boolean", "string", 1)),
    "fraction": (
        lambda u: u.update(created_at=1.5),
        Drift(GET_USER, "/created_at", "other type", "integer", "number", 1),
    ),
    "bool is no integer": (
        lambda u: u.update(created_at=True),
        Drift(GET_USER, "/created_at", "other type", "integer", "boolean", 1),
    ),
    "null": (lambda u: u.update(id=None), Drift(GET_USER, "/id", "other type", "string", "null", 1)),
    "no object": (
        lambda u: u.update(email_addresses=[5]),
        Drift(GET_USER, "/email_addresses/0", "other type", "object", "integer", 1),
    ),
    "no union": (
        lambda u: u["email_addresses"][0].update(verification=[]),
        Drift(GET_USER, "/email_addresses/0/verification", "other type", "object or null", "array", 1),
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", KINDS)
def test_each_kind_is_reported(case: str, way: str) -> None:
    change, drift = KINDS[case]
    body = valid(GET_USER, change)
    schema = next(a.schema for a in documented_responses() if a.operation == GET_USER and a.succeeds)
    assert drift.kind == "unknown key" or not CONTRACT.validator_of(schema).is_valid(body)
    assert reports(respond(200, body), way=way) == [[drift]]


def test_cases_cover_all_kinds_of_bodies() -> None:
    assert {drift.kind for _, drift in KINDS.values()} == set(get_args(DriftKind)) - {"undocumented status"}


@pytest.mark.parametrize("way", WAYS)
def test_undocumented_success_status_is_reported_and_its_body_compared(way: str) -> None:
    status = Drift(GET_USER, "", "undocumented status", "200", "201", 1)
    assert str(status) == "GET /users/{user_id}, the status: undocumented status, expected 200, seen 201"
    assert reports(respond(201, valid()), way=way) == [[status]]
    change, drift = KINDS["null"]
    assert reports(respond(201, valid(GET_USER, change)), way=way) == [[status, drift]]
    with serve(respond(201, {"id": "user_1"})) as server, pytest.raises(DriftDetected, match="seen 201"):
        call(way, get_user("user_1"), server.url, strict=True)


def test_documented_success_without_a_body_is_not_a_drift() -> None:
    without = [name for name, statuses in documented().items() if None in statuses.values()]
    for operation in without:
        for status, schema in documented()[operation].items():
            assert schema is not None or find_drifts(operation, int(status), b"") == []
    assert without


@pytest.mark.parametrize("way", WAYS)
def test_valid_response_is_not_reported(way: str) -> None:
    assert reports(respond(200, valid()), way=way) == []


def test_integral_float_is_an_integer() -> None:
    assert reports(respond(200, valid(GET_USER, lambda u: u.update(created_at=2.0)))) == []


def test_variant_can_be_selected_by_another_key_than_object() -> None:
    keys = valid("GET /jwks")
    keys["keys"][0]["kty"] = "AKP"
    (found,) = reports(respond(200, keys), get_jwks())
    assert [drift[:3] for drift in found] == [("GET /jwks", "/keys/0/kty", "unknown variant")]
    assert found[0].expected == '"OKP" or "EC" or "RSA" or "oct"'
    assert found[0].seen == "string of 3 characters"


def test_constant_that_is_not_a_string_is_shown_as_json() -> None:
    body = valid("DELETE /api_keys/{apiKeyID}") | {"deleted": False}
    ((drift,),) = reports(respond(200, body), delete_api_key("ak_1"))
    assert drift == Drift("DELETE /api_keys/{apiKeyID}", "/deleted", "unknown enum value", "true", "false", 1)


def test_several_drifts_are_reported_in_one_call_in_order_of_the_body() -> None:
    body = valid(GET_USER, lambda u: u.update(id=5, banned=None, state=1), lambda u: u.pop("username"))
    (found,) = reports(respond(200, body))
    assert [(drift.pointer, drift.seen) for drift in found] == [
        ("/username", "nothing"),
        ("/banned", "null"),
        ("/id", "integer"),
        ("/state", "integer"),
    ]


@pytest.mark.parametrize("way", WAYS)
def test_equal_drifts_of_several_rows_are_reported_once(way: str) -> None:
    rows = [valid() for _ in range(5)]
    for row in rows[1:]:
        row["banned"] = None
    rows[3]["object"] = "provider"
    assert reports(respond(200, rows), list_users(), way) == [
        [
            Drift("GET /users", "/1/banned", "other type", "boolean", "null", 4),
            Drift("GET /users", "/3/object", "unknown enum value", '"user"', '"provider"', 1),
        ]
    ]


def test_free_form_objects_are_not_compared() -> None:
    body = valid(GET_USER, lambda u: u.update(public_metadata={"any": [None, {"key": 1}], "other": {}}))
    assert reports(respond(200, body)) == []


def test_error_bodies_are_compared() -> None:
    calls: list[list[Drift]] = []
    script = {"errors": [{"message": "m", "long_message": 5, "code": "c"}], "clerk_trace_id": "t"}
    with serve(respond(404, script)) as server, pytest.raises(NotFound):
        call("sync", get_user("user_1"), server.url, on_drift=calls.append)
    assert calls == [[Drift(GET_USER, "/errors/0/long_message", "other type", "string", "integer", 1)]]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (respond(200, b"<html>"), InvalidResponse),
        (respond(200, b"[" * 100_000), InvalidResponse),
        (respond(200, b"\xff"), InvalidResponse),
        (respond(200), InvalidResponse),
        (respond(404, b"<html>"), NotFound),
        (respond(599, {"new": 1}), ServerError),
    ],
    ids=["html", "too deep", "no text", "empty", "html error", "undeclared status"],
)
def test_invalid_json_and_undocumented_errors_are_not_drifts(script: bytes, error: type[ClerkError]) -> None:
    with serve(script) as server, pytest.raises(error):
        call("sync", get_user("user_1"), server.url, strict=True, max_retries=0)


def test_custom_request_is_compared_if_its_operation_is_documented() -> None:
    calls: list[list[Drift]] = []
    with serve(respond(200, {"object": "total_count"})) as server:
        clerk = Clerk(KEY, base_url=server.url, on_drift=calls.append)
        clerk.request("GET", "/users/count")
        clerk.request("GET", "/users/user_2abcSecretId")
        clerk.close()
    (found,) = calls
    assert [drift[:3] for drift in found] == [("GET /users/count", "/total_count", "missing key")]
