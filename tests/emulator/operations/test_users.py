"""Users: creation, identifiers, updates, deletion and lists."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api


def test_created_resource_is_returned_by_get_and_list(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    written = {
        "external_id": "ext-1",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "locale": "en-GB",
        "username": "Ada_1",
        "email_address": ["Ada@Example.com", "countess@example.com"],
        "phone_number": ["+1 555 555 0100"],
        "web3_wallet": ["0x" + "aB" * 20],
        "public_metadata": {"a": {"b": [1, None, 2.5]}},
        "private_metadata": {"p": "é"},
        "unsafe_metadata": {"u": True},
        "created_at": "2020-01-01T00:00:00Z",
        "legal_accepted_at": "2020-01-02T00:00:00.500+01:00",
        "delete_self_enabled": False,
        "create_organization_enabled": False,
        "create_organizations_limit": 3,
        "bypass_client_trust": True,
        "banned": True,
        "locked": True,
    }
    made = api.post("/users", written)
    read = api.get(f"/users/{made['id']}")
    assert read == made
    kept = {key: read[key] for key in written if key in read}
    same = {**{key: written[key] for key in kept}, "created_at": 1577836800000, "legal_accepted_at": 1577919600500}
    assert kept == {**same, "username": "ada_1"}
    assert [one["email_address"] for one in read["email_addresses"]] == ["ada@example.com", "countess@example.com"]
    assert read["primary_email_address_id"] == read["email_addresses"][0]["id"]
    assert read["phone_numbers"][0]["phone_number"] == "+15555550100"
    assert read["primary_phone_number_id"] == read["phone_numbers"][0]["id"]
    assert read["web3_wallets"][0]["web3_wallet"] == "0x" + "ab" * 20
    assert read["email_addresses"][0]["verification"]["strategy"] == "admin"
    assert read["lockout_expires_in_seconds"] == 3600


@pytest.mark.parametrize(
    ("body", "codes", "params"),
    [
        ({}, ["form_data_missing"], None),
        ({"email_address": ["nobody"]}, ["form_param_format_invalid"], ["email_address"]),
        ({"phone_number": ["12"]}, ["form_param_format_invalid"], ["phone_number"]),
        ({"email_address": "a@example.com"}, ["form_param_type_invalid"], ["email_address"]),
        ({"email_address": ["a@example.com"], "nope": 1}, ["form_param_unknown"], ["nope"]),
        ({"username": "abc"}, ["form_username_invalid_length"], ["username"]),
        ({"username": "12345"}, ["form_username_needs_non_number_char"], ["username"]),
        ({"username": "a b c"}, ["form_username_invalid_character"], ["username"]),
        ({"username": "+15555550100"}, ["form_username_cannot_be_phone_number"], ["username"]),
        ({"username": "ada_l", "password": "short"}, ["form_password_length_too_short"], ["password"]),
        ({"username": "ada_l", "password": "12345678"}, ["form_password_pwned"], ["password"]),
        ({"username": "ada_lovelace", "password": "ada_lovelace"}, ["form_password_matches_identifier"], ["password"]),
        ({"username": "ada_l", "password": "é" * 40}, ["form_password_size_in_bytes_exceeded"], ["password"]),
        ({"username": "ada_l", "password_digest": "x"}, ["form_conditional_param_missing"], ["password_hasher"]),
        (
            {"username": "ada_l", "password_digest": "x", "password_hasher": "md5"},
            ["form_password_digest_invalid_code"],
            ["password_digest"],
        ),
        ({"username": "ada_l", "totp_secret": "1!"}, ["invalid_totp_secret_code"], None),
        ({"username": "ada_l", "locale": "e"}, ["form_param_format_invalid"], ["locale"]),
        ({"username": "ada_l", "created_at": "yesterday"}, ["form_param_invalid_time"], ["created_at"]),
        ({"username": "ada_l", "created_at": "2999-01-01T00:00:00Z"}, ["form_disallow_future_date"], ["created_at"]),
        ({"username": "ada_l", "public_metadata": None}, ["form_param_nil"], ["public_metadata"]),
        (
            {"username": "ada_l", "public_metadata": {"a": "x" * 8192}},
            ["form_param_exceeds_allowed_size"],
            ["public_metadata"],
        ),
        (
            {"email_address": ["a@example.com"], "email_address_identification_status": ["verified", "reserved"]},
            ["form_param_array_length_mismatch"],
            ["email_address_identification_status"],
        ),
        (
            {"email_address": ["a@example.com"], "email_address_identification_status": ["odd"]},
            ["form_param_value_invalid"],
            ["email_address_identification_status"],
        ),
    ],
)
def test_rejects_invalid_user(api: Api, body: Any, codes: list[str], params: list[str] | None) -> None:
    problem = api.refused("POST", "/users", body)
    assert (problem.status, problem.codes) == (422, codes)
    if params:
        assert problem.params == params
    assert api.get("/users/count")["total_count"] == 0


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ({"email_address": ["a@example.com"]}, {"email_address": ["A@example.com"]}, "email_address"),
        ({"phone_number": ["+15555550100"]}, {"phone_number": ["+15555550100"]}, "phone_number"),
        ({"username": "ada_l"}, {"username": "ADA_L"}, "username"),
        ({"username": "ada_l", "external_id": "x"}, {"username": "bob_b", "external_id": "x"}, "external_id"),
    ],
)
def test_identifiers_are_unique(api: Api, first: Any, second: Any, name: str) -> None:
    api.post("/users", first)
    problem = api.refused("POST", "/users", second)
    assert (problem.status, problem.codes, problem.params) == (422, ["form_identifier_exists"], [name])
    assert api.get("/users/count")["total_count"] == 1


def test_unknown_user_is_404(api: Api) -> None:
    for method, path in [("GET", "/users/user_x"), ("PATCH", "/users/user_x"), ("DELETE", "/users/user_x")]:
        problem = api.refused(method, path, {} if method == "PATCH" else None)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    user = api.user(email_address=["a@example.com", "b@example.com"], first_name="Ada", username="ada_l")
    emulator.clock.advance(1)
    second = user["email_addresses"][1]["id"]
    changed = api.patch(f"/users/{user['id']}", {"last_name": "L", "username": "", "primary_email_address_id": second})
    assert changed == api.get(f"/users/{user['id']}")
    same = {key: value for key, value in user.items() if changed[key] == value}
    assert set(user) - set(same) == {"last_name", "username", "primary_email_address_id", "updated_at"}
    assert (changed["last_name"], changed["username"], changed["primary_email_address_id"]) == ("L", None, second)


def test_deleted_user_is_404(api: Api) -> None:
    user = api.user(email_address=["a@example.com"], external_id="x")
    assert api.delete(f"/users/{user['id']}") == {
        "object": "user",
        "id": user["id"],
        "deleted": True,
        "external_id": "x",
    }
    assert api.refused("GET", f"/users/{user['id']}").status == 404
    assert api.get("/users") == []
    api.user(email_address=["a@example.com"])


def test_list_filters_users(api: Api) -> None:
    ada = api.user(email_address=["ada@example.com"], first_name="Ada", external_id="one", username="ada_l")["id"]
    bob = api.user(phone_number=["+15555550101"], first_name="Bob", last_name="Ada%", banned=True)["id"]

    def found(**query: Any) -> set[str]:
        assert api.get("/users/count", **query)["total_count"] == len(api.get("/users", **query))
        return {one["id"] for one in api.get("/users", **query)}

    assert found() == {ada, bob}
    assert found(email_address=["ADA@example.com", "nobody@example.com"]) == {ada}
    assert found(phone_number="+15555550101") == {bob}
    assert found(username=["ada_l"]) == {ada}
    assert found(external_id="one") == found(external_id="+one") == {ada}
    assert found(external_id="-one") == set()
    assert found(user_id=[f"-{ada}"]) == {bob}
    assert found(user_id=[f"+{ada}", f"+{bob}"]) == {ada, bob}
    assert found(banned=True) == {bob}
    assert found(query="ADA") == {ada, bob}
    assert found(query="ada@") == {ada}
    assert found(name_query="a%") == {bob}
    assert found(email_address_query="EXAMPLE") == {ada}
    assert found(phone_number_query="0101") == {bob}
    assert found(username_query="_l") == {ada}
    assert found(created_at_after=1) == {ada, bob}
    assert found(created_at_before=1) == set()
    assert found(last_sign_in_at_after=1) == set()
    assert found(organization_id="org_x") == set()
    assert found(organization_id="-org_x") == {ada, bob}
    assert api.refused("GET", "/users", params={"user_id": ["x"] * 101}).codes == ["form_param_array_size_exceeded"]
    assert api.refused("GET", "/users", params={"provider_user_id": "1"}).params == ["provider"]


def test_list_sorts_and_paginates(api: Api) -> None:
    names = ["Carl", "Ada", "Bob", "Dora", "Ada"]
    ids = [api.user(username=f"user_{i}", first_name=name)["id"] for i, name in enumerate(names)]

    def listed(**query: Any) -> list[int]:
        return [ids.index(one["id"]) for one in api.get("/users", **query)]

    assert listed() == [4, 3, 2, 1, 0]
    assert listed(order_by="created_at") == listed(order_by="+created_at") == [0, 1, 2, 3, 4]
    assert listed(order_by="first_name") == [1, 4, 2, 0, 3]
    assert listed(order_by="-first_name,created_at") == [3, 0, 2, 4, 1]
    assert listed(limit=2, offset=1) == [3, 2]
    assert listed(limit=2, starting_after=ids[3]) == [2, 1]
    assert listed(order_by="+created_at", starting_after=ids[3]) == [4]
    for query in [
        {"order_by": "password"},
        {"starting_after": ids[0], "order_by": "first_name"},
        {"starting_after": ids[0], "offset": 1},
        {"starting_after": "user_x"},
        {"limit": 501},
        {"limit": 0},
        {"limit": "10.0"},
        {"offset": -1},
    ]:
        problem = api.refused("GET", "/users", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])
