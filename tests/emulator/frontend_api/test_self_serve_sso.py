"""Enterprise connections that members set up for their organization through the Frontend API."""

from __future__ import annotations

import json

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import AUTHENTICATION
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import change_settings, create_user, new_member, new_organization, sign_in
from tests.emulator.saml import certificate

SAML = {"provider": "saml_custom", "domains": "engines.test"}


@pytest.fixture
def path(emulator: Emulator, admin: Browser) -> str:
    """The path of the connections of Ada's organization."""
    change_settings(emulator, AUTHENTICATION, self_serve_sso=True)
    return f"/organizations/{new_organization(admin)}/enterprise_connections"


def test_connection_is_set_up_and_activated(admin: Browser, api: Api, path: str) -> None:
    made = admin.post(path, {**SAML, "saml_idp_entity_id": "https://idp.test", "saml_force_authn": "true"})
    assert (made["name"], made["domains"], made["active"]) == ("engines.test", ["engines.test"], False)
    assert (made["saml_connection"]["idp_entity_id"], made["saml_connection"]["force_authn"]) == (
        "https://idp.test",
        True,
    )
    body = {"active": "true", "saml_idp_sso_url": "https://idp.test/sso", "saml_idp_certificate": certificate()}
    body["saml_attribute_mapping"] = json.dumps({"first_name": "given"})
    assert admin.patch(f"{path}/{made['id']}", body)["active"]
    stored = api.get(f"/enterprise_connections/{made['id']}")
    assert (stored["active"], stored["organization_id"]) == (True, path.split("/")[2])
    assert [one["id"] for one in admin.get(path)] == [made["id"]]
    assert admin.delete(f"{path}/{made['id']}")["deleted"]
    assert admin.get(path) == []


def test_oidc_connection_keeps_its_secret(admin: Browser, path: str) -> None:
    body = {"provider": "oidc_custom", "domains": "engines.test", "name": "Engines", "oidc_client_id": "c"}
    made = admin.post(path, {**body, "oidc_client_secret": "hush", "oidc_discovery_url": "https://idp.test/"})
    assert (made["name"], made["oauth_config"]["client_id"]) == ("Engines", "c")
    assert "hush" not in json.dumps(made)


def test_active_organization_is_that_of_the_user(admin: Browser, path: str) -> None:
    problem = admin.refused("POST", "/me/enterprise_connections", SAML)
    assert (problem.status, problem.codes) == (403, ["self_serve_sso_no_active_organization"])
    organization_id = path.split("/")[2]
    admin.post(f"/client/sessions/{admin.session['id']}/touch", {"active_organization_id": organization_id})
    made = admin.post("/me/enterprise_connections", SAML)
    assert made["organization_id"] == organization_id
    own = f"/me/enterprise_connections/{made['id']}"
    assert admin.patch(own, {"name": "Renamed"})["name"] == "Renamed"
    assert admin.post(f"{own}/test_runs")["url"].startswith("http")
    assert admin.get(f"{own}/test_runs")["total_count"] == 1
    assert admin.delete(own)["deleted"]


def test_test_run_begins(emulator: Emulator, admin: Browser, path: str) -> None:
    connection = f"{path}/{admin.post(path, SAML)['id']}"
    assert admin.post(f"{connection}/test_runs")["url"].startswith("http")
    assert [one["status"] for one in admin.get(f"{connection}/test_runs")["data"]] == ["pending"]
    assert admin.get(f"{connection}/test_runs", status="success")["total_count"] == 0


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({"provider": "saml_custom"}, "form_param_missing", "domains"),
        ({**SAML, "saml_idp_certificate": "x"}, "form_param_format_invalid", "saml_idp_certificate"),
        ({**SAML, "saml_attribute_mapping": "[1]"}, "form_param_format_invalid", "saml_attribute_mapping"),
        ({**SAML, "saml_attribute_mapping": "{"}, "form_param_format_invalid", "saml_attribute_mapping"),
    ],
)
def test_invalid_connections_are_rejected(admin: Browser, path: str, body: Json, code: str, name: str) -> None:
    problem = admin.refused("POST", path, body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], [name])


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"key": "_a", "name": "A"}]', '[{"name": "A"}]'])
def test_invalid_custom_attributes_are_rejected(admin: Browser, path: str, text: str) -> None:
    connection = f"{path}/{admin.post(path, SAML)['id']}"
    problem = admin.refused("PATCH", connection, {"custom_attributes": text})
    assert (problem.status, problem.params) == (422, ["custom_attributes"])
    admin.patch(connection, {"custom_attributes": '[{"key": "team", "name": "Team"}]'})


def test_members_without_the_permission_and_others_are_refused(
    emulator: Emulator, admin: Browser, api: Api, path: str
) -> None:
    connection_id = admin.post(path, SAML)["id"]
    member = create_user(api, "grace")
    organization_id = path.split("/")[2]
    new_member(api, organization_id, member)
    with sign_in(emulator, member) as browser:
        for method, where in (("GET", path), ("POST", path), ("DELETE", f"{path}/{connection_id}")):
            body = SAML if method == "POST" else None
            problem = browser.refused(method, where, body)
            assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])
        body = {**SAML, "organization_id": organization_id}
        assert browser.refused("POST", "/me/enterprise_connections", body).status == 403
        mills = new_organization(browser, "Mills")
        problem = browser.refused("DELETE", f"/organizations/{mills}/enterprise_connections/{connection_id}")
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_self_service_is_off_by_default(admin: Browser) -> None:
    path = f"/organizations/{new_organization(admin)}/enterprise_connections"
    problem = admin.refused("POST", path, SAML)
    assert (problem.status, problem.codes) == (403, ["self_serve_sso_disabled"])
