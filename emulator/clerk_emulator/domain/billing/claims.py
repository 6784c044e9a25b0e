"""The claims of session tokens that say which plan and features a user or an organization has."""

from __future__ import annotations

from clerk_emulator.domain.billing import items, payers, renewals
from clerk_emulator.domain.billing.catalog.settings import is_on
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def claims(store: Store, user_id: str, organization_id: str | None, features: str = "") -> Json:
    """Return the claims `pla` and `fea` of the active organization, or else of the user.

    `features` are those of the organization's permissions. They come first, because each has a bit mask.
    """
    owners = [("u", plan_of(store, user_id))]
    if organization_id is not None:
        owners.insert(0, ("o", plan_of(store, organization_id)))
    scopes: dict[str, str] = {}
    for part in filter(None, features.split(",")):
        scopes[part.partition(":")[2]] = "o"
    for scope, plan in owners:
        for feature in plan["_features"] if plan else ():
            scopes[feature] = scopes.get(feature, "").replace(scope, "") + scope
    result: Json = {"fea": ",".join(f"{scope}:{feature}" for feature, scope in scopes.items())} if scopes else {}
    scope, plan = owners[0]
    return {**result, "pla": f"{scope}:{plan['slug']}"} if plan else result


def plan_of(store: Store, owner_id: str) -> Json | None:
    """Return the plan that a user or an organization has now, or None."""
    if not is_on(store, payers.type_of(owner_id)):
        return None
    renewals.settle(store)
    payer = payers.find(store, owner_id)
    item = items.current(store, payer["id"]) if payer else None
    return items.plan_of(store, item) if item else None
