from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.frontend_api.browser import Browser


def test_environment_has_the_changed_settings(emulator: Emulator, browser: Browser) -> None:
    emulator.update_settings(
        authentication={"sign_up_mode": "waitlist", "second_factor_required": True, "social_providers": ["notion"]},
        attributes={"phone_number": {"enabled": False}, "first_name": {"required": True}},
        passwords={"min_length": 12, "require_numbers": True},
        display={"terms_url": "https://example.com/terms"},
        users={"lockout_attempts": 3, "lockout_seconds": 600},
        organizations={"enabled": False},
    )
    environment = browser.patch("/environment")
    settings = environment["user_settings"]
    assert settings["sign_up"]["mode"] == "waitlist"
    assert settings["sign_in"] == {"second_factor": {"required": True}}
    assert [one["name"] for one in settings["social"].values() if one["enabled"]] == ["Notion"]
    assert settings["attributes"]["phone_number"]["enabled"] is False
    assert settings["attributes"]["first_name"]["required"] is True
    assert (settings["password_settings"]["min_length"], settings["password_settings"]["require_numbers"]) == (12, True)
    lockout = {"enabled": True, "max_attempts": 3, "duration_in_minutes": 10}
    assert settings["attack_protection"]["user_lockout"] == lockout
    assert environment["display_config"]["terms_url"] == "https://example.com/terms"
    assert environment["organization_settings"]["enabled"] is False
    config = environment["auth_config"]
    assert (config["phone_number"], config["first_name"], config["email_address"]) == ("off", "required", "required")
    assert config["identification_strategies"] == ["email_address", "username"]


def test_environment_has_what_the_backend_api_changes(browser: Browser, api: Api) -> None:
    api.patch("/instance/organization_settings", {"max_allowed_memberships": 7, "slug_disabled": True})
    api.patch("/instance/restrictions", {"blocklist": True})
    api.patch("/instance", {"support_email": "help@example.com", "hibp": False, "test_mode": False})
    environment = browser.get("/environment")
    assert environment["organization_settings"]["max_allowed_memberships"] == 7
    assert environment["organization_settings"]["slug"] == {"disabled": True}
    assert environment["user_settings"]["restrictions"]["blocklist"] == {"enabled": True}
    assert environment["user_settings"]["password_settings"]["disable_hibp"] is True
    assert environment["display_config"]["support_email"] == "help@example.com"
    assert environment["auth_config"]["test_mode"] is False


def test_environment_needs_no_dev_browser(emulator: Emulator) -> None:
    response = httpx.get(f"{emulator.url}/environment", trust_env=False)
    assert response.status_code == 200
    assert response.json()["display_config"]["instance_environment_type"] == "development"


def test_choice_of_an_organization_is_in_the_environment_only_if_forced(emulator: Emulator, browser: Browser) -> None:
    # Clerk's document does not have it.
    assert "force_organization_selection" not in browser.get("/environment")["organization_settings"]
    emulator.update_settings(authentication={"force_organization_selection": True})
    assert browser.get("/environment")["organization_settings"]["force_organization_selection"] is True


def test_reset_restores_the_settings(emulator: Emulator) -> None:
    before = emulator.settings
    emulator.update_settings(authentication={"client_trust": True})
    assert emulator.settings != before
    emulator.reset()
    assert emulator.settings == before


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"colours": {}}, "colours: there is no such section"),
        ({"passwords": {"length": 8}}, "passwords.length: there is no such setting"),
        ({"passwords": {"min_length": "8"}}, "passwords.min_length: '8' is not a whole number"),
        (
            {"passwords": {"min_length": -1}},
            "passwords.min_length: -1 is not a whole number from 0 to 92",
        ),
        (
            {"users": {"session_seconds": 2**63}},
            "users.session_seconds: 9223372036854775808 is not a whole",
        ),
        ({"passwords": {"min_length": True}}, "passwords.min_length: True is not a whole number"),
        ({"passwords": []}, "passwords: [] is not an object"),
        ({"authentication": {"client_trust": 1}}, "authentication.client_trust: 1 is not true or false"),
        ({"authentication": {"sign_up_mode": "closed"}}, "user_settings.sign_up.mode: 'closed' is not one of"),
        ({"authentication": {"social_providers": ["acme"]}}, "authentication.social_providers: 'acme' is not one of"),
        ({"authentication": {"social_providers": "google"}}, "social_providers: 'google' is not a list of texts"),
        ({"attributes": {"shoe_size": {}}}, "attributes.shoe_size: there is no such setting"),
        ({"attributes": {"username": True}}, "attributes.username: True is not an object"),
        ({"attributes": {"username": {"enabled": None}}}, "attributes.username.enabled: None is not true or false"),
        (
            {"attributes": {"email_address": {"first_factors": ["fax"]}}},
            "attributes.email_address.first_factors: 'fax' is not one of email_code, email_link",
        ),
        ({"display": {"theme": "dark"}}, "display.theme: 'dark' is not an object"),
        ({"display": {"home_url": None}}, "display.home_url: None is not a text"),
    ],
)
def test_invalid_settings_are_refused_by_name(emulator: Emulator, sections: Any, reason: str) -> None:
    before = emulator.settings
    with pytest.raises(ValueError, match=re.escape(reason)):
        emulator.update_settings(**sections)
    assert emulator.settings == before


def test_control_api_has_the_settings(emulator: Emulator) -> None:
    with httpx.Client(base_url=f"{emulator.origin}/_emulator", trust_env=False) as control:
        changed = control.patch("/settings", json={"display": {"logo_url": "https://example.com/logo.png"}})
        assert changed.json()["display"]["logo_url"] == "https://example.com/logo.png"
        assert control.get("/settings").json() == changed.json() == emulator.settings
        refused = control.patch("/settings", json={"display": {"logo_url": 7}})
        assert refused.status_code == 422
        assert "display.logo_url: 7 is not a text" in refused.json()["errors"][0]["message"]


def test_seed_has_the_settings(emulator: Emulator) -> None:
    emulator.update_settings(attributes={"username": {"required": True}}, authentication={"legal_consent": True})
    seed = emulator.dump()
    assert seed["settings"]["authentication"] == {"legal_consent": True}
    with Emulator(seed=seed) as other:
        assert other.settings == emulator.settings
        assert other.dump()["settings"] == seed["settings"]


def test_seed_with_invalid_settings_is_refused() -> None:
    with pytest.raises(ValueError, match=r"settings\.passwords\.min_length: 'x' is not a whole number"):
        Emulator(seed={"settings": {"passwords": {"min_length": "x"}}})
    with pytest.raises(ValueError, match="settings: it must be an object"):
        Emulator(seed={"settings": []})
