"""The user through the Frontend API: profile, metadata, image, password and deletion."""

from __future__ import annotations

import json

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import AUTHENTICATION, USER_SETTINGS
from clerk_emulator.storage.tables import SESSIONS
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.people import change_attribute, change_settings, new_organization
from tests.emulator.frontend_api.test_organizations_profile import PNG

NEW_PASSWORD = "staple battery horse correct"


def test_user_sees_the_own_profile(admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}/metadata", {"private_metadata": {"a": 1}, "public_metadata": {"b": 2}})
    user = admin.get("/me")
    assert (user["id"], user["first_name"], user["public_metadata"]) == (ada["id"], "Ada", {"b": 2})
    assert {"private_metadata", "requires_password_reset", "bypass_client_trust"} & set(user) == set()


def test_browser_that_is_signed_out_has_no_user(browser: Browser) -> None:
    for method, path in (("GET", "/me"), ("DELETE", "/me"), ("POST", "/me/change_password")):
        problem = browser.refused(method, path)
        assert (problem.status, problem.codes) == (401, ["signed_out"])


def test_names_change(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    user = admin.patch("/me", {"first_name": "Augusta", "last_name": "King", "username": "countess"})
    assert (user["first_name"], user["last_name"], user["username"]) == ("Augusta", "King", "countess")
    assert admin.session["user"]["first_name"] == "Augusta"
    assert api.get(f"/users/{ada['id']}")["username"] == "countess"
    assert emulator.events[-1]["type"] == "user.updated"
    assert admin.patch("/me", {"first_name": "", "username": ""})["username"] is None


def test_change_through_the_backend_is_visible(admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"last_name": "Lovelace"})
    assert admin.get("/me")["last_name"] == "Lovelace"


def test_only_the_profile_can_be_changed(admin: Browser, api: Api, ada: Json) -> None:
    admin.patch("/me", {"external_id": "root", "password": NEW_PASSWORD, "delete_self_enabled": "false"})
    user = api.get(f"/users/{ada['id']}")
    assert (user["external_id"], user["delete_self_enabled"]) == (None, True)
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": PASSWORD})["verified"]


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({"username": "grace"}, "form_identifier_exists", "username"),
        ({"username": "a"}, "form_username_invalid_length", "username"),
        ({"primary_email_address_id": "idn_none"}, "form_resource_not_found", "primary_email_address_id"),
    ],
)
def test_invalid_profiles_are_rejected(admin: Browser, api: Api, body: Json, code: str, name: str) -> None:
    api.user(username="grace")
    problem = admin.refused("PATCH", "/me", body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], [name])


def test_immutable_and_required_attributes_stay(emulator: Emulator, admin: Browser) -> None:
    change_attribute(emulator, "username", immutable=True)
    problem = admin.refused("PATCH", "/me", {"username": "countess"})
    assert (problem.status, problem.codes) == (403, ["immutable_attribute_modification_not_allowed"])
    change_attribute(emulator, "first_name", required=True)
    problem = admin.refused("PATCH", "/me", {"first_name": ""})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_nil"], ["first_name"])


def test_primary_email_address_changes(admin: Browser, api: Api, ada: Json) -> None:
    other = api.post("/email_addresses", {"user_id": ada["id"], "email_address": "a@example.com", "verified": True})
    assert admin.patch("/me", {"primary_email_address_id": other["id"]})["primary_email_address_id"] == other["id"]
    unverified = api.post("/email_addresses", {"user_id": ada["id"], "email_address": "b@example.com"})
    problem = admin.refused("PATCH", "/me", {"primary_email_address_id": unverified["id"]})
    assert (problem.status, problem.codes) == (422, ["form_verification_needed"])


