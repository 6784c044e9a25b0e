"""The allow-list, the block-list, and other restrictions on accounts."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json

WALLET = "0x" + "aB" * 20
LISTS = ["allowlist", "blocklist"]


def restrict(api: Api, **values: object) -> None:
    api.patch("/instance/restrictions", values)


def listed(api: Api, name: str) -> list[Json]:
    found: list[Json] = api.get(f"/{name}_identifiers", **({"paginated": "true"} if name == "allowlist" else {}))[
        "data"
    ]
    return found


def refusal(api: Api, **user: object) -> tuple[int, list[tuple[str, Json]]]:
    refused = api.refused("POST", "/users", user)
    return refused.status, refused.errors


def not_allowed(value: str) -> tuple[int, list[tuple[str, Json]]]:
    return 403, [("not_allowed_access", {"identifiers": [value]})]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("written", "kept", "kind"),
    [
        ("Ada@Example.com", "ada@example.com", "email_address"),
        ("*@Example.com", "*@example.com", "email_address"),
        ("*@*.example.com", "*@*.example.com", "email_address"),
        ("Example.com", "example.com", "email_address"),
        ("+1 555 555 0100", "+15555550100", "phone_number"),
        (WALLET, WALLET.lower(), "web3_wallet"),
    ],
)
def test_created_resource_is_returned_by_get_and_list(api: Api, name: str, written: str, kept: str, kind: str) -> None:
    made = api.post(f"/{name}_identifiers", {"identifier": written})
    assert (made["object"], made["identifier"], made["identifier_type"]) == (f"{name}_identifier", kept, kind)
    assert made["instance_id"] == api.get("/instance")["id"]
    assert listed(api, name) == [made]
    gone = api.delete(f"/{name}_identifiers/{made['id']}")
    assert gone == {"object": f"{name}_identifier", "id": made["id"], "deleted": True}
    assert listed(api, name) == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "form_param_missing"),
        ({"identifier": "ada"}, "form_param_format_invalid"),
        ({"identifier": "+1"}, "form_param_format_invalid"),
        ({"identifier": "a*@example.com*"}, "form_param_format_invalid"),
        ({"identifier": "*@*.*.com"}, "form_param_format_invalid"),
        ({"identifier": "*"}, "form_param_format_invalid"),
        ({"identifier": ["a@example.com"]}, "form_param_type_invalid"),
    ],
)
def test_rejects_invalid_identifier(api: Api, name: str, body: Json, code: str) -> None:
    refused = api.refused("POST", f"/{name}_identifiers", body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["identifier"])


@pytest.mark.parametrize("name", LISTS)
def test_rejects_duplicate_identifier(api: Api, name: str) -> None:
    api.post(f"/{name}_identifiers", {"identifier": "ada@example.com"})
    refused = api.refused("POST", f"/{name}_identifiers", {"identifier": "ADA@example.com"})
    assert (refused.status, refused.codes) == (400, ["duplicate_record"])
    refused = api.refused("DELETE", f"/{name}_identifiers/none")
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])


def test_allow_list_can_be_paginated(api: Api) -> None:
    made = [api.post("/allowlist_identifiers", {"identifier": f"a{number}@example.com"}) for number in range(3)]
    assert api.get("/allowlist_identifiers", limit=2) == [made[2], made[1]]
    assert api.get("/allowlist_identifiers", limit=2, paginated="true")["total_count"] == 3
    assert api.refused("GET", "/allowlist_identifiers?limit=501").params == ["limit"]


def test_notify_invites_allowed_address(api: Api) -> None:
    made = api.post("/allowlist_identifiers", {"identifier": "ada@example.com", "notify": True})
    (invitation,) = api.get("/invitations")
    assert (made["invitation_id"], invitation["email_address"]) == (invitation["id"], "ada@example.com")
    for identifier in ("*@example.com", "+15555550100", WALLET):
        assert "invitation_id" not in api.post("/allowlist_identifiers", {"identifier": identifier, "notify": True})
    assert "invitation_id" not in api.post("/allowlist_identifiers", {"identifier": "b@example.com"})
    assert len(api.get("/invitations")) == 1


def test_lists_apply_only_when_enabled(api: Api) -> None:
    api.post("/blocklist_identifiers", {"identifier": "ada@example.com"})
    api.post("/allowlist_identifiers", {"identifier": "bob@example.com"})
    assert api.user()["id"]


@pytest.mark.parametrize(
    ("entry", "blocked", "free"),
    [
        ("ada@example.com", ["ada@example.com", "ADA@example.com", "ada+x@example.com"], ["adam@example.com"]),
        ("*@example.com", ["ada@example.com"], ["ada@sub.example.com", "ada@badexample.com"]),
        ("example.com", ["ada@example.com", "bob+x@EXAMPLE.com"], ["ada@sub.example.com"]),
        ("*@*.example.com", ["ada@sub.example.com", "ada@a.b.example.com"], ["ada@example.com", "ada@xexample.com"]),
        ("ada+x@example.com", ["ada+x@example.com"], ["ada@example.com", "ada+y@example.com"]),
    ],
)
def test_block_list_matches_email_addresses(api: Api, entry: str, blocked: list[str], free: list[str]) -> None:
    api.post("/blocklist_identifiers", {"identifier": entry})
    restrict(api, blocklist=True)
    for address in blocked:
        assert refusal(api, email_address=[address]) == not_allowed(address.lower())
    for address in free:
        assert api.user(email_address=[address])["id"]
    assert len(api.get("/users")) == len(free)


def test_block_list_matches_phone_numbers_and_wallets(api: Api) -> None:
    for identifier in ("+15555550100", WALLET):
        api.post("/blocklist_identifiers", {"identifier": identifier})
    restrict(api, blocklist=True)
    assert refusal(api, phone_number=["+1 (555) 555-0100"]) == not_allowed("+15555550100")
    assert refusal(api, web3_wallet=[WALLET.upper().replace("X", "x")]) == not_allowed(WALLET.lower())
    assert api.user(phone_number=["+15555550101"], web3_wallet=["0x" + "ac" * 20])["id"]


def test_lists_apply_to_added_identifiers(api: Api) -> None:
    user = api.user()
    api.post("/blocklist_identifiers", {"identifier": "example.org"})
    api.post("/blocklist_identifiers", {"identifier": "+15555550100"})
    restrict(api, blocklist=True)
    for path, body in [
        ("/email_addresses", {"user_id": user["id"], "email_address": "ada@example.org"}),
        ("/phone_numbers", {"user_id": user["id"], "phone_number": "+15555550100"}),
    ]:
        refused = api.refused("POST", path, body)
        assert (refused.status, refused.codes) == (403, ["not_allowed_access"])
    refused = api.refused("PUT", f"/users/{user['id']}/email_address", {"email_address": "ada@example.org"})
    assert (refused.status, refused.codes) == (403, ["not_allowed_access"])
    # The rejected request changed nothing, and existing users stay.
    assert api.get(f"/users/{user['id']}") == user


def test_empty_allow_list_rejects_everyone(api: Api) -> None:
    restrict(api, allowlist=True)
    assert refusal(api, email_address=["ada@example.com"]) == not_allowed("ada@example.com")
    # Usernames cannot be listed.
    assert api.user(username="ada_l")["id"]


def test_allow_list_takes_precedence_over_block_list(api: Api) -> None:
    for entry in ("*@example.com", "+15555550100", WALLET):
        api.post("/allowlist_identifiers", {"identifier": entry})
    api.post("/blocklist_identifiers", {"identifier": "ada@example.com"})
    restrict(api, allowlist=True, blocklist=True)
    user = api.user(
        email_address=["ada@example.com", "ada+x@example.com"], phone_number=["+15555550100"], web3_wallet=[WALLET]
    )
    assert len(user["email_addresses"]) == 2
    for value in ("ada@example.org", "ada@sub.example.com"):
        assert refusal(api, email_address=[value]) == not_allowed(value)
    assert refusal(api, phone_number=["+15555550101"]) == not_allowed("+15555550101")
    assert refusal(api, email_address=["bob@example.com", "bob@example.org"]) == not_allowed("bob@example.org")
    restrict(api, allowlist=False)
    api.delete(f"/users/{user['id']}")
    assert refusal(api, email_address=["ada@example.com"]) == not_allowed("ada@example.com")


def test_allowed_address_does_not_allow_subaddresses(api: Api) -> None:
    api.post("/allowlist_identifiers", {"identifier": "ada@example.com"})
    restrict(api, allowlist=True)
    assert refusal(api, email_address=["ada+x@example.com"]) == not_allowed("ada+x@example.com")


def test_subaddresses_can_be_blocked(api: Api) -> None:
    restrict(api, block_email_subaddresses=True)
    for address in ("ada+x@example.com", "ada=x@example.com", "ada#x@example.com"):
        status, errors = refusal(api, email_address=[address])
        assert (status, errors) == (403, [("not_allowed_access", {"param_name": "email_address"})])
    assert api.user(email_address=["ada.x@example.com"])["id"]


def test_disposable_addresses_can_be_blocked(api: Api) -> None:
    assert api.user(email_address=["ada@mailinator.com"])["id"]
    restrict(api, block_disposable_email_domains=True)
    status, errors = refusal(api, email_address=["bob@mailinator.com"])
    assert (status, errors) == (403, [("form_email_address_blocked", {"param_name": "email_address"})])
    assert api.user(email_address=["bob@example.com"])["id"]


def test_countries_can_be_blocked(api: Api, emulator: Emulator) -> None:
    api.patch("/instance/communication", {"blocked_country_codes": ["CA", "KZ"]})
    for number in ("+14165550100", "+77012345678"):
        status, errors = refusal(api, phone_number=[number])
        assert (status, errors) == (403, [("not_allowed_access", {"param_name": "phone_number"})])
    for number in ("+12125550100", "+79012345678", "+442079460000", "+9991234567"):
        assert api.user(phone_number=[number])["id"]
    assert emulator.problems == []


def test_wrong_key_cannot_read_lists(api: Api) -> None:
    for name in LISTS:
        refused = api.refused("GET", f"/{name}_identifiers", headers={"Authorization": "Bearer sk_test_wrong"})
        assert (refused.status, refused.codes) == (401, ["clerk_key_invalid"])


@pytest.mark.parametrize("name", LISTS)
def test_plan_without_the_lists_refuses_them(api: Api, emulator: Emulator, name: str) -> None:
    path = f"/{name}_identifiers"
    entry = api.post(path, {"identifier": "ada@example.com"})["id"]
    emulator.update_settings(users={"allowlist_and_blocklist": False})
    for method, where, body in (
        ("GET", path, None),
        ("POST", path, {"identifier": "bob@example.com"}),
        ("DELETE", f"{path}/{entry}", None),
    ):
        refused = api.refused(method, where, body)
        expected = [("unsupported_subscription_plan_features", {"unsupported_features": [name]})]
        assert (refused.status, refused.errors) == (402, expected)
    emulator.update_settings(users={"allowlist_and_blocklist": True})
    assert [one["id"] for one in listed(api, name)] == [entry]
