"""API keys of users, organizations and machines."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json

UNKNOWN = "ak_" + "0" * 32


@pytest.fixture
def subject(api: Api) -> str:
    user_id: str = api.user()["id"]
    return user_id


def _key(api: Api, subject: str, name: str = "My key", **values: Any) -> Json:
    made: Json = api.post("/api_keys", {"name": name, "subject": subject, **values})
    return made


def _without(key: Json, *names: str) -> Json:
    return {name: value for name, value in key.items() if name not in names}


def test_created_resource_is_returned_by_get_and_list(api: Api, subject: str, emulator: Emulator) -> None:
    emulator.clock.freeze()
    written = {
        "type": "custom",
        "scopes": ["read:a", "write:a"],
        "claims": {"a": [1, None]},
        "description": "For tests",
        "created_by": subject,
    }
    made = _key(api, subject, **written, seconds_until_expiration=60)
    assert re.fullmatch("ak_[0-9a-f]{32}", made["id"])
    assert re.fullmatch("ak_[0-9a-f]{32}", made["secret"])
    assert made["id"] != made["secret"]
    read = api.get(f"/api_keys/{made['id']}")
    assert read == _without(made, "secret")
    now = emulator.clock.now()
    assert _without(read, "id") == {
        **written,
        "object": "api_key",
        "name": "My key",
        "subject": subject,
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": now + 60_000,
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
    }
    assert api.get(f"/api_keys/{made['id']}/secret") == {"secret": made["secret"]}
    plain = _key(api, subject, "abc")
    absent = {"type": "api_key", "scopes": [], "claims": None, "description": None, "created_by": None}
    assert {name: plain[name] for name in (*absent, "expiration")} == {**absent, "expiration": None}


@pytest.mark.parametrize("kind", ["user", "organization", "machine"])
def test_deleting_subject_deletes_keys(api: Api, kind: str) -> None:
    paths = {"user": "/users", "organization": "/organizations", "machine": "/machines"}
    owner = api.user()["id"] if kind == "user" else api.post(paths[kind], {"name": "Acme"})["id"]
    key = _key(api, owner)
    assert api.post("/api_keys/verify", {"secret": key["secret"]})["subject"] == owner
    api.delete(f"{paths[kind]}/{owner}")
    assert api.refused("POST", "/api_keys/verify", {"secret": key["secret"]}).status == 404
    assert api.refused("GET", f"/api_keys/{key['id']}").status == 404


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"name": None}, "form_param_nil", "name"),
        ({"name": "ab"}, "form_param_min_length_exceeded", "name"),
        ({"name": " abc"}, "form_param_format_invalid", "name"),
        ({"name": "abc "}, "form_param_format_invalid", "name"),
        ({"subject": "acct_1"}, "form_param_format_invalid", "subject"),
        ({"subject": "user_" + "x" * 27}, "form_resource_not_found", "subject"),
        ({"subject": "scim_" + "x" * 27}, "form_resource_not_found", "subject"),
        ({"created_by": "user_" + "x" * 27}, "form_resource_not_found", "created_by"),
        ({"type": "ab"}, "form_param_min_length_exceeded", "type"),
        ({"type": "x" * 26}, "form_param_max_length_exceeded", "type"),
        ({"description": "x" * 256}, "form_param_max_length_exceeded", "description"),
        ({"scopes": "a"}, "form_param_type_invalid", "scopes"),
        ({"claims": 1}, "form_param_type_invalid", "claims"),
        ({"seconds_until_expiration": 0}, "form_param_value_invalid", "seconds_until_expiration"),
        ({"seconds_until_expiration": 1e19}, "form_param_value_invalid", "seconds_until_expiration"),
        ({"secret": "mine"}, "form_param_unknown", "secret"),
    ],
)
def test_rejects_invalid_key(api: Api, subject: str, body: Json, code: str, param: str) -> None:
    problem = api.refused("POST", "/api_keys", {"name": "abc", "subject": subject, **body})
    assert (problem.status, problem.codes, problem.params) == (422, [code], [param])
    assert api.get("/api_keys", subject=subject, include_invalid="true")["total_count"] == 0


def test_accepts_values_at_limits(api: Api, subject: str) -> None:
    made = _key(api, subject, "a b", type="x" * 25, description="x" * 255)
    assert (made["name"], made["type"], made["description"]) == ("a b", "x" * 25, "x" * 255)


def test_names_are_unique_among_the_valid_keys_of_a_subject(api: Api, subject: str) -> None:
    made = _key(api, subject)
    problem = api.refused("POST", "/api_keys", {"name": "My key", "subject": subject})
    assert (problem.status, problem.codes) == (409, ["api_key_name_already_exists"])
    _key(api, api.user(email_address=["bob@example.com"])["id"])
    api.post(f"/api_keys/{made['id']}/revoke", {})
    _key(api, subject)


def test_list_filters_sorts_and_paginates(api: Api, subject: str, emulator: Emulator) -> None:
    emulator.clock.freeze()
    valid = _key(api, subject, "Valid%")["id"]
    expired = _key(api, subject, "Expired", seconds_until_expiration=1)["id"]
    revoked = _key(api, subject, "Revoked")["id"]
    custom = _key(api, subject, "Custom", type="custom")["id"]
    _key(api, api.user(email_address=["bob@example.com"])["id"], "Other")
    api.post(f"/api_keys/{revoked}/revoke", {})
    emulator.clock.advance(2)

    def listed(**query: Any) -> list[str]:
        page = api.get("/api_keys", subject=subject, **query)
        return [one["id"] for one in page["data"]]

    assert listed() == listed(include_invalid="false") == [valid]
    assert listed(include_invalid="true") == [revoked, expired, valid]
    assert listed(include_invalid="true", limit=1, offset=1) == [expired]
    assert api.get("/api_keys", subject=subject, include_invalid="true", limit=1)["total_count"] == 3
    assert listed(type="custom") == [custom]
    assert listed(query="valid%") == listed(query=valid) == [valid]
    assert listed(query=valid[:-1]) == []
    # Clerk's Python SDK sends these as decimal numbers.
    assert listed(limit="10.0", offset="0.0") == [valid]
    for query in ({"limit": "10.5"}, {"limit": "1e1"}, {"offset": "-1.0"}, {"limit": "101.0"}):
        assert api.refused("GET", "/api_keys", params={"subject": subject, **query}).status == 422
    assert api.refused("GET", "/users", params={"limit": "10.0"}).codes == ["form_param_value_invalid"]
    states = {one["id"]: one for one in api.get("/api_keys", subject=subject, include_invalid="true")["data"]}
    assert (states[expired]["expired"], states[expired]["revoked"]) == (True, False)
    assert (states[revoked]["expired"], states[revoked]["revoked"]) == (False, True)
    assert api.get("/api_keys", subject="org_" + "x" * 27) == {"data": [], "total_count": 0}
    problem = api.refused("GET", "/api_keys")
    assert (problem.status, problem.codes) == (400, ["missing_query_parameter"])
    for query in ({"subject": "x"}, {"limit": 101}, {"include_invalid": "maybe"}, {"type": "ab"}):
        assert api.refused("GET", "/api_keys", params={"subject": subject, **query}).status == 422


def test_update_changes_only_given_fields(api: Api, subject: str, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = _without(_key(api, subject, claims={"a": 1}, scopes=["a"], description="d"), "secret")
    path = f"/api_keys/{made['id']}"
    now = emulator.clock.advance(1)
    assert api.patch(path, {"scopes": ["b"]}) == {**made, "scopes": ["b"], "updated_at": now}
    changed = api.patch(path, {"claims": None, "description": None, "seconds_until_expiration": 1})
    assert changed == api.get(path)
    assert (changed["claims"], changed["description"], changed["expiration"]) == (None, None, now + 1000)
    emulator.clock.advance(2)
    assert api.get(path)["expired"] is True
    assert api.patch(path, {"seconds_until_expiration": None})["expired"] is False
    other = api.post("/organizations", {"name": "Acme"})["id"]
    assert api.patch(path, {"subject": other})["subject"] == other
    assert [one["id"] for one in api.get("/api_keys", subject=other)["data"]] == [made["id"]]
    api.delete(f"/users/{subject}")
    assert api.get(path)["subject"] == other
    api.delete(f"/organizations/{other}")
    assert api.refused("GET", path).status == 404


def test_rejects_invalid_updates(api: Api, subject: str) -> None:
    made = _without(_key(api, subject), "secret")
    for body, code in (
        ({"name": "Other"}, "form_param_unknown"),
        ({"claims": "x"}, "form_param_type_invalid"),
        ({"subject": "user_" + "x" * 27}, "form_resource_not_found"),
        ({"seconds_until_expiration": -1}, "form_param_value_invalid"),
        ({"description": "x" * 256}, "form_param_max_length_exceeded"),
    ):
        problem = api.refused("PATCH", f"/api_keys/{made['id']}", body)
        assert (problem.status, problem.codes) == (422, [code])
    assert api.get(f"/api_keys/{made['id']}") == made


def test_verifies_valid_secret(api: Api, subject: str, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = _key(api, subject, seconds_until_expiration=10)
    now = emulator.clock.advance(5)
    assert api.post("/api_keys/verify", {"secret": made["secret"]}) == {
        **_without(made, "secret"),
        "last_used_at": now,
    }
    assert api.get(f"/api_keys/{made['id']}")["last_used_at"] == now
    emulator.clock.advance(5)
    for secret in (made["secret"], made["id"], "", "ak_x"):
        problem = api.refused("POST", "/api_keys/verify", {"secret": secret})
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = api.refused("POST", "/api_keys/verify", {})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_missing"], ["secret"])


def test_error_does_not_contain_secret(api: Api) -> None:
    response = api.http.post("/api_keys/verify", json={"secret": "ak_very_secret"})
    assert response.status_code == 404
    assert "very_secret" not in response.text


def test_revoked_key_is_invalid(api: Api, subject: str) -> None:
    made = _key(api, subject)
    revoked = api.post(f"/api_keys/{made['id']}/revoke", {"revocation_reason": "leaked"})
    assert (revoked["revoked"], revoked["revocation_reason"]) == (True, "leaked")
    assert revoked == api.get(f"/api_keys/{made['id']}")
    assert api.post(f"/api_keys/{made['id']}/revoke", {"revocation_reason": "other"}) == revoked
    assert api.refused("POST", "/api_keys/verify", {"secret": made["secret"]}).status == 404
    assert api.get(f"/api_keys/{made['id']}/secret")["secret"] == made["secret"]


def test_deleted_key_is_404(api: Api, subject: str) -> None:
    made = _key(api, subject)
    assert api.delete(f"/api_keys/{made['id']}") == {"object": "api_key", "id": made["id"], "deleted": True}
    assert api.get("/api_keys", subject=subject, include_invalid="true")["total_count"] == 0
    assert api.refused("POST", "/api_keys/verify", {"secret": made["secret"]}).status == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("GET", "/secret", None),
        ("POST", "/revoke", {}),
    ],
)
def test_unknown_key_is_404(api: Api, method: str, path: str, body: Json | None) -> None:
    problem = api.refused(method, f"/api_keys/{UNKNOWN}{path}", body)
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
