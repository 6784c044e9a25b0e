"""Requests reach the API that they are for."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD


def operations(emulator: Emulator) -> list[str | None]:
    return [one.operation for one in emulator.requests]


def test_key_means_the_backend_api(emulator: Emulator, api: Api, browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    emulator.requests.clear()
    created = api.post("/organizations", {"name": "Acme", "created_by": ada["id"]})
    browser.post("/organizations", {"name": "Acme"})
    assert created["object"] == "organization"
    assert operations(emulator) == ["CreateOrganization", "createOrganization"]


@pytest.mark.parametrize("key", ["sk_test_wrong", "ak_wrong", "anything"])
def test_wrong_key_is_refused_by_the_backend_api(browser: Browser, key: str) -> None:
    response = browser.send("GET", "/organizations/org_1", headers={"Authorization": f"Bearer {key}"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "clerk_key_invalid")


def test_session_token_means_the_frontend_api(emulator: Emulator, browser: Browser, ada: Json) -> None:
    token = browser.sign_in("ada@example.com", PASSWORD)["last_active_token"]["jwt"]
    headers = {"Authorization": f"Bearer {token}"}
    assert browser.send("GET", "/organizations/org_1", headers=headers).status_code in (403, 404)
    assert operations(emulator)[-1] == "getOrganization"


def test_path_of_one_api_is_for_that_one(emulator: Emulator, browser: Browser) -> None:
    assert browser.send("GET", "/users").json()["errors"][0]["code"] == "authorization_header_format_invalid"
    assert browser.http.get("/v1/nothing").status_code == 404
    key = {"Authorization": f"Bearer {emulator.secret_key}"}
    assert browser.send("GET", "/client", headers=key).status_code == 404


def test_page_can_read_that_a_path_of_a_newer_clerk_js_is_unknown(browser: Browser) -> None:
    response = browser.send("GET", "/me/something_new")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (405, "not_emulated")
    assert "GET /v1/me/something_new" in response.json()["errors"][0]["long_message"]
    assert response.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize("path", ["/client/", "//v1/client", "//v1//client//"])
def test_slashes_do_not_matter(browser: Browser, path: str) -> None:
    assert browser.get(path) is None


@pytest.mark.parametrize("method", ["PATCH", "patch"])
def test_other_methods_are_sent_as_post(emulator: Emulator, browser: Browser, method: str) -> None:
    response = browser.send("POST", "/environment", {"_method": method})
    assert response.status_code == 200
    assert operations(emulator)[-1] == "updateEnvironment"


def test_only_post_means_another_method(emulator: Emulator, browser: Browser) -> None:
    assert browser.send("GET", "/environment", {"_method": "PATCH"}).status_code == 200
    assert operations(emulator)[-1] == "getEnvironment"


def test_unknown_method_is_refused(browser: Browser) -> None:
    response = browser.send("POST", "/environment", {"_method": "DELETE"})
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "PATCH"}


def test_operation_without_a_handler_says_so(browser: Browser) -> None:
    response = browser.send("GET", "/saml/metadata/samlc_1.xml")
    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"]) == (405, "not_emulated")
    assert "samlMetadata" in error["long_message"]


def test_head_is_answered_as_get(browser: Browser) -> None:
    assert browser.send("HEAD", "/environment").status_code == 200


def test_any_api_version_is_accepted(browser: Browser) -> None:
    assert browser.get("/environment", __clerk_api_version="2099-01-01")["auth_config"]
