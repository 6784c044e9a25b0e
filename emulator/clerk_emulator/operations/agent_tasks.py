"""Agent tasks: sessions of an agent on behalf of a user."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain import formats
from clerk_emulator.domain.access import origins
from clerk_emulator.domain.sessions import tickets
from clerk_emulator.domain.sessions.tickets import AGENT_TASKS
from clerk_emulator.domain.tokens.ticket_urls import agent_task_url
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_LIFETIME = 3600
"""Seconds in which the URL of a task can be visited. Our choice."""
_SESSION_LIFETIME = 1800


@operation("CreateAgentTask")
def create_agent_task(call: Call) -> Json:
    body = call.body
    user_id = _find_user_id(call, body["on_behalf_of"])
    for name in ("agent_name", "task_description"):
        if not body[name].strip():
            raise errors.null(name)
    formats.url("redirect_url", body["redirect_url"])
    try:
        origins.normalize(body["redirect_url"])
    except ValueError:
        raise errors.malformed("redirect_url", "a URL such as https://app.example.com/start") from None
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
            "_redirect_url": body["redirect_url"],
            "_session_seconds": tickets.parse_duration(body, "session_max_duration_in_seconds", _SESSION_LIFETIME),
        },
    )
    ticket = tickets.sign(call.keys, task, task["created_at"] // 1000 + _LIFETIME)
    return {**_serialize(task), "url": agent_task_url(call.store, call.keys, ticket)}


@operation("RevokeAgentTask")
def revoke_agent_task(call: Call) -> Json:
    task = call.store.get(AGENT_TASKS, call.path["agent_task_id"])
    if task is None:
        raise errors.not_found("agent task", call.path["agent_task_id"], code="agent_task_not_found")
    return _serialize(tickets.revoke(call.store, task))


def _serialize(task: Json) -> Json:
    return {
        "object": AGENT_TASKS.name,
        "agent_id": task["_agent_id"],
        "agent_task_id": task["id"],
        "task_id": task["id"],
    }


def _find_user_id(call: Call, on_behalf_of: Json) -> str:
    """Return the id of a user given by id, email address, phone number or username."""
    user_id, identifier = on_behalf_of.get("user_id"), on_behalf_of.get("identifier")
    names = ("on_behalf_of.user_id", "on_behalf_of.identifier")
    if user_id and identifier:
        message = f"Only one of {' and '.join(names)} can be given."
        raise ClerkAPIError(422, "form_conditional_param_disallowed", "is not allowed", message, param_name=names[1])
    if user_id:
        user = call.store.get(USERS, user_id)
    elif identifier:
        low = identifier.lower()
        known = sql.select(IDENTIFICATIONS.c.user_id).where(
            IDENTIFICATIONS.c.identifier == low, IDENTIFICATIONS.c.object.in_(("email_address", "phone_number"))
        )
        user = call.store.find(USERS, sql.or_(USERS.c.id.in_(known), USERS.c.username == low))
    else:
        raise errors.missing_one_of(*names)
    if user is None:
        message = f"No user was found for {user_id or identifier}."
        raise ClerkAPIError(404, "agent_task_subject_not_found", "not found", message)
    found: str = user["id"]
    return found
