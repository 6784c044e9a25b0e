"""Create tokens from JWT templates."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, cast

from clerk_emulator.domain import images
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.domain.users.identifications import PRIMARY, is_verified
from clerk_emulator.domain.users.user_accounts import serialize_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS, USERS

LIFETIME = 60
SKEW = 5
"""Defaults of a template in seconds: the lifetime, and the time by which a token is valid before its creation."""

_SHORTCODE = re.compile(r"\{\{([^{}]*)\}\}")
_OPERAND = r"'[^']*'|[\w.-]+"
_EXPRESSION = re.compile(rf"\s*(?:{_OPERAND})(?:\s*\|\|\s*(?:{_OPERAND}))*\s*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# Clerk documents only some of these. Allowing the other plain fields of users and organizations is our choice. Private
# metadata is never allowed.
_USER = (
    *("id", "first_name", "last_name", "image_url", "has_image", "username", "external_id", "created_at"),
    *("updated_at", "last_sign_in_at", "two_factor_enabled", "public_metadata", "unsafe_metadata"),
)
_VERIFIED = {
    "primary_email_address": "email_verified",
    "primary_phone_number": "phone_number_verified",
    "primary_web3_wallet": "web3_wallet_verified",
}
_ORGANIZATION = ("id", "name", "slug", "public_metadata")


def signer(store: Store, keys: Keys, template: Json, session: Json, seconds: int | None = None) -> jwts.Signer:
    """Return the signer of a token of a session's user with a template's claims.

    `seconds` overrides the template's lifetime.
    """
    claims = {
        **render(template["claims"], _context(store, session)),
        "iss": keys.issuer,
        "sub": session["user_id"],
        "jti": store.ids.hex(20),
        **jwts.lifetime(store, seconds or template["lifetime"], template["allowed_clock_skew"]),
    }
    if session.get("_origin"):
        claims["azp"] = session["_origin"]
    return functools.partial(
        jwts.sign,
        keys,
        claims,
        category=jwts.TEMPLATE,
        key=template["_signing_key"],
        algorithm=template["signing_algorithm"],
    )


def render(value: Any, context: Json) -> Any:
    """Return claims, or a value in them, with shortcodes such as `{{user.id}}` replaced by values of `context`.

    A string that is a single shortcode becomes the value with its type; within a longer string it becomes text. Invalid
    expressions stay as they are; unknown names become null.
    """
    if isinstance(value, dict):
        return {name: render(one, context) for name, one in cast(Json, value).items()}
    if isinstance(value, list):
        return [render(one, context) for one in cast(Any, value)]
    if not isinstance(value, str):
        return value
    alone = _SHORTCODE.fullmatch(value)
    if alone and _EXPRESSION.fullmatch(alone[1]):
        return _evaluate(alone[1], context)
    return _SHORTCODE.sub(lambda found: _render_text(found, context), value)


def _render_text(found: re.Match[str], context: Json) -> str:
    if not _EXPRESSION.fullmatch(found[1]):
        return found[0]
    value = _evaluate(found[1], context)
    # How Clerk formats other types is not known. Null is left out, the rest is written as JSON: our choice.
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _evaluate(expression: str, context: Json) -> Any:
    """Return the first operand that is neither null nor false, or the last one."""
    value: Any = None
    for operand in re.findall(_OPERAND, expression):
        value = _operand(operand, context)
        if value is not None and value is not False:
            break
    return value


def _operand(text: str, context: Json) -> Any:
    if text.startswith("'"):
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    value: Any = context
    for step in text.split("."):
        value = cast(Json, value).get(step) if isinstance(value, dict) else None
    return value


def _context(store: Store, session: Json) -> Json:
    """Return the names for shortcodes in a session: `user`, `org` and `org_membership`."""
    row = store.require(USERS, session["user_id"])
    serialized = serialize_user(store, row)
    user = {name: serialized[name] for name in _USER}
    user["full_name"] = " ".join(filter(None, (row["first_name"], row["last_name"]))) or None
    for primary, _ in PRIMARY.values():
        identification = store.get(IDENTIFICATIONS, row[primary]) if row[primary] else None
        name = primary.removesuffix("_id")
        user[name] = identification["_identifier"] if identification else None
        user[_VERIFIED[name]] = identification is not None and is_verified(identification)
    user["primary_phone_address"] = user["primary_phone_number"]
    return {"user": user, **_organization_context(store, session)}


def _organization_context(store: Store, session: Json) -> Json:
    organization_id = session["last_active_organization_id"]
    membership = store.find(
        MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == session["user_id"]
    )
    if membership is None:
        return {}
    organization = store.require(ORGANIZATIONS, organization_id)
    org = {name: organization[name] for name in _ORGANIZATION}
    image = {"image_url": images.url(store, organization), "has_image": organization.get("_image") is not None}
    return {
        "org": {**org, **image, "role": membership["role"]},
        "org_membership": {"public_metadata": membership["public_metadata"]},
    }
