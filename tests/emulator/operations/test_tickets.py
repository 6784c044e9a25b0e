"""Sign-in tokens, actor tokens, agent tasks and testing tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json
from tests.emulator.jwts import verified

ACTOR = {"sub": "user_support", "role": "helper"}


def _sign_in_token(api: Api, user_id: str, **values: Any) -> Json:
    made: Json = api.post("/sign_in_tokens", {"user_id": user_id, **values})
    return made


def _actor_token(api: Api, user_id: str, **values: Any) -> Json:
    made: Json = api.post("/actor_tokens", {"user_id": user_id, "actor": ACTOR, **values})
    return made


def _task_body(on_behalf_of: Json) -> Json:
    return {
        "agent_name": "Booker",
        "on_behalf_of": on_behalf_of,
        "permissions": "*",
        "redirect_url": "http://localhost:3000/done",
        "task_description": "Book a flight",
    }


def _agent_task(api: Api, user_id: str, **values: Any) -> Json:
    made: Json = api.post("/agents/tasks", {**_task_body({"user_id": user_id}), **values})
    return made


def _ticket(made: Json) -> str:
    url = urlsplit(made["url"])
    assert (url.scheme, url.hostname) == ("http", "127.0.0.1")
    assert url.path == ("/v1/agents/tasks" if "agent_id" in made else "/v1/tickets/accept")
    (ticket,) = parse_qs(url.query)["ticket"]
    assert made.get("token", ticket) == ticket
    return ticket


def _refused_ticket(emulator: Emulator, ticket: str, code: str) -> None:
    with pytest.raises(ClerkAPIError) as caught:
        emulator.redeem(ticket)
    assert (caught.value.status, caught.value.errors[0]["code"]) == (400, code)


def test_sign_in_token_signs_in_once(api: Api, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    made = _sign_in_token(api, user_id)
    assert made == {
        "object": "sign_in_token",
        "id": made["id"],
        "user_id": user_id,
        "status": "pending",
        "token": _ticket(made),
        "url": made["url"],
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    claims = verified(api, made["token"])
    assert claims["exp"] == made["created_at"] // 1000 + 30 * 24 * 3600
    session = verified(api, emulator.redeem(made["token"]))
    assert (session["sub"], "act" in session, "o" in session) == (user_id, False, False)
    assert api.get(f"/sessions/{session['sid']}")["status"] == "active"
    _refused_ticket(emulator, made["token"], "sign_in_token_already_used_code")
    problem = api.refused("POST", f"/sign_in_tokens/{made['id']}/revoke")
    assert (problem.status, problem.codes) == (400, ["sign_in_token_cannot_be_revoked_code"])


def test_sign_in_token_activates_organization(api: Api, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    own = api.post("/organizations", {"name": "Own", "created_by": user_id})["id"]
    other = api.post("/organizations", {"name": "Other"})["id"]
    made = _sign_in_token(api, user_id, org_id=own)
    assert verified(api, emulator.redeem(made["token"]))["o"]["id"] == own
    for org_id, status, code in (
        (other, 403, "not_a_member_in_organization"),
        ("org_x", 404, "resource_not_found"),
    ):
        problem = api.refused("POST", "/sign_in_tokens", {"user_id": user_id, "org_id": org_id})
        assert (problem.status, problem.codes) == (status, [code])
    api.patch("/instance/organization_settings", {"enabled": False})
    problem = api.refused("POST", "/sign_in_tokens", {"user_id": user_id, "org_id": own})
    assert (problem.status, problem.codes) == (403, ["organization_not_enabled_in_instance"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "form_param_missing"),
        ({"user_id": "user_x"}, 404, "resource_not_found"),
        ({"user_id": "user_x", "nope": 1}, 422, "form_param_unknown"),
    ],
)
def test_rejects_invalid_sign_in_token(api: Api, body: Json, status: int, code: str) -> None:
    problem = api.refused("POST", "/sign_in_tokens", body)
    assert (problem.status, problem.codes) == (status, [code])


def test_actor_token_signs_in_once_with_its_actor(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    user_id = api.user()["id"]
    made = _actor_token(api, user_id, session_max_duration_in_seconds=120)
    assert made == {
        "object": "actor_token",
        "id": made["id"],
        "user_id": user_id,
        "actor": ACTOR,
        "status": "pending",
        "token": _ticket(made),
        "url": made["url"],
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert verified(api, made["token"])["exp"] == made["created_at"] // 1000 + 3600
    claims = verified(api, emulator.redeem(made["token"]))
    assert (claims["sub"], claims["act"]) == (user_id, ACTOR)
    session = api.get(f"/sessions/{claims['sid']}")
    assert (session["actor"], session["expire_at"]) == (ACTOR, session["created_at"] + 120_000)
    emulator.clock.advance(120)
    assert api.get(f"/sessions/{claims['sid']}")["status"] == "expired"
    _refused_ticket(emulator, made["token"], "actor_token_already_used_code")


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"user_id": None}, "form_param_nil", "user_id"),
        ({"user_id": "user_x"}, "form_resource_not_found", "user_id"),
        ({"actor": {}}, "form_param_missing", "actor.sub"),
        ({"actor": {"sub": ""}}, "form_param_nil", "actor.sub"),
        ({"actor": "x"}, "form_param_type_invalid", "actor"),
        ({"expires_in_seconds": 0}, "form_param_value_invalid", "expires_in_seconds"),
        ({"session_max_duration_in_seconds": 0}, "form_param_value_invalid", "session_max_duration_in_seconds"),
        ({"session_max_duration_in_seconds": 10**30}, "form_param_value_invalid", "session_max_duration_in_seconds"),
    ],
)
def test_rejects_invalid_actor_token(api: Api, body: Json, code: str, param: str) -> None:
    user_id = api.user()["id"]
    problem = api.refused("POST", "/actor_tokens", {"user_id": user_id, "actor": ACTOR, **body})
    assert (problem.status, problem.codes, problem.params) == (422, [code], [param])


def test_agent_task_signs_in_as_user_with_its_agent(api: Api, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    made = _agent_task(api, user_id)
    assert made == {
        "object": "agent_task",
        "agent_id": made["agent_id"],
        "agent_task_id": made["agent_task_id"],
        "task_id": made["agent_task_id"],
        "url": made["url"],
    }
    claims = verified(api, emulator.redeem(_ticket(made)))
    assert claims["sub"] == user_id
    assert (claims["act"]["sub"], claims["act"]["type"]) == (made["agent_id"], "agent")
    session = api.get(f"/sessions/{claims['sid']}")
    assert session["expire_at"] - session["created_at"] == 1800_000
    again, other = _agent_task(api, user_id), _agent_task(api, user_id, agent_name="Other")
    assert again["agent_id"] == made["agent_id"] != other["agent_id"]
    assert again["agent_task_id"] != made["agent_task_id"]


def test_agent_task_requires_its_user(api: Api, emulator: Emulator) -> None:
    names = {"email_address": ["ada@example.com"], "phone_number": ["+15555550100"], "username": "ada_l"}
    user_id = api.user(**names)["id"]
    for identifier in ("ADA@example.com", "+15555550100", "ada_l"):
        made = api.post("/agents/tasks", _task_body({"identifier": identifier}))
        assert verified(api, emulator.redeem(_ticket(made)))["sub"] == user_id
    for on_behalf_of in ({"identifier": "nobody@example.com"}, {"user_id": "user_x"}):
        problem = api.refused("POST", "/agents/tasks", _task_body(on_behalf_of))
        assert (problem.status, problem.codes) == (404, ["agent_task_subject_not_found"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"on_behalf_of": {}}, "form_param_missing"),
        ({"on_behalf_of": {"user_id": "user_x", "identifier": "a"}}, "form_conditional_param_disallowed"),
        ({"permissions": "read"}, "form_param_value_invalid"),
        ({"agent_name": ""}, "form_param_nil"),
        ({"task_description": " "}, "form_param_nil"),
        ({"redirect_url": "myapp://done"}, "form_param_format_invalid"),
        ({"session_max_duration_in_seconds": 0}, "form_param_value_invalid"),
        ({"nope": 1}, "form_param_unknown"),
    ],
)
def test_rejects_invalid_agent_task(api: Api, body: Json, code: str) -> None:
    problem = api.refused("POST", "/agents/tasks", {**_task_body({"user_id": api.user()["id"]}), **body})
    assert (problem.status, problem.codes) == (422, [code])


KINDS: list[Any] = [
    pytest.param(_sign_in_token, "/sign_in_tokens", "sign_in_token", "_code", id="sign-in token"),
    pytest.param(_actor_token, "/actor_tokens", "actor_token", "_code", id="actor token"),
    pytest.param(_agent_task, "/agents/tasks", "agent_task", "", id="agent task"),
]
Make = Callable[..., Json]


@pytest.mark.parametrize(("make", "path", "name", "suffix"), KINDS)
def test_revoked_ticket_cannot_be_redeemed(
    api: Api, emulator: Emulator, make: Make, path: str, name: str, suffix: str
) -> None:
    made = make(api, api.user()["id"])
    where = f"{path}/{made.get('id', made.get('agent_task_id'))}/revoke"
    emulator.clock.advance(1)
    revoked = api.post(where)
    expected = {key: value for key, value in made.items() if key not in ("token", "url")}
    if "status" in made:
        expected |= {"status": "revoked", "updated_at": revoked["updated_at"]}
        assert revoked["updated_at"] > made["updated_at"]
    assert revoked == expected
    problem = api.refused("POST", where)
    assert (problem.status, problem.codes) == (400, [f"{name}_cannot_be_revoked{suffix}"])
    _refused_ticket(emulator, _ticket(made), f"{name}_revoked{suffix}")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/sign_in_tokens", "resource_not_found"),
        ("/actor_tokens", "resource_not_found"),
        ("/agents/tasks", "agent_task_not_found"),
    ],
)
def test_unknown_ticket_is_404(api: Api, path: str, code: str) -> None:
    problem = api.refused("POST", f"{path}/x/revoke")
    assert (problem.status, problem.codes) == (404, [code])


@pytest.mark.parametrize("make", [_sign_in_token, _actor_token])
def test_ticket_expires(api: Api, emulator: Emulator, make: Make) -> None:
    emulator.clock.freeze()
    user_id = api.user()["id"]
    first, second = (make(api, user_id, expires_in_seconds=10) for _ in range(2))
    emulator.clock.advance(8)
    emulator.redeem(first["token"])
    emulator.clock.advance(2)
    _refused_ticket(emulator, second["token"], "ticket_expired_code")
    problem = api.refused("POST", f"/{first['object']}s", {"user_id": user_id, "expires_in_seconds": 0})
    assert problem.status == 422


def test_other_tokens_are_not_tickets(api: Api, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    api.post("/jwt_templates", {"name": "fake", "claims": {"st": ["sign_in_token"]}})
    session = api.post("/sessions", {"user_id": user_id})
    fake = api.post(f"/sessions/{session['id']}/tokens/fake", {})["jwt"]
    made = _sign_in_token(api, user_id)
    api.delete(f"/users/{user_id}")
    for ticket in ("", "a.b.c", fake, made["token"]):
        _refused_ticket(emulator, ticket, "ticket_invalid_code")


def test_banned_user_cannot_redeem_ticket(api: Api, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    made = _sign_in_token(api, user_id)
    api.post(f"/users/{user_id}/ban")
    with pytest.raises(ClerkAPIError, match="user_banned"):
        emulator.redeem(made["token"])
    api.post(f"/users/{user_id}/unban")
    emulator.redeem(made["token"])


def test_testing_tokens_differ_and_expire_after_an_hour(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze(1713877200_500)
    first, second = (api.post("/testing_tokens") for _ in range(2))
    assert first["token"].startswith("1713877200-c_")
    assert first["token"] != second["token"]
    assert {**first, "token": ""} == {"object": "testing_token", "token": "", "expires_at": 1713880800}
    problem = api.refused("POST", "/testing_tokens", headers={"Authorization": "Bearer sk_test_wrong"})
    assert (problem.status, problem.codes) == (401, ["clerk_key_invalid"])
