"""Organizations: create, switch, invite, accept, roles, leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import create_user, sign_in, signed_in

BOB = "bob+clerk_test@example.com"
CREATE = """
const organization = await Clerk.createOrganization(given);
await Clerk.setActive({ organization: organization.id });
return organization.id;
"""


@pytest.mark.flow("organization: create")
def test_create(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    created = clerk_page.run(CREATE, {"name": "Engines", "slug": "engines"})
    organization = clerk.organizations.get(created)
    assert (organization.name, organization.slug, organization.created_by) == ("Engines", "engines", user.id)
    assert clerk_page.run("return [Clerk.organization.id, Clerk.session.lastActiveOrganizationId]") == [
        created,
        created,
    ]
    token = clerk.auth.verify_token(clerk_page.cookies()["__session"])
    assert (token.org_id, token.org_slug, token.org_role) == (created, "engines", "org:admin")


@pytest.mark.flow("organization: switch, and back to the personal account")
def test_switch(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    for name in ("Engines", "Looms"):
        clerk.organizations.create(name=name, slug=name.lower(), created_by=user.id)
    clerk_page.open()
    sign_in(clerk_page)
    for slug in ("looms", "engines"):
        clerk_page.run("await Clerk.setActive({ organization: given })", slug)
        token = clerk_page.run("return Clerk.session.getToken()")
        assert clerk.auth.verify_token(token).org_slug == slug
        assert clerk.auth.verify_token(clerk_page.cookies()["__session"]).org_slug == slug
    clerk_page.reload()
    assert clerk_page.run("return Clerk.organization.slug") == "engines"
    clerk_page.run("await Clerk.setActive({ organization: null })")
    assert clerk.auth.verify_token(clerk_page.run("return Clerk.session.getToken()")).org_id is None


@pytest.mark.flow("organization: invite and accept")
def test_invite_and_accept(new_page: Callable[[], ClerkPage], clerk: Clerk) -> None:
    adas, bobs = new_page(), new_page()
    signed_in(adas, clerk)
    bob = create_user(clerk, email_address=[BOB], first_name="Bob")
    created = adas.run(CREATE, {"name": "Engines"})
    invited = adas.run(
        "return (await Clerk.organization.inviteMember(given)).status", {"emailAddress": BOB, "role": "org:member"}
    )
    assert invited == "pending"
    assert adas.run("return (await Clerk.organization.getInvitations({ status: ['pending'] })).total_count") == 1
    bobs.open()
    sign_in(bobs, BOB)
    accepted = bobs.run(
        """
        const { data } = await Clerk.user.getOrganizationInvitations({ status: 'pending' });
        return (await data[0].accept()).status;
        """
    )
    assert accepted == "accepted"
    bobs.run("await Clerk.setActive({ organization: given })", created)
    assert bobs.run("return Clerk.user.organizationMemberships.map((one) => one.role)") == ["org:member"]
    members = adas.run(
        "return (await Clerk.organization.getMemberships()).data.map((one) => one.publicUserData.userId)"
    )
    assert bob.id in members
    assert len(members) == 2


@pytest.mark.flow("organization: new member signs up with the invitation")
def test_invited_person_signs_up(new_page: Callable[[], ClerkPage], clerk: Clerk) -> None:
    user = create_user(clerk)
    engines = clerk.organizations.create(name="Engines", created_by=user.id)
    page = new_page()
    invitation = clerk.organization_invitations.create(
        engines.id,
        email_address=BOB,
        role="org:member",
        inviter_user_id=user.id,
        redirect_url=page.site.url("/sign-up"),
    )
    page.open()
    assert invitation.url
    page.page.goto(invitation.url)
    page.loaded()
    page.run(
        """
        const ticket = new URL(location.href).searchParams.get('__clerk_ticket');
        const attempt = await Clerk.client.signUp.create({ strategy: 'ticket', ticket, password: given });
        await Clerk.setActive({ session: attempt.createdSessionId });
        """,
        "difference engine no 2",
    )
    assert page.run("return Clerk.user.organizationMemberships.map((one) => one.organization.name)") == ["Engines"]


@pytest.mark.flow("organization: change roles, remove, leave, delete")
def test_manage(new_page: Callable[[], ClerkPage], clerk: Clerk) -> None:
    adas, bobs = new_page(), new_page()
    signed_in(adas, clerk)
    bob = create_user(clerk, email_address=[BOB])
    created = adas.run(CREATE, {"name": "Engines"})
    clerk.organization_memberships.create(created, user_id=bob.id, role="org:member")
    bobs.open()
    sign_in(bobs, BOB)
    bobs.run("await Clerk.setActive({ organization: given })", created)
    assert bobs.refusal("await Clerk.organization.update({ name: 'Looms' })") == ["missing_organization_permission"]
    role = adas.run(
        "return (await Clerk.organization.updateMember(given)).role", {"userId": bob.id, "role": "org:admin"}
    )
    assert role == "org:admin"
    bobs.run("await Clerk.organization.update({ name: 'Looms' })")
    assert clerk.organizations.get(created).name == "Looms"
    bobs.run("await Clerk.user.leaveOrganization(given)", created)
    assert [one.role for one in clerk.organization_memberships.list(created)] == ["org:admin"]
    adas.run("await Clerk.organization.destroy()")
    assert clerk.organizations.list().total_count == 0
