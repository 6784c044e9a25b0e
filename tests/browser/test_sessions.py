"""Sessions: tokens, several users in one browser, reverification, and their end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.site import Site
from tests.browser.steps import EMAIL, PASSWORD, create_user, sign_in, sign_out, signed_in

MINUTE = 60


def advance(page: ClerkPage, emulator: Emulator, seconds: int) -> None:
    """Advance the clocks of the emulator and of the page."""
    emulator.clock.advance(seconds)
    page.page.clock.fast_forward(seconds * 1000)


@pytest.mark.flow("getToken, and a new token after a minute")
def test_token_is_refreshed(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_page.page.clock.install()
    user = signed_in(clerk_page, clerk)
    first = clerk_page.run("return Clerk.session.getToken()")
    assert clerk.auth.verify_token(first).user_id == user.id
    assert clerk_page.run("return Clerk.session.getToken()") == first
    advance(clerk_page, clerk_emulator, MINUTE)
    second = clerk_page.run("return Clerk.session.getToken()")
    assert second != first
    before, after = (clerk.auth.verify_token(token, clock_skew=3600) for token in (first, second))
    assert before.issued_at is not None
    assert after.issued_at is not None
    assert after.issued_at - before.issued_at >= MINUTE
    assert clerk.auth.verify_token(second).session_id == before.session_id


@pytest.mark.flow("the token is refreshed in the background")
def test_token_is_refreshed_in_the_background(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_page.page.clock.install()
    signed_in(clerk_page, clerk)
    first = clerk_page.cookies()["__session"]
    with clerk_page.page.expect_response("**/sessions/*/tokens*"):
        advance(clerk_page, clerk_emulator, 50)
    clerk_page.page.wait_for_function("(token) => !document.cookie.includes(token)", arg=first)
    assert clerk.auth.verify_token(clerk_page.cookies()["__session"])


@pytest.mark.flow("getToken of a template")
def test_template_token(clerk_page: ClerkPage, clerk: Clerk) -> None:
    clerk.jwt_templates.create(name="database", claims={"plan": "pro", "mail": "{{user.primary_email_address}}"})
    signed_in(clerk_page, clerk)
    token = clerk_page.run("return Clerk.session.getToken({ template: 'database' })")
    claims = clerk.auth.verify_token(token).raw
    assert (claims["plan"], claims["mail"]) == ("pro", EMAIL)
    assert clerk_page.refusal("return Clerk.session.getToken({ template: 'nothing' })") == ["resource_not_found"]


@pytest.mark.flow("several users in one browser")
def test_switches_between_sessions(clerk_page: ClerkPage, clerk: Clerk) -> None:
    ada = signed_in(clerk_page, clerk)
    bob = create_user(clerk, email_address=["bob+clerk_test@example.com"], first_name="Bob")
    adas_session = clerk_page.run("return Clerk.session.id")
    assert sign_in(clerk_page, "bob+clerk_test@example.com") == "complete"
    assert clerk_page.user_id == bob.id
    assert clerk_page.run("return Clerk.client.signedInSessions.length") == 2
    clerk_page.run("await Clerk.setActive({ session: given })", adas_session)
    assert clerk_page.user_id == ada.id
    assert clerk.auth.verify_token(clerk_page.cookies()["__session"]).user_id == ada.id
    clerk_page.reload()
    assert clerk_page.user_id == ada.id
    sign_out(clerk_page, adas_session)
    assert clerk_page.run("return Clerk.client.signedInSessions.map((one) => one.user.id)") == [bob.id]
    assert clerk.sessions.get(adas_session).status == "removed"


@pytest.mark.flow("sign out")
def test_sign_out(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    sign_out(clerk_page)
    assert clerk_page.user_id is None
    cookies = clerk_page.cookies()
    assert "__session" not in cookies
    assert cookies["__client_uat"] == "0"
    assert [one.status for one in clerk.sessions.list(user_id=user.id)] == ["removed"]
    clerk_page.reload()
    assert clerk_page.user_id is None
    assert sign_in(clerk_page) == "complete"


@pytest.mark.flow("signed out by the server")
def test_revoked_session_signs_out(clerk_page: ClerkPage, clerk: Clerk) -> None:
    signed_in(clerk_page, clerk)
    clerk.sessions.revoke(clerk_page.run("return Clerk.session.id"))
    clerk_page.page.evaluate("Clerk.session?.getToken({ skipCache: true }).catch(() => null)")
    clerk_page.signed_out()
    clerk_page.forget(401)
    assert "__session" not in clerk_page.cookies()


@pytest.mark.flow("sign out of all browsers")
def test_password_change_signs_other_browsers_out(new_page: Callable[[], ClerkPage], clerk: Clerk) -> None:
    here, there = new_page(), new_page()
    signed_in(here, clerk)
    there.open()
    assert sign_in(there) == "complete"
    here.run(
        "await Clerk.user.updatePassword(given)",
        {"currentPassword": PASSWORD, "newPassword": "a new password 2", "signOutOfOtherSessions": True},
    )
    there.reload()
    assert there.user_id is None
    assert here.reload().user_id is not None


@pytest.mark.flow("reverification")
def test_reverification(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_page.page.clock.install()
    signed_in(clerk_page, clerk)
    change_password = "await Clerk.user.updatePassword(given)"
    given = {"currentPassword": PASSWORD, "newPassword": "a new password 2"}
    advance(clerk_page, clerk_emulator, 11 * MINUTE)
    assert clerk_page.refusal(change_password, given) == ["session_reverification_required"]
    status = clerk_page.run("return (await Clerk.session.startVerification({ level: 'first_factor' })).status")
    assert status == "needs_first_factor"
    attempt = "return (await Clerk.session.attemptFirstFactorVerification(given)).status"
    wrong = {"strategy": "password", "password": "difference engine"}
    assert clerk_page.refusal(attempt, wrong) == ["form_password_incorrect"]
    assert clerk_page.run(attempt, {"strategy": "password", "password": PASSWORD}) == "complete"
    clerk_page.run(change_password, given)
    assert clerk.users.password_matches(clerk_page.user_id or "", "a new password 2")


@pytest.mark.flow("session task: choose an organization")
def test_session_task(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.update_settings(authentication={"force_organization_selection": True})
    user = create_user(clerk)
    clerk.organizations.create(name="Engines", created_by=user.id)
    clerk_page.open()
    assert sign_in(clerk_page) == "complete"
    assert clerk_page.run("return [Clerk.session?.status, Clerk.session?.currentTask?.key]") == [
        "pending",
        "choose-organization",
    ]
    clerk_page.run(
        """
        const { data } = await Clerk.user.getOrganizationMemberships();
        await Clerk.setActive({ session: Clerk.session.id, organization: data[0].organization.id });
        """
    )
    assert clerk_page.run("return [Clerk.session.status, Clerk.organization.name]") == ["active", "Engines"]


@pytest.mark.flow("sign out in another tab")
def test_other_tab_signs_out(clerk_page: ClerkPage, clerk: Clerk) -> None:
    signed_in(clerk_page, clerk)
    tab = clerk_page.page.context.new_page()
    tab.goto(clerk_page.site.url())
    tab.wait_for_function("() => window.Clerk?.user")
    sign_out(clerk_page)
    tab.wait_for_function("() => window.Clerk?.loaded && Clerk.user === null")


@pytest.mark.flow("the fixture `signed_in_page`, for a page with Clerk's frontend")
def test_signed_in_page_of_the_fixture(signed_in_page: Callable[..., Page], site: Site, clerk: Clerk) -> None:
    user = create_user(clerk)
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    page = ClerkPage(signed_in_page(user, organization), site).open()
    assert page.user_id == user.id
    assert page.run("return Clerk.organization.name") == "Engines"
    assert clerk.auth.verify_token(page.run("return Clerk.session.getToken({ skipCache: true })")).user_id == user.id
    assert page.problems == []
