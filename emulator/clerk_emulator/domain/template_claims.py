"""JWT templates: what their claims become for a user, and the tokens that are made of them."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from clerk_emulator.domain import images, signed_tokens
from clerk_emulator.domain.identifications import PRIMARY, is_verified
from clerk_emulator.domain.user_rules import show_user
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Call
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, ORGANIZATIONS, USERS

LIFETIME = 60
SKEW = 5
"""Seconds, where a template says nothing else: how long its tokens live, how far back they begin to be valid."""

_SHORTCODE = re.compile(r"\{\{([^{}]*)\}\}")
_OPERAND = r"'[^']*'|[\w.-]+"
_EXPRESSION = re.compile(rf"\s*(?:{_OPERAND})(?:\s*\|\|\s*(?:{_OPERAND}))*\s*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# Clerk's documents show some of these alone; that the rest of a user's and an organization's plain fields can be named
# too is the choice of this emulator. Private metadata never can.
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


def mint(call: Call, template: Json, session: Json, seconds: int | None = None) -> str:
    """A token of a session's user with the claims of a template. `seconds` overrides the template's lifetime."""
    claims = {
        **render(template["claims"], _context(call, session)),
        "iss": call.keys.issuer,
        "sub": session["user_id"],
        "jti": call.ids.hex(20),
        **signed_tokens.lifetime(call.store, seconds or template["lifetime"], template["allowed_clock_skew"]),
    }
    if session.get("_origin"):
        claims["azp"] = session["_origin"]
    return signed_tokens.sign(
        call.keys,
        claims,
        category=signed_tokens.TEMPLATE,
        key=template["_signing_key"],
        algorithm=template["signing_algorithm"],
    )


def render(value: Any, context: Json) -> Any:
    """Claims, or a value among them, with the values of `context` in the place of shortcodes such as `{{user.id}}`.

    A shortcode that stands alone becomes the value itself, whatever its type; within a text it becomes a part of it.
    What is no expression stays as it is, and a name that nothing is known of is null.
    """
    if isinstance(value, dict):
        return {name: render(one, context) for name, one in cast(Json, value).items()}
    if isinstance(value, list):
        return [render(one, context) for one in cast(Any, value)]
    if not isinstance(value, str):
        return value
    alone = _SHORTCODE.fullmatch(value)
    if alone and _EXPRESSION.fullmatch(alone[1]):
        return _evaluated(alone[1], context)
    return _SHORTCODE.sub(lambda found: _as_text(found, context), value)


def _as_text(found: re.Match[str], context: Json) -> str:
    if not _EXPRESSION.fullmatch(found[1]):
        return found[0]
    value = _evaluated(found[1], context)
    # How Clerk writes what is no text is not known; null is left out, and the rest is written as JSON.
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _evaluated(expression: str, context: Json) -> Any:
    """The first operand that is neither null nor false; the last where all are."""
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


def _context(call: Call, session: Json) -> Json:
    """What shortcodes can name, for a session: `user`, `org` and `org_membership`."""
    row = call.store.need(USERS, session["user_id"])
    shown = show_user(call, row)
    user = {name: shown[name] for name in _USER}
    user["full_name"] = " ".join(filter(None, (row["first_name"], row["last_name"]))) or None
    for primary, _ in PRIMARY.values():
        held = call.store.get(IDENTIFICATIONS, row[primary]) if row[primary] else None
        name = primary.removesuffix("_id")
        user[name] = held["_identifier"] if held else None
        user[_VERIFIED[name]] = held is not None and is_verified(held)
    user["primary_phone_address"] = user["primary_phone_number"]
    return {"user": user, **_organization_context(call, session)}


def _organization_context(call: Call, session: Json) -> Json:
    organization_id = session["last_active_organization_id"]
    membership = call.store.find(
        MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == session["user_id"]
    )
    if membership is None:
        return {}
    organization = call.store.need(ORGANIZATIONS, organization_id)
    org = {name: organization[name] for name in _ORGANIZATION}
    image = {"image_url": images.url(call, organization), "has_image": organization.get("_image") is not None}
    return {
        "org": {**org, **image, "role": membership["role"]},
        "org_membership": {"public_metadata": membership["public_metadata"]},
    }
