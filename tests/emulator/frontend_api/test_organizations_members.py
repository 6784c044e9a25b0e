"""Members of organizations and their roles through the Frontend API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import AUTHENTICATION
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import change_settings, create_user, new_member, new_organization, sign_in
from tests.emulator.saml import certificate


@pytest.fixture
def organization(admin: Browser) -> str:
    """The path of Ada's organization."""
    return f"/organizations/{new_organization(admin)}"


@pytest.fixture
def grace(api: Api) -> Json:
    """A further user."""
    return create_user(api, "grace")


@pytest.fixture
def member(emulator: Emulator, api: Api, organization: str, grace: Json) -> Iterator[Browser]:
    """The browser of a member without rights."""
    new_member(api, organization.rpartition("/")[2], grace)
    with sign_in(emulator, grace) as browser:
        yield browser


def test_members_are_listed_with_their_roles(admin: Browser, member: Browser, organization: str) -> None:
    page = admin.get(f"{organization}/memberships", paginated="true", limit=1)
    assert page["total_count"] == 2
    (newest,) = page["data"]
    assert (newest["role"], newest["public_user_data"]["identifier"]) == ("org:member", "grace@example.com")
    assert "private_metadata" not in newest
    assert [one["role"] for one in member.get(f"{organization}/memberships")] == ["org:member", "org:admin"]


def test_members_are_filtered_by_role_and_text(admin: Browser, member: Browser, organization: str) -> None:
    path = f"{organization}/memberships"
    assert [one["role"] for one in admin.get(path, role="org:admin")] == ["org:admin"]
    assert len(admin.get(path, role=["org:admin", "org:member"])) == 2
    assert [one["role"] for one in admin.get(path, query="grace")] == ["org:member"]
    assert admin.get(path, query="nobody") == []


def test_roles_of_the_organization_are_listed(admin: Browser, organization: str) -> None:
    roles = admin.get(f"{organization}/roles", limit=20)
    assert (roles["total_count"], roles["has_role_set_migration"]) == (2, False)
    by_key = {role["key"]: [one["key"] for one in role["permissions"]] for role in roles["data"]}
    assert "org:sys_memberships:manage" in by_key["org:admin"]
    assert "org:sys_memberships:read" in by_key["org:member"]


def test_admin_adds_a_member(admin: Browser, api: Api, organization: str, grace: Json) -> None:
    added = admin.post(f"{organization}/memberships", {"user_id": grace["id"], "role": "org:member"})
    assert added["public_user_data"]["user_id"] == grace["id"]
    assert api.get(f"/users/{grace['id']}/organization_memberships")["total_count"] == 1


def test_member_cannot_be_added_twice(admin: Browser, member: Browser, organization: str, grace: Json) -> None:
    body = {"user_id": grace["id"], "role": "org:member"}
    problem = admin.refused("POST", f"{organization}/memberships", body)
    assert (problem.status, problem.codes) == (400, ["already_a_member_in_organization"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"user_id": "user_none", "role": "org:member"}, "form_resource_not_found"),
        ({"user_id": "", "role": "org:member"}, "form_param_missing"),
    ],
)
def test_invalid_members_are_rejected(admin: Browser, organization: str, body: Json, code: str) -> None:
    problem = admin.refused("POST", f"{organization}/memberships", body)
    assert (problem.status, problem.codes) == (422, [code])


def test_organization_has_no_more_members_than_its_limit(
    admin: Browser, api: Api, organization: str, grace: Json
) -> None:
    api.patch(organization, {"max_allowed_memberships": 1})
    body = {"user_id": grace["id"], "role": "org:member"}
    problem = admin.refused("POST", f"{organization}/memberships", body)
    assert (problem.status, problem.codes) == (403, ["organization_membership_quota_exceeded"])


def test_role_of_a_member_changes(admin: Browser, member: Browser, organization: str, grace: Json) -> None:
    changed = admin.patch(f"{organization}/memberships/{grace['id']}", {"role": "org:admin"})
    assert changed["role"] == "org:admin"
    assert member.get("/client")["sessions"][0]["user"]["organization_memberships"][0]["role"] == "org:admin"


def test_unknown_roles_and_members_are_not_found(
    admin: Browser, member: Browser, organization: str, grace: Json
) -> None:
    problem = admin.refused("PATCH", f"{organization}/memberships/{grace['id']}", {"role": "org:none"})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = admin.refused("PATCH", f"{organization}/memberships/user_none", {"role": "org:admin"})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert admin.refused("PATCH", f"{organization}/memberships/{grace['id']}").codes == ["form_param_missing"]


