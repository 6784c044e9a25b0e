"""SAML connections: the older view of enterprise connections."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator import saml
from tests.emulator.api import Api, Json
from tests.emulator.organizations import organization

PATH = "/saml_connections"
VALUES = {"idp_entity_id": "https://idp.acme.com", "idp_sso_url": "https://idp.acme.com/sso"}


def connection(api: Api, **values: Any) -> Json:
    return dict(api.post(PATH, {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], **values}))


def milliseconds(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


def test_created_connection_is_returned_by_get_and_list(api: Api) -> None:
    made = connection(api, **VALUES, idp_certificate=saml.certificate(), force_authn=True)
    assert re.fullmatch(r"samlc_\w{27}", made["id"])
    assert {name: made[name] for name in VALUES} == VALUES
    assert (made["domain"], made["domains"], made["active"], made["user_count"]) == ("acme.com", ["acme.com"], False, 0)
    assert made["idp_certificate_issued_at"] == milliseconds(saml.ISSUED)
    assert made["idp_certificate_expires_at"] == milliseconds(saml.EXPIRES)
    assert made["force_authn"] is True
    assert api.get(f"{PATH}/{made['id']}") == made
    assert api.get(PATH) == {"data": [made], "total_count": 1}


def test_both_views_show_the_same_connection(api: Api) -> None:
    made = connection(api, domain="ACME.org", domains=[])
    assert made["domains"] == ["acme.org"]
    enterprise = api.get(f"/enterprise_connections/{made['enterprise_connection_id']}")
    assert enterprise["saml_connection"]["id"] == made["id"]
    assert enterprise["saml_connection"]["acs_url"] == made["acs_url"]
    api.patch(f"/enterprise_connections/{enterprise['id']}", {"name": "New", "saml": {"allow_subdomains": True}})
    changed = api.get(f"{PATH}/{made['id']}")
    assert (changed["name"], changed["allow_subdomains"]) == ("New", True)
    api.patch(f"{PATH}/{made['id']}", {"domain": "acme.net"})
    assert api.get(f"/enterprise_connections/{enterprise['id']}")["domains"] == ["acme.net"]
    assert api.delete(f"{PATH}/{made['id']}") == {"object": "saml_connection", "id": made["id"], "deleted": True}
    assert api.get("/enterprise_connections")["total_count"] == 0


def test_oidc_connections_are_not_listed(api: Api) -> None:
    api.post("/enterprise_connections", {"name": "A", "provider": "oidc_custom", "domains": ["acme.com"]})
    assert api.get(PATH) == {"data": [], "total_count": 0}


@pytest.mark.parametrize(
    ("change", "status", "code", "names"),
    [
        ({"name": ""}, 422, "form_param_nil", {"param_name": "name"}),
        ({"provider": "oidc_custom"}, 422, "form_param_value_invalid", {"param_name": "provider"}),
        ({"domains": []}, 422, "form_param_missing", {"param_names": ["domain", "domains"]}),
        ({"domains": ["x"]}, 422, "form_param_format_invalid", {"param_name": "domains"}),
        ({"idp_certificate": "AAAA"}, 422, "form_param_format_invalid", {"param_name": "idp_certificate"}),
        ({"idp_metadata": "no"}, 422, "saml_failed_to_parse_idp_metadata", {}),
        ({"idp_metadata_url": "https://idp.invalid"}, 400, "saml_failed_to_fetch_idp_metadata", {}),
        ({"active": True}, 422, "form_param_unknown", {"param_name": "active"}),
    ],
)
def test_rejects_invalid_connection(api: Api, change: Json, status: int, code: str, names: Json) -> None:
    refused = api.refused("POST", PATH, {"name": "A", "provider": "saml_okta", "domains": ["acme.com"], **change})
    assert (refused.status, refused.errors) == (status, [(code, names)])
    assert api.get(PATH)["total_count"] == 0


def test_update_merges_the_attribute_mapping(api: Api, emulator: Emulator) -> None:
    made = connection(api)
    now = emulator.clock.freeze()
    changed = api.patch(f"{PATH}/{made['id']}", {"attribute_mapping": {"first_name": "givenName"}})
    mapping = {**made["attribute_mapping"], "first_name": "givenName"}
    assert changed == {**made, "attribute_mapping": mapping, "updated_at": now}
    hint = {"mode": "custom_attribute", "source": "employee"}
    assert api.patch(f"{PATH}/{made['id']}", {"login_hint": hint})["login_hint"] == hint
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"idp_sso_url": "x"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_format_invalid"], ["idp_sso_url"])


def test_domains_used_for_enrollment_prevent_activation_without_consent(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    body = {"name": "acme.com", "enrollment_mode": "automatic_invitation"}
    domain = api.post(f"/organizations/{acme}/domains", body)
    made = connection(api, idp_metadata=saml.metadata())
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"active": True})
    assert (refused.status, refused.codes) == (422, ["organization_domain_exists_for_enrollment"])
    assert api.get(f"{PATH}/{made['id']}")["active"] is False
    change = {"active": True, "consent_verified_domains_deletion": True}
    assert api.patch(f"{PATH}/{made['id']}", change)["active"] is True
    assert api.get("/organization_domains")["data"] == []
    event = emulator.events[-1]
    assert (event["type"], event["data"]["id"]) == ("organizationDomain.deleted", domain["id"])


def test_connection_without_identity_provider_cannot_be_activated(api: Api) -> None:
    made = connection(api, **VALUES)
    refused = api.refused("PATCH", f"{PATH}/{made['id']}", {"active": True})
    assert (refused.status, refused.codes) == (422, ["saml_connection_cant_be_activated"])


def test_lists_are_filtered_and_sorted(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    first = connection(api, name="Acme Okta", organization_id=acme)["id"]
    second = connection(api, name="Other 100%", organization_id=other)["id"]
    third = connection(api, name="Third")["id"]

    def found(**query: Any) -> list[str]:
        return [one["id"] for one in api.get(PATH, **query)["data"]]

    assert found() == found(order_by="-created_at") == [third, second, first]
    assert found(order_by="created_at") == [first, second, third]
    assert found(query="okta") == [first]
    assert found(query="%") == [second]
    assert found(organization_id=[acme, f"+{other}"]) == [second, first]
    assert found(organization_id=f"-{acme}") == [second]
    assert found(limit=1, offset=1) == [second]
    for query in [{"order_by": "name"}, {"limit": 0}, {"offset": -1}]:
        refused = api.refused("GET", PATH, params=query)
        assert (refused.status, refused.codes) == (422, ["form_param_value_invalid"])


def test_unknown_connection_is_404(api: Api) -> None:
    made = api.post("/enterprise_connections", {"name": "A", "provider": "oidc_custom", "domains": ["acme.com"]})
    for one in ("samlc_x", made["id"]):
        for method, body in [("GET", None), ("PATCH", {}), ("DELETE", None)]:
            refused = api.refused(method, f"{PATH}/{one}", body)
            assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    body = {"name": "A", "provider": "saml_okta", "domains": ["acme.com"], "organization_id": "org_x"}
    assert api.refused("POST", PATH, body).status == 404
