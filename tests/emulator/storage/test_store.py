"""The store: transactions, snapshots, and lists that use indexes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids
from clerk_emulator.storage.store import InUseError, Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS
from tests.emulator.api import Api


@pytest.fixture
def store() -> Iterator[Store]:
    clock = Clock()
    store = Store(clock, Ids(clock, 1))
    yield store
    store.close()


def test_exception_rolls_back_transaction(store: Store) -> None:
    with store.transaction():
        kept = store.create(USERS, {"username": "kept"})

    def break_off() -> None:
        with store.transaction():
            store.create(USERS, {"username": "lost"})
            store.update(USERS, kept, username="changed")
            store.set_setting("name", {"value": 1})
            store.add_image("image/png", b"")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with store.transaction():
        assert store.all(USERS) == [kept]
        assert store.setting("name") is None
        assert store.image("img_x") is None


def test_setting_that_was_read_is_rolled_back(store: Store) -> None:
    with store.transaction():
        store.set_setting("name", {"value": 1})
    with contextlib.suppress(ZeroDivisionError), store.transaction():
        store.set_setting("name", {"value": 2})
        raise ZeroDivisionError
    with store.transaction():
        assert store.setting("name") == {"value": 1}
        with contextlib.suppress(ZeroDivisionError), store.savepoint():
            store.set_setting("name", {"value": 3})
            raise ZeroDivisionError
        found = store.setting("name")
        assert found == {"value": 1}
        found["value"] = 4
        assert store.setting("name") == {"value": 1}
        store.set_setting("name", {"value": 5})


def test_rows_of_the_same_time_are_listed_by_id(store: Store) -> None:
    store.clock.freeze()
    ids = ["user_a", "user_b", "user_c", "user_d"]
    with store.transaction():
        stored = {
            resource_id: store.create(USERS, {"id": resource_id, "_email_address": "x"}) for resource_id in ids[::-1]
        }
        assert [row["id"] for row in store.all(USERS)] == ids
        assert [row["id"] for row in store.all(USERS, order=USERS.newest_first)] == ids[::-1]
        for place, resource_id in enumerate(ids):
            for column in (USERS.c.created_at, USERS.c.email_address):
                later = USERS.follows(stored[resource_id], column)
                earlier = USERS.follows(stored[resource_id], column, descending=True)
                assert [row["id"] for row in store.all(USERS, later)] == ids[place + 1 :]
                assert [row["id"] for row in store.all(USERS, earlier)] == ids[:place]


def test_deleting_owner_deletes_owned_resources(store: Store) -> None:
    with store.transaction():
        user = store.create(USERS, {})
        store.create(IDENTIFICATIONS, {"_user_id": user["id"], "object": "passkey"})
        assert store.delete(USERS, USERS.c.id == user["id"]) == 1
        assert store.count(IDENTIFICATIONS) == 0
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.create(IDENTIFICATIONS, {"_user_id": "user_x", "object": "passkey"})


def test_rejects_duplicate_unique_value(store: Store) -> None:
    with store.transaction():
        store.create(USERS, {"username": "ada_l"})
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.create(USERS, {"username": "ada_l"})


def test_restores_snapshot(store: Store) -> None:
    with store.transaction():
        first = store.create(USERS, {"username": "first"})
    store.save_snapshot()
    for _ in range(2):
        with store.transaction():
            store.create(USERS, {"username": "second"})
            store.delete(USERS, USERS.c.username == "first")
        store.restore_snapshot()
        with store.transaction():
            assert store.all(USERS) == [first]


def test_exception_after_a_snapshot_undoes_only_its_transaction(store: Store) -> None:
    store.save_snapshot()
    with store.transaction():
        kept = store.create(USERS, {"username": "kept"})
        store.set_setting("name", {"value": 1})
    with contextlib.suppress(ZeroDivisionError), store.transaction():
        store.create(USERS, {"username": "undone"})
        store.set_setting("name", {"value": 2})
        raise ZeroDivisionError
    with store.transaction():
        assert store.all(USERS) == [kept]
        assert store.setting("name") == {"value": 1}
        with contextlib.suppress(ZeroDivisionError), store.savepoint():
            store.delete(USERS)
            raise ZeroDivisionError
        assert store.all(USERS) == [kept]
    store.restore_snapshot()
    with store.transaction():
        assert store.all(USERS) == []
        assert store.setting("name") is None


def test_saved_snapshot_replaces_the_former_one(store: Store) -> None:
    store.save_snapshot()
    with store.transaction():
        first = store.create(USERS, {"username": "first"})
    store.save_snapshot()
    with store.transaction():
        store.create(USERS, {"username": "second"})
    store.restore_snapshot()
    with store.transaction():
        assert store.all(USERS) == [first]


def test_failed_commit_is_rolled_back(tmp_path: Path) -> None:
    clock = Clock()
    store = Store(clock, Ids(clock), tmp_path / "clerk.db")

    def create_for_nobody() -> None:
        # Checked at the commit.
        store.execute("PRAGMA defer_foreign_keys = ON")
        store.create(IDENTIFICATIONS, {"_user_id": "user_x", "object": "passkey"})

    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        create_for_nobody()
    with store.transaction():
        assert store.all(IDENTIFICATIONS) == []
    store.close()


def test_require_raises_404(store: Store) -> None:
    with pytest.raises(ClerkAPIError, match="No user was found with id user_x"), store.transaction():
        store.require(USERS, "user_x")


def test_rejects_database_of_another_version(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "clerk.db"
    store = Store(clock, Ids(clock), path)
    store._raw.execute("PRAGMA user_version = 7")
    store.close()
    with pytest.raises(InUseError, match="another version"):
        Store(clock, Ids(clock), path)


QUERIES: list[dict[str, Any]] = [
    {},
    *({"order_by": name} for name in ("created_at", "-updated_at", "email_address", "-web3wallet", "first_name")),
    *({"order_by": name} for name in ("-last_name", "phone_number", "username", "-last_active_at", "last_sign_in_at")),
    {"starting_after": "here"},
    {"starting_after": "here", "order_by": "+created_at"},
    {"user_id": ["user_a", "user_b"]},
    {"external_id": "a"},
    {"username": ["ada_l", "bob_b"]},
    {"email_address": ["ada@example.com"]},
    {"phone_number": ["+15555550100"]},
    {"organization_id": "org_x"},
    {"created_at_after": 1},
    {"provider": "google", "provider_user_id": "1"},
]


@pytest.mark.parametrize("query", QUERIES, ids=repr)
def test_lists_use_indexes(api: Api, emulator: Any, query: dict[str, Any]) -> None:
    store: Store = emulator._state.store
    here = api.user()["id"]
    statements: list[str] = []

    store._raw.set_trace_callback(statements.append)
    try:
        api.get("/users", **{name: here if value == "here" else value for name, value in query.items()})
    finally:
        store._raw.set_trace_callback(None)
    asked = [one for one in statements if 'FROM "user"' in one and "ORDER BY" in one]
    assert asked
    with store.transaction():
        for statement in asked:
            plan = [row[3] for row in store._raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
            whole = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
            assert not whole, plan
            # Sorting the result of a filter is acceptable; sorting the whole table is not.
            if "USE TEMP B-TREE FOR ORDER BY" in plan:
                assert any("SEARCH" in step for step in plan), plan


def test_unique_group_needs_no_other_index_for_its_first_column(store: Store) -> None:
    names = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert "by_identification_identifier" in names
    assert "by_identification_object" not in names
    text = f"{IDENTIFICATIONS.select} WHERE {(IDENTIFICATIONS.c.object == 'passkey').text}"
    (plan,) = store.execute(f"EXPLAIN QUERY PLAN {text}", "passkey")
    assert plan[3] == "SEARCH identification USING INDEX sqlite_autoindex_identification_2 (object=?)"