def test_member_is_removed(admin: Browser, member: Browser, api: Api, organization: str, grace: Json) -> None:
    removed = admin.delete(f"{organization}/memberships/{grace['id']}")
    assert removed["public_user_data"]["user_id"] == grace["id"]
    assert api.get(f"{organization}/memberships")["total_count"] == 1
    assert member.refused("GET", organization).codes == ["organization_not_found_or_unauthorized"]


def test_last_admin_stays_admin(admin: Browser, organization: str, ada: Json) -> None:
    path = f"{organization}/memberships/{ada['id']}"
    for problem in (
        admin.refused("PATCH", path, {"role": "org:member"}),
        admin.refused("DELETE", path),
        admin.refused("DELETE", f"/me/organization_memberships/{organization.rpartition('/')[2]}"),
    ):
        assert (problem.status, problem.codes) == (400, ["organization_minimum_permissions_needed"])


def test_members_without_the_permission_change_nobody(member: Browser, organization: str, ada: Json) -> None:
    for method, path in (
        ("POST", "memberships"),
        ("PATCH", f"memberships/{ada['id']}"),
        ("DELETE", f"memberships/{ada['id']}"),
    ):
        body = {"user_id": ada["id"], "role": "org:member"}
        problem = member.refused(method, f"{organization}/{path}", body if method != "DELETE" else None)
        if method != "PATCH":
            assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])
            assert problem.errors[0][1]["permissions"] == ["org:sys_memberships:manage"]
    problem = member.refused("PATCH", f"{organization}/memberships/{ada['id']}", {"role": "org:member"})
    assert problem.codes == ["missing_organization_permission"]


def test_user_leaves_the_organization(member: Browser, api: Api, organization: str, grace: Json) -> None:
    organization_id = organization.rpartition("/")[2]
    left = member.delete(f"/me/organization_memberships/{organization_id}")
    assert (left["object"], left["deleted"]) == ("organization_membership", True)
    assert member.session["user"]["organization_memberships"] == []
    assert api.get(f"/users/{grace['id']}/organization_memberships")["total_count"] == 0
    problem = member.refused("DELETE", f"/me/organization_memberships/{organization_id}")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_memberships_of_the_user_are_listed(admin: Browser, organization: str) -> None:
    new_organization(admin, "Mills")
    page = admin.get("/me/organization_memberships", paginated="true", limit=1)
    assert (page["total_count"], page["data"][0]["organization"]["name"]) == (2, "Mills")
    assert [one["organization"]["name"] for one in admin.get("/me/organization_memberships")] == ["Mills", "Engines"]
    assert [one["organization"]["name"] for one in admin.get("/me/organization_memberships", offset=1)] == ["Engines"]


def test_user_keeps_an_organization_where_each_must_have_one(
    emulator: Emulator, member: Browser, organization: str
) -> None:
    change_settings(emulator, AUTHENTICATION, force_organization_selection=True)
    path = f"/me/organization_memberships/{organization.rpartition('/')[2]}"
    problem = member.refused("DELETE", path)
    assert (problem.status, problem.codes) == (422, ["personal_accounts_not_allowed"])
    new_organization(member, "Mills")
    assert member.delete(path)["deleted"]


def test_connections_of_companies_are_listed(admin: Browser, member: Browser, api: Api, organization: str) -> None:
    body = {"name": "Engines", "provider": "saml_custom", "domains": ["example.com"]}
    body["organization_id"] = organization.rpartition("/")[2]
    connection_id = api.post("/enterprise_connections", body)["id"]
    assert [one["id"] for one in admin.get(f"{organization}/enterprise_connections")] == [connection_id]
    assert admin.get("/me/enterprise_connections") == []
    provider = {"idp_entity_id": "https://idp.test", "idp_sso_url": "https://idp.test/sso"}
    active = {"active": True, "saml": {**provider, "idp_certificate": certificate()}}
    api.patch(f"/enterprise_connections/{connection_id}", active)
    (shown,) = admin.get("/me/enterprise_connections")
    assert shown["id"] == connection_id
    (shown,) = admin.get(f"{organization}/enterprise_connections")
    assert shown["saml_connection"]["idp_entity_id"] == "https://idp.test"
    problem = member.refused("GET", f"{organization}/enterprise_connections")
    assert problem.errors[0][1]["permissions"] == ["org:sys_entconns:manage"]
