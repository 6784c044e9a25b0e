"""Organizations through the Frontend API: create, get, change and delete them, and their logo."""

from __future__ import annotations

import base64

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import create_user, new_member, sign_in

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_creator_is_the_admin_of_the_organization(admin: Browser, api: Api, ada: Json) -> None:
    organization = admin.post("/organizations", {"name": "Engines", "slug": "engines"})
    assert (organization["name"], organization["slug"], organization["members_count"]) == ("Engines", "engines", 1)
    (membership,) = admin.session["user"]["organization_memberships"]
    assert (membership["role"], membership["organization"]["id"]) == ("org:admin", organization["id"])
    stored = api.get(f"/organizations/{organization['id']}")
    assert (stored["slug"], stored["created_by"]) == ("engines", ada["id"])


def test_organization_without_slug_gets_one(admin: Browser) -> None:
    assert admin.post("/organizations", {"name": "Analytical Engines"})["slug"] == "analytical-engines"


def test_private_metadata_is_not_shown(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    secret, public = {"private_metadata": {"plan": "secret"}}, {"public_metadata": {"color": "blue"}}
    api.patch(f"/organizations/{organization_id}/metadata", secret | public)
    organization = admin.get(f"/organizations/{organization_id}")
    assert organization["public_metadata"] == {"color": "blue"}
    assert "private_metadata" not in organization


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({}, "form_param_missing", "name"),
        ({"name": "<b>Engines</b>"}, "form_param_format_invalid", "name"),
        ({"name": "Engines", "slug": "no spaces"}, "form_param_format_invalid", "slug"),
        ({"name": "Engines", "slug": "taken"}, "form_identifier_exists", "slug"),
    ],
)
def test_invalid_organizations_are_rejected(admin: Browser, api: Api, body: Json, code: str, name: str) -> None:
    api.post("/organizations", {"name": "Taken", "slug": "taken"})
    problem = admin.refused("POST", "/organizations", body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], [name])


def test_users_who_may_not_create_organizations_are_refused(admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"create_organization_enabled": False})
    problem = admin.refused("POST", "/organizations", {"name": "Engines"})
    assert (problem.status, problem.codes) == (403, ["user_create_organization_not_enabled"])


def test_users_create_no_more_organizations_than_their_limit(admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"create_organizations_limit": 1})
    admin.post("/organizations", {"name": "Engines"})
    problem = admin.refused("POST", "/organizations", {"name": "Mills"})
    assert (problem.status, problem.codes) == (403, ["org_creation_limit_exceeded"])


def test_slugs_and_organizations_can_be_disabled(admin: Browser, api: Api) -> None:
    api.patch("/instance/organization_settings", {"slug_disabled": True})
    problem = admin.refused("POST", "/organizations", {"name": "Engines", "slug": "engines"})
    assert (problem.status, problem.codes) == (403, ["organization_slugs_disabled"])
    api.patch("/instance/organization_settings", {"enabled": False})
    problem = admin.refused("POST", "/organizations", {"name": "Engines"})
    assert (problem.status, problem.codes) == (403, ["organization_not_enabled_in_instance"])


def test_admin_changes_name_and_slug(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    changed = admin.patch(f"/organizations/{organization_id}", {"name": "Mills", "slug": "mills"})
    assert (changed["name"], changed["slug"]) == ("Mills", "mills")
    assert api.get(f"/organizations/{organization_id}")["name"] == "Mills"


def test_settings_of_the_backend_cannot_be_changed(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    body = {"name": "Mills", "max_allowed_memberships": "500", "role_set_key": "role_set:other"}
    problem = admin.refused("PATCH", f"/organizations/{organization_id}", body)
    assert problem.codes == ["form_param_unknown"] * 2
    assert api.get(f"/organizations/{organization_id}")["max_allowed_memberships"] == 5


def test_logo_is_set_and_deleted(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    path = f"/organizations/{organization_id}/logo"
    response = admin.send("POST", path, {"_method": "PUT"}, files={"file": ("logo.png", PNG, "image/png")})
    shown = response.json()["response"]
    assert shown["has_image"]
    assert api.http.get(shown["image_url"]).content == PNG
    deleted = admin.delete(path)
    assert (deleted["object"], deleted["deleted"]) == ("image", True)
    assert not api.get(f"/organizations/{organization_id}")["has_image"]
    problem = admin.refused("DELETE", path)
    assert (problem.status, problem.codes) == (404, ["image_not_found"])


def test_logo_can_be_sent_as_base64(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    response = admin.send(
        "POST",
        f"/organizations/{organization_id}/logo",
        {"_method": "PUT"},
        content=base64.b64encode(PNG),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert api.http.get(response.json()["response"]["image_url"]).content == PNG


def test_logo_must_be_an_image(admin: Browser) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    path = f"/organizations/{organization_id}/logo"
    response = admin.send("POST", path, {"_method": "PUT"}, files={"file": ("logo.svg", b"<svg/>", "image/svg+xml")})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "request_body_invalid")
    assert admin.refused("PUT", path).codes == ["form_param_missing"]


def test_deleted_organization_is_no_longer_active(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    deleted = admin.delete(f"/organizations/{organization_id}")
    assert (deleted["id"], deleted["deleted"]) == (organization_id, True)
    assert admin.session["user"]["organization_memberships"] == []
    assert api.refused("GET", f"/organizations/{organization_id}").status == 404


def test_members_may_not_delete_if_the_organization_forbids_it(admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    api.patch(f"/organizations/{organization_id}", {"admin_delete_enabled": False})
    problem = admin.refused("DELETE", f"/organizations/{organization_id}")
    assert (problem.status, problem.codes) == (403, ["organization_admin_delete_not_enabled"])


def test_members_without_the_permission_are_refused(emulator: Emulator, admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    member = create_user(api, "grace")
    new_member(api, organization_id, member)
    with sign_in(emulator, member) as browser:
        assert browser.get(f"/organizations/{organization_id}")["name"] == "Engines"
        for method, permission in (("PATCH", "org:sys_profile:manage"), ("DELETE", "org:sys_profile:delete")):
            problem = browser.refused(method, f"/organizations/{organization_id}", {})
            assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])
            assert problem.errors[0][1]["permissions"] == [permission]


def test_organizations_of_others_are_not_found(emulator: Emulator, admin: Browser, api: Api) -> None:
    organization_id = admin.post("/organizations", {"name": "Engines"})["id"]
    with sign_in(emulator, create_user(api, "grace")) as browser:
        for path in (f"/organizations/{organization_id}", "/organizations/org_none"):
            problem = browser.refused("GET", path)
            assert (problem.status, problem.codes) == (404, ["organization_not_found_or_unauthorized"])


def test_browser_that_is_signed_out_is_refused(browser: Browser) -> None:
    problem = browser.refused("POST", "/organizations", {"name": "Engines"})
    assert (problem.status, problem.codes) == (401, ["signed_out"])


def test_creation_defaults_suggest_nothing(admin: Browser) -> None:
    assert admin.get("/me/organization_creation_defaults")["advisory"] is None


def test_logo_must_be_base64_if_it_is_no_form(admin: Browser) -> None:
    path = f"/organizations/{admin.post('/organizations', {'name': 'Engines'})['id']}/logo"
    headers = {"Content-Type": "application/octet-stream"}
    response = admin.send("POST", path, {"_method": "PUT"}, content=b"not base64!", headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "request_body_invalid")
