"""An emulator with many users: `python -m benchmarks.emulator.filled USERS [DATABASE]`."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.emulator import bare
from clerk_emulator.domain.identifications import ADMIN
from clerk_emulator.domain.user_accounts import NEW_USER
from clerk_emulator.http.server import listen, uvicorn_config
from clerk_emulator.request.state import State
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_FIRST = 1_700_000_000_000
_NAMES = ("Ada", "Alan", "Barbara", "Donald", "Edsger", "Grace", "Ken", "Margaret")


def fill(state: State, count: int) -> None:
    """Add users to the store as `POST /users` does. A hundred thousand HTTP requests would take minutes."""
    with state.store.transaction():
        for number in range(count):
            at = _FIRST + number * 1000
            user_id, email_id, email = state.ids.new("user"), state.ids.new("idn"), f"user{number}@example.com"
            user: dict[str, Any] = {
                **NEW_USER,
                "id": user_id,
                "created_at": at,
                "updated_at": at,
                "first_name": _NAMES[number % len(_NAMES)],
                # A different order for each list: 7919 is a prime.
                "last_name": f"Lovelace {number * 7919 % count}",
                "username": f"name_{number * 104729 % 1_000_003}",
                "external_id": f"external_{number}",
                "last_active_at": at,
                "last_sign_in_at": at,
                "create_organizations_limit": None,
                "primary_email_address_id": email_id,
                "_email_address": email,
            }
            identification: dict[str, Any] = {
                "id": email_id,
                "object": "email_address",
                "email_address": email,
                "created_at": at,
                "reserved": False,
                "linked_to": [],
                "matches_sso_connection": False,
                "verification": ADMIN,
                "_user_id": user_id,
                "_identifier": email,
            }
            state.store.create(USERS, user)
            state.store.create(IDENTIFICATIONS, identification)


def main(count: str, db: str = "") -> None:
    state = State(db=db or None, secret_key=bare.SECRET_KEY)
    fill(state, int(count))
    bare.serve(uvicorn_config(state), listen())
    state.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
