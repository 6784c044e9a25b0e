"""JWT templates: create, list, get, update, delete."""

from __future__ import annotations

import jwt

from clerk_emulator import errors
from clerk_emulator.domain.template_claims import LIFETIME, SKEW
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import JWT_TEMPLATES

_RESERVED = {"azp", "exp", "iat", "iss", "jti", "nbf", "sub"} | {"sid", "v", "pla", "fea", "o"}
"""Claims that each token has of itself, and claims of session tokens, which no other token may have."""

# Which algorithms Clerk takes is not known; these are the ones with names in RFC 7518 that sign.
_ALGORITHMS = tuple(f"{family}{bits}" for family in ("RS", "ES", "PS", "HS") for bits in (256, 384, 512))


@operation("CreateJWTTemplate")
def create_jwt_template(call: Call) -> Json:
    defaults = {
        "lifetime": LIFETIME,
        "allowed_clock_skew": SKEW,
        "custom_signing_key": False,
        "signing_algorithm": "RS256",
        "_signing_key": None,
    }
    return shown(call.store.create(JWT_TEMPLATES, {**defaults, **_changes(call.store, call.body)}))


@operation("ListJWTTemplates")
def list_jwt_templates(call: Call) -> Answer:
    return listing(call, JWT_TEMPLATES)


@operation("GetJWTTemplate")
def get_jwt_template(call: Call) -> Json:
    return shown(call.named(JWT_TEMPLATES, "template_id"))


@operation("UpdateJWTTemplate")
def update_jwt_template(call: Call) -> Json:
    template = call.named(JWT_TEMPLATES, "template_id")
    return shown(call.store.update(JWT_TEMPLATES, template, **_changes(call.store, call.body, template["id"])))


@operation("DeleteJWTTemplate")
def delete_jwt_template(call: Call) -> Json:
    template = call.named(JWT_TEMPLATES, "template_id")
    call.store.delete(JWT_TEMPLATES, JWT_TEMPLATES.c.id == template["id"])
    return deleted(template)


def _changes(store: Store, body: Json, template_id: str | None = None) -> Json:
    """What the body says of a template, checked."""
    name = body["name"].strip()
    if not name:
        raise errors.null("name")
    other = store.find(JWT_TEMPLATES, JWT_TEMPLATES.c.name == name)
    if other is not None and other["id"] != template_id:
        raise errors.exists("name")
    for claim in body["claims"]:
        if claim in _RESERVED:
            message = f"claims must not hold the reserved claim {claim}."
            raise Refusal(400, "jwt_template_reserved_claim", "is reserved", message, param_name="claims")
    changes: Json = {"name": name, "claims": body["claims"]}
    changes |= {key: body[key] for key in ("lifetime", "allowed_clock_skew") if body.get(key) is not None}
    return changes | _signing(body)


def _signing(body: Json) -> Json:
    """How the body wants tokens to be signed; nothing where it does not say."""
    names = ("signing_algorithm", "signing_key")
    if body.get("custom_signing_key"):
        for name in names:
            if not body.get(name):
                raise Refusal(
                    422,
                    "form_conditional_param_missing",
                    "is missing",
                    f"{name} must be given where custom_signing_key is true.",
                    param_name=name,
                )
        algorithm, key = body["signing_algorithm"], body["signing_key"]
        if algorithm not in _ALGORITHMS:
            raise errors.invalid("signing_algorithm", f"must be one of {', '.join(_ALGORITHMS)}")
        _try(algorithm, key)
        return {"custom_signing_key": True, "signing_algorithm": algorithm, "_signing_key": key}
    for name in names:
        if body.get(name):
            raise Refusal(
                422,
                "form_conditional_param_disallowed",
                "is not allowed",
                f"{name} can only be given where custom_signing_key is true.",
                param_name=name,
            )
    if "custom_signing_key" not in body:
        return {}
    return {"custom_signing_key": False, "signing_algorithm": "RS256", "_signing_key": None}


def _try(algorithm: str, key: str) -> None:
    """Raises where the key cannot sign. One that is shorter than its algorithm asks for is none: a choice of ours."""
    try:
        jwt.PyJWS(options={"enforce_minimum_key_length": True}).encode(b"{}", key, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise errors.invalid("signing_key", f"must be a private key, or a secret, for {algorithm}") from None
