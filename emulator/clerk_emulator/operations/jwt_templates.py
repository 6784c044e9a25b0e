"""JWT templates: create, list, get, update, delete."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.sessions.template_claims import LIFETIME, SKEW
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import JWT_TEMPLATES

_RESERVED = {"azp", "exp", "iat", "iss", "jti", "nbf", "sub"} | {"sid", "v", "pla", "fea", "o"}
"""Claims that every token has, and claims of session tokens. Templates cannot set them."""

# Which algorithms Clerk supports is not known. These are the signing algorithms of RFC 7518: our choice.
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
    return public_fields(call.store.create(JWT_TEMPLATES, {**defaults, **_validated_changes(call.store, call.body)}))


@operation("ListJWTTemplates")
def list_jwt_templates(call: Call) -> Response:
    return list_resources(call, JWT_TEMPLATES)


@operation("GetJWTTemplate")
def get_jwt_template(call: Call) -> Json:
    return public_fields(call.path_resource(JWT_TEMPLATES, "template_id"))


@operation("UpdateJWTTemplate")
def update_jwt_template(call: Call) -> Json:
    template = call.path_resource(JWT_TEMPLATES, "template_id")
    return public_fields(
        call.store.update(JWT_TEMPLATES, template, **_validated_changes(call.store, call.body, template["id"]))
    )


@operation("DeleteJWTTemplate")
def delete_jwt_template(call: Call) -> Json:
    template = call.path_resource(JWT_TEMPLATES, "template_id")
    call.store.delete(JWT_TEMPLATES, JWT_TEMPLATES.c.id == template["id"])
    return deleted_object(template)


def _validated_changes(store: Store, body: Json, template_id: str | None = None) -> Json:
    """Return the validated changes in a body."""
    name = body["name"].strip()
    if not name:
        raise errors.null("name")
    other = store.find(JWT_TEMPLATES, JWT_TEMPLATES.c.name == name)
    if other is not None and other["id"] != template_id:
        raise errors.already_exists("name")
    for claim in body["claims"]:
        if claim in _RESERVED:
            message = f"claims must not contain the reserved claim {claim}."
            raise ClerkAPIError(400, "jwt_template_reserved_claim", "is reserved", message, param_name="claims")
    changes: Json = {"name": name, "claims": body["claims"]}
    changes |= {key: body[key] for key in ("lifetime", "allowed_clock_skew") if body.get(key) is not None}
    return changes | _validated_signing(body)


def _validated_signing(body: Json) -> Json:
    """Return the signing algorithm and key in a body; empty if it has none."""
    names = ("signing_algorithm", "signing_key")
    if body.get("custom_signing_key"):
        for name in names:
            if not body.get(name):
                raise ClerkAPIError(
                    422,
                    "form_conditional_param_missing",
                    "is missing",
                    f"{name} must be given if custom_signing_key is true.",
                    param_name=name,
                )
        algorithm, key = body["signing_algorithm"], body["signing_key"]
        if algorithm not in _ALGORITHMS:
            raise errors.invalid("signing_algorithm", f"must be one of {', '.join(_ALGORITHMS)}")
        _require_signing_key(algorithm, key)
        return {"custom_signing_key": True, "signing_algorithm": algorithm, "_signing_key": key}
    for name in names:
        if body.get(name):
            raise ClerkAPIError(
                422,
                "form_conditional_param_disallowed",
                "is not allowed",
                f"{name} can only be given if custom_signing_key is true.",
                param_name=name,
            )
    if "custom_signing_key" not in body:
        return {}
    return {"custom_signing_key": False, "signing_algorithm": "RS256", "_signing_key": None}


def _require_signing_key(algorithm: str, key: str) -> None:
    """Raise ClerkAPIError if a key cannot sign. Keys that are too short for the algorithm are rejected: our choice."""
    import jwt

    try:
        jwt.PyJWS(options={"enforce_minimum_key_length": True}).encode(b"{}", key, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise errors.invalid("signing_key", f"must be a private key, or a secret, for {algorithm}") from None
