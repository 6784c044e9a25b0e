"""Organization memberships, and their claims in session tokens."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.jwts import verified
from tests.emulator.organizations import ADMIN, MEMBER, invite, member, new_role, organization, permission, role, user

MEMBERS_PERMISSIONS = ["org:sys_memberships:read", "org:sys_billing:read"]


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    made = organization(api)
    ada = api.user(email_address=["ada@example.com"], first_name="Ada", last_name="L", username="ada_l", banned=True)
    path = f"/organizations/{made['id']}/memberships"
    membership = member(api, made["id"], ada["id"], public_metadata={"a": 1}, private_metadata={"b": [None]})
    assert api.get(path) == {"data": [membership], "total_count": 1}
    assert membership["object"] == "organization_membership"
    assert membership["id"].startswith("orgmem_")
    assert (membership["role"], membership["role_name"]) == (MEMBER, "Member")
    assert membership["permissions"] == MEMBERS_PERMISSIONS
    assert (membership["public_metadata"], membership["private_metadata"]) == ({"a": 1}, {"b": [None]})
    assert membership["organization"] == made
    assert membership["public_user_data"] == {
        "user_id": ada["id"],
        "first_name": "Ada",
        "last_name": "L",
        "username": "ada_l",
        "identifier": "ada@example.com",
        "has_image": False,
        "image_url": ada["image_url"],
        "profile_image_url": ada["image_url"],
        "banned": True,
        "deprovisioned": False,
    }


def test_admins_have_all_permissions(api: Api) -> None:
    membership = member(api, organization(api)["id"], user(api), ADMIN)
    everything = [one["key"] for one in api.get("/organization_permissions", order_by="+created_at")["data"]]
    assert membership["permissions"] == everything
    assert len(everything) == 9


def test_permissions_are_null_for_role_without_permissions(api: Api) -> None:
    new_role(api)
    assert member(api, organization(api)["id"], user(api), "org:editor")["permissions"] is None


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"user_id": None}, 422, "form_param_nil", "user_id"),
        ({"role": 1}, 422, "form_param_type_invalid", "role"),
        ({"user_id": "user_x"}, 422, "form_resource_not_found", "user_id"),
        ({"role": "org:x"}, 404, "resource_not_found", "role"),
        ({"role": "org:outside"}, 422, "form_param_value_invalid", "role"),
        ({"public_metadata": {"a": "x" * 8192}}, 422, "form_param_exceeds_allowed_size", "public_metadata"),
        ({"nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_membership(api: Api, change: Any, status: int, code: str, param: str) -> None:
    new_role(api, "org:outside", in_set=False)
    path = f"/organizations/{organization(api)['id']}/memberships"
    problem = api.refused("POST", path, {"user_id": user(api), "role": MEMBER, **change})
    assert (problem.status, problem.codes, problem.params) == (status, [code], [param])
    assert api.get(path)["total_count"] == 0


def test_user_and_role_are_required(api: Api) -> None:
    problem = api.refused("POST", f"/organizations/{organization(api)['id']}/memberships", {})
    assert (problem.codes, sorted(problem.params)) == (["form_param_missing"] * 2, ["role", "user_id"])


def test_rejects_duplicate_membership(api: Api) -> None:
    ada = user(api)
    made = organization(api, created_by=ada)
    path = f"/organizations/{made['id']}/memberships"
    problem = api.refused("POST", path, {"user_id": ada, "role": MEMBER})
    assert (problem.status, problem.codes) == (400, ["already_a_member_in_organization"])
    member(api, organization(api)["id"], ada)
    assert api.get("/organization_memberships")["total_count"] == 2


def test_limit_counts_members_and_invitations(api: Api, emulator: Emulator) -> None:
    ada, bob, carl = user(api), user(api, "bob"), user(api, "carl")
    made = organization(api, created_by=ada, max_allowed_memberships=3)
    path = f"/organizations/{made['id']}"
    member(api, made["id"], bob)
    waiting = invite(api, made["id"], "dora@example.com", expires_in_days=1)
    for what, body in [
        ("memberships", {"user_id": carl, "role": MEMBER}),
        ("invitations", {"email_address": "eve@example.com", "role": MEMBER}),
    ]:
        problem = api.refused("POST", f"{path}/{what}", body)
        assert (problem.status, problem.codes) == (403, ["organization_membership_quota_exceeded"])
    api.post(f"{path}/invitations/{waiting['id']}/revoke")
    invite(api, made["id"], "eve@example.com", expires_in_days=1)
    assert api.refused("POST", f"{path}/memberships", {"user_id": carl, "role": MEMBER}).status == 403
    emulator.clock.advance(24 * 3600)
    member(api, made["id"], carl)
    # 0 means no limit.
    api.patch(path, {"max_allowed_memberships": 0})
    for number in range(4):
        member(api, made["id"], user(api, f"more{number}"))


def test_last_admin_cannot_be_removed(api: Api) -> None:
    ada, bob = user(api), user(api, "bob")
    made = organization(api, created_by=ada)
    member(api, made["id"], bob)
    path = f"/organizations/{made['id']}/memberships"
    for method, body in [("PATCH", {"role": MEMBER}), ("DELETE", None)]:
        problem = api.refused(method, f"{path}/{ada}", body)
        assert (problem.status, problem.codes) == (400, ["organization_minimum_permissions_needed"])
    assert {one["role"] for one in api.get(path)["data"]} == {ADMIN, MEMBER}
    assert api.patch(f"{path}/{bob}", {"role": ADMIN})["role"] == ADMIN
    assert api.patch(f"{path}/{ada}", {"role": MEMBER})["role"] == MEMBER
    assert api.refused("DELETE", f"{path}/{bob}").status == 400
    assert api.delete(f"{path}/{ada}")["public_user_data"]["user_id"] == ada
    assert [one["public_user_data"]["user_id"] for one in api.get(path)["data"]] == [bob]


def test_other_role_with_required_permissions_replaces_admin(api: Api) -> None:
    needed = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")
    new_role(api, "org:owner", permissions=[permission(api, key)["id"] for key in needed])
    ada, bob = user(api), user(api, "bob")
    made = organization(api, created_by=ada)
    member(api, made["id"], bob, "org:owner")
    path = f"/organizations/{made['id']}/memberships"
    api.delete(f"{path}/{ada}")
    assert api.refused("PATCH", f"{path}/{bob}", {"role": MEMBER}).status == 400


def test_members_without_admin_can_be_removed(api: Api) -> None:
    bob = user(api, "bob")
    made = organization(api)
    membership = member(api, made["id"], bob)
    assert api.delete(f"/organizations/{made['id']}/memberships/{bob}") == membership
    assert api.get("/organization_memberships")["total_count"] == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "form_param_missing"),
        ({"role": None}, 422, "form_param_nil"),
        ({"role": "org:x"}, 404, "resource_not_found"),
        ({"role": "org:outside"}, 422, "form_param_value_invalid"),
        ({"role": ADMIN, "public_metadata": {}}, 422, "form_param_unknown"),
    ],
)
def test_rejects_invalid_role(api: Api, body: Any, status: int, code: str) -> None:
    new_role(api, "org:outside", in_set=False)
    bob = user(api)
    made = organization(api)
    membership = member(api, made["id"], bob)
    problem = api.refused("PATCH", f"/organizations/{made['id']}/memberships/{bob}", body)
    assert (problem.status, problem.codes) == (status, [code])
    assert api.get(f"/organizations/{made['id']}/memberships")["data"] == [membership]


def test_unknown_member_is_404(api: Api) -> None:
    made, ada = organization(api), user(api)
    bodies: dict[str, Json] = {"": {"role": MEMBER}, "/metadata": {}}
    for method, who, rest in [
        ("PATCH", ada, ""),
        ("PATCH", "user_x", ""),
        ("DELETE", ada, ""),
        ("PATCH", ada, "/metadata"),
    ]:
        for org in (made["id"], "org_x"):
            body = bodies[rest] if method == "PATCH" else None
            problem = api.refused(method, f"/organizations/{org}/memberships/{who}{rest}", body)
            assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    for method, body in [("GET", None), ("POST", {"user_id": ada, "role": MEMBER})]:
        assert api.refused(method, "/organizations/org_x/memberships", body).status == 404
    assert api.refused("GET", "/users/user_x/organization_memberships").status == 404


def test_merges_metadata(api: Api, emulator: Emulator) -> None:
    made, ada = organization(api), user(api)
    before = member(api, made["id"], ada, public_metadata={"a": {"b": 1, "c": 2}}, private_metadata={"p": 1})
    emulator.clock.advance(1)
    path = f"/organizations/{made['id']}/memberships"
    merged = api.patch(f"{path}/{ada}/metadata", {"public_metadata": {"a": {"b": None, "d": [3]}}})
    assert merged["public_metadata"] == {"a": {"c": 2, "d": [3]}}
    assert merged == {**before, "public_metadata": merged["public_metadata"], "updated_at": merged["updated_at"]}
    assert api.get(path)["data"] == [merged]
    api.patch(f"{path}/{ada}/metadata", {"private_metadata": {"p": None}})
    assert api.get(path)["data"][0]["private_metadata"] == {}
    for body, code in [
        ({"public_metadata": None}, "form_param_nil"),
        ({"unsafe_metadata": {}}, "form_param_unknown"),
        ({"public_metadata": {"x": "x" * 8192}}, "form_param_exceeds_allowed_size"),
    ]:
        problem = api.refused("PATCH", f"{path}/{ada}/metadata", body)
        assert (problem.status, problem.codes) == (422, [code])


def test_list_filters_members(api: Api, emulator: Emulator) -> None:
    made = organization(api, max_allowed_memberships=0)["id"]
    start = emulator.clock.freeze()
    ada = user(api, first_name="Ada", last_name="Lovelace", username="ada_l")
    emulator.clock.advance(1)
    bob = api.user(phone_number=["+15555550101"], first_name="Bob", web3_wallet=["0x" + "ab" * 20])["id"]
    outside = user(api, "ada2", first_name="Ada")
    member(api, made, ada, ADMIN)
    member(api, made, bob)
    member(api, organization(api, "Other")["id"], outside)

    def found(**query: Any) -> list[str]:
        response = api.get(f"/organizations/{made}/memberships", **query)
        assert response["total_count"] == len(response["data"])
        return sorted(one["public_user_data"]["user_id"] for one in response["data"])

    assert found() == sorted([ada, bob])
    assert found(role=[ADMIN]) == [ada]
    assert found(role=[MEMBER, "org:x"]) == [bob]
    assert found(user_id=[ada, outside]) == [ada]
    assert found(user_id=[f"-{ada}"]) == [bob]
    assert found(email_address=["ADA@example.com", "ada2@example.com"]) == [ada]
    assert found(phone_number=["+15555550101"]) == [bob]
    assert found(web3_wallet=["0x" + "ab" * 20]) == [bob]
    assert found(username=["ada_l"]) == [ada]
    assert found(query="ADA") == [ada]
    assert found(query="0101") == [bob]
    assert found(email_address_query="EXAMPLE") == [ada]
    assert found(phone_number_query="555") == [bob]
    assert found(username_query="_L") == [ada]
    assert found(name_query="ada love") == [ada]
    assert found(created_at_before=start + 1) == [ada]
    assert found(created_at_after=start) == [bob]
    assert found(role=[ADMIN], username=["bob"]) == []
    api.post("/sessions", {"user_id": bob})
    assert found(last_active_at_after=1) == [bob]
    assert found(last_active_at_before=1) == []
    problem = api.refused("GET", f"/organizations/{made}/memberships", params={"role": ["x"] * 101})
    assert (problem.status, problem.codes) == (422, ["form_param_array_size_exceeded"])


@pytest.mark.parametrize("path", ["/organizations/{}/memberships", "/organization_memberships"])
def test_list_sorts_and_paginates(api: Api, emulator: Emulator, path: str) -> None:
    made = organization(api, max_allowed_memberships=0)["id"]
    path = path.format(made)
    people = [("Carl", "z_user", "+15555550102"), ("Ada", "y_user", "+15555550101"), ("Bob", "x_user", "+15555550103")]
    ids: list[str] = []
    emulator.clock.freeze()
    for first, username, phone in people:
        address = f"{first}@example.com"
        ids.append(
            api.user(
                email_address=[address], first_name=first, last_name=username, username=username, phone_number=[phone]
            )["id"]
        )
        member(api, made, ids[-1])
        emulator.clock.advance(1)

    def listed(**query: Any) -> list[int]:
        return [ids.index(one["public_user_data"]["user_id"]) for one in api.get(path, **query)["data"]]

    assert listed() == listed(order_by="-created_at") == [2, 1, 0]
    assert listed(order_by="created_at") == [0, 1, 2]
    assert listed(order_by="first_name") == listed(order_by="+email_address") == [1, 2, 0]
    assert listed(order_by="-phone_number") == [2, 0, 1]
    assert listed(order_by="username") == listed(order_by="last_name") == [2, 1, 0]
    assert listed(order_by="first_name", limit=1, offset=1) == [2]
    assert api.get(path, limit=1)["total_count"] == 3
    for query in [{"order_by": "role"}, {"limit": 501}, {"offset": -1}]:
        problem = api.refused("GET", path, params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_lists_memberships_of_user(api: Api) -> None:
    ada, bob = user(api), user(api, "bob")
    first, second = organization(api, created_by=ada), organization(api, "Other", created_by=bob)
    member(api, second["id"], ada)
    response = api.get(f"/users/{ada}/organization_memberships")
    assert response["total_count"] == 2
    assert [(one["organization"]["id"], one["role"]) for one in response["data"]] == [
        (second["id"], MEMBER),
        (first["id"], ADMIN),
    ]
    assert len(api.get(f"/users/{ada}/organization_memberships", limit=1)["data"]) == 1
    assert api.get(f"/users/{bob}/organization_memberships")["total_count"] == 1


def test_deleting_user_deletes_memberships(api: Api) -> None:
    ada, bob = user(api), user(api, "bob")
    made = organization(api, created_by=ada)
    member(api, made["id"], bob)
    api.delete(f"/users/{bob}")
    (left,) = api.get(f"/organizations/{made['id']}/memberships")["data"]
    assert left["public_user_data"]["user_id"] == ada


def test_removed_member_loses_active_organization(api: Api) -> None:
    ada, bob = user(api), user(api, "bob")
    made = organization(api, created_by=ada)
    member(api, made["id"], bob)
    sessions = [api.post("/sessions", {"user_id": one, "active_organization_id": made["id"]}) for one in (ada, bob)]
    api.delete(f"/organizations/{made['id']}/memberships/{bob}")
    active = [api.get(f"/sessions/{one['id']}")["last_active_organization_id"] for one in sessions]
    assert active == [made["id"], None]
    problem = api.refused("POST", "/sessions", {"user_id": bob, "active_organization_id": made["id"]})
    assert (problem.status, problem.codes) == (403, ["not_a_member_in_organization"])


def test_session_token_contains_role_and_permissions(api: Api, emulator: Emulator) -> None:
    for key in ("org:posts:read", "org:posts:write", "org:teams:read"):
        api.post("/organization_permissions", {"key": key, "name": key})
    keys = ("org:posts:write", "org:sys_memberships:read", "org:teams:read", "org:posts:read")
    new_role(api, permissions=[permission(api, key)["id"] for key in keys])
    ada = user(api)
    made = organization(api, slug="acme")
    member(api, made["id"], ada, "org:editor")
    claims = verified(api, emulator.sign_in(ada, made["id"]))
    # posts: write and read; teams: read. System permissions are omitted.
    assert claims["o"] == {"id": made["id"], "slg": "acme", "rol": "editor", "per": "write,read", "fpm": "3,2"}
    assert claims["fea"] == "o:posts,o:teams"
    assert "o" not in verified(api, emulator.sign_in(ada))


def test_a_session_token_follows_the_role(api: Api, emulator: Emulator) -> None:
    ada, bob = user(api), user(api, "bob")
    made = organization(api, created_by=ada)
    session = api.post("/sessions", {"user_id": ada, "active_organization_id": made["id"]})

    def claim() -> Any:
        return verified(api, api.post(f"/sessions/{session['id']}/tokens", {})["jwt"]).get("o")

    plain = {"id": made["id"], "slg": made["slug"]}
    assert claim() == {**plain, "rol": "admin"}
    posts = api.post("/organization_permissions", {"key": "org:posts:read", "name": "Posts"})
    admin = role(api, ADMIN)
    api.post(f"/organization_roles/{admin['id']}/permissions/{posts['id']}")
    assert claim() == {**plain, "rol": "admin", "per": "read", "fpm": "1"}
    api.patch(f"/organization_permissions/{posts['id']}", {"key": "org:posts:see"})
    assert claim() == {**plain, "rol": "admin", "per": "see", "fpm": "1"}
    member(api, made["id"], bob, ADMIN)
    api.patch(f"/organizations/{made['id']}/memberships/{ada}", {"role": MEMBER})
    assert claim() == {**plain, "rol": "member"}
    api.delete(f"/organizations/{made['id']}/memberships/{ada}")
    assert claim() is None
