"""People as a provider knows them."""

from __future__ import annotations

import hashlib
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.enterprise import sign_on
from clerk_emulator.domain.social import flows
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS

_SHOWN = 50
_SEARCHED = 1000


def parse(store: Store, flow: Json, values: Json) -> Json:
    """Return the identity of a person with what the person has entered at the provider of a flow.

    Without an id, it is derived from the email address: who enters the same address is the same person. Raises
    ClerkAPIError for an address that is malformed, or not at a domain of the enterprise connection.
    """
    provider, _, connection = flows.provider_of(store, flow)
    address = formats.email("email_address", (values.get("email_address") or "").strip())
    derived = str(int(hashlib.sha256(f"{provider}:{address}".encode()).hexdigest()[:16], 16))
    if connection is not None:
        sign_on.require_address(connection, address)
    return {
        "enterprise_connection_id" if connection else "provider": provider,
        "email": address,
        "provider_user_id": _text(values, "provider_user_id") or derived,
        "first_name": _text(values, "first_name") or "",
        "last_name": _text(values, "last_name") or "",
        "username": _text(values, "username"),
    }


def known(store: Store, flow: Json) -> list[Json]:
    """Return what the provider of a flow knows about people whom users have connected, to choose from."""
    provider, _, connection = flows.provider_of(store, flow)
    kind = "enterprise_account" if connection else "external_account"
    rows = store.all(IDENTIFICATIONS, IDENTIFICATIONS.c.object == kind, limit=_SEARCHED)
    if connection:
        found = [row for row in rows if row["enterprise_connection_id"] == provider]
    else:
        found = [row for row in rows if row["provider"] == f"{flows.PREFIX}{provider}"]
    names = ("provider_user_id", "first_name", "last_name", "username")
    people = [{"email": row["email_address"], **{name: row.get(name) for name in names}} for row in found]
    return [person for person in people if person["email"] and person["provider_user_id"]][:_SHOWN]


def _text(values: Json, name: str) -> str | None:
    value: Any = values.get(name)
    text = str(value).strip() if value is not None else ""
    if len(text) > 256:
        raise errors.invalid(name, "must not have more than 256 characters")
    return text or None
