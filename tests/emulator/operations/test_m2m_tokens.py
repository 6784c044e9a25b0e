"""M2M tokens: created by machines, verified by machines and the instance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.jwts import category, verified

UNKNOWN = "mch_" + "x" * 27


class Machine(Api):
    """The API with the secret key of a machine."""

    id: str


MakeMachine = Callable[..., Machine]


@pytest.fixture
def machine(api: Api) -> Iterator[MakeMachine]:
    """Create machines."""
    with ExitStack() as stack:

        def make(*scoped: Machine, **values: Any) -> Machine:
            made = api.post("/machines", {"name": "Machine", "scoped_machines": [one.id for one in scoped], **values})
            client = httpx.Client(
                base_url=api.http.base_url,
                headers={"Authorization": f"Bearer {made['secret_key']}"},
                trust_env=False,
            )
            one = Machine(stack.enter_context(client))
            one.id = made["id"]
            return one

        yield make


def _without(token: Json, *names: str) -> Json:
    return {name: value for name, value in token.items() if name not in names}


def test_creates_and_verifies_opaque_token(api: Api, machine: MakeMachine, emulator: Emulator) -> None:
    emulator.clock.freeze()
    target, stranger = machine(), machine()
    caller = machine(target, default_token_ttl=100)
    made = caller.post("/m2m_tokens", {"claims": {"role": "reader"}})
    assert re.fullmatch("mt_[0-9a-f]{32}", made["id"])
    assert re.fullmatch("mt_[0-9a-f]{32}", made["token"])
    assert made["id"] != made["token"]
    now = emulator.clock.now()
    assert _without(made, "id", "token") == {
        "object": "machine_to_machine_token",
        "subject": caller.id,
        "scopes": [target.id],
        "claims": {"role": "reader"},
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": now + 100_000,
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
    }
    assert api.get("/m2m_tokens", subject=caller.id) == {"m2m_tokens": [_without(made, "token")], "total_count": 1}
    emulator.clock.advance(1)
    read = {**_without(made, "token"), "last_used_at": now + 1000}
    for verifier in (api, target):
        assert verifier.post("/m2m_tokens/verify", {"token": made["token"]}) == read
    assert caller.get("/m2m_tokens", subject=caller.id)["m2m_tokens"] == [read]
    # Neither a machine outside of its scopes nor its creator can verify it.
    for verifier in (stranger, caller):
        problem = verifier.refused("POST", "/m2m_tokens/verify", {"token": made["token"]})
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_creates_and_verifies_jwt(api: Api, machine: MakeMachine, emulator: Emulator) -> None:
    emulator.clock.freeze()
    target, stranger = machine(), machine()
    caller = machine(target)
    made = caller.post("/m2m_tokens", {"token_format": "jwt", "claims": {"role": "reader"}})
    held = verified(api, made["token"], audience=target.id)
    assert category(made["token"]) == "cl_B7d4PD333AAA"
    assert (held["sub"], held["jti"], held["role"]) == (caller.id, made["id"], "reader")
    assert (held["aud"], held["scopes"]) == ([target.id], target.id)
    assert held["exp"] - held["iat"] == 3600
    assert made["expiration"] == held["exp"] * 1000
    assert (made["scopes"], made["claims"]) == ([target.id], {"role": "reader"})
    for verifier in (api, target):
        read = verifier.post("/m2m_tokens/verify", {"token": made["token"]})
        times = {name: read[name] // 1000 for name in ("created_at", "updated_at")}
        assert times == {name: made[name] // 1000 for name in times}
        assert _without(read, *times) == _without(made, "token", *times)
    assert stranger.refused("POST", "/m2m_tokens/verify", {"token": made["token"]}).status == 404
    # JWTs are not stored: they are not listed and cannot be revoked.
    assert api.get("/m2m_tokens", subject=caller.id, expired=True, revoked=True)["total_count"] == 0
    assert api.refused("POST", f"/m2m_tokens/{made['id']}/revoke", {}).status == 404
    emulator.clock.advance(3601)
    assert api.refused("POST", "/m2m_tokens/verify", {"token": made["token"]}).status == 404


def test_other_tokens_are_not_m2m_tokens(api: Api, emulator: Emulator, machine: MakeMachine) -> None:
    caller = machine()
    made = caller.post("/m2m_tokens", {"token_format": "jwt"})["token"]
    head, body, signature = made.split(".")
    forged = f"{head}.{body}.{signature[::-1]}"
    session = emulator.sign_in(api.user()["id"])
    for token in ("", "mt_x", "a.b.c", "é.ü.ß", forged, session, made + "."):
        problem = api.refused("POST", "/m2m_tokens/verify", {"token": token})
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert api.refused("POST", "/m2m_tokens/verify", {}).params == ["token"]
    api.delete(f"/machines/{caller.id}")
    assert api.refused("POST", "/m2m_tokens/verify", {"token": made}).status == 404


def test_token_expires(api: Api, machine: MakeMachine, emulator: Emulator) -> None:
    emulator.clock.freeze()
    caller = machine()
    made = caller.post("/m2m_tokens", {"seconds_until_expiration": 1.5})
    assert made["expiration"] == emulator.clock.now() + 1500
    emulator.clock.advance(milliseconds=1499)
    api.post("/m2m_tokens/verify", {"token": made["token"]})
    emulator.clock.advance(milliseconds=1)
    assert api.refused("POST", "/m2m_tokens/verify", {"token": made["token"]}).status == 404
    assert api.get("/m2m_tokens", subject=caller.id) == {"m2m_tokens": [], "total_count": 0}
    (listed,) = api.get("/m2m_tokens", subject=caller.id, expired=True)["m2m_tokens"]
    assert (listed["id"], listed["expired"]) == (made["id"], True)


def test_null_expiration_uses_machine_default(machine: MakeMachine, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = machine(default_token_ttl=7).post("/m2m_tokens", {"seconds_until_expiration": None, "claims": None})
    assert (made["expiration"], made["claims"]) == (emulator.clock.now() + 7000, None)


def test_revoked_token_is_invalid(api: Api, machine: MakeMachine) -> None:
    caller, other = machine(), machine()
    first, second = (caller.post("/m2m_tokens", {}) for _ in range(2))
    path = f"/m2m_tokens/{first['id']}/revoke"
    assert other.refused("POST", path, {}).status == 404
    revoked = caller.post(path, {"revocation_reason": "leaked"})
    assert (revoked["revoked"], revoked["revocation_reason"]) == (True, "leaked")
    assert _without(revoked, "revoked", "revocation_reason", "updated_at") == _without(
        first, "revoked", "revocation_reason", "updated_at", "token"
    )
    # A revoked token stays revoked.
    assert api.post(path, {"revocation_reason": "another"}) == revoked
    assert api.refused("POST", "/m2m_tokens/verify", {"token": first["token"]}).status == 404
    assert [one["id"] for one in caller.get("/m2m_tokens", subject=caller.id)["m2m_tokens"]] == [second["id"]]
    assert revoked in api.get("/m2m_tokens", subject=caller.id, revoked=True)["m2m_tokens"]
    assert api.post(f"/m2m_tokens/{second['id']}/revoke", {})["revocation_reason"] is None
    problem = api.refused("POST", "/m2m_tokens/mt_" + "0" * 32 + "/revoke", {})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_machine_lists_only_its_own_tokens(api: Api, machine: MakeMachine, emulator: Emulator) -> None:
    caller, other = machine(), machine()
    emulator.clock.freeze()
    made = [caller.post("/m2m_tokens", {})["id"] for _ in range(3)]
    page = api.get("/m2m_tokens", subject=caller.id, limit="1.0", offset="1.0")
    assert ([one["id"] for one in page["m2m_tokens"]], page["total_count"]) == ([made[1]], 3)
    problem = other.refused("GET", "/m2m_tokens", params={"subject": caller.id})
    assert (problem.status, problem.codes) == (403, ["authorization_invalid"])
    problem = api.refused("GET", "/m2m_tokens", params={"subject": UNKNOWN})
    assert (problem.status, problem.codes) == (404, ["machine_not_found"])
    problem = api.refused("GET", "/m2m_tokens")
    assert (problem.status, problem.codes) == (400, ["missing_query_parameter"])
    for query in ({"subject": "mch_x"}, {"subject": caller.id, "limit": 101}, {"subject": caller.id, "revoked": "x"}):
        assert api.refused("GET", "/m2m_tokens", params=query).status == 422


def test_only_machines_can_create_tokens(api: Api, machine: MakeMachine) -> None:
    caller = machine()
    problem = api.refused("POST", "/m2m_tokens", {})
    assert (problem.status, problem.codes) == (403, ["authorization_invalid"])
    problem = api.refused("POST", "/m2m_tokens", {}, headers={"Authorization": "Bearer ak_x"})
    assert (problem.status, problem.codes) == (401, ["clerk_key_invalid"])
    assert api.get("/m2m_tokens", subject=caller.id)["total_count"] == 0


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"seconds_until_expiration": 0}, 422, "form_param_value_invalid", "seconds_until_expiration"),
        ({"seconds_until_expiration": 1e300}, 422, "form_param_value_invalid", "seconds_until_expiration"),
        ({"token_format": "paper"}, 422, "form_param_value_invalid", "token_format"),
        ({"claims": "x"}, 422, "form_param_type_invalid", "claims"),
        ({"claims": {"sub": "x"}}, 400, "machine_token_reserved_claim", "claims"),
        ({"claims": {"aud": []}, "token_format": "jwt"}, 400, "machine_token_reserved_claim", "claims"),
        ({"min_remaining_ttl_seconds": 3600}, 400, "form_param_value_invalid", "min_remaining_ttl_seconds"),
        (
            {"min_remaining_ttl_seconds": 10, "seconds_until_expiration": 10},
            400,
            "form_param_value_invalid",
            "min_remaining_ttl_seconds",
        ),
        ({"min_remaining_ttl_seconds": -1}, 422, "form_param_value_invalid", "min_remaining_ttl_seconds"),
        ({"subject": UNKNOWN}, 422, "form_param_unknown", "subject"),
    ],
)
def test_rejects_invalid_token(machine: MakeMachine, body: Json, status: int, code: str, param: str) -> None:
    caller = machine()
    problem = caller.refused("POST", "/m2m_tokens", body)
    assert (problem.status, problem.codes, problem.params) == (status, [code], [param])
    assert caller.get("/m2m_tokens", subject=caller.id)["total_count"] == 0


def test_reuses_token_with_enough_remaining_lifetime(api: Api, machine: MakeMachine, emulator: Emulator) -> None:
    emulator.clock.freeze()
    target = machine()
    caller = machine()

    def token(least: int = 60, **body: Any) -> str:
        made: str = caller.post("/m2m_tokens", {"min_remaining_ttl_seconds": least, **body})["token"]
        return made

    first = token(claims={"a": 1})
    assert token(claims={"a": 1}) == first
    assert token(claims={"a": 2}) != first
    assert token() != first
    assert token(claims={"a": 1}, token_format="jwt") != first
    assert caller.post("/m2m_tokens", {"claims": {"a": 1}})["token"] != first
    assert machine().post("/m2m_tokens", {"claims": {"a": 1}, "min_remaining_ttl_seconds": 1})["token"] != first

    plain = token(least=10, seconds_until_expiration=20)
    listed = {one["id"] for one in caller.get("/m2m_tokens", subject=caller.id)["m2m_tokens"]}
    for one in listed:
        api.post(f"/m2m_tokens/{one}/revoke", {})
    fresh = token(least=10, seconds_until_expiration=20)
    assert fresh != plain
    emulator.clock.advance(10)
    assert token(least=10, seconds_until_expiration=20) == fresh
    emulator.clock.advance(milliseconds=1)
    later = token(least=10, seconds_until_expiration=20)
    assert later != fresh
    # The machine's scopes have changed, so the token cannot be reused.
    api.post(f"/machines/{caller.id}/scopes", {"to_machine_id": target.id})
    scoped = token(least=10, seconds_until_expiration=20)
    assert scoped != later
    target.post("/m2m_tokens/verify", {"token": scoped})
    assert target.refused("POST", "/m2m_tokens/verify", {"token": later}).status == 404


def test_deleting_machine_deletes_its_tokens(api: Api, machine: MakeMachine) -> None:
    caller = machine()
    token = caller.post("/m2m_tokens", {})["token"]
    api.delete(f"/machines/{caller.id}")
    assert api.refused("POST", "/m2m_tokens/verify", {"token": token}).status == 404


def test_verify_accepts_parameter_name_of_python_sdk(api: Api, machine: MakeMachine) -> None:
    made = machine().post("/m2m_tokens", {})
    assert api.post("/m2m_tokens/verify", {"secret": made["token"]})["id"] == made["id"]
    both = api.refused("POST", "/m2m_tokens/verify", {"secret": made["token"], "token": made["token"]})
    assert (both.codes, both.params) == (["form_param_unknown"], ["secret"])
    assert api.refused("POST", "/m2m_tokens/verify", {}).codes == ["form_param_missing"]
