"""The factors with which a user can sign in."""

from __future__ import annotations

from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.factors import passkeys
from clerk_emulator.domain.social import social_providers
from clerk_emulator.domain.users.identifications import is_verified, of_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES, USER_SETTINGS
from clerk_emulator.storage.store import Store

CODE_KINDS = {"email_code": "email_address", "phone_code": "phone_number"}
_SENT = {"phone_code": "phone_number", "email_code": "email_address", "email_link": "email_address"}
_RESETS = {"email_address": "reset_password_email_code", "phone_number": "reset_password_phone_code"}


def first_factors(store: Store, user: Json, typed: str) -> list[Json]:
    """Return the first factors of a user. Identifiers are masked, except for `typed`, which the user has typed.

    People at the domain of an enterprise connection sign in with it alone.
    """
    if enterprise := enterprise_factors(store, typed):
        return enterprise
    attributes = ATTRIBUTES.read(store)
    owned = [one for one in of_user(store, user["id"]) if is_verified(one)]
    factors: list[Json] = []
    if has_password(store, user):
        factors.append({"strategy": "password"})
    for strategy, kind in _SENT.items():
        if attributes[kind]["enabled"] and strategy in attributes[kind]["first_factors"]:
            factors += [_identified(strategy, one, user, typed) for one in owned if one["object"] == kind]
    if attributes["passkey"]["enabled"] and passkeys.credentials_of(store, user["id"]):
        factors.append({"strategy": "passkey"})
    if has_password(store, user):
        factors += _resets(owned, user, typed)
    providers = [f"oauth_{provider}" for provider in social_providers.enabled(store)]
    connected = dict.fromkeys(one["provider"] for one in owned if one["object"] == "external_account")
    return factors + [{"strategy": strategy} for strategy in connected if strategy in providers]


def enterprise_factors(store: Store, typed: str) -> list[Json]:
    """Return the factor of the enterprise connection for an email address; none if there is no connection for it."""
    connection = sign_on.connection_for(store, typed) if "@" in typed else None
    if connection is None:
        return []
    named = {"enterprise_connection_id": connection["id"], "enterprise_connection_name": connection["name"]}
    return [{"strategy": sign_on.STRATEGY, **named}]


def of_nobody(store: Store, row: Json) -> list[Json]:
    """Return the first factors of a sign-in whose identifier nobody has, where that is not told."""
    if enterprise := enterprise_factors(store, row["_typed"] or ""):
        return enterprise
    kind: str = row["_kind"]
    strategies = [strategy for strategy, of_kind in CODE_KINDS.items() if of_kind == kind]
    if kind in _RESETS:
        strategies.append(_RESETS[kind])
    sent = {"safe_identifier": row["_typed"], f"{kind}_id": row["_identification_id"], "primary": True}
    return [{"strategy": "password"}, *({"strategy": strategy, **sent} for strategy in strategies)]


def second_factors(store: Store, user: Json, typed: str) -> list[Json]:
    """Return the second factors of a user; empty if the user has none."""
    attributes = ATTRIBUTES.read(store)
    factors: list[Json] = []
    if user["_totp_secret"] and attributes["authenticator_app"]["enabled"]:
        factors.append({"strategy": "totp"})
    if attributes["phone_number"]["enabled"] and "phone_code" in attributes["phone_number"]["second_factors"]:
        for one in of_user(store, user["id"]):
            if one.get("reserved_for_second_factor") and is_verified(one):
                default = bool(one.get("default_second_factor"))
                factors.append({**_identified("phone_code", one, user, typed), "default": default})
    if factors and user["_backup_codes"] and attributes["backup_code"]["enabled"]:
        factors.append({"strategy": "backup_code"})
    return factors


def trust_factors(store: Store, user: Json, typed: str) -> list[Json]:
    """Return the factors that confirm a browser in which the user has not signed in before."""
    owned = [one for one in of_user(store, user["id"]) if is_verified(one)]
    return [
        _identified(strategy, one, user, typed)
        for strategy, kind in CODE_KINDS.items()
        for one in owned
        if one["object"] == kind
    ]


def has_password(store: Store, user: Json) -> bool:
    """Return whether a user can sign in with a password."""
    enabled = USER_SETTINGS.value(store, "passwords") and ATTRIBUTES.value(store, "password")["enabled"]
    return bool(enabled) and user["_password_digest"] is not None


def mask(kind: str, identifier: str) -> str:
    """Return an identifier in the form that tells its owner which one it is."""
    if kind == "phone_number":
        return f"+{'*' * (len(identifier) - 3)}{identifier[-2:]}"
    name, _, domain = identifier.partition("@")
    host, _, ending = domain.rpartition(".")
    return f"{name[:1]}****@{host[:1]}****.{ending}"


def _identified(strategy: str, row: Json, user: Json, typed: str) -> Json:
    kind, value = row["object"], row["_identifier"]
    return {
        "strategy": strategy,
        "safe_identifier": value if value == typed else mask(kind, value),
        f"{kind}_id": row["id"],
        "primary": user[f"primary_{kind}_id"] == row["id"],
    }


def _resets(owned: list[Json], user: Json, typed: str) -> list[Json]:
    """Return the ways to reset a password: by what was typed, or by the primary identifiers if that was a username."""
    named = [one for one in owned if one["object"] in _RESETS and one["_identifier"] == typed]
    primary = [one for one in owned if one["object"] in _RESETS and user[f"primary_{one['object']}_id"] == one["id"]]
    return [_identified(_RESETS[one["object"]], one, user, typed) for one in named or primary]
