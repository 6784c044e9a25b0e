"""M2M tokens, with which machines authenticate to each other. JWTs are not stored."""

from __future__ import annotations

from typing import Any

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.tokens import jwts, machine_access, opaque_tokens
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.store import ResourceTable, Where
from clerk_emulator.storage.tables import MACHINES

M2M_TOKENS = ResourceTable(
    "machine_to_machine_token",
    "mt",
    opaque_tokens.COLUMNS,
    owners={"machine_id": "machine"},
    unique=("secret",),
)

_RESERVED = {"iss", "sub", "exp", "nbf", "iat", "jti", "aud", "scopes"}
"""Claims that every token has. Which of them Clerk reserves is not known."""


@operation("createM2MToken", allows_machines=True)
def create_m2m_token(call: Call) -> Response | Json:
    if not call.caller.is_machine:
        # Clerk's response to the key of an instance is not known.
        raise _forbidden("Only machines can create M2M tokens: use the secret key of a machine.")
    body = call.body
    machine = call.store.require(MACHINES, call.caller.id)
    claims = opaque_tokens.parse_claims(body)
    for claim in claims or ():
        if claim in _RESERVED:
            message = f"claims must not contain the reserved claim {claim}."
            raise ClerkAPIError(400, "machine_token_reserved_claim", "is reserved", message, param_name="claims")
    seconds: float = body.get("seconds_until_expiration") or machine["default_token_ttl"]
    row: Json = {
        **opaque_tokens.NEW_TOKEN,
        "id": call.ids.new_hex(M2M_TOKENS.prefix),
        "subject": machine["id"],
        "scopes": machine_access.scopes(call.store, [machine["id"]])[machine["id"]],
        "claims": claims,
        "expiration": opaque_tokens.expiration(call.store, "seconds_until_expiration", seconds),
        "_machine_id": machine["id"],
    }
    if body.get("token_format") == "jwt":
        return _jwt_response(call, row, jwts.lifetime(call.store, round(seconds)))
    row["_secret"] = f"mt_{call.ids.hex()}"
    token = _find_reusable(call, row, seconds) or call.store.create(M2M_TOKENS, row)
    return {**opaque_tokens.serialize(call.store, token), "token": token["_secret"]}


@operation("getM2MTokens", allows_machines=True)
def list_m2m_tokens(call: Call) -> Json:
    subject = call.query["subject"]
    if call.caller.is_machine and subject != call.caller.id:
        raise _forbidden("A machine can list its own tokens only.")
    machine_access.require(call.store, subject)
    page = list_resources(
        call,
        M2M_TOKENS,
        M2M_TOKENS.c.machine_id == subject,
        None if call.query["revoked"] else ~M2M_TOKENS.c.revoked,
        None if call.query["expired"] else opaque_tokens.unexpired(call.store, M2M_TOKENS),
        serialize=lambda call, rows: [opaque_tokens.serialize(call.store, row) for row in rows],
    ).body
    assert isinstance(page, dict)
    return {"m2m_tokens": page["data"], "total_count": page["total_count"]}


@operation("revokeM2MToken", allows_machines=True)
def revoke_m2m_token(call: Call) -> Json:
    own: list[Where] = [M2M_TOKENS.c.machine_id == call.caller.id] if call.caller.is_machine else []
    token = call.store.require(M2M_TOKENS, call.path["m2m_token_id"], *own)
    revoked = opaque_tokens.revoke(call.store, M2M_TOKENS, token, call.body.get("revocation_reason"))
    return opaque_tokens.serialize(call.store, revoked)


@operation("verifyM2MToken", allows_machines=True)
def verify_m2m_token(call: Call) -> Json:
    secret = call.body["token"]
    token = _parse_jwt(call, secret) if "." in secret else opaque_tokens.require_valid(call.store, M2M_TOKENS, secret)
    if call.caller.is_machine and call.caller.id not in token["scopes"]:
        raise opaque_tokens.invalid_secret(M2M_TOKENS.name)
    if "_secret" in token:
        token = opaque_tokens.mark_used(call.store, M2M_TOKENS, token)
    return opaque_tokens.serialize(call.store, token)


def _forbidden(message: str) -> ClerkAPIError:
    return ClerkAPIError(403, "authorization_invalid", "not allowed", message)


def _find_reusable(call: Call, row: Json, seconds: float) -> Json | None:
    """Return an existing token that can be reused instead of the new one, if the body allows it."""
    min_seconds = call.body.get("min_remaining_ttl_seconds")
    if min_seconds is None:
        return None
    if min_seconds >= seconds:
        message = f"min_remaining_ttl_seconds must be less than the lifetime of the token, {seconds} seconds."
        name = "min_remaining_ttl_seconds"
        raise ClerkAPIError(400, "form_param_value_invalid", "is invalid", message, param_name=name)
    candidates = call.store.all(
        M2M_TOKENS,
        M2M_TOKENS.c.machine_id == row["subject"],
        ~M2M_TOKENS.c.revoked,
        M2M_TOKENS.c.expiration >= call.clock.now() + min_seconds * 1000,
        order=M2M_TOKENS.order_by(M2M_TOKENS.c.expiration, descending=True),
    )
    matching = (one for one in candidates if all(one[name] == row[name] for name in ("claims", "scopes")))
    return next(matching, None)


def _jwt_response(call: Call, row: Json, times: Json) -> Response:
    claims: Json = {
        **(row["claims"] or {}),
        "iss": call.keys.issuer,
        "sub": row["subject"],
        "aud": row["scopes"],
        "scopes": " ".join(row["scopes"]),
        "jti": row["id"],
        **times,
    }
    now = call.clock.now()
    created = {
        **row,
        "object": M2M_TOKENS.name,
        "expiration": times["exp"] * 1000,
        "created_at": now,
        "updated_at": now,
    }
    shown = opaque_tokens.serialize(call.store, created)
    return Response(compute_body=lambda: {**shown, "token": jwts.sign(call.keys, claims, category=jwts.MACHINE)})


def _parse_jwt(call: Call, token: str) -> Json:
    """Return the token in a JWT. Raises Clerk's 404 if it is invalid or has expired."""
    decoded: dict[str, Any] = jwts.read(call.keys, token) or {}
    subject = str(decoded.get("sub", ""))
    if call.store.get(MACHINES, subject) is None or decoded["exp"] * 1000 <= call.clock.now():
        raise opaque_tokens.invalid_secret(M2M_TOKENS.name)
    return {
        **opaque_tokens.NEW_TOKEN,
        "object": M2M_TOKENS.name,
        "id": decoded["jti"],
        "subject": subject,
        "scopes": decoded["aud"],
        "claims": {name: value for name, value in decoded.items() if name not in _RESERVED} or None,
        "expiration": decoded["exp"] * 1000,
        "created_at": decoded["iat"] * 1000,
        "updated_at": decoded["iat"] * 1000,
    }
