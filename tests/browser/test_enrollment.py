"""Colleagues join an organization by its domain: a suggestion, a request, and its acceptance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import CODE, create_user, sign_in, signed_in

GRACE = "grace+clerk_test@engines.test"


@pytest.mark.flow("organization: verified domain, suggestion, request to join")
def test_colleague_joins_by_the_domain(new_page: Callable[[], ClerkPage], clerk: Clerk) -> None:
    adas, graces = new_page(), new_page()
    user = signed_in(adas, clerk)
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    adas.run("await Clerk.setActive({ organization: given })", organization.id)
    mode = adas.run(
        """
        const domain = await Clerk.organization.createDomain('engines.test');
        await domain.prepareAffiliationVerification({ affiliationEmailAddress: 'ada+clerk_test@engines.test' });
        await domain.attemptAffiliationVerification({ code: given });
        await domain.updateEnrollmentMode({ enrollmentMode: 'automatic_suggestion', deletePending: false });
        const { data } = await Clerk.organization.getDomains({ enrollmentMode: 'automatic_suggestion' });
        return data[0].enrollmentMode;
        """,
        CODE,
    )
    assert mode == "automatic_suggestion"

    grace = create_user(clerk, email_address=[GRACE], first_name="Grace")
    graces.open()
    sign_in(graces, GRACE)
    status = graces.run(
        """
        const { data } = await Clerk.user.getOrganizationSuggestions({ status: ['pending', 'accepted'] });
        return (await data[0].accept()).status;
        """
    )
    assert status == "accepted"
    accepted = adas.run(
        """
        const { data } = await Clerk.organization.getMembershipRequests({ status: 'pending' });
        return (await data[0].accept()).publicUserData.identifier;
        """
    )
    assert accepted == GRACE
    members = clerk.organization_memberships.list(organization.id)
    ids = {one.public_user_data.user_id for one in members if one.public_user_data}
    assert ids == {user.id, grace.id}
    graces.run("await Clerk.user.leaveOrganization(given)", organization.id)
    assert len(clerk.organization_memberships.list(organization.id)) == 1
