"""Agent tasks: what an agent does on behalf of a user, with a session of its own."""

from __future__ import annotations

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.domain import tickets, value_rules
from clerk_emulator.domain.tickets import AGENT_TASKS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, operation
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_LIFETIME = 3600
"""Seconds in which the URL of a task can be visited: the choice of this emulator."""
_SESSION_LIFETIME = 1800


@operation("CreateAgentTask")
def create_agent_task(call: Call) -> Json:
    body = call.body
    user_id = _user(call, body["on_behalf_of"])
    for name in ("agent_name", "task_description"):
        if not body[name].strip():
            raise errors.null(name)
    value_rules.url("redirect_url", body["redirect_url"])
    same = call.store.find(AGENT_TASKS, AGENT_TASKS.c.agent_name == body["agent_name"])
    agent_id = same["_agent_id"] if same else call.ids.new("agent")
    task = call.store.create(
        AGENT_TASKS,
        {
            "user_id": user_id,
            "status": "pending",
            "_agent_id": agent_id,
            "_agent_name": body["agent_name"],
            "_actor": {"iss": call.keys.issuer, "sub": agent_id, "type": "agent"},
            "_session_seconds": tickets.seconds(body, "session_max_duration_in_seconds", _SESSION_LIFETIME),
        },
    )
    ticket = tickets.sign(call.keys, task, task["created_at"] // 1000 + _LIFETIME)
    return {**_show(task), "url": tickets.url(call.keys, ticket)}


@operation("RevokeAgentTask")
def revoke_agent_task(call: Call) -> Json:
    task = call.store.get(AGENT_TASKS, call.path["agent_task_id"])
    if task is None:
        raise errors.not_found("agent task", call.path["agent_task_id"], code="agent_task_not_found")
    return _show(tickets.revoke(call.store, task))


def _show(task: Json) -> Json:
    return {
        "object": AGENT_TASKS.name,
        "agent_id": task["_agent_id"],
        "agent_task_id": task["id"],
        "task_id": task["id"],
    }


def _user(call: Call, on_behalf_of: Json) -> str:
    """The id of the user that is named by id, or by email address, phone number or username."""
    user_id, identifier = on_behalf_of.get("user_id"), on_behalf_of.get("identifier")
    names = ("on_behalf_of.user_id", "on_behalf_of.identifier")
    if user_id and identifier:
        message = f"Only one of {' and '.join(names)} can be given."
        raise Refusal(422, "form_conditional_param_disallowed", "is not allowed", message, param_name=names[1])
    if user_id:
        user = call.store.get(USERS, user_id)
    elif identifier:
        low = identifier.lower()
        known = sa.select(IDENTIFICATIONS.c.user_id).where(
            IDENTIFICATIONS.c.identifier == low, IDENTIFICATIONS.c.object.in_(("email_address", "phone_number"))
        )
        user = call.store.find(USERS, sa.or_(USERS.c.id.in_(known), USERS.c.username == low))
    else:
        raise errors.missing_one_of(*names)
    if user is None:
        message = f"No user was found for {user_id or identifier}."
        raise Refusal(404, "agent_task_subject_not_found", "not found", message)
    found: str = user["id"]
    return found
