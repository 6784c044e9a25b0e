"""Lists of users that are read again: what is kept of unchanged users never hides a change."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.users import user_accounts
from tests.emulator.api import Api
from tests.emulator.domain.enterprise.test_provisioning import directory


@pytest.fixture(autouse=True)
def equal_lists(api: Api) -> None:
    """Two users. The list is read, so that it is known when it is read again."""
    for name in ("ada", "grace"):
        api.user(username=f"{name}_1", email_address=[f"{name}@example.com"])
    user_accounts._kept_user.cache_clear()
    assert_list_is_current(api)
    assert user_accounts._kept_user.cache_info().currsize == 2


def assert_list_is_current(api: Api) -> None:
    listed = api.get("/users", order_by="created_at")
    assert listed == [api.get(f"/users/{user['id']}") for user in listed]


def test_unchanged_users_are_not_built_again(api: Api) -> None:
    assert_list_is_current(api)
    assert user_accounts._kept_user.cache_info().hits == 2


def test_changed_user_is_listed_as_it_is_now(api: Api) -> None:
    user, _ = api.get("/users", order_by="created_at")
    api.patch(f"/users/{user['id']}/metadata", {"public_metadata": {"plan": "pro"}})
    assert api.get("/users", order_by="created_at")[0]["public_metadata"] == {"plan": "pro"}
    assert_list_is_current(api)


def test_changed_identification_is_listed_as_it_is_now(api: Api) -> None:
    user, _ = api.get("/users", order_by="created_at")
    added = api.post("/email_addresses", {"user_id": user["id"], "email_address": "other@example.com"})
    assert_list_is_current(api)
    api.patch(f"/email_addresses/{added['id']}", {"verified": True})
    assert_list_is_current(api)
    api.delete(f"/email_addresses/{added['id']}")
    assert_list_is_current(api)


def test_lock_expires_in_lists(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    user, _ = api.get("/users", order_by="created_at")
    api.post(f"/users/{user['id']}/lock")
    assert [one["lockout_expires_in_seconds"] for one in api.get("/users", order_by="created_at")] == [3600, None]
    emulator.clock.advance(1800)
    assert [one["lockout_expires_in_seconds"] for one in api.get("/users", order_by="created_at")] == [1800, None]
    emulator.clock.advance(1800)
    assert [one["locked"] for one in api.get("/users", order_by="created_at")] == [False, False]
    assert_list_is_current(api)


def test_changed_connection_is_listed_as_it_is_now(api: Api, emulator: Emulator) -> None:
    acme = directory(api)
    emulator.provision_user(acme["id"], "okta_1", email_address="alan@acme.com")
    assert_list_is_current(api)
    api.patch(f"/enterprise_connections/{acme['enterprise_connection_id']}", {"name": "Acme Corporation"})
    names = [one["enterprise_connection"]["name"] for user in api.get("/users") for one in user["enterprise_accounts"]]
    assert names == ["Acme Corporation"]
    assert_list_is_current(api)


def test_images_have_the_origin_of_each_request(api: Api) -> None:
    images = {one["image_url"] for one in api.get("/users")}
    port = api.http.base_url.port
    other = api.http.get("/users", headers={"Host": f"localhost:{port}"}).json()
    assert {one["image_url"] for one in other} == {one.replace("127.0.0.1", "localhost") for one in images} != images


def test_user_cannot_have_an_identifier_twice(api: Api) -> None:
    twice = {"email_address": ["alan@example.com", "Alan@example.com"]}
    problem = api.refused("POST", "/users", twice)
    assert (problem.codes, problem.params) == (["form_identifier_exists"], ["email_address"])
    assert len(api.get("/users")) == 2


def test_reset_restores_lists(api: Api, emulator: Emulator) -> None:
    emulator.reset()
    assert api.get("/users") == []
    api.user(username="ada_2")
    assert_list_is_current(api)
