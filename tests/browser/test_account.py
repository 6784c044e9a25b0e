"""People manage their account."""

from __future__ import annotations

import pyotp
import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import CODE, PASSWORD, signed_in

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


@pytest.mark.flow("account: name, metadata, image")
def test_profile(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    clerk_page.run("await Clerk.user.update(given)", {"firstName": "Augusta", "unsafeMetadata": {"theme": "dark"}})
    clerk_page.run(
        """
        const bytes = Uint8Array.from(atob(given), (character) => character.charCodeAt(0));
        await Clerk.user.setProfileImage({ file: new File([bytes], 'me.png', { type: 'image/png' }) });
        """,
        PIXEL,
    )
    changed = clerk.users.get(user.id)
    assert (changed.first_name, changed.unsafe_metadata) == ("Augusta", {"theme": "dark"})
    assert changed.has_image is True
    assert clerk_page.run("return [Clerk.user.firstName, Clerk.user.hasImage]") == ["Augusta", True]


@pytest.mark.flow("account: add an email address")
def test_email_address(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    clerk_page.run(
        """
        const address = await Clerk.user.createEmailAddress({ email: given.email });
        await address.prepareVerification({ strategy: 'email_code' });
        await address.attemptVerification({ code: given.code });
        await Clerk.user.update({ primaryEmailAddressId: address.id });
        """,
        {"email": "countess+clerk_test@example.com", "code": CODE},
    )
    primary = clerk.users.get(user.id).primary_email_address
    assert primary is not None
    assert primary.email_address == "countess+clerk_test@example.com"
    assert clerk_page.run("return Clerk.user.primaryEmailAddress.emailAddress") == "countess+clerk_test@example.com"


@pytest.mark.flow("account: authenticator app and backup codes")
def test_authenticator_app(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = signed_in(clerk_page, clerk)
    secret = clerk_page.run("return (await Clerk.user.createTOTP()).secret")
    code = pyotp.TOTP(secret).at(int(clerk_emulator.clock.time()))
    assert clerk_page.run("return (await Clerk.user.verifyTOTP({ code: given })).verified", code) is True
    assert len(clerk_page.run("return (await Clerk.user.createBackupCode()).codes")) >= 8
    assert clerk.users.get(user.id).two_factor_enabled is True


@pytest.mark.flow("account: sessions, and their end")
def test_sessions(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    other = clerk.sessions.create(user_id=user.id)
    clerk_page.run(
        """
        const sessions = await Clerk.user.getSessions();
        await sessions.find((one) => one.id === given).revoke();
        """,
        other.id,
    )
    assert clerk.sessions.get(other.id).status == "revoked"


@pytest.mark.flow("account: delete")
def test_delete(clerk_page: ClerkPage, clerk: Clerk) -> None:
    signed_in(clerk_page, clerk)
    clerk_page.run("await Clerk.user.delete()")
    clerk_page.signed_out()
    assert clerk.users.list() == []
    assert "__session" not in clerk_page.cookies()


@pytest.mark.flow("account: change the password")
def test_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    change = "await Clerk.user.updatePassword(given)"
    wrong = {"currentPassword": "difference engine", "newPassword": "a new password 2"}
    assert clerk_page.refusal(change, wrong) == ["form_password_incorrect"]
    clerk_page.run(change, {**wrong, "currentPassword": PASSWORD})
    assert clerk.users.password_matches(user.id, "a new password 2")
