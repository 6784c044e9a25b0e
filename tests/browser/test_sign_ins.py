"""People sign in, with each factor."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import (
    ACTIVATE,
    CODE,
    EMAIL,
    PASSWORD,
    PHONE,
    TOTP_SECRET,
    create_user,
    sign_in,
    sign_out,
)


@pytest.mark.flow("sign in: password")
def test_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk_page.open()
    assert sign_in(clerk_page) == "complete"
    assert clerk_page.user_id == user.id
    assert clerk_page.run("return Clerk.user.firstName") == "Ada"
    cookies = clerk_page.cookies()
    assert int(cookies["__client_uat"]) > 0
    session = clerk.auth.verify_token(cookies["__session"])
    assert (session.user_id, session.authorized_party) == (user.id, clerk_page.site.origin)
    assert [one.status for one in clerk.sessions.list(user_id=user.id)] == ["active"]


@pytest.mark.flow("sign in: identifier first, then password")
def test_identifier_then_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk, username="ada_l")
    clerk_page.open()
    assert clerk_page.run("return (await Clerk.client.signIn.create(given)).status", {"identifier": "ada_l"}) == (
        "needs_first_factor"
    )
    strategies = clerk_page.run("return Clerk.client.signIn.supportedFirstFactors.map((factor) => factor.strategy)")
    assert strategies[0] == "password"
    assert "email_code" in strategies
    status = clerk_page.run(
        f"""
        const attempt = await Clerk.client.signIn.attemptFirstFactor({{ strategy: 'password', password: given }});
        {ACTIVATE}
        """,
        PASSWORD,
    )
    assert (status, clerk_page.user_id) == ("complete", user.id)


@pytest.mark.flow("sign in: wrong password")
def test_wrong_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    create_user(clerk)
    clerk_page.open()
    wrong = {"identifier": EMAIL, "password": "difference engine"}
    assert clerk_page.refusal("await Clerk.client.signIn.create(given)", wrong) == ["form_password_incorrect"]
    assert clerk_page.user_id is None
    unknown = {"identifier": "nobody@example.com", "password": PASSWORD}
    assert clerk_page.refusal("await Clerk.client.signIn.create(given)", unknown) == ["form_identifier_not_found"]
    assert sign_in(clerk_page) == "complete"


@pytest.mark.flow("sign in: locked after ten wrong passwords")
def test_lockout(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    create_user(clerk)
    clerk_page.open()
    given = {"identifier": EMAIL, "password": "difference engine"}
    codes = [clerk_page.refusal("await Clerk.client.signIn.create(given)", given) for _ in range(11)]
    assert codes[0] == ["form_password_incorrect"]
    assert codes[-1] == ["user_locked"]
    right = {"identifier": EMAIL, "password": PASSWORD}
    assert clerk_page.refusal("await Clerk.client.signIn.create(given)", right) == ["user_locked"]
    clerk_emulator.clock.advance(3601)
    assert sign_in(clerk_page) == "complete"


@pytest.mark.flow("sign in: code by email")
def test_email_code(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk_page.open()
    assert _sign_in_by_code(clerk_page, "email_code", "emailAddressId", EMAIL, "111111") == ["form_code_incorrect"]
    assert _attempt_code(clerk_page, "email_code", CODE) == "complete"
    assert clerk_page.user_id == user.id


@pytest.mark.flow("sign in: code by text message")
def test_phone_code(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk, phone_number=[PHONE])
    clerk_page.open()
    assert _sign_in_by_code(clerk_page, "phone_code", "phoneNumberId", PHONE, "111111") == ["form_code_incorrect"]
    assert _attempt_code(clerk_page, "phone_code", CODE) == "complete"
    assert clerk_page.user_id == user.id


def _sign_in_by_code(page: ClerkPage, strategy: str, id_name: str, identifier: str, wrong: str) -> list[str]:
    """Have a code sent, try a wrong one, and return the codes of the errors."""
    page.run(
        """
        const { strategy, idName, identifier } = given;
        const { supportedFirstFactors } = await Clerk.client.signIn.create({ identifier });
        const factor = supportedFirstFactors.find((one) => one.strategy === strategy);
        await Clerk.client.signIn.prepareFirstFactor({ strategy, [idName]: factor[idName] });
        """,
        {"strategy": strategy, "idName": id_name, "identifier": identifier},
    )
    return page.refusal("await Clerk.client.signIn.attemptFirstFactor(given)", {"strategy": strategy, "code": wrong})


def _attempt_code(page: ClerkPage, strategy: str, code: str) -> Any:
    return page.run(
        f"const attempt = await Clerk.client.signIn.attemptFirstFactor(given); {ACTIVATE}",
        {"strategy": strategy, "code": code},
    )


@pytest.mark.flow("sign in: ticket")
def test_ticket(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    ticket = clerk.sign_in_tokens.create(user_id=user.id).token
    clerk_page.open()
    code = f"const attempt = await Clerk.client.signIn.create({{ strategy: 'ticket', ticket: given }}); {ACTIVATE}"
    assert clerk_page.run(code, ticket) == "complete"
    assert clerk_page.user_id == user.id
    sign_out(clerk_page)
    assert clerk_page.refusal(code, ticket)


@pytest.mark.flow("sign in: second factor TOTP")
def test_totp(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = create_user(clerk, totp_secret=TOTP_SECRET)
    clerk_page.open()
    assert sign_in(clerk_page) == "needs_second_factor"
    assert clerk_page.user_id is None
    wrong = {"strategy": "totp", "code": "000000"}
    assert clerk_page.refusal("await Clerk.client.signIn.attemptSecondFactor(given)", wrong) == ["form_code_incorrect"]
    code = pyotp.TOTP(TOTP_SECRET).at(int(clerk_emulator.clock.time()))
    assert _attempt_second_factor(clerk_page, strategy="totp", code=code) == "complete"
    assert clerk_page.user_id == user.id
    assert clerk_page.run("return Clerk.session.factorVerificationAge") == [0, 0]


@pytest.mark.flow("sign in: second factor backup code")
def test_backup_code(clerk_page: ClerkPage, clerk: Clerk) -> None:
    codes = ["backup-one", "backup-two"]
    user = create_user(clerk, totp_secret=TOTP_SECRET, backup_codes=codes)
    clerk_page.open()
    for code in codes:
        assert sign_in(clerk_page) == "needs_second_factor"
        assert _attempt_second_factor(clerk_page, strategy="backup_code", code=code) == "complete"
        assert clerk_page.user_id == user.id
        sign_out(clerk_page)
    sign_in(clerk_page)
    used = {"strategy": "backup_code", "code": codes[0]}
    assert clerk_page.refusal("await Clerk.client.signIn.attemptSecondFactor(given)", used)


@pytest.mark.flow("sign in: second factor text message")
def test_phone_code_as_second_factor(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk, phone_number=[PHONE])
    assert user.phone_numbers[0].id
    clerk.phone_numbers.update(user.phone_numbers[0].id, reserved_for_second_factor=True)
    clerk_page.open()
    assert sign_in(clerk_page) == "needs_second_factor"
    clerk_page.run("await Clerk.client.signIn.prepareSecondFactor({ strategy: 'phone_code' })")
    assert _attempt_second_factor(clerk_page, strategy="phone_code", code=CODE) == "complete"
    assert clerk_page.user_id == user.id


def _attempt_second_factor(page: ClerkPage, **given: str) -> Any:
    return page.run(f"const attempt = await Clerk.client.signIn.attemptSecondFactor(given); {ACTIVATE}", given)


@pytest.mark.flow("sign in: new device is confirmed by email")
def test_client_trust(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.update_settings(authentication={"client_trust": True})
    user = create_user(clerk)
    clerk_page.open()
    assert sign_in(clerk_page) == "needs_client_trust"
    clerk_page.run("await Clerk.client.signIn.prepareSecondFactor({ strategy: 'email_code' })")
    assert _attempt_second_factor(clerk_page, strategy="email_code", code=CODE) == "complete"
    assert clerk_page.user_id == user.id
    sign_out(clerk_page)
    assert sign_in(clerk_page) == "complete"


@pytest.mark.flow("sign in: reset a forgotten password")
def test_reset_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk_page.open()
    status = clerk_page.run(
        """
        await Clerk.client.signIn.create({ strategy: 'reset_password_email_code', identifier: given.identifier });
        const { status } = await Clerk.client.signIn.attemptFirstFactor({
          strategy: 'reset_password_email_code', code: given.code,
        });
        return status;
        """,
        {"identifier": EMAIL, "code": CODE},
    )
    assert status == "needs_new_password"
    status = clerk_page.run(
        f"const attempt = await Clerk.client.signIn.resetPassword({{ password: given }}); {ACTIVATE}",
        "a new password 2",
    )
    assert (status, clerk_page.user_id) == ("complete", user.id)
    assert clerk.users.password_matches(user.id, "a new password 2")
