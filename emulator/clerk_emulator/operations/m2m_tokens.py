"""M2M tokens: what a machine shows to another. Opaque ones are kept; those that are JWTs are not."""

from __future__ import annotations

from typing import Any

from clerk_emulator.domain import machine_scopes, machine_tokens, signed_tokens
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, operation
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.store import Kind, Where
from clerk_emulator.storage.tables import MACHINES

M2M_TOKENS = Kind(
    "machine_to_machine_token",
    "mt",
    machine_tokens.COLUMNS,
    owners={"machine_id": "machine"},
    unique=("secret",),
)

_RESERVED = {"iss", "sub", "exp", "nbf", "iat", "jti", "aud", "scopes"}
"""Claims that each token has of itself. Which of them Clerk reserves is not known."""


@operation("createM2MToken", for_machines=True)
def create_m2m_token(call: Call) -> Json:
    if not call.caller.is_machine:
        # What Clerk answers to the key of an instance here is not known.
        raise _forbidden("An M2M token is made by a machine: the key must be the secret key of one.")
    body = call.body
    machine = call.store.need(MACHINES, call.caller.id)
    claims = machine_tokens.claims(body)
    for claim in claims or ():
        if claim in _RESERVED:
            message = f"claims must not hold the reserved claim {claim}."
            raise Refusal(400, "machine_token_reserved_claim", "is reserved", message, param_name="claims")
    seconds: float = body.get("seconds_until_expiration") or machine["default_token_ttl"]
    row: Json = {
        **machine_tokens.NEW,
        "id": f"mt_{call.ids.hex()}",
        "subject": machine["id"],
        "scopes": machine_scopes.scopes(call.store, [machine["id"]])[machine["id"]],
        "claims": claims,
        "expiration": machine_tokens.expiration(call.store, "seconds_until_expiration", seconds),
        "_machine_id": machine["id"],
    }
    if body.get("token_format") == "jwt":
        return _signed(call, row, signed_tokens.lifetime(call.store, round(seconds)))
    row["_secret"] = f"mt_{call.ids.hex()}"
    token = _reusable(call, row, seconds) or call.store.create(M2M_TOKENS, row)
    return _made(call, token, token["_secret"])


@operation("getM2MTokens", for_machines=True)
def list_m2m_tokens(call: Call) -> Json:
    subject = call.query["subject"]
    if call.caller.is_machine and subject != call.caller.id:
        raise _forbidden("A machine can list its own tokens only.")
    machine_scopes.need(call.store, subject)
    page = listing(
        call,
        M2M_TOKENS,
        M2M_TOKENS.c.machine_id == subject,
        None if call.query["revoked"] else ~M2M_TOKENS.c.revoked,
        None if call.query["expired"] else machine_tokens.unexpired(call.store, M2M_TOKENS),
        show=lambda call, rows: [machine_tokens.show(call, row) for row in rows],
    ).body
    assert isinstance(page, dict)
    return {"m2m_tokens": page["data"], "total_count": page["total_count"]}


@operation("revokeM2MToken", for_machines=True)
def revoke_m2m_token(call: Call) -> Json:
    own: list[Where] = [M2M_TOKENS.c.machine_id == call.caller.id] if call.caller.is_machine else []
    token = call.store.need(M2M_TOKENS, call.path["m2m_token_id"], *own)
    return machine_tokens.show(call, machine_tokens.revoke(call, M2M_TOKENS, token))


@operation("verifyM2MToken", for_machines=True)
def verify_m2m_token(call: Call) -> Json:
    secret = call.body["token"]
    token = _of_jwt(call, secret) if "." in secret else machine_tokens.verified(call, M2M_TOKENS, secret)
    if call.caller.is_machine and call.caller.id not in token["scopes"]:
        raise machine_tokens.unverified(M2M_TOKENS.name)
    if "_secret" in token:
        token = machine_tokens.used(call, M2M_TOKENS, token)
    return machine_tokens.show(call, token)


def _forbidden(message: str) -> Refusal:
    return Refusal(403, "authorization_invalid", "not allowed", message)


def _made(call: Call, row: Json, token: str) -> Json:
    return {**machine_tokens.show(call, row), "token": token}


def _reusable(call: Call, row: Json, seconds: float) -> Json | None:
    """A token that is as good as the new one, where the body asks for such."""
    least = call.body.get("min_remaining_ttl_seconds")
    if least is None:
        return None
    if least >= seconds:
        message = f"min_remaining_ttl_seconds must be less than the {seconds} seconds that the token lives."
        name = "min_remaining_ttl_seconds"
        raise Refusal(400, "form_param_value_invalid", "is invalid", message, param_name=name)
    alive = call.store.all(
        M2M_TOKENS,
        M2M_TOKENS.c.machine_id == row["subject"],
        ~M2M_TOKENS.c.revoked,
        M2M_TOKENS.c.expiration >= call.clock.now() + least * 1000,
        order=(M2M_TOKENS.c.expiration.desc(),),
    )
    same = (one for one in alive if all(one[name] == row[name] for name in ("claims", "scopes")))
    return next(same, None)


def _signed(call: Call, row: Json, times: Json) -> Json:
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
    made = {**row, "object": M2M_TOKENS.name, "expiration": times["exp"] * 1000, "created_at": now, "updated_at": now}
    return _made(call, made, signed_tokens.sign(call.keys, claims, category=signed_tokens.MACHINE))


def _of_jwt(call: Call, token: str) -> Json:
    """The token that a JWT stands for, as far as it tells."""
    held: dict[str, Any] = signed_tokens.read(call.keys, token) or {}
    subject = str(held.get("sub", ""))
    if call.store.get(MACHINES, subject) is None or held["exp"] * 1000 <= call.clock.now():
        raise machine_tokens.unverified(M2M_TOKENS.name)
    return {
        **machine_tokens.NEW,
        "object": M2M_TOKENS.name,
        "id": held["jti"],
        "subject": subject,
        "scopes": held["aud"],
        "claims": {name: value for name, value in held.items() if name not in _RESERVED} or None,
        "expiration": held["exp"] * 1000,
        "created_at": held["iat"] * 1000,
        "updated_at": held["iat"] * 1000,
    }
