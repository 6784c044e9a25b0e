"""What a sign-up needs follows from the settings of the instance."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator.domain.sign_up.requirements import Requirements, field_of, from_settings
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION


def requirements(*, legal_consent: bool = False, social: tuple[str, ...] = (), **attributes: Any) -> Requirements:
    changed = {name: {**ATTRIBUTES.defaults[name], **changes} for name, changes in attributes.items()}
    settings = {**AUTHENTICATION.defaults, "legal_consent": legal_consent}
    return from_settings({**ATTRIBUTES.defaults, **changed}, settings, social)


OPTIONAL = {"required": False}
DISABLED = {"enabled": False}


def test_default_instance_needs_address_and_password() -> None:
    found = requirements()
    assert found.required == ("email_address", "password")
    assert found.optional == ("phone_number", "username", "first_name", "last_name")
    assert found.missing([]) == ["email_address", "password"]
    assert found.missing(["email_address", "password"]) == []


def test_settings_decide_about_each_field() -> None:
    found = requirements(
        legal_consent=True,
        social=("oauth_google",),
        username={"required": True},
        web3_wallet=DISABLED,
        password=DISABLED,
    )
    assert found.required == ("email_address", "username", "legal_accepted")
    assert found.optional == ("phone_number", "first_name", "last_name", "oauth_google")
    assert not found.accepts("password")
    assert not found.accepts("web3_wallet")
    assert found.accepts("legal_accepted")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ([], ["password", "email_address"]),
        (["password"], ["email_address"]),
        (["password", "phone_number"], []),
        (["password", "username"], []),
        (["password", "first_name"], ["email_address"]),
    ],
)
def test_any_identifier_is_enough_where_none_is_required(given: list[str], missing: list[str]) -> None:
    assert requirements(email_address=OPTIONAL).missing(given) == missing


def test_external_account_replaces_the_password() -> None:
    found = requirements(email_address=OPTIONAL)
    assert found.missing([], has_external_account=True) == []
    found = requirements(username={"required": True})
    assert found.missing(["email_address"], has_external_account=True) == ["username"]


def test_only_given_values_are_verified() -> None:
    found = requirements()
    assert found.unverified([], []) == []
    assert found.unverified(["email_address", "username"], []) == ["email_address"]
    assert found.unverified(["email_address", "phone_number"], ["email_address"]) == ["phone_number"]
    assert requirements(email_address={"verify_at_sign_up": False}).unverified(["email_address"], []) == []


@pytest.mark.parametrize(
    ("strategy", "field"),
    [
        ("email_code", "email_address"),
        ("email_link", "email_address"),
        ("phone_code", "phone_number"),
        ("totp", None),
        ("", None),
    ],
)
def test_strategy_verifies_a_field(strategy: str, field: str | None) -> None:
    found = requirements(email_address={"verifications": ["email_code", "email_link"]})
    assert field_of(strategy, found) == field


def test_strategy_of_a_disabled_field_is_unknown() -> None:
    assert field_of("phone_code", requirements(phone_number=DISABLED)) is None