def test_metadata_is_merged_deeply(admin: Browser, api: Api, ada: Json) -> None:
    admin.patch("/me/metadata", {"unsafe_metadata": json.dumps({"theme": {"color": "blue", "size": 1}})})
    user = admin.patch("/me/metadata", {"unsafe_metadata": json.dumps({"theme": {"size": 2, "color": None}})})
    assert user["unsafe_metadata"] == {"theme": {"size": 2}}
    assert api.get(f"/users/{ada['id']}")["unsafe_metadata"] == {"theme": {"size": 2}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "form_param_format_invalid"),
        ("[1]", "form_param_value_invalid"),
        (json.dumps({"a": "b" * 9000}), "form_param_exceeds_allowed_size"),
    ],
)
def test_invalid_metadata_is_rejected(admin: Browser, text: str, code: str) -> None:
    problem = admin.refused("PATCH", "/me/metadata", {"unsafe_metadata": text})
    assert (problem.status, problem.codes, problem.params) == (422, [code], ["unsafe_metadata"])


def test_image_is_set_and_deleted(admin: Browser, api: Api, ada: Json) -> None:
    response = admin.send("POST", "/me/profile_image", files={"file": ("ada.png", PNG, "image/png")})
    image = response.json()["response"]
    assert image["object"] == "image"
    assert api.http.get(image["public_url"]).content == PNG
    assert api.get(f"/users/{ada['id']}")["image_url"] == image["public_url"]
    assert admin.delete("/me/profile_image")["deleted"]
    assert not admin.get("/me")["has_image"]
    problem = admin.refused("DELETE", "/me/profile_image")
    assert (problem.status, problem.codes) == (404, ["image_not_found"])


def test_password_changes(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    admin.post("/me/change_password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": NEW_PASSWORD})["verified"]
    email = [one["data"] for one in emulator.events if one["type"] == "email.created"][-1]
    assert email["slug"] == "password_changed"


def test_other_sessions_end_if_asked(admin: Browser, other_browser: Browser) -> None:
    other_browser.sign_in("ada@example.com", PASSWORD)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, "sign_out_of_other_sessions": "true"}
    assert admin.post("/me/change_password", body)["password_enabled"]
    assert admin.session["status"] == "active"
    assert other_browser.refused("GET", "/me").codes == ["signed_out"]


@pytest.mark.parametrize(
    ("current", "new", "code", "name"),
    [
        ("wrong password", NEW_PASSWORD, "form_password_incorrect", "current_password"),
        (PASSWORD, PASSWORD, "form_new_password_matches_current", "new_password"),
        (PASSWORD, "short", "form_password_length_too_short", "new_password"),
        (PASSWORD, "a" * 73, "form_password_length_too_long", "new_password"),
        (PASSWORD, "password123", "form_password_pwned", "new_password"),
        (PASSWORD, "ada_lovelace", "form_password_matches_identifier", "new_password"),
        (PASSWORD, "", "form_param_missing", "new_password"),
    ],
)
def test_invalid_passwords_are_rejected(admin: Browser, current: str, new: str, code: str, name: str) -> None:
    body = {"current_password": current, "new_password": new}
    problem = admin.refused("POST", "/me/change_password", body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], [name])


def test_wrong_current_passwords_lock_the_user(admin: Browser, api: Api, ada: Json) -> None:
    body = {"current_password": "wrong password", "new_password": NEW_PASSWORD}
    codes = [admin.refused("POST", "/me/change_password", body).codes for _ in range(10)]
    assert codes == [["form_password_incorrect"]] * 9 + [["user_locked"]]
    problem = admin.refused("POST", "/me/change_password", {**body, "current_password": PASSWORD})
    assert (problem.status, problem.codes) == (403, ["user_locked"])
    assert api.get(f"/users/{ada['id']}")["locked"]


def test_current_password_is_needed_without_reverification(emulator: Emulator, admin: Browser) -> None:
    change_settings(emulator, AUTHENTICATION, reverification=False)
    problem = admin.refused("POST", "/me/change_password", {"new_password": NEW_PASSWORD})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_missing"], ["current_password"])


def test_passwords_can_be_disabled(emulator: Emulator, admin: Browser) -> None:
    change_settings(emulator, USER_SETTINGS, passwords=False)
    problem = admin.refused("POST", "/me/change_password", {"new_password": NEW_PASSWORD})
    assert (problem.status, problem.codes) == (403, ["password_disabled"])


