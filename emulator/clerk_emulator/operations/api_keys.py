"""API keys of users, organizations and machines."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.tokens import issued_keys, opaque_tokens
from clerk_emulator.domain.tokens.issued_keys import API_KEYS
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import USERS


@operation("createApiKey")
def create_api_key(call: Call) -> Response:
    body = call.body
    if body.get("created_by") and call.store.get(USERS, body["created_by"]) is None:
        raise errors.referenced_not_found("created_by", body["created_by"])
    key = issued_keys.create(call.store, body, body.get("created_by"))
    return Response({**opaque_tokens.serialize(call.store, key), "secret": key["_secret"]}, status=201)


@operation("getApiKeys")
def list_api_keys(call: Call) -> Response:
    return list_resources(
        call,
        API_KEYS,
        *issued_keys.conditions(call.store, call.query),
        serialize=lambda call, rows: [opaque_tokens.serialize(call.store, row) for row in rows],
    )


@operation("getApiKey")
def get_api_key(call: Call) -> Json:
    return opaque_tokens.serialize(call.store, call.path_resource(API_KEYS, "apiKeyID"))


@operation("updateApiKey")
def update_api_key(call: Call) -> Json:
    key = call.path_resource(API_KEYS, "apiKeyID")
    body = call.body
    changes: Json = {name: body[name] for name in ("scopes", "description") if name in body}
    if "claims" in body:
        changes["claims"] = opaque_tokens.parse_claims(body)
    if "subject" in body:
        changes |= issued_keys.require_subject(call.store, body["subject"])
    if "seconds_until_expiration" in body:
        seconds = body["seconds_until_expiration"]
        changes["expiration"] = opaque_tokens.expiration(call.store, "seconds_until_expiration", seconds)
    return opaque_tokens.serialize(call.store, call.store.update(API_KEYS, key, **changes))


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
    revoked = opaque_tokens.revoke(call.store, API_KEYS, key, call.body.get("revocation_reason"))
    return opaque_tokens.serialize(call.store, revoked)


@operation("verifyApiKey")
def verify_api_key(call: Call) -> Json:
    key = opaque_tokens.require_valid(call.store, API_KEYS, call.body["secret"])
    return opaque_tokens.serialize(call.store, opaque_tokens.mark_used(call.store, API_KEYS, key))
