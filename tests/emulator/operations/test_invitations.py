"""Invitations to the application."""

from __future__ import annotations

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from tests.emulator.api import Api, Json

DAY = 24 * 3600


def invite(api: Api, address: str = "ada@example.com", **values: object) -> Json:
    made: Json = api.post("/invitations", {"email_address": address, **values})
    return made


def test_created_resource_is_returned_by_get_and_list(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    made = invite(
        api,
        "Ada@Example.com",
        public_metadata={"plan": {"seats": 2}},
        redirect_url="https://example.com/welcome",
        notify=False,
        template_slug="waitlist_invitation",
        expires_in_days=3,
    )
    assert made["email_address"] == "ada@example.com"
    assert made["public_metadata"] == {"plan": {"seats": 2}}
    assert (made["status"], made["created_at"], made["expires_at"]) == ("pending", now, now + 3 * DAY * 1000)
    assert "ticket=ey" in made["url"]
    assert api.get("/invitations") == [made]


def test_invitation_expires_after_thirty_days_by_default(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = invite(api, expires_in_days=None)
    assert made["expires_at"] - made["created_at"] == 30 * DAY * 1000
    emulator.clock.advance(milliseconds=30 * DAY * 1000 - 1)
    assert api.get("/invitations", status="pending") == [made]
    emulator.clock.advance(milliseconds=1)
    assert api.get("/invitations", status="pending") == []
    (expired,) = api.get("/invitations", status="expired")
    assert (expired["id"], expired["status"]) == (made["id"], "expired")
    # Invitations that are not pending do not prevent another one.
    assert invite(api)["status"] == "pending"


@pytest.mark.parametrize(
    ("body", "codes", "params"),
    [
        ({}, ["form_param_missing"], ["email_address"]),
        ({"email_address": "ada"}, ["form_param_format_invalid"], ["email_address"]),
        ({"email_address": 1}, ["form_param_type_invalid"], ["email_address"]),
        ({"email_address": "a@example.com", "nope": 1}, ["form_param_unknown"], ["nope"]),
        ({"email_address": "a@example.com", "expires_in_days": 0}, ["form_param_value_invalid"], ["expires_in_days"]),
        ({"email_address": "a@example.com", "expires_in_days": 366}, ["form_param_value_invalid"], ["expires_in_days"]),
        ({"email_address": "a@example.com", "template_slug": "x"}, ["form_param_value_invalid"], ["template_slug"]),
        ({"email_address": "a@example.com", "redirect_url": "x"}, ["form_param_format_invalid"], ["redirect_url"]),
        (
            {"email_address": "a@example.com", "public_metadata": {"a": "x" * 8192}},
            ["form_param_exceeds_allowed_size"],
            ["public_metadata"],
        ),
    ],
)
def test_rejects_invalid_invitation(api: Api, body: Json, codes: list[str], params: list[str]) -> None:
    refused = api.refused("POST", "/invitations", body)
    assert (refused.status, refused.codes, refused.params) == (422, codes, params)
    assert api.get("/invitations") == []


def test_accepts_longest_and_shortest_expiration(api: Api) -> None:
    for days in (1, 365):
        made = invite(api, f"a{days}@example.com", expires_in_days=days)
        assert made["expires_at"] - made["created_at"] == days * DAY * 1000


def test_rejects_duplicate_invitation_unless_ignored(api: Api) -> None:
    invite(api)
    refused = api.refused("POST", "/invitations", {"email_address": "ADA@example.com"})
    assert refused.status == 400
    assert refused.errors == [("duplicate_record", {"email_addresses": ["ada@example.com"]})]
    invite(api, ignore_existing=True)
    assert api.get("/invitations", paginated="true")["total_count"] == 2


def test_rejects_existing_user_unless_ignored(api: Api) -> None:
    api.user()
    refused = api.refused("POST", "/invitations", {"email_address": "ada@example.com"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_identifier_exists"], ["email_address"])
    assert invite(api, ignore_existing=True)["status"] == "pending"


def test_revoked_invitation_cannot_be_accepted_or_revoked_again(api: Api, emulator: Emulator) -> None:
    made = invite(api)
    path = f"/invitations/{made['id']}/revoke"
    revoked = api.post(path)
    assert revoked == {**made, "status": "revoked", "revoked": True, "updated_at": revoked["updated_at"]}
    assert api.get("/invitations") == []
    assert api.get("/invitations", status="revoked") == [revoked]
    refused = api.refused("POST", path)
    assert (refused.status, refused.codes) == (400, ["invitation_already_revoked"])
    refused = api.refused("POST", "/invitations/inv_none/revoke")
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    with pytest.raises(ClerkAPIError, match="invitation_already_revoked"):
        emulator.accept_invitation(made["id"])
    # A revoked invitation prevents neither another one nor a user with the address.
    assert invite(api)["id"] != made["id"]
    assert api.user()["id"]


def test_accepting_invitation_creates_user_with_its_metadata(api: Api, emulator: Emulator) -> None:
    made = invite(api, public_metadata={"plan": {"seats": 2, "kind": "free"}})
    user = emulator.accept_invitation(made["id"], first_name="Ada", public_metadata={"plan": {"kind": "paid"}})
    read = api.get(f"/users/{user['id']}")
    assert (read["first_name"], read["public_metadata"]) == ("Ada", {"plan": {"seats": 2, "kind": "paid"}})
    assert [one["verification"]["status"] for one in read["email_addresses"]] == ["verified"]
    assert read["email_addresses"][0]["email_address"] == "ada@example.com"
    (accepted,) = api.get("/invitations")
    assert accepted["status"] == "accepted"
    refused = api.refused("POST", f"/invitations/{made['id']}/revoke")
    assert (refused.status, refused.codes) == (400, ["invitation_already_accepted"])
    with pytest.raises(ClerkAPIError, match="invitation_already_accepted"):
        emulator.accept_invitation(made["id"])


def test_expired_invitation_is_rejected_and_failed_sign_up_keeps_it_pending(api: Api, emulator: Emulator) -> None:
    made = invite(api)
    with pytest.raises(ClerkAPIError, match="form_username_invalid_length"):
        emulator.accept_invitation(made["id"], username="a")
    assert [one["status"] for one in api.get("/invitations")] == ["pending"]
    emulator.clock.advance(31 * DAY)
    with pytest.raises(ClerkAPIError, match="ticket_expired_code"):
        emulator.accept_invitation(made["id"])
    assert api.get("/users") == []


def test_list_filters_and_sorts(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    days = {"b@example.com": 9, "a@example.org": 5, "c@example.com": 7}
    for address, count in days.items():
        invite(api, address, expires_in_days=count)
        emulator.clock.advance(1)

    def listed(**query: object) -> list[str]:
        return [one["email_address"][0] for one in api.get("/invitations", **query)]

    assert listed() == ["c", "a", "b"]
    assert listed(order_by="email_address") == ["a", "b", "c"]
    assert listed(order_by="-expires_at") == ["b", "c", "a"]
    assert listed(order_by="+created_at", limit=2, offset=1) == ["a", "c"]
    assert listed(query="EXAMPLE.COM") == ["c", "b"]
    (one,) = api.get("/invitations", query="a@example.org")
    assert listed(query=one["id"]) == ["a"]
    assert listed(status="accepted") == []
    assert api.refused("GET", "/invitations?order_by=status").params == ["order_by"]
    assert api.refused("GET", "/invitations?status=lost").params == ["status"]


def test_bulk_creates_invitations(api: Api) -> None:
    items = [{"email_address": f"a{number}@example.com", "public_metadata": {"n": number}} for number in range(10)]
    made = api.post("/invitations/bulk", items)
    assert [one["public_metadata"]["n"] for one in made] == list(range(10))
    assert sorted(one["id"] for one in api.get("/invitations")) == sorted(one["id"] for one in made)


def test_bulk_is_atomic(api: Api) -> None:
    invite(api, "a@example.com")
    items = [{"email_address": one} for one in ("new@example.com", "a@example.com", "b@example.com", "B@example.com")]
    refused = api.refused("POST", "/invitations/bulk", items)
    assert refused.status == 400
    assert refused.errors == [("duplicate_record", {"email_addresses": ["a@example.com", "b@example.com"]})]
    assert len(api.get("/invitations")) == 1
    again = [{**item, "ignore_existing": True} for item in items]
    assert len(api.post("/invitations/bulk", again)) == 4


def test_bulk_always_rejects_existing_users(api: Api) -> None:
    api.user()
    items = [{"email_address": "b@example.com"}, {"email_address": "ada@example.com", "ignore_existing": True}]
    refused = api.refused("POST", "/invitations/bulk", items)
    assert (refused.status, refused.codes, refused.params) == (422, ["form_identifier_exists"], ["email_address"])
    assert api.get("/invitations") == []


@pytest.mark.parametrize(
    ("items", "status", "code"),
    [
        ([], 422, "form_param_value_invalid"),
        ([{"email_address": f"a{number}@example.com"} for number in range(11)], 400, "bulk_size_exceeded"),
        ([{"email_address": "a@example.com"}, {"email_address": "b"}], 422, "form_param_format_invalid"),
        ([{"email_address": "a@example.com"}, {}], 422, "form_param_missing"),
        ({"email_address": "a@example.com"}, 400, "request_body_invalid"),
    ],
)
def test_bulk_rejects_invalid_items(api: Api, items: object, status: int, code: str) -> None:
    refused = api.refused("POST", "/invitations/bulk", items)
    assert (refused.status, refused.codes) == (status, [code])
    assert api.get("/invitations") == []
