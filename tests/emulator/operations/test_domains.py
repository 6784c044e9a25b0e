"""Domains of the instance."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json


def primary(api: Api) -> Json:
    (found,) = [one for one in api.get("/domains")["data"] if not one["is_satellite"]]
    return dict(found)


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    first = primary(api)
    assert first["frontend_api_url"].endswith(".clerk.accounts.dev")
    made = api.post("/domains", {"name": "Satellite.example.com", "is_satellite": True})
    assert (made["name"], made["is_satellite"]) == ("satellite.example.com", True)
    assert made["frontend_api_url"] == "https://clerk.satellite.example.com"
    assert api.get("/domains") == {"data": [made, first], "total_count": 2}
    changed = api.patch(f"/domains/{made['id']}", {"name": "localhost:3000"})
    assert changed == {**made, "name": "localhost:3000", "frontend_api_url": "https://clerk.localhost:3000"}
    assert api.patch(f"/domains/{made['id']}", {"name": None, "proxy_url": None}) == changed
    assert api.delete(f"/domains/{made['id']}") == {"object": "domain", "id": made["id"], "deleted": True}
    assert api.get("/domains")["data"] == [first]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "a.example.com"}, 422, "form_param_missing"),
        ({"name": "a.example.com", "is_satellite": False}, 422, "primary_domain_already_exists"),
        ({"name": "https://a.example.com", "is_satellite": True}, 422, "form_param_format_invalid"),
        ({"name": "a", "is_satellite": True}, 422, "form_param_format_invalid"),
        ({"name": "taken.example.com", "is_satellite": True}, 422, "form_already_exists"),
        (
            {"name": "a.example.com", "is_satellite": True, "proxy_url": "https://x.org"},
            400,
            "domain_update_forbidden",
        ),
    ],
)
def test_rejects_invalid_domain(api: Api, body: Json, status: int, code: str) -> None:
    api.post("/domains", {"name": "taken.example.com", "is_satellite": True})
    refused = api.refused("POST", "/domains", body)
    assert (refused.status, refused.codes) == (status, [code])
    assert api.get("/domains")["total_count"] == 2


def test_primary_domain_can_be_changed_not_deleted(api: Api) -> None:
    first = primary(api)
    changed = api.patch(f"/domains/{first['id']}", {"name": "my.example.com:3000"})
    assert changed == {**first, "name": "my.example.com:3000"}
    refused = api.refused("DELETE", f"/domains/{first['id']}")
    assert (refused.status, refused.codes) == (403, ["operation_not_allowed_on_primary_domain"])
    assert primary(api) == changed


def test_rejects_unknown_and_duplicate_domains(api: Api) -> None:
    for method, body in (("PATCH", {"name": "a.example.com"}), ("DELETE", None)):
        refused = api.refused(method, "/domains/dmn_none", body)
        assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    made = api.post("/domains", {"name": "a.example.com", "is_satellite": True})
    refused = api.refused("PATCH", f"/domains/{primary(api)['id']}", {"name": made["name"]})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_already_exists"], ["name"])
    refused = api.refused("PATCH", f"/domains/{made['id']}", {"proxy_url": "https://example.com/proxy"})
    assert (refused.status, refused.codes) == (400, ["domain_update_forbidden"])
    assert api.get("/domains")["data"][0] == made


@pytest.mark.parametrize(("method", "path"), [("POST", "/instance/change_domain"), ("PUT", "/beta_features/domain")])
@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"home_url": "https://www.example.com"}, "example.com"),
        ({"home_url": "https://www.example.com", "is_secondary": True}, "www.example.com"),
    ],
)
def test_changing_domain_signs_out(api: Api, emulator: Emulator, method: str, path: str, body: Json, name: str) -> None:
    user = api.user()
    emulator.sign_in(user["id"])
    send = api.post if method == "POST" else api.put
    assert send(path, body) is None
    assert primary(api)["name"] == name
    assert [one["status"] for one in api.get("/sessions", user_id=user["id"])] == ["revoked"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/instance/change_domain"), ("PUT", "/beta_features/domain")])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "form_param_missing"),
        ({"home_url": "example.com"}, "form_param_format_invalid"),
        ({"home_url": "https://127.0.0.1"}, "form_param_format_invalid"),
        ({"home_url": "https://taken.org"}, "form_already_exists"),
    ],
)
def test_rejects_invalid_home_url(api: Api, method: str, path: str, body: Json, code: str) -> None:
    api.post("/domains", {"name": "taken.org", "is_satellite": True})
    before = primary(api)
    refused = api.refused(method, path, body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["home_url"])
    assert primary(api) == before


def test_wrong_key_cannot_read_domains(api: Api) -> None:
    refused = api.refused("GET", "/domains", headers={"Authorization": "Bearer sk_test_wrong"})
    assert (refused.status, refused.codes) == (401, ["clerk_key_invalid"])
