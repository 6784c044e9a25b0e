"""Plans of users and organizations, as far as session tokens tell of them. How they are paid for is not emulated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerk_emulator import errors
from clerk_emulator.errors import Json
from clerk_emulator.storage.store import Kind, Store
from clerk_emulator.storage.tables import ORGANIZATIONS, USERS

_SLUG = re.compile(r"[a-z0-9_-]+")


def subscribe(store: Store, owner_id: str, plan: str | None, features: Sequence[str] = ()) -> None:
    """Put a user or an organization on a plan that includes these features; None ends it.

    Raises Refusal for an unknown owner, or for a plan or feature that is no slug.
    """
    for name, slug in [("plan", plan or "none"), *(("features", feature) for feature in features)]:
        if not _SLUG.fullmatch(slug):
            raise errors.malformed(name, "lower-case letters, digits, dashes and underscores")
    kind: Kind = ORGANIZATIONS if owner_id.startswith(f"{ORGANIZATIONS.prefix}_") else USERS
    row = store.need(kind, owner_id)
    store.update(kind, row, updated_at=row["updated_at"], _plan=plan, _features=list(features) if plan else [])


def of(row: Json) -> Json:
    """The plan of a user or an organization as a seed has it; empty where there is none."""
    return {"plan": row["_plan"], "features": row["_features"]} if row.get("_plan") else {}


def claims(store: Store, user_id: str, organization_id: str | None, features: str = "") -> Json:
    """The claims `pla` and `fea`: of the active organization, or else of the user.

    `features` are those that the organization's permissions belong to. They come first, since each has a bit mask.
    """
    owners = [("u", store.need(USERS, user_id))]
    if organization_id is not None:
        owners.insert(0, ("o", store.need(ORGANIZATIONS, organization_id)))
    scopes: dict[str, str] = {}
    for part in filter(None, features.split(",")):
        scopes[part.partition(":")[2]] = "o"
    for scope, owner in owners:
        for feature in of(owner).get("features", ()):
            scopes[feature] = scopes.get(feature, "").replace(scope, "") + scope
    found: Json = {"fea": ",".join(f"{scope}:{feature}" for feature, scope in scopes.items())} if scopes else {}
    scope, owner = owners[0]
    return {**found, "pla": f"{scope}:{owner['_plan']}"} if owner.get("_plan") else found
