"""Roles of organizations."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.organizations import (
    ADMIN,
    MEMBER,
    ROLE_SET,
    invite,
    member,
    new_role,
    organization,
    permission,
    role,
    user,
)

PATH = "/organization_roles"
NEEDED = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")


def ids(api: Api, *keys: str) -> list[str]:
    return [permission(api, key)["id"] for key in keys]


def keys(a_role: Any) -> list[str]:
    return [one["key"] for one in a_role["permissions"]]


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    read, manage = permission(api, NEEDED[1]), permission(api, NEEDED[0])
    body = {"key": "org:team_lead2", "name": "Lead", "description": "Leads", "permissions": [read["id"], manage["id"]]}
    made = api.post(PATH, body)
    assert made == {
        **body,
        "object": "role",
        "id": made["id"],
        "permissions": [read, manage],
        "is_creator_eligible": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert made["id"].startswith("role_")
    assert api.get(f"{PATH}/{made['id']}") == made == api.get(PATH)["data"][0]


def test_admin_and_member_exist_at_start(api: Api) -> None:
    admin, plain = api.get(PATH, order_by="+created_at")["data"]
    assert (admin["key"], plain["key"]) == (ADMIN, MEMBER)
    assert (admin["is_creator_eligible"], plain["is_creator_eligible"]) == (True, False)
    assert len(admin["permissions"]) == 9
    assert keys(plain) == ["org:sys_memberships:read", "org:sys_billing:read"]


@pytest.mark.parametrize("lacking", NEEDED)
def test_creator_role_requires_permissions(api: Api, lacking: str) -> None:
    assert new_role(api, "org:all", permissions=ids(api, *NEEDED))["is_creator_eligible"] is True
    some = new_role(api, "org:some", permissions=ids(api, *(key for key in NEEDED if key != lacking)))
    assert some["is_creator_eligible"] is False


def test_role_can_join_initial_role_set(api: Api) -> None:
    new_role(api, "org:inside")
    new_role(api, "org:outside", in_set=False)
    assert [one["key"] for one in api.get(f"/role_sets/{ROLE_SET}")["roles"]] == [ADMIN, MEMBER, "org:inside"]


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"key": "editor"}, 422, "form_param_format_invalid", "key"),
        ({"key": "org:"}, 422, "form_param_format_invalid", "key"),
        ({"key": "org:Editor"}, 422, "form_param_format_invalid", "key"),
        ({"key": "org:an-editor"}, 422, "form_param_format_invalid", "key"),
        ({"key": ADMIN}, 422, "form_already_exists", "key"),
        ({"key": None}, 422, "form_param_nil", "key"),
        ({"name": ""}, 422, "form_param_nil", "name"),
        ({"permissions": "perm_x"}, 422, "form_param_type_invalid", "permissions"),
        ({"nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_role(api: Api, change: Any, status: int, code: str, param: str) -> None:
    problem = api.refused("POST", PATH, {"key": "org:editor", "name": "Editor", **change})
    assert (problem.status, problem.codes, problem.params) == (status, [code], [param])
    assert api.get(PATH)["total_count"] == 2


def test_rejects_unknown_permissions(api: Api) -> None:
    body = {"key": "org:editor", "name": "Editor"}
    problem = api.refused("POST", PATH, {**body, "permissions": ["perm_x"]})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = api.refused("POST", PATH, {**body, "permissions": ids(api, NEEDED[0]) * 2})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_duplicate"], ["permissions"])


def test_allows_ten_custom_roles(api: Api) -> None:
    made = [new_role(api, f"org:role_{number}", in_set=number < 8) for number in range(10)]
    problem = api.refused("POST", PATH, {"key": "org:one_more", "name": "One more"})
    assert (problem.status, problem.codes) == (403, ["organization_instance_roles_quota_exceeded"])
    api.delete(f"{PATH}/{made[9]['id']}")
    # A role set has at most 10 roles.
    body = {"key": "org:one_more", "name": "One more", "include_in_initial_role_set": True}
    problem = api.refused("POST", PATH, body)
    assert (problem.status, problem.codes) == (422, ["form_param_array_size_exceeded"])
    new_role(api, "org:one_more", in_set=False)


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = new_role(api, description="Edits", permissions=ids(api, NEEDED[0]))
    emulator.clock.advance(1)
    path = f"{PATH}/{made['id']}"
    changed = api.patch(path, {"name": "Author", "permissions": ids(api, NEEDED[2], NEEDED[1])})
    assert changed == api.get(path)
    assert (changed["name"], keys(changed), changed["description"]) == ("Author", [NEEDED[2], NEEDED[1]], "Edits")
    assert (changed["key"], changed["created_at"]) == (made["key"], made["created_at"])
    assert changed["updated_at"] > made["updated_at"]
    changed = api.patch(path, {"name": None, "key": None, "permissions": None, "description": None})
    assert (changed["name"], len(keys(changed)), changed["description"]) == ("Author", 2, None)
    assert api.patch(path, {"permissions": []})["permissions"] == []
    for body, status, code in [
        ({"key": MEMBER}, 422, "form_already_exists"),
        ({"key": "x"}, 422, "form_param_format_invalid"),
        ({"name": ""}, 422, "form_param_nil"),
        ({"permissions": ["perm_x"]}, 404, "resource_not_found"),
        ({"nope": 1}, 422, "form_param_unknown"),
    ]:
        problem = api.refused("PATCH", path, body)
        assert (problem.status, problem.codes) == (status, [code])


def test_renaming_key_updates_references(api: Api) -> None:
    ada = user(api)
    made = organization(api, created_by=ada)
    bob = invite(api, made["id"], role=ADMIN)
    admin, plain = role(api, ADMIN), role(api, MEMBER)
    api.patch(f"{PATH}/{admin['id']}", {"key": "org:boss"})
    api.patch(f"{PATH}/{plain['id']}", {"key": "org:staff"})
    (first,) = api.get(f"/organizations/{made['id']}/memberships")["data"]
    assert first["role"] == "org:boss"
    assert api.get(f"/organizations/{made['id']}/invitations/{bob['id']}")["role"] == "org:boss"
    settings = api.get("/instance/organization_settings")
    assert (settings["creator_role"], settings["domains_default_role"]) == ("org:boss", "org:staff")
    role_set = api.get(f"/role_sets/{ROLE_SET}")
    assert [one["key"] for one in role_set["roles"]] == ["org:boss", "org:staff"]
    assert (role_set["creator_role"]["key"], role_set["default_role"]["key"]) == ("org:boss", "org:staff")
    (later,) = api.get(f"/organizations/{organization(api, created_by=ada)['id']}/memberships")["data"]
    assert later["role"] == "org:boss"


def test_creator_role_keeps_required_permissions(api: Api) -> None:
    admin = role(api, ADMIN)
    for method, path, body in [
        ("PATCH", "", {"permissions": ids(api, *NEEDED[:2])}),
        ("DELETE", f"/permissions/{ids(api, NEEDED[0])[0]}", None),
    ]:
        problem = api.refused(method, f"{PATH}/{admin['id']}{path}", body)
        assert (problem.status, problem.codes) == (422, ["organization_missing_creator_role_permissions"])
    assert role(api, ADMIN) == admin
    assert len(api.patch(f"{PATH}/{admin['id']}", {"permissions": ids(api, *NEEDED)})["permissions"]) == 3


def test_assigns_and_removes_permissions(api: Api) -> None:
    made = new_role(api)
    read, manage = ids(api, "org:sys_billing:read", "org:sys_billing:manage")
    path = f"{PATH}/{made['id']}/permissions"
    assert keys(api.post(f"{path}/{read}")) == ["org:sys_billing:read"]
    both = api.post(f"{path}/{manage}")
    assert keys(both) == ["org:sys_billing:read", "org:sys_billing:manage"]
    problem = api.refused("POST", f"{path}/{read}")
    assert (problem.status, problem.codes) == (409, ["organization_role_permission_association_exists"])
    assert api.get(f"{PATH}/{made['id']}") == both
    assert keys(api.delete(f"{path}/{read}")) == ["org:sys_billing:manage"]
    problem = api.refused("DELETE", f"{path}/{read}")
    assert (problem.status, problem.codes) == (404, ["organization_role_permission_association_not_found"])
    for method in ("POST", "DELETE"):
        for unknown in (f"{path}/perm_x", f"{PATH}/role_x/permissions/{read}"):
            problem = api.refused(method, unknown)
            assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_unknown_role_is_404(api: Api) -> None:
    for method, body in [("GET", None), ("PATCH", {}), ("DELETE", None)]:
        problem = api.refused(method, f"{PATH}/role_x", body)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_unused_role_can_be_deleted(api: Api) -> None:
    made = new_role(api)
    assert api.delete(f"{PATH}/{made['id']}") == {"object": "role", "id": made["id"], "deleted": True}
    assert api.refused("GET", f"{PATH}/{made['id']}").status == 404
    assert [one["key"] for one in api.get(f"/role_sets/{ROLE_SET}")["roles"]] == [ADMIN, MEMBER]


def test_role_in_use_cannot_be_deleted(api: Api) -> None:
    made = organization(api)
    editor = new_role(api)

    def refused(role_id: str) -> list[str]:
        problem = api.refused("DELETE", f"{PATH}/{role_id}")
        assert problem.status == 422
        return problem.codes

    assert refused(role(api, ADMIN)["id"]) == ["organization_role_default_creator_role"]
    assert refused(role(api, MEMBER)["id"]) == ["organization_role_domain_default_role"]
    ada = user(api)
    member(api, made["id"], ada, "org:editor")
    assert refused(editor["id"]) == ["organization_role_assigned_members"]
    api.delete(f"/organizations/{made['id']}/memberships/{ada}")
    invite(api, made["id"], role="org:editor")
    assert refused(editor["id"]) == ["organization_role_exists_in_invitations"]
    api.delete(f"/organizations/{made['id']}")
    api.delete(f"{PATH}/{editor['id']}")


def test_list_filters_sorts_and_paginates(api: Api) -> None:
    made = [new_role(api, f"org:zoo_{name}", name=f"{name} Keeper") for name in ("b", "c", "a")]

    def found(**query: Any) -> list[str]:
        return [one["key"][-1] for one in api.get(PATH, **query)["data"]]

    assert found(query="KEEPER") == found(query="org:zoo") == ["a", "c", "b"]
    assert found(query=made[1]["id"]) == ["c"]
    assert found(query="zoo", order_by="+created_at") == ["b", "c", "a"]
    assert found(query="zoo", order_by="key") == found(query="zoo", order_by="+name") == ["a", "b", "c"]
    assert found(order_by="-key", limit=1, offset=1) == ["b"]
    assert api.get(PATH, limit=1)["total_count"] == 5
    problem = api.refused("GET", PATH, params={"order_by": "x"})
    assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])
