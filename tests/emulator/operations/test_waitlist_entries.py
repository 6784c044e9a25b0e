"""Waitlist entries."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json


def wait(api: Api, address: str = "ada@example.com") -> Json:
    made: Json = api.post("/waitlist_entries", {"email_address": address, "notify": False})
    return made


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    made = wait(api, "Ada@Example.com")
    assert (made["email_address"], made["status"], made["invitation"]) == ("ada@example.com", "pending", None)
    assert made["is_locked"] is False
    assert api.get("/waitlist_entries") == {"data": [made], "total_count": 1}
    # An entry that exists is returned.
    assert wait(api) == made
    assert api.get("/waitlist_entries")["total_count"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "form_param_missing"),
        ({"email_address": "ada"}, "form_param_format_invalid"),
        ({"email_address": None}, "form_param_nil"),
    ],
)
def test_rejects_invalid_entry(api: Api, body: Json, code: str) -> None:
    refused = api.refused("POST", "/waitlist_entries", body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["email_address"])


def test_bulk_creates_entries(api: Api) -> None:
    old = wait(api, "a0@example.com")
    made = api.post("/waitlist_entries/bulk", [{"email_address": f"a{number}@example.com"} for number in range(50)])
    assert made[0] == old
    assert [one["email_address"] for one in made] == [f"a{number}@example.com" for number in range(50)]
    assert api.get("/waitlist_entries")["total_count"] == 50


@pytest.mark.parametrize(
    ("addresses", "status", "code"),
    [
        ([], 422, "form_param_value_invalid"),
        ([f"a{number}@example.com" for number in range(51)], 400, "bulk_size_exceeded"),
        (["a@example.com", "A@example.com"], 422, "form_param_duplicate"),
        (["a@example.com", "b"], 422, "form_param_format_invalid"),
    ],
)
def test_bulk_rejects_invalid_items(api: Api, addresses: list[str], status: int, code: str) -> None:
    refused = api.refused("POST", "/waitlist_entries/bulk", [{"email_address": one} for one in addresses])
    assert (refused.status, refused.codes) == (status, [code])
    assert api.get("/waitlist_entries")["total_count"] == 0


def test_invited_entry_is_completed_on_sign_up(api: Api, emulator: Emulator) -> None:
    made = wait(api)
    path = f"/waitlist_entries/{made['id']}"
    invited = api.post(f"{path}/invite")
    (invitation,) = api.get("/invitations")
    assert invited == {**made, "status": "invited", "invitation": invitation, "updated_at": invited["updated_at"]}
    for action in ("/invite", "/reject"):
        refused = api.refused("POST", f"{path}{action}")
        assert (refused.status, refused.codes) == (409, ["waitlist_entry_already_invited"])
    emulator.accept_invitation(invitation["id"])
    (entry,) = api.get("/waitlist_entries")["data"]
    assert (entry["status"], entry["invitation"]["status"]) == ("completed", "accepted")
    refused = api.refused("DELETE", path)
    assert (refused.status, refused.codes) == (409, ["waitlist_entry_already_completed"])


def test_entry_shows_current_invitation(api: Api, emulator: Emulator) -> None:
    api.post(f"/waitlist_entries/{wait(api)['id']}/invite")
    emulator.clock.advance(30 * 24 * 3600)
    (entry,) = api.get("/waitlist_entries")["data"]
    assert (entry["status"], entry["invitation"]["status"]) == ("invited", "expired")


def test_rejects_existing_user_unless_ignored(api: Api) -> None:
    made = wait(api)
    api.post("/invitations", {"email_address": "ada@example.com"})
    path = f"/waitlist_entries/{made['id']}/invite"
    refused = api.refused("POST", path, {"ignore_existing": False})
    assert (refused.status, refused.codes) == (400, ["duplicate_record"])
    api.user()
    refused = api.refused("POST", path, {})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_identifier_exists"], ["email_address"])
    assert api.get("/waitlist_entries")["data"] == [made]
    assert api.post(path, {"ignore_existing": True})["status"] == "invited"


def test_rejects_and_deletes_entry(api: Api) -> None:
    rejected = api.post(f"/waitlist_entries/{wait(api)['id']}/reject")
    assert (rejected["status"], rejected["invitation"]) == ("rejected", None)
    assert api.get("/waitlist_entries")["data"] == [rejected]
    refused = api.refused("POST", f"/waitlist_entries/{rejected['id']}/reject")
    assert (refused.status, refused.codes) == (409, ["waitlist_entry_already_rejected"])
    other = wait(api, "bob@example.com")
    gone = api.delete(f"/waitlist_entries/{other['id']}")
    assert gone == {"object": "waitlist_entry", "id": other["id"], "deleted": True}
    assert api.get("/waitlist_entries")["data"] == [rejected]


@pytest.mark.parametrize(("method", "action"), [("POST", "/invite"), ("POST", "/reject"), ("DELETE", "")])
def test_unknown_id_is_404(api: Api, method: str, action: str) -> None:
    refused = api.refused(method, f"/waitlist_entries/wle_none{action}")
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])


def test_list_filters_and_sorts(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = {}
    for address in ("b@example.com", "a@example.org", "c@example.com"):
        made[address[0]] = wait(api, address)["id"]
        emulator.clock.advance(1)
    for name in ("c", "b"):
        api.post(f"/waitlist_entries/{made[name]}/invite")
        emulator.clock.advance(1)

    def listed(**query: object) -> list[str]:
        return [one["email_address"][0] for one in api.get("/waitlist_entries", **query)["data"]]

    assert listed() == ["c", "a", "b"]
    assert listed(order_by="email_address") == ["a", "b", "c"]
    assert listed(order_by="-invited_at", status="invited") == ["b", "c"]
    assert listed(query="example.COM", limit=1) == ["c"]
    assert listed(query=made["a"]) == ["a"]
    assert listed(status="pending") == ["a"]
    assert api.refused("GET", "/waitlist_entries?order_by=status").params == ["order_by"]
    assert api.refused("GET", "/waitlist_entries?status=lost").params == ["status"]
