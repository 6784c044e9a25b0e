"""API keys through the Frontend API."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.people import create_user, new_member, new_organization, sign_in


def url(browser: Browser, path: str = "") -> str:
    """Return the URL of a path below the keys, with the doubled slash that clerk-js sends."""
    return f"{str(browser.http.base_url).rstrip('/')}//api_keys{path}"


def send(browser: Browser, method: str, path: str, body: Json | None = None, **query: Any) -> tuple[int, Json]:
    """Send a request as clerk-js does: with a session token, and without the development browser."""
    token = browser.session["last_active_token"]["jwt"]
    headers = {"Authorization": f"Bearer {token}"}
    response = browser.http.request(method, url(browser, path), params=query, json=body, headers=headers)
    return response.status_code, response.json()


def create(browser: Browser, subject: str, name: str = "Builds") -> Json:
    """Create a key, and return it with its secret."""
    status, key = send(browser, "POST", "", {"name": name, "subject": subject, "description": "For builds"})
    assert status == 201, key
    return key


def test_user_creates_a_key(admin: Browser, api: Api, ada: Json) -> None:
    key = create(admin, ada["id"])
    assert (key["subject"], key["created_by"], key["description"]) == (ada["id"], ada["id"], "For builds")
    assert api.post("/api_keys/verify", {"secret": key["secret"]})["id"] == key["id"]
    _, page = send(admin, "GET", "", subject=ada["id"])
    assert (page["total_count"], [one["id"] for one in page["data"]]) == (1, [key["id"]])
    assert "secret" not in page["data"][0]


def test_keys_are_listed_in_pages(admin: Browser, ada: Json) -> None:
    for number in range(3):
        create(admin, ada["id"], f"Builds {number}")
    status, page = send(admin, "GET", "", subject=ada["id"], query="", limit="2", offset="2")
    assert (status, page["total_count"], len(page["data"])) == (200, 3, 1)
    status, body = send(admin, "GET", "", subject=ada["id"], limit="two")
    assert (status, body["errors"][0]["code"]) == (422, "form_param_value_invalid")


def test_names_are_unique(admin: Browser, ada: Json) -> None:
    create(admin, ada["id"])
    status, body = send(admin, "POST", "", {"name": "Builds", "subject": ada["id"]})
    assert (status, body["errors"][0]["code"]) == (409, "api_key_name_already_exists")


def test_key_is_changed_and_revoked(admin: Browser, api: Api, ada: Json) -> None:
    key = create(admin, ada["id"])
    assert send(admin, "PATCH", f"/{key['id']}", {"description": "Old"})[1]["description"] == "Old"
    _, revoked = send(admin, "POST", f"/{key['id']}/revoke", {"revocation_reason": "leaked"})
    assert (revoked["revoked"], revoked["revocation_reason"]) == (True, "leaked")
    assert api.refused("POST", "/api_keys/verify", {"secret": key["secret"]}).status == 404
    assert send(admin, "GET", "", subject=ada["id"])[1]["total_count"] == 0
    assert send(admin, "GET", "", subject=ada["id"], include_invalid="true")[1]["total_count"] == 1


def test_admins_manage_keys_of_their_organization(emulator: Emulator, admin: Browser, api: Api) -> None:
    organization_id = new_organization(admin)
    key = create(admin, organization_id)
    member = create_user(api, "grace")
    new_member(api, organization_id, member)
    with sign_in(emulator, member) as browser:
        status, body = send(browser, "GET", "", subject=organization_id)
        assert (status, body["errors"][0]["code"]) == (403, "missing_organization_permission")
        assert send(browser, "POST", "", {"name": "Other", "subject": organization_id})[0] == 403
        assert send(browser, "POST", f"/{key['id']}/revoke", {})[0] == 404


def test_keys_of_other_users_are_refused(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    key = create(admin, ada["id"])
    with sign_in(emulator, create_user(api, "grace")) as browser:
        assert send(browser, "GET", "", subject=ada["id"])[0] == 403
        assert send(browser, "PATCH", f"/{key['id']}", {"description": "x"})[0] == 404


@pytest.mark.parametrize("token", ["", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.x"])
def test_keys_need_a_session_token(admin: Browser, ada: Json, token: str) -> None:
    headers = {"Authorization": token} if token else {}
    response = admin.http.get(url(admin), params={"subject": ada["id"]}, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "signed_out")


def test_expired_tokens_are_refused(emulator: Emulator, admin: Browser, ada: Json) -> None:
    emulator.clock.advance(61)
    status, body = send(admin, "GET", "", subject=ada["id"])
    assert (status, body["errors"][0]["code"]) == (401, "signed_out")


def test_preflight_allows_the_token(admin: Browser) -> None:
    headers = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
        "Origin": PAGE,
    }
    response = admin.http.options(url(admin), headers=headers)
    assert response.status_code == 204
    assert response.headers["access-control-allow-headers"] == "authorization,content-type"
    assert response.headers["access-control-allow-origin"] == PAGE


def test_unknown_keys_are_not_found(admin: Browser, ada: Json) -> None:
    status, body = send(admin, "PATCH", f"/ak_{'0' * 32}", {"description": "x"})
    assert (status, body["errors"][0]["code"]) == (404, "resource_not_found")
    key = create(admin, ada["id"])
    response = admin.http.post(url(admin, f"/{key['id']}/revoke"), json={})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "signed_out")