def test_required_password_cannot_be_removed(admin: Browser) -> None:
    problem = admin.refused("POST", "/me/remove_password", {"current_password": PASSWORD})
    assert (problem.status, problem.codes) == (400, ["password_required"])


def test_password_is_removed(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    change_attribute(emulator, "password", required=False)
    problem = admin.refused("POST", "/me/remove_password", {"current_password": "wrong password"})
    assert (problem.status, problem.codes) == (422, ["form_password_incorrect"])
    assert not admin.post("/me/remove_password", {"current_password": PASSWORD})["password_enabled"]
    assert not api.get(f"/users/{ada['id']}")["password_enabled"]
    problem = admin.refused("POST", "/me/remove_password")
    assert (problem.status, problem.codes) == (400, ["no_password_set"])


def test_new_password_completes_the_task_to_reset_it(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    api.post(f"/users/{ada['id']}/password/set_compromised")
    store = emulator._state.store
    with store.transaction():
        session = store.require(SESSIONS, admin.session["id"])
        store.update(SESSIONS, session, status="pending", tasks=[{"key": "reset-password"}])
    admin.post("/me/change_password", {"new_password": NEW_PASSWORD})
    assert (admin.session["status"], admin.session["tasks"]) == ("active", None)


def test_user_deletes_the_own_account(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    new_organization(admin)
    deleted = admin.delete("/me")
    assert (deleted["id"], deleted["object"], deleted["deleted"]) == (ada["id"], "user", True)
    assert admin.client is not None
    assert (admin.client["sessions"], admin.client["last_active_session_id"]) == ([], None)
    assert api.refused("GET", f"/users/{ada['id']}").status == 404
    assert [one["type"] for one in emulator.events[-2:]] == ["organizationMembership.deleted", "user.deleted"]
    assert admin.refused("GET", "/me").codes == ["signed_out"]


def test_accounts_that_may_not_be_deleted_stay(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"delete_self_enabled": False})
    assert admin.refused("DELETE", "/me").codes == ["user_delete_self_not_enabled"]
    api.patch(f"/users/{ada['id']}", {"delete_self_enabled": True})
    change_settings(emulator, AUTHENTICATION, delete_self=False)
    problem = admin.refused("DELETE", "/me")
    assert (problem.status, problem.codes) == (403, ["user_delete_self_not_enabled"])


def test_other_users_of_the_browser_stay_signed_in(admin: Browser, api: Api) -> None:
    grace = api.user(email_address=["grace@example.com"], password=PASSWORD)
    admin.sign_in("grace@example.com", PASSWORD)
    assert admin.delete("/me")["id"] == grace["id"]
    assert api.refused("GET", f"/users/{grace['id']}").status == 404
    assert admin.get("/me")["first_name"] == "Ada"


def test_user_without_password_sets_one(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    change_attribute(emulator, "password", required=False)
    admin.post("/me/remove_password", {"current_password": PASSWORD})
    assert admin.post("/me/change_password", {"new_password": NEW_PASSWORD})["password_enabled"]
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": NEW_PASSWORD})["verified"]


def test_recent_verification_replaces_the_current_password(admin: Browser, api: Api, ada: Json) -> None:
    admin.post("/me/change_password", {"new_password": NEW_PASSWORD})
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": NEW_PASSWORD})["verified"]


@pytest.mark.parametrize(("version", "metadata"), [("2025-11-10", {"b": 2}), ("2026-05-12", {"a": 1})])
def test_former_versions_replace_metadata_with_the_profile(admin: Browser, version: str, metadata: Json) -> None:
    admin.patch("/me/metadata", {"unsafe_metadata": '{"a": 1}'})
    query = {"_method": "PATCH", "__clerk_api_version": version}
    response = admin.send("POST", "/me", query, {"first_name": "Augusta", "unsafe_metadata": '{"b": 2}'})
    assert response.json()["response"]["unsafe_metadata"] == metadata
