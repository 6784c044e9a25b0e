"""Whether users and organizations are billed."""

from __future__ import annotations

from typing import Literal

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.storage.settings import Section
from clerk_emulator.storage.store import Store

PayerType = Literal["user", "org"]

BILLING = Section("billing", {"user": False, "org": False, "payee_id": None, "payee_account": None})
"""For each type of payer whether billing is on; the account that receives the payments."""


def is_on(store: Store, payer_type: PayerType) -> bool:
    """Return whether billing is on for users or organizations."""
    # Not `BILLING.read`, because each session token asks.
    return bool((store.setting(BILLING.name) or {}).get(payer_type))


def require_on(store: Store, payer_type: PayerType) -> None:
    """Raise Clerk's 403 if billing is off for users or organizations."""
    if not is_on(store, payer_type):
        who = "users" if payer_type == "user" else "organizations"
        raise ClerkAPIError(403, "billing_not_enabled", "not enabled", f"Billing is not enabled for {who}.")


def payee(store: Store) -> dict[str, str]:
    """Return the account that receives the payments, as events and payment attempts contain it."""
    settings = BILLING.read(store)
    if settings["payee_id"] is None:
        account = f"acct_{store.ids.secret(16)}"
        settings = BILLING.update(store, payee_id=store.ids.new("cpayee"), payee_account=account)
    return {
        "id": settings["payee_id"],
        "gateway_type": "stripe",
        "gateway_external_id": settings["payee_account"],
        "gateway_status": "active",
    }


def instance_id(store: Store) -> str:
    """Return the id of the instance."""
    keys = store.setting("keys")
    assert keys is not None
    return str(keys["instance_id"])
