"""Rules for passwords apply wherever a password is set."""

from __future__ import annotations

import hashlib

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD

SIGN_INS = "/client/sign_ins"


@pytest.mark.parametrize(
    ("rules", "password", "codes"),
    [
        ({}, "short", ["length_too_short"]),
        ({}, "x" * 73, ["length_too_long"]),
        ({}, "é" * 40, ["size_in_bytes_exceeded"]),
        ({"min_length": 20}, "x" * 19, ["length_too_short"]),
        ({"max_length": 20}, "x" * 21, ["length_too_long"]),
        ({"require_uppercase": True, "require_numbers": True}, "all lower case", ["no_uppercase", "no_number"]),
        ({"require_lowercase": True}, "ALL UPPER CASE", ["no_lowercase"]),
        ({"require_special_char": True}, "letters and blanks", ["no_special_char"]),
        ({}, "password1", ["pwned"]),
        ({}, "ada@example.com", ["matches_identifier"]),
    ],
)
def test_password_that_is_not_allowed_is_refused(
    emulator: Emulator, api: Api, rules: Json, password: str, codes: list[str]
) -> None:
    emulator.update_settings(passwords=rules)
    body = {"email_address": ["ada@example.com"], "password": password}
    found = api.refused("POST", "/users", body)
    assert (found.status, found.codes) == (422, [f"form_password_{code}" for code in codes])


def test_allowed_password_meets_all_rules(emulator: Emulator, api: Api) -> None:
    required = dict.fromkeys(
        ("require_uppercase", "require_lowercase", "require_numbers", "require_special_char"), True
    )
    emulator.update_settings(passwords={**required, "min_length": 10})
    api.post("/users", {"username": "ada_l", "password": "Analytical-1843"})


def test_leaked_password_is_refused_at_sign_in_if_wanted(emulator: Emulator, browser: Browser, api: Api) -> None:
    body = {"email_address": ["ada@example.com"], "password": "password123", "skip_password_checks": True}
    api.post("/users", body)
    sent = {"identifier": "ada@example.com", "password": "password123"}
    emulator.update_settings(passwords={"enforce_hibp_on_sign_in": True})
    found = browser.refused("POST", SIGN_INS, sent)
    assert (found.status, found.codes) == (422, ["form_password_pwned"])
    emulator.update_settings(passwords={"enforce_hibp_on_sign_in": False})
    assert browser.post(SIGN_INS, sent)["status"] == "complete"


def test_weak_digest_is_replaced_at_sign_in(emulator: Emulator, browser: Browser, api: Api) -> None:
    from clerk_emulator.storage.tables import USERS

    digest = hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
    body = {"email_address": ["ada@example.com"], "password_hasher": "md5", "password_digest": digest}
    user = api.post("/users", body)
    browser.sign_in("ada@example.com", PASSWORD)
    with emulator._state.store.transaction():
        assert emulator._state.store.require(USERS, user["id"])["_password_hasher"] == "bcrypt"
