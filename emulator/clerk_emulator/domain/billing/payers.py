"""Payers: users and organizations that are billed, and how they pay."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import images
from clerk_emulator.domain.billing.catalog.money import money
from clerk_emulator.domain.billing.catalog.settings import PayerType, instance_id
from clerk_emulator.domain.billing.catalog.tables import PAYERS
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

OWNERS = {"user": USERS, "org": ORGANIZATIONS}
"""The tables of those who are billed, by the type of payer."""

_OF_USER = PAYERS.prepare(PAYERS.c.user_id == sql.parameter("owner_id"))
_OF_ORGANIZATION = PAYERS.prepare(PAYERS.c.organization_id == sql.parameter("owner_id"))


def type_of(owner_id: str) -> PayerType:
    """Return the type of the payer with this id: a user or an organization."""
    return "org" if owner_id.startswith(f"{ORGANIZATIONS.prefix}_") else "user"


def find(store: Store, owner_id: str) -> Json | None:
    """Return the payer of a user or an organization, or None."""
    query = _OF_ORGANIZATION if type_of(owner_id) == "org" else _OF_USER
    return next(iter(store.query(query, owner_id=owner_id)), None)


def of_owner(store: Store, owner_id: str) -> Json:
    """Return the payer of a user or an organization, a new one if there is none. Raises Clerk's 404."""
    payer = find(store, owner_id)
    if payer is not None:
        return payer
    payer_type = type_of(owner_id)
    store.require(OWNERS[payer_type], owner_id)
    owner = {"user_id": owner_id if payer_type == "user" else None}
    return store.create(
        PAYERS,
        {
            **owner,
            "organization_id": owner_id if payer_type == "org" else None,
            "_payer_type": payer_type,
            "_balance": None,
            "_payment_method": None,
            "_failure": None,
        },
    )


def get(store: Store, payer_id: str) -> Json:
    """Return the payer with this id. Raises Clerk's 404 if there is none."""
    payer = store.get(PAYERS, payer_id)
    if payer is None:
        raise errors.not_found("payer", payer_id, "payer_not_found")
    return payer


def add_payment_method(store: Store, payer: Json) -> Json:
    """Give a payer a test card, unless there is one, and return the payer."""
    if payer["_payment_method"]:
        return payer
    card = {
        "id": store.ids.new("cps"),
        "gateway_external_id": f"pm_{store.ids.secret(24)}",
        "created_at": store.clock.now(),
    }
    return store.update(PAYERS, payer, _payment_method=card)


def payment_method(payer: Json, *, is_credit: bool = False) -> Json:
    """Return the payment source of a payer as the API returns it. `is_credit` is true for a payment by credit alone."""
    card = payer["_payment_method"]
    return {
        "object": "commerce_payment_method",
        "id": card["id"],
        "payer_id": payer["id"],
        "payment_type": "payer-credits" if is_credit else "card",
        "is_default": True,
        "is_removable": True,
        "gateway": "stripe",
        "gateway_external_id": card["gateway_external_id"],
        "gateway_external_account_id": None,
        "last4": None if is_credit else "4242",
        "card_type": None if is_credit else "visa",
        "wallet_type": None,
        "expiry_month": None if is_credit else 12,
        "expiry_year": None if is_credit else 2099,
        "status": "active",
        "created_at": card["created_at"],
        "updated_at": card["created_at"],
    }


def payment_source(payer: Json) -> Json:
    """Return a payer's card in the format that free trials and price transitions return."""
    card = {key: value for key, value in payment_method(payer).items() if key != "payment_type"}
    return {**card, "object": "commerce_source", "payment_method": "card", "wallet_type": ""}


def event_payment_source(payer: Json) -> Json:
    """Return a payer's card as events contain it."""
    card = payment_method(payer)
    names = ("id", "gateway", "gateway_external_id", "gateway_external_account_id", "status", "card_type", "last4")
    return {**{name: card[name] for name in names}, "payment_method": "card"}


def serialize(store: Store, payer: Json) -> Json:
    """Return a payer as the API returns it."""
    return {
        "object": "commerce_payer",
        "id": payer["id"],
        "instance_id": instance_id(store),
        **_contact(store, payer),
        "credits_balance": money(payer["_balance"] or 0),
        "created_at": payer["created_at"],
        "updated_at": payer["updated_at"],
    }


def serialize_former(store: Store, payer: Json) -> Json:
    """Return a payer in the format that free trials and price transitions return, without null."""
    return {key: "" if value is None else value for key, value in serialize(store, payer).items()}


def event_payer(store: Store, payer: Json) -> Json:
    """Return a payer as events contain it: what a payer does not have is an empty string."""
    contact = {key: "" if value is None else value for key, value in _contact(store, payer).items()}
    times = {name: payer[name] for name in ("created_at", "updated_at")}
    return {"object": "commerce_payer", "id": payer["id"], **contact, **times}


def _contact(store: Store, payer: Json) -> Json:
    owner = store.require(OWNERS[payer["_payer_type"]], payer["user_id"] or payer["organization_id"])
    return {
        "user_id": payer["user_id"],
        "first_name": owner.get("first_name"),
        "last_name": owner.get("last_name"),
        "email": owner.get("_email_address"),
        "organization_id": payer["organization_id"],
        "organization_name": owner["name"] if payer["organization_id"] else None,
        "image_url": images.url(store, owner),
    }
