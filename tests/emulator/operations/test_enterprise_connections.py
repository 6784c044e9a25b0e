"""Enterprise connections and their test runs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator import saml
from tests.emulator.api import Api, Json
from tests.emulator.organizations import organization

PATH = "/enterprise_connections"
OIDC = {"client_id": "client_1", "client_secret": "hush", "discovery_url": "https://idp.acme.com/.well-known/openid"}


def connection(api: Api, **values: Any) -> Json:
    body = {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], **values}
    return dict(api.post(PATH, body))


def configured(**values: Any) -> Json:
    return {"saml": {"idp_metadata": saml.metadata()}, **values}


def test_created_connection_is_returned_by_get_and_list(api: Api) -> None:
    made = connection(api, domains=["ACME.com", "acme.org"], allow_organization_account_linking=True)
    assert re.fullmatch(r"entconn_\w{27}", made["id"])
    assert made["domains"] == ["acme.com", "acme.org"]
    assert (made["active"], made["organization_id"], made["oauth_config"]) == (False, None, None)
    assert made["allow_organization_account_linking"] is True
    assert made["saml_connection"]["name"] == "Acme"
    assert made["saml_connection"]["acs_url"].endswith(made["saml_connection"]["id"])
    assert api.get(f"{PATH}/{made['id']}") == made
    assert api.get(PATH) == {"data": [made], "total_count": 1}


def test_status_of_creation_is_201(api: Api) -> None:
    body = {"name": "Acme", "provider": "oidc_custom", "domains": ["acme.com"]}
    assert api.http.post(PATH, json=body).status_code == 201


def test_metadata_takes_precedence_over_values(api: Api) -> None:
    values = {"idp_entity_id": "https://other.com", "force_authn": True, "idp_metadata": saml.metadata()}
    found = connection(api, saml=values)["saml_connection"]
    assert (found["idp_entity_id"], found["idp_sso_url"]) == ("https://idp.acme.com", "https://idp.acme.com/sso")
    assert found["force_authn"] is True


def test_oidc_connection_hides_its_secret(api: Api) -> None:
    made = connection(api, provider="oidc_custom", oidc=OIDC, active=True)
    config = made["oauth_config"]
    assert (config["client_id"], config["discovery_url"]) == ("client_1", OIDC["discovery_url"])
    assert (config["provider_key"], config["requires_pkce"], made["saml_connection"]) == ("oidc_custom", False, None)
    assert "hush" not in json.dumps(made)
    changed = api.patch(f"{PATH}/{made['id']}", {"oidc": {"token_url": "https://idp.acme.com/token"}})
    assert changed["oauth_config"]["token_url"] == "https://idp.acme.com/token"
    assert changed["oauth_config"]["client_id"] == "client_1"


def test_custom_attributes_have_both_names_of_their_path(api: Api) -> None:
    attributes = [{"name": "Team", "key": "team", "scim_path": "team.name"}, {"name": "Rank", "key": "rank"}]
    made = connection(api, custom_attributes=attributes)
    assert made["custom_attributes"] == [
        {**attributes[0], "directory_path": "team.name", "multi_valued": False},
        {**attributes[1], "multi_valued": False},
    ]


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"name": "  "}, 422, "form_param_nil", "name"),
        ({"provider": "saml_x"}, 422, "form_param_value_invalid", "provider"),
        ({"domains": []}, 422, "form_param_value_invalid", "domains"),
        ({"domains": ["acme"]}, 422, "form_param_format_invalid", "domains"),
        ({"domains": ["acme.com", "Acme.com"]}, 422, "form_param_duplicate", "domains"),
        ({"saml": {"idp_sso_url": "nowhere"}}, 422, "form_param_format_invalid", "saml.idp_sso_url"),
        ({"saml": {"idp_certificate": "AAAA"}}, 422, "form_param_format_invalid", "saml.idp_certificate"),
        ({"saml": {"login_hint": {"mode": "x"}}}, 422, "form_param_value_invalid", "saml.login_hint.mode"),
        (
            {"saml": {"login_hint": {"mode": "custom_attribute"}}},
            422,
            "form_conditional_param_missing",
            "saml.login_hint.source",
        ),
        (
            {"custom_attributes": [{"name": "A", "key": "a"}, {"name": "B", "key": "a"}]},
            422,
            "form_param_duplicate",
            "custom_attributes.key",
        ),
        (
            {"custom_attributes": [{"name": "A", "key": "a", "scim_path": "x", "directory_path": "y"}]},
            422,
            "form_param_value_conflict",
            "custom_attributes.directory_path",
        ),
        ({"nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_connection(api: Api, change: Json, status: int, code: str, param: str) -> None:
    body = {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], **change}
    refused = api.refused("POST", PATH, body)
    assert (refused.status, refused.codes, refused.params) == (status, [code], [param])
    assert api.get(PATH)["total_count"] == 0


@pytest.mark.parametrize(
    ("oidc", "code", "param"),
    [
        ({"client_id": "c"}, "form_public_client_requires_pkce", "oidc.requires_pkce"),
        ({"discovery_url": "x"}, "form_param_format_invalid", "oidc.discovery_url"),
        (
            {"discovery_url": "https://idp.invalid/openid"},
            "custom_oauth_provider_discovery_server_retrieval_error",
            "oidc.discovery_url",
        ),
        ({}, "form_conditional_param_missing", "oidc.client_id"),
        ({"client_id": "c", "requires_pkce": True}, "form_conditional_param_missing", "oidc.discovery_url"),
    ],
)
def test_rejects_invalid_oidc_settings(api: Api, oidc: Json, code: str, param: str) -> None:
    body = {"name": "A", "provider": "oidc_custom", "domains": ["acme.com"], "oidc": oidc, "active": True}
    refused = api.refused("POST", PATH, body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], [param])


@pytest.mark.parametrize(
    ("settings", "status", "code"),
    [
        ({"idp_metadata": "<a"}, 422, "saml_failed_to_parse_idp_metadata"),
        ({"idp_metadata": "<a/>"}, 422, "saml_failed_to_parse_idp_metadata"),
        ({"idp_metadata": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, 422, "saml_failed_to_parse_idp_metadata"),
        ({"idp_metadata": saml.metadata(key="AAAA")}, 422, "saml_failed_to_parse_idp_metadata"),
        ({"idp_metadata": saml.metadata(entity_id=None)}, 422, "saml_metadata_missing_fields"),
        ({"idp_metadata_url": "https://idp.invalid/metadata"}, 400, "saml_failed_to_fetch_idp_metadata"),
    ],
)
def test_rejects_unusable_metadata(api: Api, settings: Json, status: int, code: str) -> None:
    made = connection(api)
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"saml": settings})
    assert (refused.status, refused.codes) == (status, [code])
    assert api.get(f"{PATH}/{made['id']}") == made


def test_missing_metadata_fields_are_named(api: Api) -> None:
    made = connection(api)
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"saml": {"idp_metadata": saml.metadata(key="")}})
    assert refused.errors == [("saml_metadata_missing_fields", {"missing_fields": ["idp_certificate"]})]


def test_connection_without_identity_provider_cannot_be_activated(api: Api) -> None:
    made = connection(api)
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"active": True})
    assert (refused.status, refused.codes) == (422, ["saml_connection_cant_be_activated"])
    values = {
        "idp_entity_id": "https://idp.acme.com",
        "idp_sso_url": "https://idp.acme.com/sso",
        "idp_certificate": saml.certificate(),
    }
    assert api.patch(f"{PATH}/{made['id']}", {"active": True, "saml": values})["active"] is True
    other = connection(api, saml={"idp_metadata_url": "https://idp.acme.com/metadata"}, active=True)
    assert other["saml_connection"]["idp_metadata_url"] == "https://idp.acme.com/metadata"
    refused = api.refused("POST", PATH, {"name": "A", "provider": "saml_okta", "domains": ["a.com"], "active": True})
    assert refused.codes == ["saml_connection_cant_be_activated"]


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = connection(api)
    now = emulator.clock.freeze()
    emulator.clock.advance(1)
    changed = api.patch(f"{PATH}/{made['id']}", {"name": " Acme Ltd ", "sync_user_attributes": False})
    assert changed["saml_connection"]["name"] == "Acme Ltd"
    expected = {**made, "name": "Acme Ltd", "sync_user_attributes": False, "updated_at": now + 1000}
    assert {**changed, "saml_connection": made["saml_connection"]} == expected
    same = api.patch(f"{PATH}/{made['id']}", {"name": None, "domains": [], "active": None, "saml": None, "oidc": {}})
    assert same == changed
    moved = api.patch(f"{PATH}/{made['id']}", {"domains": ["Acme.net"], "saml": {"name": "Okta"}})
    assert (moved["domains"], moved["name"], moved["saml_connection"]["name"]) == (["acme.net"], "Acme Ltd", "Okta")
    for body, code in [({"name": ""}, "form_param_nil"), ({"provider": "saml_okta"}, "form_param_unknown")]:
        refused = api.refused("PATCH", f"{PATH}/{made['id']}", body)
        assert (refused.status, refused.codes) == (422, [code])


def test_lists_are_filtered_and_paginated(api: Api) -> None:
    acme = organization(api)["id"]
    first = connection(api, organization_id=acme)
    second = connection(api, name="B", **configured(active=True))
    third = connection(api, name="C", provider="oidc_gitlab")

    def found(**query: Any) -> list[str]:
        return [one["id"] for one in api.get(PATH, **query)["data"]]

    assert found() == [third["id"], second["id"], first["id"]]
    assert found(active="true") == [second["id"]]
    assert found(active="false") == [third["id"], first["id"]]
    assert found(organization_id=acme) == [first["id"]]
    assert found(organization_id="org_x") == []
    assert found(limit=1, offset=1) == [second["id"]]
    assert api.get(PATH, limit=1)["total_count"] == 3
    for query in [{"active": "maybe"}, {"limit": 0}, {"limit": 501}, {"offset": -1}]:
        refused = api.refused("GET", PATH, params=query)
        assert (refused.status, refused.codes) == (422, ["form_param_value_invalid"])


def test_unknown_connection_and_organization_are_404(api: Api) -> None:
    for method, rest, body in [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("GET", "/test_runs", None),
        ("POST", "/test_runs", None),
    ]:
        refused = api.refused(method, f"{PATH}/entconn_x{rest}", body)
        assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    body = {"name": "A", "provider": "saml_okta", "domains": ["acme.com"], "organization_id": "org_x"}
    refused = api.refused("POST", PATH, body)
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    made = connection(api)
    assert api.refused("PATCH", f"{PATH}/{made['id']}", {"organization_id": "org_x"}).status == 404


def test_organizations_must_be_enabled_for_a_link(api: Api) -> None:
    acme = organization(api)["id"]
    made = connection(api)
    api.patch("/instance/organization_settings", {"enabled": False})
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"organization_id": acme})
    assert (refused.status, refused.codes) == (403, ["organization_not_enabled_in_instance"])


def test_link_to_an_organization_ends_with_it(api: Api) -> None:
    acme = organization(api)["id"]
    made = connection(api, organization_id=acme)
    assert made["organization_id"] == acme
    assert api.patch(f"{PATH}/{made['id']}", {"organization_id": None})["organization_id"] == acme
    api.delete(f"/organizations/{acme}")
    assert api.get(f"{PATH}/{made['id']}")["organization_id"] is None


def test_deleted_connection_is_404(api: Api) -> None:
    made = connection(api)
    api.post(f"{PATH}/{made['id']}/test_runs")
    assert api.delete(f"{PATH}/{made['id']}") == {
        "object": "enterprise_connection",
        "id": made["id"],
        "deleted": True,
    }
    assert api.refused("GET", f"{PATH}/{made['id']}").status == 404
    assert api.get(PATH) == {"data": [], "total_count": 0}


def test_activation_deletes_domains_used_for_enrollment(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]

    def domain(name: str, **values: Any) -> str:
        return str(api.post(f"/organizations/{acme}/domains", {"name": name, **values})["id"])

    gone = [
        domain("acme.com", enrollment_mode="automatic_invitation"),
        domain("acme.org", enrollment_mode="automatic_suggestion"),
    ]
    kept = [
        domain("acme.net"),
        domain("acme.co", enrollment_mode="automatic_invitation", verified=False),
        domain("other.com", enrollment_mode="automatic_invitation"),
    ]
    made = connection(api, domains=["acme.com", "acme.org", "acme.net", "acme.co"], **configured())
    assert api.get("/organization_domains")["total_count"] == 5
    api.patch(f"{PATH}/{made['id']}", {"active": True})
    assert {one["id"] for one in api.get("/organization_domains")["data"]} == set(kept)
    deleted = [one for one in emulator.events if one["type"] == "organizationDomain.deleted"]
    assert [one["data"]["id"] for one in deleted] == gone
    # Nothing is deleted again for changes of an active connection, except for domains that it gets.
    api.patch(f"{PATH}/{made['id']}", {"name": "A"})
    api.patch(f"{PATH}/{made['id']}", {"domains": ["acme.com", "other.com"]})
    assert {one["id"] for one in api.get("/organization_domains")["data"]} == set(kept[:2])


def test_domain_of_an_active_connection_is_not_used_for_enrollment(api: Api) -> None:
    acme = organization(api)["id"]
    made = connection(api, **configured(active=True))
    path = f"/organizations/{acme}/domains"
    body = {"name": "acme.com", "enrollment_mode": "automatic_invitation"}
    refused = api.refused("POST", path, body)
    assert (refused.status, refused.codes) == (422, ["organization_domain_exists_for_enterprise_connection"])
    domain = api.post(path, {"name": "acme.com", "enrollment_mode": "manual_invitation"})
    refused = api.refused("PATCH", f"{path}/{domain['id']}", {"enrollment_mode": "automatic_suggestion"})
    assert refused.codes == ["organization_domain_exists_for_enterprise_connection"]
    assert api.patch(f"{path}/{domain['id']}", {"enrollment_mode": "enterprise_sso"})["name"] == "acme.com"
    api.patch(f"{PATH}/{made['id']}", {"active": False})
    assert api.patch(f"{path}/{domain['id']}", {"enrollment_mode": "automatic_suggestion"})


def test_test_runs_are_listed_by_status(api: Api, emulator: Emulator) -> None:
    made = connection(api)
    path = f"{PATH}/{made['id']}/test_runs"
    urls = [api.post(path)["url"] for _ in range(3)]
    assert len(set(urls)) == 3
    emulator.finish_test_run(made["id"], email_address="Ada@acme.com", first_name="Ada")
    emulator.finish_test_run(made["id"], status="failed")
    pending, failed, success = api.get(path)["data"]
    assert [one["status"] for one in (pending, failed, success)] == ["pending", "failed", "success"]
    assert success["parsed_user_info"] == {"email_address": "ada@acme.com", "first_name": "Ada"}
    assert success["saml"]["relay_state"] == success["id"]
    assert (failed["parsed_user_info"], failed["logs"][0]["level"]) == (None, "error")
    assert (pending["connection_type"], pending["logs"], pending["saml"]) == ("saml", [], None)
    assert api.get(path, status="failed")["data"] == [failed]
    assert api.get(path, status=["failed", "success"])["data"] == [failed, success]
    assert api.get(path, limit=1, offset=1) == {"data": [failed], "total_count": 3}
    refused = api.refused("GET", path, params={"status": "x"})
    assert (refused.status, refused.codes) == (422, ["form_param_value_invalid"])
    assert api.get(f"{PATH}/{connection(api)['id']}/test_runs")["data"] == []


def test_finishes_only_pending_test_runs(api: Api, emulator: Emulator) -> None:
    made = connection(api, provider="oidc_custom")
    with pytest.raises(ClerkAPIError, match="404 resource_not_found"):
        emulator.finish_test_run(made["id"], email_address="ada@acme.com")
    api.post(f"{PATH}/{made['id']}/test_runs")
    with pytest.raises(ClerkAPIError, match="email_address must be an email address"):
        emulator.finish_test_run(made["id"])
    run = emulator.finish_test_run(made["id"], email_address="ada@acme.com")
    assert (run["status"], run["connection_type"]) == ("success", "oauth")
    assert json.loads(run["oauth"]["user_info"]) == {"email_address": "ada@acme.com"}
