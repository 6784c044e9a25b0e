"""Permissions of organizations."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.organizations import ADMIN, new_role, permission, role

PATH = "/organization_permissions"


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    written = {"key": "org:posts:write_all", "name": "Write posts", "description": "All of them"}
    made = api.post(PATH, written)
    assert {key: made[key] for key in written} == written
    assert (made["object"], made["type"], made["id"][:5]) == ("permission", "user", "perm_")
    assert api.get(f"{PATH}/{made['id']}") == made == api.get(PATH, limit=1)["data"][0]
    assert api.post(PATH, {"key": "org:posts:read", "name": "Read"})["description"] == ""


def test_system_permissions_cannot_be_changed(api: Api) -> None:
    own = api.get(PATH)["data"]
    assert {one["key"] for one in own} == {
        f"org:sys_{rest}"
        for rest in (
            "profile:manage",
            "profile:delete",
            "memberships:read",
            "memberships:manage",
            "domains:read",
            "domains:manage",
            "billing:read",
            "billing:manage",
            "entconns:manage",
        )
    }
    assert {one["type"] for one in own} == {"system"}
    for method, body in [("PATCH", {"name": "Mine"}), ("DELETE", None)]:
        problem = api.refused(method, f"{PATH}/{own[0]['id']}", body)
        assert (problem.status, problem.codes) == (403, ["organization_system_permission_not_modifiable"])
    assert api.get(PATH)["data"] == own


@pytest.mark.parametrize(
    ("body", "codes", "params"),
    [
        ({}, ["form_param_missing"] * 2, ["key", "name"]),
        ({"key": "org:posts:read", "name": ""}, ["form_param_nil"], ["name"]),
        ({"key": "", "name": "x"}, ["form_param_nil"], ["key"]),
        ({"key": "org:posts:taken", "name": "x"}, ["form_already_exists"], ["key"]),
        ({"key": "org:posts:read", "name": "x", "nope": 1}, ["form_param_unknown"], ["nope"]),
        *(
            ({"key": key, "name": "x"}, ["form_param_format_invalid"], ["key"])
            for key in (
                "posts:read",
                "org:posts",
                "org:Posts:read",
                "org:posts:read:all",
                "org:sys_posts:read",
                "org::",
            )
        ),
    ],
)
def test_rejects_invalid_permission(api: Api, body: Any, codes: list[str], params: list[str]) -> None:
    api.post(PATH, {"key": "org:posts:taken", "name": "Taken"})
    problem = api.refused("POST", PATH, body)
    assert (problem.status, problem.codes, sorted(problem.params)) == (422, codes, params)
    assert api.get(PATH)["total_count"] == 10


def test_updating_permission_updates_roles(api: Api, emulator: Emulator) -> None:
    made = api.post(PATH, {"key": "org:posts:read", "name": "Read", "description": "Old"})
    new_role(api, permissions=[made["id"]])
    emulator.clock.advance(1)
    changed = api.patch(f"{PATH}/{made['id']}", {"key": "org:posts:see", "name": "See"})
    assert changed == {**made, "key": "org:posts:see", "name": "See", "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > made["updated_at"]
    assert role(api, "org:editor")["permissions"] == [changed]
    assert api.patch(f"{PATH}/{made['id']}", {"description": ""})["description"] == ""
    # The former key can be used again, and its own key is not a duplicate.
    api.post(PATH, {"key": "org:posts:read", "name": "x"})
    assert api.patch(f"{PATH}/{made['id']}", {"key": "org:posts:see"})["key"] == "org:posts:see"
    for body, code in [
        ({"key": "org:posts:read"}, "form_already_exists"),
        ({"key": "org:sys_x:y"}, "form_param_format_invalid"),
        ({"name": ""}, "form_param_nil"),
        ({"name": None}, "form_param_nil"),
    ]:
        problem = api.refused("PATCH", f"{PATH}/{made['id']}", body)
        assert (problem.status, problem.codes) == (422, [code])


def test_deleting_permission_removes_it_from_roles(api: Api) -> None:
    made = api.post(PATH, {"key": "org:posts:read", "name": "Read"})
    new_role(api, permissions=[made["id"]])
    admin = role(api, ADMIN)
    api.post(f"/organization_roles/{admin['id']}/permissions/{made['id']}")
    assert api.delete(f"{PATH}/{made['id']}") == {"object": "permission", "id": made["id"], "deleted": True}
    assert role(api, "org:editor")["permissions"] == []
    assert role(api, ADMIN)["permissions"] == admin["permissions"]
    assert api.refused("GET", f"{PATH}/{made['id']}").status == 404


def test_unknown_permission_is_404(api: Api) -> None:
    for method, body in [("GET", None), ("PATCH", {}), ("DELETE", None)]:
        problem = api.refused(method, f"{PATH}/perm_x", body)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_list_filters_sorts_and_paginates(api: Api) -> None:
    made = [api.post(PATH, {"key": f"org:zoo:{name}", "name": f"{name} zoo"}) for name in ("b", "c", "a")]

    def found(**query: Any) -> list[str]:
        return [one["key"][-1] for one in api.get(PATH, **query)["data"]]

    assert found(query="ZOO") == ["a", "c", "b"]
    assert found(query="zoo:") == found(query=" zoo", order_by="-created_at") == ["a", "c", "b"]
    assert found(query=made[1]["id"]) == ["c"]
    assert found(query=made[1]["id"][:-1]) == []
    assert found(query="zoo", order_by="+created_at") == ["b", "c", "a"]
    assert found(query="zoo", order_by="key") == found(query="zoo", order_by="name") == ["a", "b", "c"]
    assert found(query="zoo", order_by="-name", limit=1, offset=1) == ["b"]
    assert api.get(PATH, query="zoo", limit=1)["total_count"] == 3
    assert permission(api, "org:sys_profile:delete")["id"] in [
        one["id"] for one in api.get(PATH, query="delete")["data"]
    ]
    problem = api.refused("GET", PATH, params={"order_by": "description"})
    assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])
