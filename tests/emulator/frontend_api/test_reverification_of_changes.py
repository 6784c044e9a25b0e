"""Changes of how a user signs in need a recent verification; other changes do not."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import AUTHENTICATION
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.people import change_settings

GUARDED = [
    ("PATCH", "/me", {"username": "countess"}),
    ("PATCH", "/me", {"primary_email_address_id": "idn_none"}),
    ("DELETE", "/me", None),
    ("POST", "/me/change_password", {"new_password": "staple battery"}),
    ("POST", "/me/remove_password", None),
    ("POST", "/me/email_addresses", {"email_address": "a@example.com"}),
    ("DELETE", "/me/email_addresses/idn_none", None),
    ("POST", "/me/phone_numbers", {"phone_number": "+15555550123"}),
    ("PATCH", "/me/phone_numbers/idn_none", {"reserved_for_second_factor": "true"}),
    ("DELETE", "/me/phone_numbers/idn_none", None),
    ("POST", "/me/totp", None),
    ("DELETE", "/me/totp", None),
    ("POST", "/me/backup_codes", None),
    ("POST", "/me/external_accounts", {"strategy": "oauth_google", "redirect_url": "http://localhost:3000"}),
    ("DELETE", "/me/external_accounts/eac_none", None),
    ("POST", "/me/passkeys", None),
    ("DELETE", "/me/passkeys/idn_none", None),
    ("DELETE", "/me/web3_wallets/idn_none", None),
    ("POST", "/me/sessions/sess_none/revoke", None),
]


@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
def test_guarded_changes_need_a_recent_verification(
    emulator: Emulator, admin: Browser, method: str, path: str, body: Json | None
) -> None:
    emulator.clock.advance(601)
    problem = admin.refused(method, path, body)
    assert (problem.status, problem.codes) == (403, ["session_reverification_required"])


def test_change_passes_after_the_verification(emulator: Emulator, admin: Browser, ada: Json, api: Api) -> None:
    emulator.clock.advance(601)
    assert admin.refused("PATCH", "/me", {"username": "countess"}).codes == ["session_reverification_required"]
    path = f"/client/sessions/{admin.session['id']}/verify"
    admin.post(path, {"level": "second_factor"})
    verified = admin.post(f"{path}/attempt_first_factor", {"strategy": "password", "password": PASSWORD})
    assert verified["status"] == "complete"
    admin.patch("/me", {"username": "countess"})
    assert api.get(f"/users/{ada['id']}")["username"] == "countess"


def test_names_and_metadata_change_without_verification(emulator: Emulator, admin: Browser) -> None:
    emulator.clock.advance(601)
    assert admin.patch("/me", {"first_name": "Augusta"})["first_name"] == "Augusta"
    assert admin.patch("/me/metadata", {"unsafe_metadata": '{"a": 1}'})["unsafe_metadata"] == {"a": 1}


def test_reverification_can_be_switched_off(emulator: Emulator, admin: Browser) -> None:
    change_settings(emulator, AUTHENTICATION, reverification=False)
    emulator.clock.advance(601)
    assert admin.patch("/me", {"username": "countess"})["username"] == "countess"
