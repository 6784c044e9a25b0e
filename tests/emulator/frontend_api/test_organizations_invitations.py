"""Invitations to organizations through the Frontend API, by members and by the invited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import create_user, new_member, new_organization, sign_in


@pytest.fixture
def organization(admin: Browser) -> str:
    """The path of Ada's organization."""
    return f"/organizations/{new_organization(admin)}"


@pytest.fixture
def grace(api: Api) -> Json:
    """A further user."""
    return create_user(api, "grace")


@pytest.fixture
def invited(emulator: Emulator, grace: Json) -> Iterator[Browser]:
    """Grace's browser."""
    with sign_in(emulator, grace) as browser:
        yield browser


def invite(browser: Browser, organization: str, address: str = "grace@example.com", **values: str) -> Json:
    """Invite an address as the person in a browser, and return the invitation."""
    body = {"email_address": address, "role": "org:member", **values}
    invitation: Json = browser.post(f"{organization}/invitations", body)
    return invitation


def test_invitation_is_sent_and_listed(
    emulator: Emulator, admin: Browser, api: Api, organization: str, ada: Json
) -> None:
    invitation = invite(admin, organization)
    assert (invitation["status"], invitation["role"]) == ("pending", "org:member")
    assert {"private_metadata", "inviter_id"} & set(invitation) == set()
    stored = api.get(f"{organization}/invitations/{invitation['id']}")
    assert (stored["email_address"], stored["inviter_id"]) == ("grace@example.com", ada["id"])
    (email,) = [one["data"] for one in emulator.events if one["type"] == "email.created"]
    assert (email["slug"], email["to_email_address"]) == ("organization_invitation", "grace@example.com")
    page = admin.get(f"{organization}/invitations", status="pending")
    assert [one["id"] for one in page["data"]] == [invitation["id"]]
    assert page["data"][0]["public_organization_data"]["name"] == "Engines"
    assert [one["id"] for one in admin.get(f"{organization}/invitations/pending")] == [invitation["id"]]


def test_ticket_of_the_invitation_is_only_in_the_email(admin: Browser, organization: str) -> None:
    assert invite(admin, organization)["url"] is None


def test_several_people_are_invited_at_once(admin: Browser, organization: str) -> None:
    addresses = ["grace@example.com", "alan@example.com"]
    invited = admin.post(f"{organization}/invitations/bulk", {"email_address": addresses, "role": "org:member"})
    assert [one["email_address"] for one in invited] == addresses
    assert admin.get(organization)["pending_invitations_count"] == 2


def test_bulk_invitation_of_an_invited_person_invites_nobody(admin: Browser, organization: str) -> None:
    invite(admin, organization)
    body = {"email_address": ["alan@example.com", "grace@example.com"], "role": "org:member"}
    problem = admin.refused("POST", f"{organization}/invitations/bulk", body)
    assert (problem.status, problem.codes) == (400, ["duplicate_record"])
    assert problem.errors[0][1]["email_addresses"] == ["grace@example.com"]
    assert admin.get(f"{organization}/invitations")["total_count"] == 1


@pytest.mark.parametrize(
    ("address", "role", "status", "code"),
    [
        ("grace@example.com", "org:member", 400, "organization_invitation_not_unique"),
        ("ada@example.com", "org:member", 400, "already_a_member_in_organization"),
        ("nobody", "org:member", 422, "form_param_format_invalid"),
        ("alan@example.com", "org:none", 404, "resource_not_found"),
    ],
)
def test_invalid_invitations_are_rejected(
    admin: Browser, organization: str, address: str, role: str, status: int, code: str
) -> None:
    invite(admin, organization)
    problem = admin.refused("POST", f"{organization}/invitations", {"email_address": address, "role": role})
    assert (problem.status, problem.codes) == (status, [code])


def test_invitations_count_towards_the_limit(admin: Browser, api: Api, organization: str) -> None:
    api.patch(organization, {"max_allowed_memberships": 2})
    invite(admin, organization)
    body = {"email_address": "alan@example.com", "role": "org:member"}
    problem = admin.refused("POST", f"{organization}/invitations", body)
    assert (problem.status, problem.codes) == (403, ["organization_membership_quota_exceeded"])


def test_revoked_invitation_cannot_be_accepted(admin: Browser, invited: Browser, api: Api, organization: str) -> None:
    invitation = invite(admin, organization)
    path = f"{organization}/invitations/{invitation['id']}/revoke"
    assert admin.post(path)["status"] == "revoked"
    assert api.get(f"{organization}/invitations/{invitation['id']}")["status"] == "revoked"
    for problem in (
        admin.refused("POST", path),
        invited.refused("POST", f"/me/organization_invitations/{invitation['id']}/accept"),
    ):
        assert (problem.status, problem.codes) == (404, ["organization_invitation_not_pending"])


def test_invited_person_joins(admin: Browser, invited: Browser, api: Api, organization: str, grace: Json) -> None:
    invitation = invite(admin, organization)
    page = invited.get("/me/organization_invitations", status="pending")
    assert (page["total_count"], page["data"][0]["id"]) == (1, invitation["id"])
    assert page["data"][0]["public_organization_data"]["name"] == "Engines"
    accepted = invited.post(f"/me/organization_invitations/{invitation['id']}/accept")
    assert accepted["status"] == "accepted"
    (membership,) = invited.session["user"]["organization_memberships"]
    assert (membership["role"], membership["organization"]["name"]) == ("org:member", "Engines")
    assert api.get(f"/users/{grace['id']}/organization_memberships")["total_count"] == 1
    assert invited.get("/me/organization_invitations", status=["pending", "revoked"])["total_count"] == 0
    assert invited.get("/me/organization_invitations")["total_count"] == 1


def test_invitations_to_other_addresses_cannot_be_accepted(admin: Browser, invited: Browser, organization: str) -> None:
    invitation = invite(admin, organization, "alan@example.com")
    assert invited.get("/me/organization_invitations")["total_count"] == 0
    problem = invited.refused("POST", f"/me/organization_invitations/{invitation['id']}/accept")
    assert (problem.status, problem.codes) == (400, ["organization_invitation_identification_not_exist"])
    assert invited.refused("POST", "/me/organization_invitations/orginv_none/accept").status == 404


def test_expired_invitations_are_listed_as_such(
    emulator: Emulator, admin: Browser, organization: str, ada: Json
) -> None:
    invite(admin, organization)
    emulator.clock.advance(31 * 24 * 3600)
    with sign_in(emulator, ada) as browser:
        assert browser.get(f"{organization}/invitations", status="expired")["total_count"] == 1
        assert browser.get(f"{organization}/invitations/pending") == []


def test_members_without_the_permission_invite_nobody(
    invited: Browser, admin: Browser, api: Api, organization: str, grace: Json
) -> None:
    invitation = invite(admin, organization, "alan@example.com")
    new_member(api, organization.rpartition("/")[2], grace)
    body = {"email_address": "edsger@example.com", "role": "org:admin"}
    for problem in (
        invited.refused("POST", f"{organization}/invitations", body),
        invited.refused("POST", f"{organization}/invitations/bulk", body),
        invited.refused("GET", f"{organization}/invitations"),
        invited.refused("GET", f"{organization}/invitations/pending"),
        invited.refused("GET", f"{organization}/membership_requests"),
        invited.refused("POST", f"{organization}/invitations/{invitation['id']}/revoke"),
    ):
        assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])
