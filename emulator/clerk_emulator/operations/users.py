"""Users: create, list, count, get, update, delete."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.lifecycle import user_lifecycle
from clerk_emulator.domain.users import user_filters
from clerk_emulator.domain.users.user_accounts import serialize_stored_users, serialize_user
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_stored
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import includes_or_excludes
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import IDENTIFICATIONS, MEMBERSHIPS, USERS

SORT = {name: USERS.c[name] for name in USERS.c if name not in ("id", "external_id", "banned", "data")}


@operation("CreateUser")
def create_user(call: Call) -> Json:
    return user_lifecycle.create(call.store, call.body)


@operation("GetUserList")
def list_users(call: Call) -> Response:
    return list_stored(
        call,
        USERS,
        *_filters(call),
        sort=SORT,
        serialize=lambda call, stored: serialize_stored_users(call.store, stored),
    )


@operation("GetUsersCount")
def count_users(call: Call) -> Json:
    where = [one for one in _filters(call) if one is not None]
    return {"object": "total_count", "total_count": call.store.count(USERS, *where)}


@operation("GetUser")
def get_user(call: Call) -> Json:
    return serialize_user(call.store, call.path_resource(USERS, "user_id"))


@operation("UpdateUser")
def update_user(call: Call) -> Json:
    return user_lifecycle.update(call.store, call.path_resource(USERS, "user_id"), call.body)


@operation("DeleteUser")
def delete_user(call: Call) -> Json:
    return user_lifecycle.delete(call.store, call.path_resource(USERS, "user_id"))


_FILTERS: dict[str, user_filters.Filter] = {
    **user_filters.FILTERS,
    "external_id": lambda values: includes_or_excludes(USERS.c.external_id, values),
    "organization_id": lambda values: includes_or_excludes(
        MEMBERSHIPS.c.organization_id,
        values,
        lambda condition: USERS.c.id.in_(sql.select(MEMBERSHIPS.c.user_id).where(condition)),
    ),
    "banned": lambda value: USERS.c.banned == value,
    "last_active_at_since": lambda moment: USERS.c.last_active_at >= moment,
    "last_sign_in_at_after": lambda moment: USERS.c.last_sign_in_at > moment,
    "last_sign_in_at_before": lambda moment: USERS.c.last_sign_in_at < moment,
}


def _filters(call: Call) -> list[Where | None]:
    provider = _provider_filter(call.query["provider"], call.query["provider_user_id"])
    return [*user_filters.of_query(call.query, _FILTERS), provider]


def _provider_filter(provider: str | None, ids: list[str] | None) -> Where | None:
    if ids and not provider:
        raise errors.missing("provider")
    if not provider:
        return None
    name = f"oauth_{provider.removeprefix('oauth_')}"
    conditions = [IDENTIFICATIONS.c.provider == name]
    if ids:
        conditions.append(IDENTIFICATIONS.c.provider_user_id.in_(ids))
    return user_filters.user_condition(sql.and_(*conditions))
