"""API keys: what users, organizations and machines let programs act for them with."""

from __future__ import annotations

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.domain import machine_tokens
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation
from clerk_emulator.request.listing import equals, listing, partial
from clerk_emulator.storage.store import Kind
from clerk_emulator.storage.tables import MACHINES, ORGANIZATIONS, USERS

API_KEYS = Kind(
    "api_key",
    "ak",
    {**machine_tokens.COLUMNS, "subject": str, "name": str, "type": str},
    owners={"user_id": "user", "organization_id": "organization", "machine_id": "machine"},
    unique=("secret",),
)
"""`subject` is whose it is, and so is one of the owners: with the subject its keys are deleted."""

_SUBJECTS = {"user": ("_user_id", USERS), "org": ("_organization_id", ORGANIZATIONS), "mch": ("_machine_id", MACHINES)}


@operation("createApiKey")
def create_api_key(call: Call) -> Answer:
    body = call.body
    if body.get("created_by") and call.store.get(USERS, body["created_by"]) is None:
        raise errors.body_refers_to_nothing("created_by", body["created_by"])
    subject = _subject(call, body["subject"])
    namesake = call.store.find(
        API_KEYS,
        API_KEYS.c.subject == body["subject"],
        API_KEYS.c.name == body["name"],
        ~API_KEYS.c.revoked,
        machine_tokens.unexpired(call.store, API_KEYS),
    )
    if namesake is not None:
        # The code is known from texts of Clerk's components; that names are unique within a subject is our choice.
        message = f"{body['subject']} has an API key of this name already."
        raise Refusal(409, "api_key_name_already_exists", "already exists", message, param_name="name")
    seconds = body.get("seconds_until_expiration")
    key = call.store.create(
        API_KEYS,
        {
            **machine_tokens.NEW,
            "id": f"ak_{call.ids.hex()}",
            "type": body.get("type", "api_key"),
            "name": body["name"],
            **subject,
            "scopes": body.get("scopes", []),
            "claims": machine_tokens.claims(body),
            "description": body.get("description"),
            "created_by": body.get("created_by"),
            "expiration": machine_tokens.expiration(call.store, "seconds_until_expiration", seconds),
            "_secret": f"ak_{call.ids.hex()}",
        },
    )
    return Answer({**machine_tokens.show(call, key), "secret": key["_secret"]}, status=201)


@operation("getApiKeys")
def list_api_keys(call: Call) -> Answer:
    query = call.query
    valid = sa.and_(~API_KEYS.c.revoked, machine_tokens.unexpired(call.store, API_KEYS))
    return listing(
        call,
        API_KEYS,
        API_KEYS.c.subject == query["subject"],
        equals(API_KEYS.c.type, query["type"]),
        None if query["include_invalid"] == "true" else valid,
        partial(query["query"], API_KEYS.c.name, exact=API_KEYS.c.id),
        show=lambda call, rows: [machine_tokens.show(call, row) for row in rows],
    )


@operation("getApiKey")
def get_api_key(call: Call) -> Json:
    return machine_tokens.show(call, call.named(API_KEYS, "apiKeyID"))


@operation("updateApiKey")
def update_api_key(call: Call) -> Json:
    key = call.named(API_KEYS, "apiKeyID")
    body = call.body
    changes: Json = {name: body[name] for name in ("scopes", "description") if name in body}
    if "claims" in body:
        changes["claims"] = machine_tokens.claims(body)
    if "subject" in body:
        changes |= _subject(call, body["subject"])
    if "seconds_until_expiration" in body:
        seconds = body["seconds_until_expiration"]
        changes["expiration"] = machine_tokens.expiration(call.store, "seconds_until_expiration", seconds)
    return machine_tokens.show(call, call.store.update(API_KEYS, key, **changes))


@operation("deleteApiKey")
def delete_api_key(call: Call) -> Json:
    key = call.named(API_KEYS, "apiKeyID")
    call.store.delete(API_KEYS, API_KEYS.c.id == key["id"])
    return deleted(key)


@operation("getApiKeySecret")
def get_api_key_secret(call: Call) -> Json:
    return {"secret": call.named(API_KEYS, "apiKeyID")["_secret"]}


@operation("revokeApiKey")
def revoke_api_key(call: Call) -> Json:
    key = call.named(API_KEYS, "apiKeyID")
    return machine_tokens.show(call, machine_tokens.revoke(call, API_KEYS, key))


@operation("verifyApiKey")
def verify_api_key(call: Call) -> Json:
    key = machine_tokens.verified(call, API_KEYS, call.body["secret"])
    return machine_tokens.show(call, machine_tokens.used(call, API_KEYS, key))


def _subject(call: Call, subject: str) -> Json:
    """The subject of a key, and its owner. Raises where it does not exist; no directory (`scim_`) ever does."""
    owners: Json = {owner: None for owner, _ in _SUBJECTS.values()}
    owner, kind = _SUBJECTS.get(subject.partition("_")[0], ("", None))
    if kind is None or call.store.get(kind, subject) is None:
        raise errors.body_refers_to_nothing("subject", subject)
    return {"subject": subject, **owners, owner: subject}
