"""Invitations to organizations."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from clerk_emulator import ClerkAPIError, Emulator
from tests.emulator.api import Api
from tests.emulator.organizations import ADMIN, MEMBER, invite, member, new_role, organization, permission, user

DAY = 24 * 3600


def test_created_resource_is_returned_by_get_and_list(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    ada = api.user(username="ada_l", first_name="Ada", last_name="L")
    acme = organization(api, created_by=ada["id"])
    path = f"/organizations/{acme['id']}/invitations"
    made = invite(
        api,
        acme["id"],
        "Bob@Example.com",
        role=ADMIN,
        inviter_user_id=ada["id"],
        public_metadata={"a": [1]},
        private_metadata={"b": None},
        redirect_url="https://example.com/join",
        notify=False,
        expires_in_days=2,
    )
    assert made == {
        "object": "organization_invitation",
        "id": made["id"],
        "email_address": "bob@example.com",
        "role": ADMIN,
        "role_name": "Admin",
        "organization_id": acme["id"],
        "inviter_id": ada["id"],
        "public_inviter_data": {
            "user_id": ada["id"],
            "first_name": "Ada",
            "last_name": "L",
            "identifier": "ada_l",
            "has_image": False,
            "image_url": ada["image_url"],
        },
        "public_metadata": {"a": [1]},
        "private_metadata": {"b": None},
        "status": "pending",
        "url": made["url"],
        "expires_at": now + 2 * DAY * 1000,
        "created_at": now,
        "updated_at": now,
    }
    assert made["id"].startswith("orginv_")
    ticket = jwt.decode(made["url"].partition("ticket=")[2], options={"verify_signature": False})
    assert (ticket["sid"], ticket["rurl"]) == (made["id"], "https://example.com/join")
    assert api.get(f"{path}/{made['id']}") == made
    assert api.get(path) == api.get(f"{path}/pending") == {"data": [made], "total_count": 1}


def test_invitation_expires_after_thirty_days_by_default(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    acme = organization(api)["id"]
    path = f"/organizations/{acme}/invitations"
    made = invite(api, acme, expires_in_days=None, inviter_user_id=None)
    assert made["expires_at"] - made["created_at"] == 30 * DAY * 1000
    assert (made["inviter_id"], made["public_inviter_data"], made["public_metadata"]) == (None, None, {})
    emulator.clock.advance(milliseconds=30 * DAY * 1000 - 1)
    assert api.get(f"{path}/pending")["total_count"] == 1
    emulator.clock.advance(milliseconds=1)
    assert api.get(f"{path}/{made['id']}")["status"] == "expired"
    assert api.get(f"{path}/pending") == {"data": [], "total_count": 0}
    assert api.get("/organization_invitations", status="expired")["total_count"] == 1
    problem = api.refused("POST", f"{path}/{made['id']}/revoke")
    assert (problem.status, problem.codes) == (404, ["organization_invitation_not_pending"])
    # Invitations that are not pending do not prevent another one.
    assert invite(api, acme)["status"] == "pending"


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"email_address": "bob"}, 422, "form_param_format_invalid", "email_address"),
        ({"email_address": None}, 422, "form_param_nil", "email_address"),
        ({"role": "org:x"}, 404, "resource_not_found", "role"),
        ({"role": "org:outside"}, 422, "form_param_value_invalid", "role"),
        ({"expires_in_days": 0}, 422, "form_param_value_invalid", "expires_in_days"),
        ({"expires_in_days": 366}, 422, "form_param_value_invalid", "expires_in_days"),
        ({"redirect_url": "nowhere"}, 422, "form_param_format_invalid", "redirect_url"),
        ({"private_metadata": {"a": "x" * 8192}}, 422, "form_param_exceeds_allowed_size", "private_metadata"),
        ({"inviter_user_id": "user_x"}, 403, "not_a_member_in_organization", None),
        ({"email_address": "ADA@example.com"}, 400, "already_a_member_in_organization", None),
        ({"email_address": "ASKED@example.com"}, 400, "organization_invitation_not_unique", None),
        ({"nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_invitation(api: Api, change: Any, status: int, code: str, param: str | None) -> None:
    new_role(api, "org:outside", in_set=False)
    acme = organization(api, created_by=user(api))["id"]
    before = invite(api, acme, "asked@example.com")
    path = f"/organizations/{acme}/invitations"
    problem = api.refused("POST", path, {"email_address": "bob@example.com", "role": MEMBER, **change})
    assert (problem.status, problem.codes) == (status, [code])
    if param:
        assert problem.params == [param]
    if code != "organization_invitation_not_unique":
        # An invalid item rejects the whole request.
        other = {"email_address": "fine@example.com", "role": MEMBER}
        bad = {"email_address": "bob@example.com", "role": MEMBER, **change}
        assert api.refused("POST", f"{path}/bulk", [other, bad]).codes == [code]
    assert api.get(path)["data"] == [before]


def test_rejects_invitation_longer_than_a_year(api: Api) -> None:
    made = invite(api, organization(api)["id"], expires_in_days=365)
    assert made["expires_at"] - made["created_at"] == 365 * DAY * 1000


def test_only_managers_of_members_invite_and_revoke(api: Api) -> None:
    ada, bob = user(api), user(api, "bob")
    acme = organization(api, created_by=ada)["id"]
    member(api, acme, bob)
    path = f"/organizations/{acme}/invitations"
    made = invite(api, acme, "carl@example.com")
    for target, body in [
        (path, {"email_address": "d@example.com", "role": MEMBER, "inviter_user_id": bob}),
        (f"{path}/{made['id']}/revoke", {"requesting_user_id": bob}),
    ]:
        problem = api.refused("POST", target, body)
        assert problem.status == 403
        permissions = {"permissions": ["org:sys_memberships:manage"]}
        assert problem.errors == [("missing_organization_permission", permissions)]
    problem = api.refused("POST", f"{path}/{made['id']}/revoke", {"requesting_user_id": "user_x"})
    assert (problem.status, problem.codes) == (403, ["not_a_member_in_organization"])
    manage = permission(api, "org:sys_memberships:manage")["id"]
    new_role(api, "org:manager", permissions=[manage])
    api.patch(f"/organizations/{acme}/memberships/{bob}", {"role": "org:manager"})
    assert invite(api, acme, "d@example.com", inviter_user_id=bob)["inviter_id"] == bob
    assert api.post(f"{path}/{made['id']}/revoke", {"requesting_user_id": bob})["status"] == "revoked"


def test_invitation_keeps_deleted_inviter(api: Api) -> None:
    ada = user(api)
    acme = organization(api, created_by=ada)["id"]
    made = invite(api, acme, inviter_user_id=ada)
    api.delete(f"/users/{ada}")
    shown = api.get(f"/organizations/{acme}/invitations/{made['id']}")
    assert (shown["inviter_id"], shown["public_inviter_data"]) == (ada, None)


def test_only_pending_invitations_can_be_revoked(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    path = f"/organizations/{acme}/invitations"
    made = invite(api, acme)
    emulator.clock.advance(1)
    revoked = api.post(f"{path}/{made['id']}/revoke")
    assert revoked == {**made, "status": "revoked", "updated_at": revoked["updated_at"]}
    assert revoked == api.get(f"{path}/{made['id']}")
    problem = api.refused("POST", f"{path}/{made['id']}/revoke", {"requesting_user_id": None})
    assert (problem.status, problem.codes) == (404, ["organization_invitation_not_pending"])
    assert api.get(f"{path}/pending")["total_count"] == 0
    assert invite(api, acme)["id"] != made["id"]


def test_bulk_creates_invitations(api: Api) -> None:
    acme = organization(api, max_allowed_memberships=0)["id"]
    path = f"/organizations/{acme}/invitations"
    items = [{"email_address": f"a{number}@example.com", "role": MEMBER} for number in range(11)]
    items[0] |= {"role": ADMIN, "public_metadata": {"n": 0}, "expires_in_days": 1}
    problem = api.refused("POST", f"{path}/bulk", items)
    assert (problem.status, problem.codes) == (400, ["bulk_size_exceeded"])
    assert api.refused("POST", f"{path}/bulk", []).status == 422
    assert api.refused("POST", f"{path}/bulk", {}).status == 400
    made = api.post(f"{path}/bulk", items[:10])
    assert made["total_count"] == 10
    assert [(one["email_address"], one["role"]) for one in made["data"]] == [
        (item["email_address"], item["role"]) for item in items[:10]
    ]
    assert made["data"][0]["public_metadata"] == {"n": 0}
    assert api.get(path, limit=20, order_by="+created_at") == made


def test_bulk_rejects_duplicate_invitations(api: Api) -> None:
    acme = organization(api)["id"]
    path = f"/organizations/{acme}/invitations"
    item = {"email_address": "a@example.com", "role": MEMBER}
    problem = api.refused("POST", f"{path}/bulk", [item, {**item, "email_address": "A@example.com"}])
    assert problem.status == 400
    assert problem.errors == [("duplicate_record", {"email_addresses": ["a@example.com"]})]
    assert api.get(path)["total_count"] == 0
    api.post(f"{path}/bulk", [item])
    assert api.refused("POST", f"{path}/bulk", [item]).codes == ["duplicate_record"]


def test_bulk_respects_membership_limit(api: Api) -> None:
    acme = organization(api, max_allowed_memberships=2)["id"]
    path = f"/organizations/{acme}/invitations"
    items = [{"email_address": f"a{number}@example.com", "role": MEMBER} for number in range(3)]
    problem = api.refused("POST", f"{path}/bulk", items)
    assert (problem.status, problem.codes) == (403, ["organization_membership_quota_exceeded"])
    assert api.get(path)["total_count"] == 0
    assert api.post(f"{path}/bulk", items[:2])["total_count"] == 2


def test_accepting_invitation_creates_membership(api: Api, emulator: Emulator) -> None:
    acme = organization(api, max_allowed_memberships=1)["id"]
    made = invite(api, acme, role=ADMIN, public_metadata={"a": 1}, private_metadata={"b": 2})
    bob = user(api, "bob")
    emulator.accept_organization_invitation(made["id"], bob)
    (membership,) = api.get(f"/organizations/{acme}/memberships")["data"]
    assert (membership["public_user_data"]["user_id"], membership["role"]) == (bob, ADMIN)
    assert (membership["public_metadata"], membership["private_metadata"]) == ({"a": 1}, {"b": 2})
    assert api.get(f"/organizations/{acme}/invitations/{made['id']}")["status"] == "accepted"
    assert api.refused("POST", f"/organizations/{acme}/invitations/{made['id']}/revoke").status == 404
    with pytest.raises(ClerkAPIError, match="organization_invitation_not_pending"):
        emulator.accept_organization_invitation(made["id"], bob)


def test_only_the_invited_user_can_accept(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = invite(api, acme)
    reserved = api.user(email_address=["bob@example.com"], email_address_identification_status=["reserved"])["id"]
    for who in (user(api, "carl"), reserved):
        with pytest.raises(ClerkAPIError, match="organization_invitation_identification_not_exist"):
            emulator.accept_organization_invitation(made["id"], who)
    assert api.get("/organization_memberships")["total_count"] == 0
    assert api.get(f"/organizations/{acme}/invitations/{made['id']}") == made


def test_adding_invited_member_accepts_invitation(api: Api) -> None:
    acme = organization(api, max_allowed_memberships=1)["id"]
    made = invite(api, acme, public_metadata={"a": 1, "b": 1}, private_metadata={"p": 1})
    membership = member(api, acme, user(api, "bob"), ADMIN, public_metadata={"b": 2})
    assert (membership["role"], membership["public_metadata"]) == (ADMIN, {"a": 1, "b": 2})
    assert membership["private_metadata"] == {"p": 1}
    assert api.get(f"/organizations/{acme}/invitations/{made['id']}")["status"] == "accepted"


def test_lists_of_an_organization(api: Api, emulator: Emulator) -> None:
    acme = organization(api, max_allowed_memberships=0)["id"]
    invite(api, organization(api, "Other")["id"], "x@example.com")
    made = {}
    for name in ("b", "c", "a"):
        made[name] = invite(api, acme, f"{name}@example.com")["id"]
    path = f"/organizations/{acme}/invitations"
    emulator.accept_organization_invitation(made["b"], user(api, "b"))
    api.post(f"{path}/{made['c']}/revoke")

    def found(rest: str = "", **query: Any) -> str:
        return "".join(one["email_address"][0] for one in api.get(path + rest, **query)["data"])

    assert found() == found(order_by="-created_at") == "acb"
    assert found(order_by="email_address") == "abc"
    assert found(order_by="-email_address", limit=1, offset=1) == "b"
    assert found(status="pending") == found("/pending") == "a"
    assert found(status="accepted") == "b"
    assert found(status="revoked") == "c"
    assert found(email_address="C@example.com") == "c"
    assert found(email_address="@example.com") == ""
    for query in [{"status": "odd"}, {"order_by": "status"}, {"limit": 0}]:
        problem = api.refused("GET", path, params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])
    assert api.refused("GET", f"{path}/pending", params={"limit": 501}).status == 422


def test_lists_of_the_instance(api: Api) -> None:
    acme, other = organization(api), organization(api, "Other")
    first = invite(api, acme["id"], "b@example.com")
    invite(api, other["id"], "a@example.org")
    response = api.get("/organization_invitations")
    assert response["total_count"] == 2
    public = {name: acme[name] for name in ("id", "name", "slug", "has_image", "image_url")}
    assert response["data"][1] == {**first, "public_organization_data": public}

    def found(**query: Any) -> str:
        return "".join(one["email_address"][0] for one in api.get("/organization_invitations", **query)["data"])

    assert found() == "ab"
    assert found(order_by="created_at") == "ba"
    assert found(order_by="-email_address", limit=1) == "b"
    assert found(query="EXAMPLE.org") == "a"
    assert found(status="pending") == "ab"
    assert found(status="revoked") == ""
    for query in [{"status": "odd"}, {"order_by": "role"}, {"offset": -1}]:
        problem = api.refused("GET", "/organization_invitations", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_lists_invitations_of_user(api: Api, emulator: Emulator) -> None:
    bob = api.user(email_address=["bob@example.com", "b@example.com"])["id"]
    acme, other = organization(api), organization(api, "Other")
    one = invite(api, acme["id"], "bob@example.com")["id"]
    two = invite(api, other["id"], "B@example.com")["id"]
    invite(api, acme["id"], "carl@example.com")
    path = f"/users/{bob}/organization_invitations"
    response = api.get(path)
    assert response["total_count"] == 2
    assert [(held["id"], held["public_organization_data"]["name"]) for held in response["data"]] == [
        (two, "Other"),
        (one, "Acme"),
    ]
    emulator.accept_organization_invitation(one, bob)
    assert [held["id"] for held in api.get(path, status="accepted")["data"]] == [one]
    assert [held["id"] for held in api.get(path, status="pending")["data"]] == [two]
    assert [held["id"] for held in api.get(path, limit=1, offset=1)["data"]] == [one]
    assert api.refused("GET", path, params={"status": "odd"}).status == 422
    problem = api.refused("GET", "/users/user_x/organization_invitations")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_unknown_invitation_or_organization_is_404(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    made = invite(api, acme)["id"]
    for path in (f"{acme}/invitations/orginv_x", f"{other}/invitations/{made}", f"org_x/invitations/{made}"):
        for method, rest in [("GET", ""), ("POST", "/revoke")]:
            problem = api.refused(method, f"/organizations/{path}{rest}")
            assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    item = {"email_address": "a@example.com", "role": MEMBER}
    for method, rest, body in [
        ("GET", "", None),
        ("GET", "/pending", None),
        ("POST", "", item),
        ("POST", "/bulk", [item]),
    ]:
        assert api.refused(method, f"/organizations/org_x/invitations{rest}", body).status == 404
