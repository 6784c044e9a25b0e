"""The users that a person can sign in as with one click, which only an emulator offers."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator.domain.users import user_filters
from clerk_emulator.json_types import Json
from clerk_emulator.pages.visit import Visit
from clerk_emulator.request.execution import perform
from clerk_emulator.storage.cause import Cause
from clerk_emulator.storage.tables import USERS

_SHOWN = 8


@dataclass(frozen=True)
class Person:
    """A user in the list."""

    id: str
    name: str
    identifier: str


def suggested(visit: Visit) -> list[Person]:
    """Return the newest users, or those that `people` in the query finds; none for browsers of other machines."""
    if not visit.is_trusted:
        return []
    store = visit.state.store
    matches = user_filters.any_field_contains(visit.query.get("people", "").strip())
    with store.transaction():
        rows = store.all(
            USERS,
            *((matches,) if matches is not None else ()),
            order=USERS.newest_first,
            limit=_SHOWN,
        )
    return [_person(row) for row in rows]


def sign_in(visit: Visit, user_id: str) -> Json:
    """Sign a user in without a password, with a sign-in token, and return the sign-in. Raises ClerkAPIError."""
    state = visit.state
    cause = Cause(visit.request.origin, visit.request.client_ip, visit.request.headers.get("user-agent", ""))
    with state.store.transaction(cause):
        ticket = perform(state, "CreateSignInToken", {"user_id": user_id})["token"]
    return visit.perform("createSignIn", {"strategy": "ticket", "ticket": ticket})


def _person(row: Json) -> Person:
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    identifier = str(row.get("_email_address") or row.get("_phone_number") or row["username"] or row["id"])
    return Person(row["id"], name or identifier, identifier)
