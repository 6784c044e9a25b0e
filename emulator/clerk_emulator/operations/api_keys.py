"""API keys of users, organizations and machines."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import opaque_tokens
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import MACHINES, ORGANIZATIONS, USERS

API_KEYS = ResourceTable(
    "api_key",
    "ak",
    {**opaque_tokens.COLUMNS, "subject": str, "name": str, "type": str},
    owners={"user_id": "user", "organization_id": "organization", "machine_id": "machine"},
    unique=("secret",),
)
"""`subject` is the id of the owner, which is also in the owner column of its type."""

_SUBJECTS = {"user": ("_user_id", USERS), "org": ("_organization_id", ORGANIZATIONS), "mch": ("_machine_id", MACHINES)}


@operation("createApiKey")
def create_api_key(call: Call) -> Response:
    body = call.body
    if body.get("created_by") and call.store.get(USERS, body["created_by"]) is None:
        raise errors.referenced_not_found("created_by", body["created_by"])
    subject = _require_subject(call, body["subject"])
    namesake = call.store.find(
        API_KEYS,
        API_KEYS.c.subject == body["subject"],
        API_KEYS.c.name == body["name"],
        ~API_KEYS.c.revoked,
        opaque_tokens.unexpired(call.store, API_KEYS),
    )
    if namesake is not None:
        # Clerk's components have a text for this code. That names are unique within a subject is our choice.
        message = f"{body['subject']} already has an API key with this name."
        raise ClerkAPIError(409, "api_key_name_already_exists", "already exists", message, param_name="name")
    seconds = body.get("seconds_until_expiration")
    key = call.store.create(
        API_KEYS,
        {
            **opaque_tokens.NEW_TOKEN,
            "id": f"ak_{call.ids.hex()}",
            "type": body.get("type", "api_key"),
            "name": body["name"],
            **subject,
            "scopes": body.get("scopes", []),
            "claims": opaque_tokens.parse_claims(body),
            "description": body.get("description"),
            "created_by": body.get("created_by"),
            "expiration": opaque_tokens.expiration(call.store, "seconds_until_expiration", seconds),
            "_secret": f"ak_{call.ids.hex()}",
        },
    )
    return Response({**opaque_tokens.serialize(call, key), "secret": key["_secret"]}, status=201)


@operation("getApiKeys")
def list_api_keys(call: Call) -> Response:
    query = call.query
    valid = sql.and_(~API_KEYS.c.revoked, opaque_tokens.unexpired(call.store, API_KEYS))
    return list_resources(
        call,
        API_KEYS,
        API_KEYS.c.subject == query["subject"],
        equals(API_KEYS.c.type, query["type"]),
        None if query["include_invalid"] == "true" else valid,
        contains_text(query["query"], API_KEYS.c.name, exact=API_KEYS.c.id),
        serialize=lambda call, rows: [opaque_tokens.serialize(call, row) for row in rows],
    )


@operation("getApiKey")
def get_api_key(call: Call) -> Json:
    return opaque_tokens.serialize(call, call.path_resource(API_KEYS, "apiKeyID"))


@operation("updateApiKey")
def update_api_key(call: Call) -> Json:
    key = call.path_resource(API_KEYS, "apiKeyID")
    body = call.body
    changes: Json = {name: body[name] for name in ("scopes", "description") if name in body}
    if "claims" in body:
        changes["claims"] = opaque_tokens.parse_claims(body)
    if "subject" in body:
        changes |= _require_subject(call, body["subject"])
    if "seconds_until_expiration" in body:
        seconds = body["seconds_until_expiration"]
        changes["expiration"] = opaque_tokens.expiration(call.store, "seconds_until_expiration", seconds)
    return opaque_tokens.serialize(call, call.store.update(API_KEYS, key, **changes))


@operation("deleteApiKey")
def delete_api_key(call: Call) -> Json:
    key = call.path_resource(API_KEYS, "apiKeyID")
    call.store.delete(API_KEYS, API_KEYS.c.id == key["id"])
    return deleted_object(key)


@operation("getApiKeySecret")
def get_api_key_secret(call: Call) -> Json:
    return {"secret": call.path_resource(API_KEYS, "apiKeyID")["_secret"]}


@operation("revokeApiKey")
def revoke_api_key(call: Call) -> Json:
    key = call.path_resource(API_KEYS, "apiKeyID")
    return opaque_tokens.serialize(call, opaque_tokens.revoke(call, API_KEYS, key))


@operation("verifyApiKey")
def verify_api_key(call: Call) -> Json:
    key = opaque_tokens.require_valid(call, API_KEYS, call.body["secret"])
    return opaque_tokens.serialize(call, opaque_tokens.mark_used(call, API_KEYS, key))


def _require_subject(call: Call, subject: str) -> Json:
    """Return the subject of a key and its owner column. Raises ClerkAPIError if the subject does not exist.

    Directories (`scim_`) never exist.
    """
    owners: Json = {owner: None for owner, _ in _SUBJECTS.values()}
    owner, kind = _SUBJECTS.get(subject.partition("_")[0], ("", None))
    if kind is None or call.store.get(kind, subject) is None:
        raise errors.referenced_not_found("subject", subject)
    return {"subject": subject, **owners, owner: subject}
