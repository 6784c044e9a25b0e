"""Subscriptions of users and organizations to plans, which session tokens contain. Billing is not emulated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

_SLUG = re.compile(r"[a-z0-9_-]+")


def subscribe(store: Store, owner_id: str, plan: str | None, features: Sequence[str] = ()) -> None:
    """Subscribe a user or an organization to a plan with these features, or end the subscription with None.

    Raises ClerkAPIError for an unknown owner, or for a plan or feature that is not a slug.
    """
    for name, slug in [("plan", plan or "none"), *(("features", feature) for feature in features)]:
        if not _SLUG.fullmatch(slug):
            raise errors.malformed(name, "lower-case letters, digits, dashes and underscores")
    table: ResourceTable = ORGANIZATIONS if owner_id.startswith(f"{ORGANIZATIONS.prefix}_") else USERS
    row = store.require(table, owner_id)
    store.update(table, row, updated_at=row["updated_at"], _plan=plan, _features=list(features) if plan else [])


def subscription(row: Json) -> Json:
    """Return the plan and features of a user or an organization as a seed has them; empty if there are none."""
    return {"plan": row["_plan"], "features": row["_features"]} if row.get("_plan") else {}


def claims(store: Store, user_id: str, organization_id: str | None, features: str = "") -> Json:
    """Return the claims `pla` and `fea` of the active organization, or else of the user.

    `features` are those of the organization's permissions. They come first, because each has a bit mask.
    """
    owners = [("u", store.require(USERS, user_id))]
    if organization_id is not None:
        owners.insert(0, ("o", store.require(ORGANIZATIONS, organization_id)))
    scopes: dict[str, str] = {}
    for part in filter(None, features.split(",")):
        scopes[part.partition(":")[2]] = "o"
    for scope, owner in owners:
        for feature in subscription(owner).get("features", ()):
            scopes[feature] = scopes.get(feature, "").replace(scope, "") + scope
    result: Json = {"fea": ",".join(f"{scope}:{feature}" for feature, scope in scopes.items())} if scopes else {}
    scope, owner = owners[0]
    return {**result, "pla": f"{scope}:{owner['_plan']}"} if owner.get("_plan") else result
