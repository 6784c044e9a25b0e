"""Organizations: creation, limits, updates, metadata, logos, deletion and lists."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.organizations import ADMIN, MEMBER, ROLE_SET, invite, member, new_role, organization, user

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def logo(content: bytes, **fields: str) -> dict[str, Any]:
    return {"files": {"file": ("logo.png", content)}, "data": fields}


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    ada = user(api)
    written = {
        "name": " Acme & Sons ",
        "slug": "acme-1",
        "created_by": ada,
        "max_allowed_memberships": 7,
        "public_metadata": {"a": {"b": [1, None]}},
        "private_metadata": {"p": "é"},
        "created_at": "2020-01-01T00:00:00Z",
        "role_set_key": ROLE_SET,
    }
    made = api.post("/organizations", written)
    assert {key: made[key] for key in written} == {**written, "name": "Acme & Sons", "created_at": 1577836800000}
    assert made == api.get(f"/organizations/{made['id']}") == api.get("/organizations/acme-1")
    assert api.get("/organizations") == {"data": [made], "total_count": 1}
    assert made["object"] == "organization"
    assert made["id"].startswith("org_")
    assert made["has_image"] is False
    assert not {"members_count", "missing_member_with_elevated_permissions"} & set(made)


def test_name_is_sufficient(api: Api) -> None:
    made = organization(api, "Łódź  Works!")
    assert made["slug"] == "d-works"
    assert (made["max_allowed_memberships"], made["admin_delete_enabled"]) == (5, True)
    assert (made["public_metadata"], made["private_metadata"]) == ({}, {})
    assert "created_by" not in made
    assert api.get(f"/organizations/{made['id']}/memberships")["total_count"] == 0
    again = organization(api, "Łódź  Works!", slug=None, created_by=None, public_metadata=None)
    assert again["slug"].startswith("d-works-")
    assert organization(api, "日本")["slug"] == "organization"


def test_creator_becomes_admin(api: Api) -> None:
    ada = user(api)
    made = organization(api, created_by=ada)
    (first,) = api.get(f"/organizations/{made['id']}/memberships")["data"]
    assert (first["public_user_data"]["user_id"], first["role"]) == (ada, ADMIN)
    assert first["organization"] == made


@pytest.mark.parametrize(
    ("body", "status", "codes", "params"),
    [
        ({}, 422, ["form_param_missing"], ["name"]),
        ({"name": None}, 422, ["form_param_nil"], ["name"]),
        ({"name": "  "}, 422, ["form_param_nil"], ["name"]),
        ({"name": "x" * 257}, 422, ["form_param_max_length_exceeded"], ["name"]),
        ({"name": "see https://example.com"}, 422, ["form_param_format_invalid"], ["name"]),
        ({"name": "<b>Acme</b>"}, 422, ["form_param_format_invalid"], ["name"]),
        ({"name": "Acme", "slug": "Acme"}, 422, ["form_param_format_invalid"], ["slug"]),
        ({"name": "Acme", "slug": "a_b"}, 422, ["form_param_format_invalid"], ["slug"]),
        ({"name": "Acme", "slug": "taken"}, 422, ["form_identifier_exists"], ["slug"]),
        ({"name": "Acme", "created_by": "user_x"}, 400, ["organization_creator_not_found"], None),
        ({"name": "Acme", "max_allowed_memberships": -1}, 422, ["form_param_value_invalid"], None),
        ({"name": "Acme", "max_allowed_memberships": "5"}, 422, ["form_param_type_invalid"], None),
        ({"name": "Acme", "created_at": "2999-01-01T00:00:00Z"}, 422, ["form_disallow_future_date"], ["created_at"]),
        ({"name": "Acme", "created_at": "1"}, 422, ["form_param_invalid_time"], ["created_at"]),
        ({"name": "Acme", "role_set_key": "role_set:x"}, 422, ["form_resource_not_found"], ["role_set_key"]),
        ({"name": "Acme", "public_metadata": []}, 422, ["form_param_value_invalid"], ["public_metadata"]),
        (
            {"name": "Acme", "private_metadata": {"a": "x" * 8192}},
            422,
            ["form_param_exceeds_allowed_size"],
            ["private_metadata"],
        ),
        ({"name": "Acme", "nope": 1}, 422, ["form_param_unknown"], ["nope"]),
    ],
)
def test_rejects_invalid_organization(
    api: Api, body: Any, status: int, codes: list[str], params: list[str] | None
) -> None:
    organization(api, "Other", slug="taken")
    problem = api.refused("POST", "/organizations", body)
    assert (problem.status, problem.codes) == (status, codes)
    if params:
        assert problem.params == params
    assert api.get("/organizations")["total_count"] == 1


def test_accepts_name_of_256_characters(api: Api) -> None:
    assert organization(api, "x" * 256, slug="x")["name"] == "x" * 256
    # A less-than sign is not HTML.
    assert organization(api, "3 < 4 > 2")["name"] == "3 < 4 > 2"


def test_limits_organizations_per_user(api: Api) -> None:
    ada = user(api, create_organizations_limit=1)
    made = organization(api, created_by=ada)
    problem = api.refused("POST", "/organizations", {"name": "B", "created_by": ada})
    assert (problem.status, problem.codes) == (403, ["org_creation_limit_exceeded"])
    api.patch(f"/users/{ada}", {"create_organizations_limit": 0})
    organization(api, "B", created_by=ada)
    api.patch(f"/users/{ada}", {"create_organizations_limit": 2})
    assert api.refused("POST", "/organizations", {"name": "C", "created_by": ada}).status == 403
    api.delete(f"/organizations/{made['id']}")
    organization(api, "C", created_by=ada)


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = organization(api, slug="acme", public_metadata={"a": 1})
    emulator.clock.advance(1)
    path = f"/organizations/{made['id']}"
    changed = api.patch(path, {"name": "New", "max_allowed_memberships": 0, "admin_delete_enabled": False})
    assert changed == api.get(path)
    assert changed["updated_at"] > made["updated_at"]
    different = {"name": "New", "max_allowed_memberships": 0, "admin_delete_enabled": False}
    assert changed == {**made, **different, "updated_at": changed["updated_at"]}
    assert api.patch(path, {"slug": "acme"})["slug"] == "acme"
    changed = api.patch(path, {"slug": "acme-2", "created_at": "2020-01-01T00:00:00Z", "name": None})
    assert (changed["slug"], changed["created_at"], changed["name"]) == ("acme-2", 1577836800000, "New")
    assert api.refused("GET", "/organizations/acme").status == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": ""}, "form_param_nil"),
        ({"slug": "other"}, "form_identifier_exists"),
        ({"slug": "-"}, "form_param_format_invalid"),
        ({"max_allowed_memberships": -1}, "form_param_value_invalid"),
        ({"role_set_key": "role_set:x"}, "form_resource_not_found"),
        # Since version 2026-05-12 metadata have their own operations.
        ({"public_metadata": {}}, "form_param_unknown"),
    ],
)
def test_rejects_invalid_update(api: Api, body: Any, code: str) -> None:
    organization(api, "Other", slug="other")
    made = organization(api)
    problem = api.refused("PATCH", f"/organizations/{made['id']}", body)
    assert (problem.status, problem.codes) == (422, [code])
    assert api.get(f"/organizations/{made['id']}") == made


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PATCH", "/metadata"),
        ("PUT", "/metadata"),
        ("DELETE", "/logo"),
        ("PUT", "/logo"),
    ],
)
def test_unknown_organization_is_404(api: Api, method: str, path: str) -> None:
    options = logo(PNG) if (method, path) == ("PUT", "/logo") else {}
    body = {} if not options and method in ("PATCH", "PUT") else None
    problem = api.refused(method, f"/organizations/org_x{path}", body, **options)
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_slugs_can_be_disabled(api: Api) -> None:
    made = organization(api)
    api.patch("/instance/organization_settings", {"slug_disabled": True})
    organization(api)
    for method, path in [("POST", "/organizations"), ("PATCH", f"/organizations/{made['id']}")]:
        problem = api.refused(method, path, {"name": "Acme", "slug": "some"})
        assert (problem.status, problem.codes) == (403, ["organization_slugs_disabled"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/organizations"),
        ("POST", "/organizations"),
        ("GET", "/organization_roles"),
        ("GET", "/organization_permissions"),
        ("GET", "/role_sets"),
        ("GET", "/organization_domains"),
        ("GET", "/organization_invitations"),
        ("GET", "/organization_memberships"),
        ("GET", "/users/user_x/organization_memberships"),
        ("GET", "/users/user_x/organization_invitations"),
    ],
)
def test_organizations_can_be_disabled(api: Api, method: str, path: str) -> None:
    api.patch("/instance/organization_settings", {"enabled": False})
    problem = api.refused(method, path, {"name": "Acme"} if method == "POST" else None)
    assert (problem.status, problem.codes) == (403, ["organization_not_enabled_in_instance"])


def test_new_organizations_use_settings(api: Api) -> None:
    api.patch("/instance/organization_settings", {"max_allowed_memberships": 0, "admin_delete_enabled": False})
    made = organization(api)
    assert (made["max_allowed_memberships"], made["admin_delete_enabled"]) == (0, False)


def test_deleting_organization_deletes_its_resources(api: Api, emulator: Emulator) -> None:
    ada = user(api)
    made = organization(api, slug="acme", created_by=ada)
    path = f"/organizations/{made['id']}"
    other = organization(api, "Other", created_by=ada)
    invite(api, made["id"])
    domain = api.post(f"{path}/domains", {"name": "acme.com"})
    shown = api.put(f"{path}/logo", **logo(PNG))["image_url"]
    active = api.post("/sessions", {"user_id": ada, "active_organization_id": made["id"]})
    elsewhere = api.post("/sessions", {"user_id": ada, "active_organization_id": other["id"]})
    assert api.delete(path) == {"object": "organization", "id": made["id"], "deleted": True, "slug": "acme"}
    assert api.refused("GET", path).status == 404
    assert [one["id"] for one in api.get("/organizations")["data"]] == [other["id"]]
    assert api.get("/organization_memberships")["total_count"] == 1
    assert api.get("/organization_invitations") == {"data": [], "total_count": 0}
    assert api.get("/organization_domains") == {"data": [], "total_count": 0}
    assert api.get(f"/sessions/{active['id']}")["last_active_organization_id"] is None
    assert api.get(f"/sessions/{active['id']}")["status"] == "active"
    assert api.get(f"/sessions/{elsewhere['id']}")["last_active_organization_id"] == other["id"]
    assert api.http.get(shown).content != PNG
    # Its unique values can be used again.
    again = organization(api, slug="acme")
    assert api.post(f"/organizations/{again['id']}/domains", {"name": "acme.com"})["id"] != domain["id"]


def test_merges_or_replaces_metadata(api: Api) -> None:
    made = organization(api, public_metadata={"a": {"b": 1, "c": 2}, "d": [1]}, private_metadata={"p": 1})
    path = f"/organizations/{made['id']}"
    merged = api.patch(f"{path}/metadata", {"public_metadata": {"a": {"b": None, "e": 3}, "d": [2]}})
    assert merged["public_metadata"] == {"a": {"c": 2, "e": 3}, "d": [2]}
    assert merged["private_metadata"] == {"p": 1}
    replaced = api.put(f"{path}/metadata", {"public_metadata": {"x": None}, "private_metadata": {}})
    assert (replaced["public_metadata"], replaced["private_metadata"]) == ({"x": None}, {})
    assert api.get(path) == replaced
    assert api.put(f"{path}/metadata", {})["public_metadata"] == {"x": None}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"public_metadata": 1}, "form_param_value_invalid"),
        ({"unsafe_metadata": {}}, "form_param_unknown"),
        ({"private_metadata": {"b": "x" * 8192}}, "form_param_exceeds_allowed_size"),
    ],
)
def test_rejects_invalid_metadata(api: Api, method: str, body: Any, code: str) -> None:
    made = organization(api, private_metadata={"a": 1})
    problem = api.refused(method, f"/organizations/{made['id']}/metadata", body)
    assert (problem.status, problem.codes) == (422, [code])
    assert api.get(f"/organizations/{made['id']}") == made


def test_rejects_merging_null_metadata(api: Api) -> None:
    path = f"/organizations/{organization(api)['id']}/metadata"
    assert api.refused("PATCH", path, {"public_metadata": None}).codes == ["form_param_nil"]


def test_uploaded_logo_is_served(api: Api) -> None:
    made = organization(api)
    path = f"/organizations/{made['id']}/logo"
    with_logo = api.put(path, **logo(PNG, uploader_user_id=user(api)))
    assert with_logo["has_image"] is True
    assert with_logo["logo_url"] == with_logo["image_url"] != made["image_url"]
    served = api.http.get(with_logo["image_url"])
    assert (served.content, served.headers["content-type"]) == (PNG, "image/png")
    other = api.put(path, **logo(b"GIF89a" + PNG))
    assert api.http.get(other["image_url"]).headers["content-type"] == "image/gif"
    assert api.http.get(with_logo["image_url"]).content != PNG
    without = api.delete(path)
    assert without == api.get(f"/organizations/{made['id']}")
    assert (without["has_image"], without["image_url"]) == (False, made["image_url"])
    problem = api.refused("DELETE", path)
    assert (problem.status, problem.codes) == (404, ["image_not_found"])


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({}, 400, "form_param_missing"),
        (logo(b"no image"), 400, "request_body_invalid"),
        (logo(PNG + bytes(10 * 1024 * 1024)), 413, "image_too_large"),
        (logo(PNG, uploader_user_id="user_x"), 422, "form_resource_not_found"),
        (logo(PNG, nope="x"), 422, "form_param_unknown"),
        ({"json": {}}, 415, "unsupported_content_type"),
    ],
)
def test_rejects_logo_that_is_not_an_image(api: Api, options: Any, status: int, code: str) -> None:
    made = organization(api)
    problem = api.refused("PUT", f"/organizations/{made['id']}/logo", **options)
    assert (problem.status, problem.codes) == (status, [code])
    assert api.get(f"/organizations/{made['id']}") == made


def test_list_filters_sorts_and_paginates(api: Api, emulator: Emulator) -> None:
    ada, bob = user(api), user(api, "bob")
    emulator.clock.freeze()
    big = organization(api, "Beta", slug="the-big-one", created_by=ada)["id"]
    emulator.clock.advance(1)
    small = organization(api, "alpha", created_by=bob)["id"]
    emulator.clock.advance(1)
    empty = organization(api, "Gamma%")["id"]
    member(api, big, bob)

    def found(**query: Any) -> list[str]:
        response = api.get("/organizations", **query)
        assert response["total_count"] >= len(response["data"])
        return [one["id"] for one in response["data"]]

    assert found() == found(order_by="-created_at") == [empty, small, big]
    assert found(order_by="name") == [big, empty, small]
    assert found(order_by="-members_count") == [big, small, empty]
    assert found(order_by="+members_count", limit=1, offset=1) == [small]
    assert found(query="LPH") == [small]
    assert found(query="big-") == found(query=big) == [big]
    assert found(query=big[:-1]) == []
    assert found(query="%") == [empty]
    assert found(user_id=[ada]) == [big]
    assert found(user_id=[f"+{ada}", bob]) == [small, big]
    assert found(user_id=[f"-{ada}"]) == [empty, small]
    assert found(user_id=["user_x"]) == []
    assert found(organization_id=[f"+{big}", "org_x"]) == [big]
    assert found(organization_id=[f"-{big}"]) == [empty, small]
    for query in [{"order_by": "slug"}, {"limit": 501}, {"limit": 0}, {"offset": -1}]:
        assert api.refused("GET", "/organizations", params=query).codes == ["form_param_value_invalid"]
    too_many = api.refused("GET", "/organizations", params={"organization_id": ["org_x"] * 101})
    assert too_many.codes == ["form_param_array_size_exceeded"]


def test_counts_are_included_on_request(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    ada = user(api)
    made = organization(api, created_by=ada)
    path = f"/organizations/{made['id']}"
    member(api, made["id"], user(api, "bob"))
    invite(api, made["id"], "carl@example.com", expires_in_days=1)
    invite(api, made["id"], "dora@example.com", expires_in_days=2)
    counted = api.get(path, include_members_count=True)
    assert counted == {**made, "members_count": 2, "pending_invitations_count": 2}
    assert api.get("/organizations", include_members_count=True)["data"] == [counted]
    emulator.clock.advance(24 * 3600)
    assert api.get(path, include_members_count=True)["pending_invitations_count"] == 1
    flag = {"include_missing_member_with_elevated_permissions": True}
    assert api.get(path, **flag)["missing_member_with_elevated_permissions"] is False
    api.delete(f"/users/{ada}")
    assert api.get(path, **flag)["missing_member_with_elevated_permissions"] is True
    assert api.get("/organizations", **flag)["data"][0]["missing_member_with_elevated_permissions"] is True
    assert api.get(path, include_members_count=True)["members_count"] == 1


def test_role_set_must_contain_roles_in_use(api: Api) -> None:
    new_role(api)
    ada = user(api)
    made = organization(api, created_by=ada)
    path = f"/organizations/{made['id']}"
    leaders = {"creator_role_key": ADMIN, "default_role_key": ADMIN}
    small = api.post("/role_sets", {"name": "Small", "roles": [ADMIN], **leaders})["key"]
    big = api.post("/role_sets", {"name": "Big", "roles": [ADMIN, "org:editor"], **leaders})["key"]
    assert api.patch(path, {"role_set_key": small})["role_set_key"] == small
    problem = api.refused("POST", f"{path}/memberships", {"user_id": user(api, "bob"), "role": MEMBER})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_value_invalid"], ["role"])
    api.patch(path, {"role_set_key": big})
    member(api, made["id"], user(api, "carl"), "org:editor")
    problem = api.refused("PATCH", path, {"role_set_key": small})
    assert problem.status == 422
    assert problem.errors == [("organization_role_on_set_assigned_to_user", {"role_key": "org:editor"})]
    assert api.get(path)["role_set_key"] == big
