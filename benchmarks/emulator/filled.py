"""An emulator with many users: `python -m benchmarks.emulator.filled USERS [DATABASE]`."""

from __future__ import annotations

import json
import sys

from benchmarks.emulator import bare
from clerk_emulator.domain.users.identifications import ADMIN
from clerk_emulator.domain.users.user_accounts import NEW_USER
from clerk_emulator.http.server import listen, uvicorn_config
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_FIRST = 1_700_000_000_000
_NAMES = ("Ada", "Alan", "Barbara", "Donald", "Edsger", "Grace", "Ken", "Margaret")


_NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < :count - 1)"
_ID = "printf('%s_%027d', '{}', i)"
_AT = "(:first + i * 1000)"
_EMAIL = "printf('user%d@example.com', i)"


def fill(state: State, count: int) -> None:
    """Add users to the store with SQL, because requests would take minutes. Indexes are created afterwards."""
    user_id, email_id = _ID.format("user"), _ID.format("idn")
    user = {
        "id": user_id,
        "created_at": _AT,
        "updated_at": _AT,
        "first_name": f"json_extract(:names, printf('$[%d]', i % {len(_NAMES)}))",
        # A different order for each list: 7919 is a prime.
        "last_name": "printf('Lovelace %d', i * 7919 % :count)",
        "username": "printf('name_%d', i * 104729 % 1000003)",
        "external_id": "printf('external_%d', i)",
        "last_active_at": _AT,
        "last_sign_in_at": _AT,
        "primary_email_address_id": email_id,
        "_email_address": _EMAIL,
    }
    email = {
        "id": email_id,
        "email_address": _EMAIL,
        "created_at": _AT,
        "updated_at": _AT,
        "_user_id": user_id,
        "_identifier": _EMAIL,
    }
    constants = {"object": "email_address", "reserved": False, "linked_to": [], "matches_sso_connection": False}
    with state.store.transaction():
        _insert(state, USERS, {"object": "user", **NEW_USER, "create_organizations_limit": None}, user, count)
        _insert(state, IDENTIFICATIONS, {**constants, "verification": ADMIN}, email, count)


def _insert(state: State, table: ResourceTable, constants: Json, changing: dict[str, str], count: int) -> None:
    """Insert resources that have the `constants` as JSON, and the values of SQL expressions with the number `i`."""
    if count == 0:
        return
    execute = state.store.execute
    found = execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = :table AND type = 'index' AND sql NOT NULL",
        table=table.name,
    )
    indexes: list[tuple[str, str]] = found.fetchall()
    for name, _ in indexes:
        execute(f'DROP INDEX "{name}"')
    columns = {
        name: changing.get(name) or changing.get(f"_{name}") or f"json_extract(:constants, '$.{name}')"
        for name in table.c
        if name != "data"
    }
    pairs = ", ".join(f"'$.{name}', {expression}" for name, expression in changing.items())
    columns["data"] = f"json_set(:constants, {pairs})"
    names = ", ".join(f'"{name}"' for name in columns)
    execute(
        f'{_NUMBERS} INSERT INTO "{table.name}" ({names}) SELECT {", ".join(columns.values())} FROM numbers',
        count=count,
        first=_FIRST,
        names=json.dumps(_NAMES),
        constants=json.dumps(constants),
    )
    for _, statement in indexes:
        execute(statement)


def main(count: str, db: str = "") -> None:
    state = State(db=db or None, secret_key=bare.SECRET_KEY)
    fill(state, int(count))
    bare.serve(uvicorn_config(state), listen())
    state.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
