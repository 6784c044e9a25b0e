"""Sign-ups, which begin and end in the browser."""

from __future__ import annotations

import re

import pytest

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json

PASSWORD = "correct horse battery staple"


def test_started_sign_up_is_returned_by_get(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    made = emulator.start_sign_up(email_address="Ada@example.com", first_name="Ada")
    assert re.fullmatch(r"sua_\w{27}", made["id"])
    found = api.get(f"/sign_ups/{made['id']}")
    assert found == made
    assert (found["status"], found["email_address"]) == ("missing_requirements", "ada@example.com")
    assert (found["missing_fields"], found["unverified_fields"]) == (["password"], ["email_address"])
    assert (found["password_enabled"], found["abandon_at"]) == (False, now + 24 * 3600 * 1000)
    verification = found["verifications"]["email_address"]
    assert (verification["status"], verification["next_action"]) == ("unverified", "needs_prepare")
    assert found["verifications"]["phone_number"] is None


def test_external_id_is_copied_to_the_user(api: Api, emulator: Emulator) -> None:
    made = emulator.start_sign_up(email_address="ada@example.com", password=PASSWORD, unsafe_metadata={"a": 1})
    changed = api.patch(f"/sign_ups/{made['id']}", {"external_id": "guest_1", "custom_action": True})
    assert changed == {**made, "external_id": "guest_1", "custom_action": True, "abandon_at": changed["abandon_at"]}
    assert api.patch(f"/sign_ups/{made['id']}", {"custom_action": None})["custom_action"] is True
    verified = emulator.verify_sign_up(made["id"])
    assert (verified["unverified_fields"], verified["missing_fields"]) == ([], [])
    before = len(emulator.events)
    done = emulator.complete_sign_up(made["id"])
    assert api.get(f"/sign_ups/{made['id']}") == done
    assert done["status"] == "complete"
    user = api.get(f"/users/{done['created_user_id']}")
    assert (user["external_id"], user["password_enabled"], user["unsafe_metadata"]) == ("guest_1", True, {"a": 1})
    assert api.post(f"/users/{user['id']}/verify_password", {"password": PASSWORD}) == {"verified": True}
    (session,) = api.get("/sessions", user_id=user["id"])
    assert session["id"] == done["created_session_id"]
    types = [event["type"] for event in emulator.events[before:]]
    assert [one for one in types if one.startswith(("user", "session"))] == ["user.created", "session.created"]


def test_complete_sign_up_cannot_be_updated(api: Api, emulator: Emulator) -> None:
    made = emulator.start_sign_up(email_address="ada@example.com", password=PASSWORD)
    emulator.complete_sign_up(made["id"])
    refused = api.refused("PATCH", f"/sign_ups/{made['id']}", {"external_id": "x"})
    assert (refused.status, refused.codes) == (403, ["sign_up_cannot_be_updated"])
    with pytest.raises(ClerkAPIError, match="403 sign_up_cannot_be_updated"):
        emulator.complete_sign_up(made["id"])


def test_idle_sign_up_is_abandoned_after_a_day(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = emulator.start_sign_up(email_address="ada@example.com")
    emulator.clock.advance(23 * 3600)
    api.patch(f"/sign_ups/{made['id']}", {"external_id": "x"})
    emulator.clock.advance(24 * 3600 - 1)
    assert api.get(f"/sign_ups/{made['id']}")["status"] == "missing_requirements"
    emulator.clock.advance(1)
    assert api.get(f"/sign_ups/{made['id']}")["status"] == "abandoned"
    assert api.refused("PATCH", f"/sign_ups/{made['id']}", {}).codes == ["sign_up_cannot_be_updated"]


def test_incomplete_sign_up_creates_no_user(api: Api, emulator: Emulator) -> None:
    made = emulator.start_sign_up(username="ada_1")
    with pytest.raises(ClerkAPIError, match="422 form_data_missing: The sign-up lacks email_address, password"):
        emulator.complete_sign_up(made["id"])
    assert api.get("/users") == []


def test_rejects_unknown_sign_up_and_external_id_of_a_user(api: Api, emulator: Emulator) -> None:
    for method in ("GET", "PATCH"):
        refused = api.refused(method, "/sign_ups/sua_x", {} if method == "PATCH" else None)
        assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    api.user(username="taken", external_id="taken")
    made = emulator.start_sign_up(email_address="ada@example.com")
    refused = api.refused("PATCH", f"/sign_ups/{made['id']}", {"external_id": "taken"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_identifier_exists"], ["external_id"])
    refused = api.refused("PATCH", f"/sign_ups/{made['id']}", {"custom_action": "yes"})
    assert (refused.status, refused.codes) == (422, ["form_param_type_invalid"])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email_address": "ada"}, "form_param_format_invalid"),
        ({"email_address": "taken@example.com"}, "form_identifier_exists"),
        ({"username": "taken"}, "form_identifier_exists"),
        ({"password": "short"}, "form_password_length_too_short"),
        ({"locale": "!"}, "form_param_format_invalid"),
        ({"nope": 1}, "form_param_unknown"),
    ],
)
def test_rejects_invalid_values(api: Api, emulator: Emulator, values: Json, code: str) -> None:
    api.user(email_address=["taken@example.com"], username="taken")
    with pytest.raises(ClerkAPIError, match=f"422 {code}"):
        emulator.start_sign_up(**values)


def test_blocked_address_cannot_sign_up(api: Api, emulator: Emulator) -> None:
    api.post("/blocklist_identifiers", {"identifier": "*@example.com"})
    api.patch("/instance/restrictions", {"blocklist": True})
    with pytest.raises(ClerkAPIError, match="403 not_allowed_access"):
        emulator.start_sign_up(email_address="ada@example.com")
