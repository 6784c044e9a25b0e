"""Users whom a directory provisions, and users who sign in through an enterprise connection."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator import saml
from tests.emulator.api import Api, Json
from tests.emulator.operations.test_directories import role
from tests.emulator.organizations import member, organization


def connection(api: Api, **values: Any) -> Json:
    body = {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], "active": True, **values}
    if body["provider"].startswith("saml_"):
        body["saml"] = {"idp_metadata": saml.metadata()}
    return dict(api.post("/enterprise_connections", body))


def directory(api: Api, **values: Any) -> Json:
    """Create a directory of a connection; `values` are those of the connection."""
    body = {"provider": "okta", "enterprise_connection_id": connection(api, **values)["id"]}
    return dict(api.post("/directories", body))


def types(emulator: Emulator) -> list[str]:
    return [event["type"] for event in emulator.events]


def test_directory_creates_a_user(api: Api, emulator: Emulator) -> None:
    acme = directory(api)
    made = emulator.provision_user(
        acme["id"], "okta_1", email_address="Ada@acme.com", first_name="Ada", last_name="Lovelace"
    )
    user = api.get(f"/users/{made['id']}")
    assert user == made
    assert user["scim"] == {"directory_id": acme["id"], "external_id": "okta_1", "directory_enabled": True}
    (address,) = user["email_addresses"]
    assert (address["email_address"], address["verification"]["strategy"]) == ("ada@acme.com", "scim")
    assert address["matches_sso_connection"] is True
    (account,) = user["enterprise_accounts"]
    assert account["enterprise_connection_id"] == acme["enterprise_connection_id"]
    assert user["saml_accounts"][0]["provider_user_id"] == "okta_1"
    created = emulator.events[-1]
    assert (created["type"], created["data"]) == ("user.created", user)


def test_directory_changes_its_user(api: Api, emulator: Emulator) -> None:
    acme = directory(api)
    made = emulator.provision_user(acme["id"], "1", email_address="ada@acme.com", first_name="Ada")
    before = len(emulator.events)
    changed = emulator.provision_user(acme["id"], "1", first_name="Augusta")
    assert (changed["id"], changed["first_name"]) == (made["id"], "Augusta")
    assert emulator.provision_user(acme["id"], "1", first_name="Augusta") == changed
    assert types(emulator)[before:] == ["user.updated"]
    assert api.get("/users/count")["total_count"] == 1


def test_deprovisioned_user_is_signed_out_and_cannot_sign_in(api: Api, emulator: Emulator) -> None:
    acme = directory(api)
    user = emulator.provision_user(acme["id"], "1", email_address="ada@acme.com")
    emulator.sign_in(user["id"])
    emulator.sign_in(user["id"])
    before = len(emulator.events)
    assert emulator.deprovision_user(acme["id"], "1")["deprovisioned"] is True
    assert types(emulator)[before:] == ["user.updated", "session.revoked", "session.revoked"]
    assert emulator.events[before]["data"]["deprovisioned"] is True
    assert {one["status"] for one in api.get("/sessions", user_id=user["id"])} == {"revoked"}
    with pytest.raises(ClerkAPIError, match="401 deprovisioned"):
        emulator.sign_in(user["id"])
    emulator.provision_user(acme["id"], "1")
    assert api.get(f"/users/{user['id']}")["deprovisioned"] is False
    assert emulator.sign_in(user["id"])


def test_directory_links_the_user_with_the_address(api: Api, emulator: Emulator) -> None:
    user = api.user(email_address=["ada@acme.com"])
    acme = directory(api)
    linked = emulator.provision_user(acme["id"], "1", email_address="ada@acme.com", first_name="Ada")
    assert (linked["id"], linked["first_name"]) == (user["id"], "Ada")
    assert linked["scim"]["external_id"] == "1"
    assert emulator.events[-1]["data"] == linked


def test_groups_have_roles_in_the_organization(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = directory(api, organization_id=acme)
    api.patch(f"/directories/{made['id']}", {"group_role_mapping_enabled": True})
    entries = [{"scim_group_id": "owners", "role_id": role(api)}]
    api.put(f"/directories/{made['id']}/group_role_mappings", {"mappings": entries})

    def roles() -> list[str]:
        return [one["role"] for one in api.get(f"/organizations/{acme}/memberships")["data"]]

    emulator.provision_user(made["id"], "0", email_address="boss@acme.com", groups=["owners"])
    user = emulator.provision_user(made["id"], "1", email_address="ada@acme.com", groups=["staff"])
    assert roles() == ["org:member", "org:admin"]
    assert types(emulator)[-2:] == ["user.created", "organizationMembership.created"]
    emulator.provision_user(made["id"], "1", groups=["staff", "owners"])
    assert roles() == ["org:admin", "org:admin"]
    event = emulator.events[-1]
    assert event["type"] == "organizationMembership.updated"
    assert event["data"]["public_user_data"]["user_id"] == user["id"]


def test_lowest_precedence_wins(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = directory(api, organization_id=acme)
    path = f"/directories/{made['id']}"
    api.patch(path, {"group_role_mapping_enabled": True})
    mappings = [
        {"scim_group_id": "a", "role_id": role(api, "org:member")},
        {"scim_group_id": "b", "role_id": role(api)},
    ]
    api.put(f"{path}/group_role_mappings", {"mappings": mappings})
    emulator.provision_user(made["id"], "1", email_address="ada@acme.com", groups=["b", "a"])
    (membership,) = api.get(f"/organizations/{acme}/memberships")["data"]
    assert membership["role"] == "org:member"
    api.put(f"{path}/group_role_mappings", {"mappings": mappings[::-1]})
    emulator.provision_user(made["id"], "1", groups=["b", "a"])
    (membership,) = api.get(f"/organizations/{acme}/memberships")["data"]
    assert membership["role"] == "org:admin"


def test_managed_user_is_changed_only_by_the_directory(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = directory(api, organization_id=acme)
    user = emulator.provision_user(made["id"], "1", email_address="ada@acme.com")
    path = f"/users/{user['id']}"
    refused = api.refused("PATCH", path, {"first_name": "Eve"})
    assert (refused.status, refused.codes, refused.params) == (409, ["attribute_managed_by_scim"], ["first_name"])
    assert api.patch(path, {"external_id": "mine"})["external_id"] == "mine"
    refused = api.refused("DELETE", path)
    assert (refused.status, refused.codes) == (409, ["user_managed_by_scim"])
    refused = api.refused("DELETE", f"/organizations/{acme}/memberships/{user['id']}")
    assert (refused.status, refused.codes) == (409, ["organization_membership_managed_by_scim"])
    other = organization(api, "Other")["id"]
    member(api, other, user["id"])
    api.delete(f"/organizations/{other}/memberships/{user['id']}")
    api.patch(f"/directories/{made['id']}", {"enabled": False})
    assert api.get(path)["scim"]["directory_enabled"] is False
    assert api.patch(path, {"first_name": "Eve"})["first_name"] == "Eve"
    assert api.delete(path)["deleted"] is True


def test_users_of_a_deleted_directory_are_not_managed(api: Api, emulator: Emulator) -> None:
    made = directory(api)
    user = emulator.provision_user(made["id"], "1", email_address="ada@acme.com")
    api.delete(f"/directories/{made['id']}")
    assert api.get(f"/users/{user['id']}")["scim"] is None
    assert api.delete(f"/users/{user['id']}")["deleted"] is True


def test_rotated_key_replaces_the_previous_one_after_a_while(api: Api, emulator: Emulator) -> None:
    made = directory(api)
    emulator.clock.freeze()
    key = api.post(f"/directories/{made['id']}/rotate_api_key")["api_key"]
    emulator.provision_user(made["api_key"], "1", email_address="ada@acme.com")
    emulator.clock.advance(3600)
    with pytest.raises(ClerkAPIError, match="401 authentication_invalid") as caught:
        emulator.deprovision_user(made["api_key"], "1")
    assert made["api_key"] not in str(caught.value)
    assert emulator.deprovision_user(key, "1")["deprovisioned"] is True


def test_rejects_impossible_provisioning(api: Api, emulator: Emulator) -> None:
    made = directory(api)
    with pytest.raises(ClerkAPIError, match="422 form_param_missing"):
        emulator.provision_user(made["id"], "1")
    with pytest.raises(ClerkAPIError, match="404 resource_not_found"):
        emulator.deprovision_user(made["id"], "1")
    api.patch(f"/directories/{made['id']}", {"enabled": False})
    with pytest.raises(ClerkAPIError, match="400 scim_directory_disabled"):
        emulator.provision_user(made["id"], "1", email_address="ada@acme.com")
    assert api.get("/users/count")["total_count"] == 0


def test_connected_user_has_accounts_and_joins_the_organization(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = connection(api, organization_id=acme)
    user = api.user(email_address=["ada@example.com", "ada@acme.com"])
    before = len(emulator.events)
    connected = emulator.connect_enterprise_account(user["id"], made["id"], provider_user_id="okta_1")
    assert api.get(f"/users/{user['id']}") == connected
    (account,) = connected["enterprise_accounts"]
    assert (account["email_address"], account["protocol"], account["active"]) == ("ada@acme.com", "saml", True)
    assert account["enterprise_connection"]["name"] == "Acme"
    (older,) = connected["saml_accounts"]
    assert older["saml_connection"]["id"] == made["saml_connection"]["id"]
    assert api.get(f"/saml_connections/{made['saml_connection']['id']}")["user_count"] == 1
    assert [one["public_user_data"]["user_id"] for one in api.get(f"/organizations/{acme}/memberships")["data"]] == [
        user["id"]
    ]
    assert types(emulator)[before:] == ["user.updated", "organizationMembership.created"]
    api.patch(f"/enterprise_connections/{made['id']}", {"name": "New"})
    assert api.get("/users")[0]["enterprise_accounts"][0]["enterprise_connection"]["name"] == "New"
    api.delete(f"/enterprise_connections/{made['id']}")
    assert api.get(f"/users/{user['id']}")["enterprise_accounts"] == []


def test_oidc_accounts_are_no_saml_accounts(api: Api, emulator: Emulator) -> None:
    oidc = {"client_id": "c", "requires_pkce": True, "discovery_url": "https://idp.acme.com/openid"}
    made = connection(api, provider="oidc_custom", oidc=oidc)
    user = api.user(email_address=["ada@acme.com"])
    connected = emulator.connect_enterprise_account(user["id"], made["id"])
    assert (connected["enterprise_accounts"][0]["protocol"], connected["saml_accounts"]) == ("oauth", [])


def test_rejects_impossible_accounts(api: Api, emulator: Emulator) -> None:
    made = connection(api)
    inside, outside = (api.user(email_address=[one])["id"] for one in ("ada@acme.com", "bob@sub.acme.com"))
    with pytest.raises(ClerkAPIError, match="400 enterprise_sso_email_address_domain_mismatch"):
        emulator.connect_enterprise_account(outside, made["id"])
    api.patch(f"/enterprise_connections/{made['id']}", {"saml": {"allow_subdomains": True}})
    emulator.connect_enterprise_account(outside, made["id"], provider_user_id="1")
    with pytest.raises(ClerkAPIError, match="400 enterprise_sso_account_already_connected"):
        emulator.connect_enterprise_account(inside, made["id"], provider_user_id="1")
    api.patch(f"/enterprise_connections/{made['id']}", {"active": False})
    with pytest.raises(ClerkAPIError, match="422 enterprise_sso_sign_up_connection_missing"):
        emulator.connect_enterprise_account(inside, made["id"])
    assert api.get(f"/users/{inside}")["enterprise_accounts"] == []
