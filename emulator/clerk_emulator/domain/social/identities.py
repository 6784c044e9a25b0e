"""People as a provider knows them."""

from __future__ import annotations

import hashlib
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS

_SHOWN = 50


def parse(provider: str, values: Json) -> Json:
    """Return an identity with what a person has entered: arguments of `external_accounts.connect`.

    Without an id, it is derived from the email address: who enters the same address is the same person. Raises
    ClerkAPIError for a malformed address.
    """
    address = formats.email("email_address", (values.get("email_address") or "").strip())
    derived = str(int(hashlib.sha256(f"{provider}:{address}".encode()).hexdigest()[:16], 16))
    return {
        "provider": provider,
        "email": address,
        "provider_user_id": _text(values, "provider_user_id") or derived,
        "first_name": _text(values, "first_name") or "",
        "last_name": _text(values, "last_name") or "",
        "username": _text(values, "username"),
    }


def known(store: Store, provider: str) -> list[Json]:
    """Return the identities that users of the instance have connected, to choose from."""
    accounts = IDENTIFICATIONS.c.object == "external_account", IDENTIFICATIONS.c.provider == f"oauth_{provider}"
    rows = store.all(IDENTIFICATIONS, *accounts, limit=_SHOWN)
    return [of_account(row) for row in rows if row["email_address"] and row["provider_user_id"]]


def of_account(row: Json) -> Json:
    """Return the identity of an external account."""
    return {
        "provider": row["provider"].removeprefix("oauth_"),
        "email": row["email_address"],
        "provider_user_id": row["provider_user_id"],
        **{name: row[name] for name in ("first_name", "last_name", "username")},
    }


def _text(values: Json, name: str) -> str | None:
    value: Any = values.get(name)
    text = str(value).strip() if value is not None else ""
    if len(text) > 256:
        raise errors.invalid(name, "must not have more than 256 characters")
    return text or None
