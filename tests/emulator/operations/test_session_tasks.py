"""Sessions are pending while their users have tasks, and end by time."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.sessions import client_tokens, session_lifecycle
from clerk_emulator.storage.settings import AUTHENTICATION, USER_SETTINGS
from clerk_emulator.storage.tables import CLIENTS, SESSIONS, USERS
from tests.emulator import jwts
from tests.emulator.api import Api, Json

DAY = 24 * 3600


def settings(emulator: Emulator, **changes: object) -> None:
    with emulator._state.store.transaction():
        AUTHENTICATION.update(emulator._state.store, **changes)


def touched(emulator: Emulator, session_id: str, **changes: object) -> Json:
    store = emulator._state.store
    with store.transaction():
        return session_lifecycle.touch(store, store.require(SESSIONS, session_id), **changes)


def types(emulator: Emulator, before: int) -> list[str]:
    return [event["type"] for event in emulator.events[before:]]


def test_session_is_pending_until_an_organization_is_chosen(emulator: Emulator, api: Api) -> None:
    settings(emulator, force_organization_selection=True)
    user = api.user()
    organization = api.post("/organizations", {"name": "Acme", "created_by": user["id"]})
    before = len(emulator.events)
    made = emulator.start_session(user["id"])
    assert types(emulator, before) == ["session.pending"]
    session = api.get(f"/sessions/{made.session_id}")
    assert (session["status"], session["tasks"]) == ("pending", [{"key": "choose-organization"}])
    assert jwts.verified(api, made.session_token)["sts"] == "pending"
    assert touched(emulator, made.session_id)["status"] == "pending"
    assert types(emulator, before) == ["session.pending"]
    changed = touched(emulator, made.session_id, last_active_organization_id=organization["id"])
    assert (changed["status"], changed["tasks"]) == ("active", None)
    assert types(emulator, before) == ["session.pending", "session.created"]
    assert emulator.events[-1]["data"]["status"] == "active"


def test_session_with_an_organization_is_active_at_once(emulator: Emulator, api: Api) -> None:
    settings(emulator, force_organization_selection=True)
    user = api.user()
    organization = api.post("/organizations", {"name": "Acme", "created_by": user["id"]})
    session = api.post("/sessions", {"user_id": user["id"], "active_organization_id": organization["id"]})
    assert (session["status"], session["tasks"]) == ("active", None)


def test_no_organization_is_chosen_where_organizations_are_disabled(emulator: Emulator, api: Api) -> None:
    settings(emulator, force_organization_selection=True)
    api.patch("/instance/organization_settings", {"enabled": False})
    assert api.post("/sessions", {"user_id": api.user()["id"]})["status"] == "active"


def test_each_task_ends_on_its_own(emulator: Emulator, api: Api) -> None:
    settings(emulator, second_factor_required=True)
    user = api.user(email_address=["ada@example.com"], password="correct horse battery staple")
    api.post(f"/users/{user['id']}/password/set_compromised", {})
    session = api.post("/sessions", {"user_id": user["id"]})
    assert session["tasks"] == [{"key": "reset-password"}, {"key": "setup-mfa"}]
    assert emulator.events[-1]["type"] == "session.pending"
    api.patch(f"/users/{user['id']}", {"password": "another horse battery staple"})
    assert touched(emulator, session["id"])["tasks"] == [{"key": "setup-mfa"}]
    api.patch(f"/users/{user['id']}", {"totp_secret": "JBSWY3DPEHPK3PXP"})
    assert touched(emulator, session["id"])["status"] == "active"


def test_phone_number_as_second_factor_is_enough(emulator: Emulator, api: Api) -> None:
    settings(emulator, second_factor_required=True)
    user = api.user(phone_number=["+15555550100"])
    assert api.post("/sessions", {"user_id": user["id"]})["status"] == "pending"
    phone = user["phone_numbers"][0]["id"]
    api.patch(f"/phone_numbers/{phone}", {"reserved_for_second_factor": True})
    assert api.post("/sessions", {"user_id": user["id"]})["status"] == "active"


def test_task_that_arises_later_does_not_make_a_session_pending(emulator: Emulator, api: Api) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    settings(emulator, second_factor_required=True)
    assert touched(emulator, session["id"])["status"] == "active"


def test_pending_session_can_be_revoked_and_expires(emulator: Emulator, api: Api) -> None:
    settings(emulator, force_organization_selection=True)
    emulator.clock.freeze()
    user = api.user()
    first, second = [api.post("/sessions", {"user_id": user["id"]}) for _ in range(2)]
    assert api.post(f"/sessions/{first['id']}/revoke")["status"] == "revoked"
    assert emulator.events[-1]["type"] == "session.revoked"
    emulator.clock.advance(7 * DAY)
    assert api.get(f"/sessions/{second['id']}")["status"] == "expired"


def test_unused_session_is_abandoned_after_thirty_days(emulator: Emulator, api: Api) -> None:
    with emulator._state.store.transaction():
        USER_SETTINGS.update(emulator._state.store, session_seconds=90 * DAY)
    emulator.clock.freeze()
    user = api.user()
    unused, used = [api.post("/sessions", {"user_id": user["id"]}) for _ in range(2)]
    emulator.clock.advance(20 * DAY)
    touched(emulator, used["id"])
    emulator.clock.advance(10 * DAY)
    assert api.get(f"/sessions/{unused['id']}")["status"] == "abandoned"
    assert api.get(f"/sessions/{used['id']}")["status"] == "active"
    emulator.clock.advance(20 * DAY)
    assert api.get(f"/sessions/{used['id']}")["status"] == "abandoned"


def test_inactive_session_expires_if_the_instance_says_so(emulator: Emulator, api: Api) -> None:
    settings(emulator, inactivity_seconds=3600)
    emulator.clock.freeze()
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    emulator.clock.advance(3599)
    touched(emulator, session["id"])
    emulator.clock.advance(3599)
    assert api.get(f"/sessions/{session['id']}")["status"] == "active"
    emulator.clock.advance(1)
    assert api.get(f"/sessions/{session['id']}")["status"] == "expired"


@pytest.mark.parametrize("status", ["ended", "removed", "revoked"])
def test_latest_open_session_becomes_the_active_one_of_its_client(
    emulator: Emulator, api: Api, status: session_lifecycle.EndStatus
) -> None:
    user = api.user()
    store = emulator._state.store
    emulator.clock.freeze()
    with store.transaction():
        client = client_tokens.create_client(store)
        first, second, third = [session_lifecycle.start(store, user["id"], client=client) for _ in range(3)]
    emulator.clock.advance(1)
    touched(emulator, first["id"])
    expected = [third["id"], first["id"], second["id"], None]
    for session, active in zip((None, third, first, second), expected, strict=True):
        with store.transaction():
            if session:
                session_lifecycle.end(store, store.require(SESSIONS, session["id"]), status)
            assert store.require(CLIENTS, client["id"])["last_active_session_id"] == active


def test_use_of_a_session_does_not_update_the_user(emulator: Emulator, api: Api) -> None:
    emulator.clock.freeze()
    user = api.user()
    session = api.post("/sessions", {"user_id": user["id"]})
    updated_at = api.get(f"/users/{user['id']}")["updated_at"]
    before = len(emulator.events)
    emulator.clock.advance(2 * DAY)
    touched(emulator, session["id"])
    found = api.get(f"/users/{user['id']}")
    assert (found["updated_at"], types(emulator, before)) == (updated_at, [])
    assert found["last_active_at"] > user["created_at"]
    with emulator._state.store.transaction():
        assert emulator._state.store.require(USERS, user["id"])["last_active_at"] % (DAY * 1000) == 0
