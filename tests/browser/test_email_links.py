"""People sign in with a link in an email."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import create_user

EMAIL = "ada@example.com"
LINK = """
const { startEmailLinkFlow } = Clerk.client.signIn.createEmailLinkFlow();
const { supportedFirstFactors } = await Clerk.client.signIn.create({ identifier: given });
const { emailAddressId } = supportedFirstFactors.find((factor) => factor.strategy === 'email_link');
window.flow = startEmailLinkFlow({ emailAddressId, redirectUrl: `${location.origin}/verified` });
"""


@pytest.mark.flow("sign in: link by email, opened in another tab")
def test_email_link(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    attribute = clerk_emulator.settings["attributes"]["email_address"]
    factors = {"email_address": {**attribute, "first_factors": ["email_code", "email_link"]}}
    clerk_emulator.update_settings(attributes=factors)
    user = create_user(clerk, email_address=[EMAIL])
    clerk_page.open()
    with clerk_page.page.expect_response("**/prepare_first_factor*"):
        clerk_page.run(LINK, EMAIL)
    message = next(event["data"] for event in reversed(clerk_emulator.events) if event["type"] == "email.created")
    tab = clerk_page.page.context.new_page()
    tab.goto(message["data"]["magic_link"])
    tab.wait_for_url("**/verified?*__clerk_status=verified*")
    tab.close()
    status = clerk_page.run(
        """
        const attempt = await window.flow;
        await Clerk.setActive({ session: attempt.createdSessionId });
        return attempt.status;
        """
    )
    assert (status, clerk_page.user_id) == ("complete", user.id)
