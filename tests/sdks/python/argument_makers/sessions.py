"""Arguments for sessions, clients, JWT templates and the tokens that sign users in."""

from __future__ import annotations

from typing import Any

from api import control, email, post, session, sign_in, unique, user
from refused import Refused

_ORIGIN = "http://localhost:3000"


def _id() -> Any:
    return {"session_id": session()["id"]}


def _refresh() -> Any:
    signed_in = sign_in(user()["id"], origin=_ORIGIN)
    return {
        "session_id": signed_in["session_id"],
        "expired_token": signed_in["session_token"],
        "refresh_token": signed_in["refresh_token"],
        "request_origin": _ORIGIN,
    }


def _client_token() -> Any:
    return {"token": control("GET", f"/clients/{session()['client_id']}/token")["client_token"]}


def _sign_up() -> Any:
    return {"id": control("POST", "/sign_ups", {"email_address": email()})["id"]}


def _template() -> dict[str, Any]:
    return post("/jwt_templates", {"name": unique("py-"), "claims": {"user": "{{user.id}}"}})


def _actor_token() -> Any:
    return {"user_id": user()["id"], "actor": {"sub": user()["id"]}, "expires_in_seconds": 60}


def _agent_task() -> Any:
    return {
        "on_behalf_of": {"user_id": user()["id"]},
        "permissions": "*",
        "agent_name": "Agent",
        "task_description": "Task",
        "redirect_url": "https://example.com/",
    }


MAKERS = {
    "sessions.create": lambda: {"request": {"user_id": user()["id"]}},
    "sessions.get": _id,
    "sessions.list": lambda: {"user_id": session()["user_id"]},
    "sessions.create_token": _id,
    "sessions.create_token_from_template": lambda: {**_id(), "template_name": _template()["name"]},
    "sessions.refresh": _refresh,
    "sessions.revoke": _id,
    "clients.get": lambda: {"client_id": session()["client_id"]},
    "clients.list": lambda: Refused(410, "operation_deprecated", {"limit": 10}),
    "clients.verify": lambda: {"request": _client_token()},
    "sign_ups.get": _sign_up,
    "sign_ups.update": lambda: {**_sign_up(), "external_id": unique("external_")},
    "jwks.get_jwks": dict,
    "jwt_templates.create": lambda: {"request": {"name": unique("py-"), "claims": {"a": "{{user.id}}"}}},
    "jwt_templates.list": lambda: {"limit": 5},
    "jwt_templates.get": lambda: {"template_id": _template()["id"]},
    "jwt_templates.update": lambda: {"template_id": _template()["id"], "name": unique("py-"), "claims": {"a": 2}},
    "jwt_templates.delete": lambda: {"template_id": _template()["id"]},
    "sign_in_tokens.create": lambda: {"request": {"user_id": user()["id"], "expires_in_seconds": 60}},
    "sign_in_tokens.revoke": lambda: {"sign_in_token_id": post("/sign_in_tokens", {"user_id": user()["id"]})["id"]},
    "actor_tokens.create": lambda: {"request": _actor_token()},
    "actor_tokens.revoke": lambda: {"actor_token_id": post("/actor_tokens", _actor_token())["id"]},
    "agent_tasks.create": lambda: {"request": _agent_task()},
    "agent_tasks.revoke": lambda: {"agent_task_id": post("/agents/tasks", _agent_task())["agent_task_id"]},
    "testing_tokens.create": dict,
}
