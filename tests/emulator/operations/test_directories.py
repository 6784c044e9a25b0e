"""Directories under both of their names, and the roles of their groups."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.organizations import organization

NAMES = ["directory", "scim_directory"]
PATHS = {"directory": "/directories", "scim_directory": "/scim_directories"}


def connection(api: Api, **values: Any) -> str:
    body = {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], **values}
    return str(api.post("/enterprise_connections", body)["id"])


def directory(api: Api, kind: str = "directory", **values: Any) -> Json:
    body = {"provider": "okta", **values}
    if "enterprise_connection_id" not in body:
        body["enterprise_connection_id"] = connection(api)
    return dict(api.post(PATHS[kind], body))


def role(api: Api, key: str = "org:admin") -> str:
    (found,) = [one for one in api.get("/organization_roles")["data"] if one["key"] == key]
    return str(found["id"])


def enabled(api: Api, kind: str = "directory") -> tuple[Json, str]:
    """Create a directory whose groups have roles, and return it with the path of its mappings."""
    made = directory(api, kind)
    path = f"{PATHS[kind]}/{made['id']}"
    api.patch(path, {"group_role_mapping_enabled": True})
    return made, f"{path}/group_role_mappings"


@pytest.mark.parametrize("kind", NAMES)
def test_created_directory_is_returned_by_get_and_list(api: Api, kind: str) -> None:
    attribute = {"name": "Team", "key": "team", "directory_path": "team"}
    made = directory(api, kind, enterprise_connection_id=connection(api, custom_attributes=[attribute]), name="Okta")
    assert (made["object"], made["name"], made["provider"], made["enabled"]) == (kind, "Okta", "okta", True)
    assert made["custom_attributes"] == [{**attribute, "scim_path": "team", "multi_valued": False}]
    assert re.fullmatch(r"scim_\w+", made["api_key"])
    assert made["endpoint_url"].endswith(made["id"])
    shown = {**made, "api_key": None}
    assert api.get(f"{PATHS[kind]}/{made['id']}") == shown
    assert api.get(PATHS[kind]) == {"data": [shown], "total_count": 1}
    (other,) = set(NAMES) - {kind}
    assert api.get(PATHS[other])["data"] == [{**shown, "object": other}]


@pytest.mark.parametrize("kind", NAMES)
def test_name_is_that_of_the_connection_by_default(api: Api, kind: str) -> None:
    assert directory(api, kind)["name"] == "Acme"


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"provider": None}, "form_param_nil", "provider"),
        ({"provider": " "}, "form_param_nil", "provider"),
        ({"enterprise_connection_id": "entconn_x"}, "form_resource_not_found", "enterprise_connection_id"),
        ({"nope": 1}, "form_param_unknown", "nope"),
        ({"name": 1}, "form_param_type_invalid", "name"),
    ],
)
def test_rejects_invalid_directory(api: Api, kind: str, change: Json, code: str, param: str) -> None:
    body = {"enterprise_connection_id": connection(api), "provider": "okta", **change}
    refused = api.refused("POST", PATHS[kind], body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], [param])
    assert api.get(PATHS[kind])["total_count"] == 0


@pytest.mark.parametrize("kind", NAMES)
def test_connection_and_organization_have_one_directory(api: Api, kind: str) -> None:
    acme = organization(api)["id"]
    first, second = connection(api, organization_id=acme), connection(api, organization_id=acme)
    made = directory(api, kind, enterprise_connection_id=first)
    for one, status, code in [
        (first, 422, "scim_directory_enterprise_connection_already_used"),
        (second, 400, "scim_directory_organization_already_used"),
    ]:
        refused = api.refused("POST", PATHS[kind], {"enterprise_connection_id": one, "provider": "okta"})
        assert (refused.status, refused.codes, refused.params) == (status, [code], ["enterprise_connection_id"])
    api.delete(f"{PATHS[kind]}/{made['id']}")
    directory(api, kind, enterprise_connection_id=second)


@pytest.mark.parametrize("kind", NAMES)
def test_update_merges_the_attribute_mapping(api: Api, emulator: Emulator, kind: str) -> None:
    made = directory(api, kind)
    now = emulator.clock.freeze()
    body = {"name": " New ", "enabled": False, "attribute_mapping": {"first_name": None, "title": "title"}}
    changed = api.patch(f"{PATHS[kind]}/{made['id']}", body)
    mapping = {name: path for name, path in made["attribute_mapping"].items() if name != "first_name"}
    assert changed == {
        **made,
        "name": "New",
        "enabled": False,
        "attribute_mapping": {**mapping, "title": "title"},
        "api_key": None,
        "updated_at": now,
    }
    assert api.patch(f"{PATHS[kind]}/{made['id']}", {}) == changed
    for body, code in [({"name": ""}, "form_param_nil"), ({"enabled": "no"}, "form_param_type_invalid")]:
        refused = api.refused("PATCH", f"{PATHS[kind]}/{made['id']}", body)
        assert (refused.status, refused.codes) == (422, [code])


@pytest.mark.parametrize("kind", NAMES)
def test_rotation_returns_a_new_key(api: Api, kind: str) -> None:
    made = directory(api, kind)
    rotated = api.post(f"{PATHS[kind]}/{made['id']}/rotate_api_key")
    assert rotated["api_key"] != made["api_key"]
    assert api.get(f"{PATHS[kind]}/{made['id']}")["api_key"] is None


@pytest.mark.parametrize("kind", NAMES)
def test_deleted_and_unknown_directories_are_404(api: Api, kind: str) -> None:
    made, _ = enabled(api, kind)
    path = f"{PATHS[kind]}/{made['id']}"
    assert api.delete(path) == {"object": kind, "id": made["id"], "deleted": True}
    for method, rest, body in [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/rotate_api_key", None),
        ("GET", "/group_role_mappings", None),
        ("PUT", "/group_role_mappings", {"mappings": []}),
        ("POST", "/group_role_mappings", {"role_id": "role_x", "scim_group_id": "g"}),
        ("DELETE", "/group_role_mappings/x", None),
    ]:
        refused = api.refused(method, f"{path}{rest}", body)
        assert (refused.status, refused.codes) == (404, ["resource_not_found"])


@pytest.mark.parametrize("kind", NAMES)
def test_directory_ends_with_its_connection(api: Api, kind: str) -> None:
    made = directory(api, kind)
    api.delete(f"/enterprise_connections/{made['enterprise_connection_id']}")
    assert api.get(PATHS[kind])["total_count"] == 0


@pytest.mark.parametrize("kind", NAMES)
def test_wrong_key_cannot_list_directories(api: Api, kind: str) -> None:
    refused = api.refused("GET", PATHS[kind], headers={"Authorization": "Bearer sk_test_wrong"})
    assert (refused.status, refused.codes) == (401, ["clerk_key_invalid"])
    refused = api.refused("GET", PATHS[kind], params={"limit": 0})
    assert refused.codes == ["form_param_value_invalid"]


@pytest.mark.parametrize("kind", NAMES)
def test_mapping_is_returned_by_list(api: Api, kind: str) -> None:
    made, path = enabled(api, kind)
    mapping = api.post(path, {"scim_group_id": "engineers", "role_id": role(api)})
    assert mapping["object"] == f"{kind.removesuffix('_directory')}_group_role_mapping"
    assert mapping["directory_id"] == mapping["scim_directory_id"] == made["id"]
    assert mapping["directory_group_id"] == mapping["scim_group_id"] == "engineers"
    assert (mapping["role"]["key"], mapping["precedence"]) == ("org:admin", 1)
    assert api.get(path) == {"data": [mapping], "total_count": 1}
    assert api.delete(f"{path}/{mapping['id']}") == {"object": mapping["object"], "id": mapping["id"], "deleted": True}
    assert api.get(path) == {"data": [], "total_count": 0}
    assert api.refused("DELETE", f"{path}/{mapping['id']}").status == 404


@pytest.mark.parametrize("kind", NAMES)
def test_mappings_are_ordered_by_precedence(api: Api, kind: str) -> None:
    _, path = enabled(api, kind)
    for group, values in [("a", {}), ("b", {}), ("c", {"precedence": 1}), ("d", {"precedence": 9}), ("e", {})]:
        api.post(path, {"scim_group_id": group, "role_id": role(api), **values})
    shown = [(one["scim_group_id"], one["precedence"]) for one in api.get(path)["data"]]
    assert shown == [("c", 1), ("a", 2), ("b", 3), ("d", 9), ("e", 10)]


@pytest.mark.parametrize("kind", NAMES)
def test_replaced_mappings_have_the_order_of_the_list(api: Api, kind: str) -> None:
    admin, member = role(api), role(api, "org:member")
    group = {"scim_group_id": "a", "scim_group_display_name": "Team A", "role_id": admin}
    made = directory(api, kind, group_role_mappings=[group])
    assert made["group_role_mapping_enabled"] is True
    path = f"{PATHS[kind]}/{made['id']}/group_role_mappings"
    assert [one["directory_group_display_name"] for one in api.get(path)["data"]] == ["Team A"]
    entries = [{"scim_group_id": "b", "role_id": member}, {"scim_group_id": "a", "role_id": member}]
    replaced = api.put(path, {"mappings": entries})
    assert api.get(path) == replaced
    names = ("scim_group_id", "precedence", "scim_group_display_name")
    assert [tuple(one[name] for name in names) for one in replaced["data"]] == [("b", 1, ""), ("a", 2, "Team A")]
    for entries, code in [
        ([{"scim_group_id": "a", "role_id": admin}] * 2, "form_param_duplicate"),
        ([{"scim_group_id": "a"}], "form_param_missing"),
    ]:
        refused = api.refused("PUT", path, {"mappings": entries})
        assert (refused.status, refused.codes) == (422, [code])
    assert api.get(path) == replaced
    assert api.put(path, {"mappings": []}) == {"data": [], "total_count": 0}


@pytest.mark.parametrize("kind", NAMES)
def test_rejects_invalid_mapping(api: Api, kind: str) -> None:
    _, path = enabled(api, kind)
    api.post(path, {"scim_group_id": "taken", "role_id": role(api)})
    for body, status, code in [
        ({"scim_group_id": "taken", "role_id": role(api)}, 422, "form_already_exists"),
        ({"scim_group_id": "a", "role_id": "role_x"}, 404, "resource_not_found"),
        ({"scim_group_id": "a", "role_id": role(api), "precedence": 0}, 422, "form_param_value_invalid"),
        ({"role_id": role(api)}, 422, "form_param_missing"),
        ({"scim_group_id": "a"}, 422, "form_param_missing"),
    ]:
        refused = api.refused("POST", path, body)
        assert (refused.status, refused.codes) == (status, [code])
    assert api.get(path)["total_count"] == 1


def test_directory_group_has_two_names_that_must_agree(api: Api) -> None:
    _, path = enabled(api)
    body = {"directory_group_id": "a", "scim_group_id": "a", "role_id": role(api)}
    assert api.post(path, body)["scim_group_id"] == "a"
    refused = api.refused("POST", path, {**body, "scim_group_id": "b"})
    assert (refused.codes, refused.params) == (["form_param_value_conflict"], ["directory_group_id"])


@pytest.mark.parametrize("kind", NAMES)
def test_mappings_can_be_changed_only_if_enabled(api: Api, kind: str) -> None:
    path = f"{PATHS[kind]}/{directory(api, kind)['id']}/group_role_mappings"
    for method, rest, body in [
        ("POST", "", {"scim_group_id": "a", "role_id": role(api)}),
        ("PUT", "", {"mappings": []}),
        ("DELETE", "/x", None),
    ]:
        refused = api.refused(method, f"{path}{rest}", body)
        assert (refused.status, refused.codes) == (400, ["feature_not_enabled"])
    assert api.get(path) == {"data": [], "total_count": 0}
