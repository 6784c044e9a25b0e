"""Role sets."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.organizations import ADMIN, MEMBER, ROLE_SET, invite, member, new_role, organization, role, user

PATH = "/role_sets"
EDITOR = "org:editor"


def role_set(api: Api, name: str = "Sales", roles: tuple[str, ...] = (ADMIN, MEMBER), **values: Any) -> Json:
    body = {"name": name, "roles": list(roles), "creator_role_key": ADMIN, "default_role_key": MEMBER, **values}
    made: Json = api.post(PATH, body)
    return made


def keys(shown: Json) -> tuple[list[str], str, str]:
    return [one["key"] for one in shown["roles"]], shown["creator_role"]["key"], shown["default_role"]["key"]


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    made = role_set(api, key="role_set:sales_2", description="For sales", type="custom")
    assert (made["object"], made["key"], made["name"]) == ("role_set", "role_set:sales_2", "Sales")
    assert (made["description"], made["type"], made["role_set_migration"]) == ("For sales", "custom", None)
    assert keys(made) == ([ADMIN, MEMBER], ADMIN, MEMBER)
    admin = role(api, ADMIN)
    assert made["creator_role"] == {
        "object": "role_set_item",
        **{name: admin[name] for name in ("id", "key", "name", "description", "created_at", "updated_at")},
        "members_count": 0,
        "has_members": False,
    }
    assert api.get(f"{PATH}/{made['id']}") == api.get(f"{PATH}/{made['key']}") == made == api.get(PATH)["data"][0]


def test_default_role_set_exists_at_start(api: Api) -> None:
    (first,) = api.get(PATH)["data"]
    assert (first["key"], first["type"], keys(first)) == (ROLE_SET, "initial", ([ADMIN, MEMBER], ADMIN, MEMBER))


def test_key_is_derived_from_name(api: Api) -> None:
    assert role_set(api, "Sales & Co.")["key"] == "role_set:sales_co"
    assert role_set(api, "日本")["key"] == "role_set:set"


def test_members_are_counted_within_the_set(api: Api) -> None:
    sales = role_set(api)
    ada, bob = user(api), user(api, "bob")
    here = organization(api, role_set_key=sales["key"], created_by=ada)
    organization(api, "Other", created_by=bob)
    member(api, here["id"], bob, ADMIN)
    assert {one["key"]: one["members_count"] for one in api.get(f"{PATH}/{sales['id']}")["roles"]} == {
        ADMIN: 2,
        MEMBER: 0,
    }
    assert api.get(f"{PATH}/{ROLE_SET}")["creator_role"]["members_count"] == 1
    assert api.get(f"{PATH}/{ROLE_SET}")["creator_role"]["has_members"] is True


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"roles": []}, 422, "form_param_value_invalid", "roles"),
        ({"roles": [ADMIN] * 2}, 422, "form_param_duplicate", "roles"),
        ({"roles": [ADMIN, MEMBER, *(f"org:r{n}" for n in range(9))]}, 422, "form_param_array_size_exceeded", "roles"),
        ({"roles": [ADMIN, MEMBER, "org:x"]}, 404, "resource_not_found", "roles"),
        ({"roles": [ADMIN]}, 422, "form_param_value_invalid", "default_role_key"),
        ({"roles": [MEMBER]}, 422, "form_param_value_invalid", "creator_role_key"),
        ({"creator_role_key": MEMBER}, 422, "organization_missing_creator_role_permissions", None),
        ({"key": "sales"}, 422, "form_param_format_invalid", "key"),
        ({"key": "role_set:Sales"}, 422, "form_param_format_invalid", "key"),
        ({"key": ROLE_SET}, 422, "form_already_exists", "key"),
        ({"name": "Default"}, 422, "form_already_exists", "key"),
        ({"name": ""}, 422, "form_param_nil", "name"),
        ({"type": "other"}, 422, "form_param_value_invalid", "type"),
        ({"nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_role_set(api: Api, change: Any, status: int, code: str, param: str | None) -> None:
    body = {"name": "Sales", "roles": [ADMIN, MEMBER], "creator_role_key": ADMIN, "default_role_key": MEMBER}
    problem = api.refused("POST", PATH, {**body, **change})
    assert (problem.status, problem.codes) == (status, [code])
    if param:
        assert problem.params == [param]
    assert api.get(PATH)["total_count"] == 1


def test_allows_ten_role_sets(api: Api) -> None:
    for number in range(9):
        role_set(api, f"Set {number}")
    body = {"name": "Sales", "roles": [ADMIN], "creator_role_key": ADMIN, "default_role_key": ADMIN}
    problem = api.refused("POST", PATH, body)
    assert (problem.status, problem.codes) == (403, ["organization_instance_role_sets_quota_exceeded"])


def test_allows_ten_roles_per_set(api: Api) -> None:
    eight = [new_role(api, f"org:r{number}", in_set=False)["key"] for number in range(9)][:8]
    made = role_set(api, roles=(ADMIN, MEMBER, *eight))
    assert len(made["roles"]) == 10
    problem = api.refused("POST", f"{PATH}/{made['id']}/roles", {"role_keys": ["org:r8"]})
    assert (problem.status, problem.codes) == (422, ["form_param_array_size_exceeded"])


def test_new_organizations_use_initial_role_set(api: Api) -> None:
    new_role(api, "org:boss", permissions=[one["id"] for one in role(api, ADMIN)["permissions"]])
    new_role(api)
    before = organization(api, "Before")
    sales = role_set(
        api, roles=("org:boss", EDITOR), creator_role_key="org:boss", default_role_key=EDITOR, type="initial"
    )
    assert sales["type"] == "initial"
    old = api.get(f"{PATH}/{ROLE_SET}")
    assert (old["type"], keys(old)[1:]) == ("custom", (ADMIN, MEMBER))
    settings = api.get("/instance/organization_settings")
    assert settings["initial_role_set_key"] == sales["key"]
    assert (settings["creator_role"], settings["domains_default_role"]) == ("org:boss", EDITOR)
    after = organization(api, created_by=user(api))
    assert (before["role_set_key"], after["role_set_key"]) == (ROLE_SET, sales["key"])
    (first,) = api.get(f"/organizations/{after['id']}/memberships")["data"]
    assert first["role"] == "org:boss"
    back = api.patch(f"{PATH}/{ROLE_SET}", {"type": "initial"})
    assert (back["type"], api.get(f"{PATH}/{sales['id']}")["type"]) == ("initial", "custom")
    assert keys(api.get(f"{PATH}/{sales['id']}"))[1:] == ("org:boss", EDITOR)
    assert api.get("/instance/organization_settings")["creator_role"] == ADMIN


def test_settings_set_roles_of_initial_set(api: Api) -> None:
    new_role(api, "org:boss", permissions=[one["id"] for one in role(api, ADMIN)["permissions"]])
    api.patch("/instance/organization_settings", {"creator_role_id": role(api, "org:boss")["id"]})
    assert api.get(f"{PATH}/{ROLE_SET}")["creator_role"]["key"] == "org:boss"
    # The set keeps them when another one becomes the initial one.
    role_set(api, type="initial")
    assert api.get("/instance/organization_settings")["creator_role"] == ADMIN
    assert api.get(f"{PATH}/{ROLE_SET}")["creator_role"]["key"] == "org:boss"
    assert api.patch(f"{PATH}/{ROLE_SET}", {"type": "initial"})["creator_role"]["key"] == "org:boss"
    assert api.get("/instance/organization_settings")["creator_role"] == "org:boss"
    api.patch(f"{PATH}/{ROLE_SET}", {"creator_role_key": ADMIN, "default_role_key": "org:boss"})
    settings = api.get("/instance/organization_settings")
    assert (settings["creator_role"], settings["domains_default_role"]) == (ADMIN, "org:boss")


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = role_set(api, description="Old")
    acme = organization(api, role_set_key=made["key"])
    emulator.clock.advance(1)
    changed = api.patch(f"{PATH}/{made['key']}", {"name": "Shop", "key": "role_set:shop", "default_role_key": ADMIN})
    assert changed == api.get(f"{PATH}/role_set:shop")
    assert (changed["id"], changed["name"], changed["description"]) == (made["id"], "Shop", "Old")
    assert keys(changed) == ([ADMIN, MEMBER], ADMIN, ADMIN)
    assert changed["updated_at"] > made["updated_at"] == changed["created_at"]
    assert api.get(f"/organizations/{acme['id']}")["role_set_key"] == "role_set:shop"
    assert api.refused("GET", f"{PATH}/{made['key']}").status == 404
    nothing = {"name": None, "key": None, "type": None, "creator_role_key": None, "description": None}
    changed = api.patch(f"{PATH}/{made['id']}", nothing)
    assert (changed["name"], changed["type"], changed["description"]) == ("Shop", "custom", None)


def test_initial_role_set_can_be_renamed(api: Api) -> None:
    api.patch(f"{PATH}/{ROLE_SET}", {"key": "role_set:first"})
    assert api.get("/instance/organization_settings")["initial_role_set_key"] == "role_set:first"
    assert organization(api)["role_set_key"] == "role_set:first"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"key": ROLE_SET}, "form_already_exists"),
        ({"key": "x"}, "form_param_format_invalid"),
        ({"name": ""}, "form_param_nil"),
        ({"type": "custom"}, "form_param_value_invalid"),
        ({"creator_role_key": MEMBER}, "organization_missing_creator_role_permissions"),
        ({"creator_role_key": EDITOR}, "form_param_value_invalid"),
        ({"default_role_key": EDITOR}, "form_param_value_invalid"),
        ({"roles": []}, "form_param_unknown"),
    ],
)
def test_rejects_invalid_update(api: Api, body: Any, code: str) -> None:
    new_role(api)
    made = role_set(api)
    problem = api.refused("PATCH", f"{PATH}/{made['id']}", body)
    assert (problem.status, problem.codes) == (422, [code])
    assert api.get(f"{PATH}/{made['id']}") == made


def test_adds_roles(api: Api) -> None:
    new_role(api, in_set=False)
    new_role(api, "org:boss", in_set=False, permissions=[one["id"] for one in role(api, ADMIN)["permissions"]])
    made = role_set(api)
    path = f"{PATH}/{made['id']}/roles"
    body = {"role_keys": [EDITOR, "org:boss"], "creator_role_key": "org:boss", "default_role_key": EDITOR}
    for change, status, code in [
        ({"role_keys": []}, 422, "form_param_value_invalid"),
        ({"role_keys": [EDITOR, EDITOR]}, 422, "form_param_duplicate"),
        ({"role_keys": [ADMIN]}, 422, "form_param_duplicate"),
        ({"role_keys": ["org:x"]}, 404, "resource_not_found"),
        ({"creator_role_key": ADMIN}, 422, "form_param_value_invalid"),
        ({"creator_role_key": EDITOR}, 422, "organization_missing_creator_role_permissions"),
        ({"default_role_key": MEMBER}, 422, "form_param_value_invalid"),
        ({"role_keys": None}, 422, "form_param_nil"),
    ]:
        problem = api.refused("POST", path, {**body, **change})
        assert (problem.status, problem.codes) == (status, [code]), change
    assert api.get(f"{PATH}/{made['id']}") == made
    added = api.post(path, body)
    assert keys(added) == ([ADMIN, MEMBER, EDITOR, "org:boss"], "org:boss", EDITOR)
    assert api.get(f"{PATH}/{made['id']}") == added
    assert api.refused("POST", f"{PATH}/rset_x/roles", body).status == 404


def test_replaces_role_in_set(api: Api) -> None:
    new_role(api, in_set=False)
    made = role_set(api)
    here = organization(api, role_set_key=made["key"], created_by=user(api))
    elsewhere = organization(api, "Other")
    bob = user(api, "bob")
    member(api, here["id"], bob)
    member(api, elsewhere["id"], bob)
    waiting = invite(api, here["id"], "carl@example.com")
    path = f"{PATH}/{made['id']}/roles/replace"
    for body, status, code in [
        ({"role_key": MEMBER}, 422, "form_param_missing"),
        ({"role_key": EDITOR, "to_role_key": MEMBER}, 422, "form_param_value_invalid"),
        ({"role_key": MEMBER, "to_role_key": MEMBER}, 422, "form_param_value_invalid"),
        ({"role_key": "org:x", "to_role_key": MEMBER}, 404, "resource_not_found"),
        ({"role_key": MEMBER, "to_role_key": "org:x"}, 404, "resource_not_found"),
        ({"role_key": ADMIN, "to_role_key": MEMBER}, 422, "organization_missing_creator_role_permissions"),
    ]:
        problem = api.refused("POST", path, body)
        assert (problem.status, problem.codes) == (status, [code]), body
    assert keys(api.get(f"{PATH}/{made['id']}")) == keys(made)
    changed = api.post(path, {"role_key": MEMBER, "to_role_key": EDITOR})
    assert keys(changed) == ([ADMIN, EDITOR], ADMIN, EDITOR)
    assert changed == api.get(f"{PATH}/{made['id']}")
    assert changed["default_role"]["members_count"] == 1
    roles = {
        one["organization"]["id"]: one["role"] for one in api.get(f"/users/{bob}/organization_memberships")["data"]
    }
    assert roles == {here["id"]: EDITOR, elsewhere["id"]: MEMBER}
    assert api.get(f"/organizations/{here['id']}/invitations/{waiting['id']}")["role"] == EDITOR
    # A role that is already in the set can replace another, too.
    assert keys(api.post(path, {"role_key": EDITOR, "to_role_key": ADMIN})) == ([ADMIN], ADMIN, ADMIN)
    assert api.refused("POST", f"{PATH}/rset_x/roles/replace", {"role_key": ADMIN, "to_role_key": EDITOR}).status == 404


def test_replaces_role_set(api: Api) -> None:
    new_role(api)
    old = role_set(api, roles=(ADMIN, MEMBER, EDITOR))
    new = role_set(api, "New")
    here = organization(api, role_set_key=old["key"], created_by=user(api))
    bob, carl = user(api, "bob"), user(api, "carl")
    member(api, here["id"], bob, EDITOR)
    member(api, here["id"], carl)
    waiting = invite(api, here["id"], "dora@example.com", role=EDITOR)
    path = f"{PATH}/{old['key']}/replace"
    lacking = api.refused("POST", path, {"dest_role_set_key": new["key"]})
    assert lacking.status == 422
    assert lacking.errors == [("organization_role_set_reassignment_mappings_missing", {"role_keys": [EDITOR]})]
    for mappings, key in [({EDITOR: EDITOR}, EDITOR), ({"org:x": MEMBER}, "org:x")]:
        wrong = api.refused("POST", path, {"dest_role_set_key": new["key"], "reassignment_mappings": mappings})
        assert wrong.status == 422
        assert wrong.errors == [("organization_role_set_reassignment_mappings_invalid", {"role_key": key})]
    for key, status, code in [
        ("role_set:x", 404, "resource_not_found"),
        (old["key"], 422, "form_param_value_invalid"),
    ]:
        problem = api.refused("POST", path, {"dest_role_set_key": key})
        assert (problem.status, problem.codes) == (status, [code])
    assert api.refused("POST", f"{PATH}/rset_x/replace", {"dest_role_set_key": new["key"]}).status == 404
    # Both change at once, so no member is moved twice.
    mappings = {EDITOR: MEMBER, MEMBER: ADMIN}
    gone = api.post(path, {"dest_role_set_key": new["key"], "reassignment_mappings": mappings})
    assert gone == {"object": "role_set", "id": old["id"], "deleted": True}
    assert api.refused("GET", f"{PATH}/{old['id']}").status == 404
    assert api.get(f"/organizations/{here['id']}")["role_set_key"] == new["key"]
    members = api.get(f"/organizations/{here['id']}/memberships", user_id=[bob, carl])["data"]
    assert {one["public_user_data"]["user_id"]: one["role"] for one in members} == {bob: MEMBER, carl: ADMIN}
    assert api.get(f"/organizations/{here['id']}/invitations/{waiting['id']}")["role"] == MEMBER


def test_unused_role_set_is_replaced_without_mappings(api: Api) -> None:
    new_role(api)
    old = role_set(api, roles=(ADMIN, MEMBER, EDITOR))
    api.post(f"{PATH}/{old['id']}/replace", {"dest_role_set_key": ROLE_SET})
    assert api.get(PATH)["total_count"] == 1


def test_initial_role_set_cannot_be_replaced(api: Api) -> None:
    other = role_set(api)
    problem = api.refused("POST", f"{PATH}/{ROLE_SET}/replace", {"dest_role_set_key": other["key"]})
    assert (problem.status, problem.codes) == (403, ["cannot_delete_initial_role_set"])
    api.patch(f"{PATH}/{other['id']}", {"type": "initial"})
    api.post(f"{PATH}/{ROLE_SET}/replace", {"dest_role_set_key": other["key"]})
    assert organization(api)["role_set_key"] == other["key"]


def test_list_filters_sorts_and_paginates(api: Api) -> None:
    made = [role_set(api, f"{name} zoo") for name in ("b", "c", "a")]

    def found(**query: Any) -> list[str]:
        return [one["name"][0] for one in api.get(PATH, **query)["data"]]

    assert found() == ["a", "c", "b", "D"]
    assert found(query="ZOO") == found(query="_zoo") == ["a", "c", "b"]
    assert found(query=made[1]["id"]) == ["c"]
    assert found(query="zoo", order_by="+created_at") == ["b", "c", "a"]
    assert found(query="zoo", order_by="key") == found(query="zoo", order_by="name") == ["a", "b", "c"]
    assert found(order_by="-key", limit=1, offset=1) == ["c"]
    assert api.get(PATH, query="zoo", limit=1)["total_count"] == 3
    problem = api.refused("GET", PATH, params={"order_by": "type"})
    assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_unknown_role_set_is_404(api: Api) -> None:
    for method, body in [("GET", None), ("PATCH", {})]:
        problem = api.refused(method, f"{PATH}/role_set:x", body)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
