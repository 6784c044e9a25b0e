"""Codes are limited in time, attempts and frequency, and fixed for test identifiers only."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain import verifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from tests.emulator.api import Json

EMAIL = "ada@example.com"


@pytest.fixture
def store(emulator: Emulator) -> Store:
    emulator.clock.freeze()
    return emulator._state.store


def prepared(store: Store, identifier: str = EMAIL, previous: Json | None = None) -> Json:
    with store.transaction():
        return verifications.prepare_code(store, "email_code", identifier, previous)


def codes(error: ClerkAPIError | None) -> list[str]:
    return [] if error is None else [one["code"] for one in error.errors]


def test_right_code_verifies(store: Store) -> None:
    made = prepared(store)
    outcome = verifications.attempt_code(store, made, "email_code", made["_code"])
    assert (outcome.error, outcome.verification["status"], outcome.verification["attempts"]) == (None, "verified", 1)
    with pytest.raises(ClerkAPIError, match="400 verification_already_verified"):
        verifications.attempt_code(store, outcome.verification, "email_code", made["_code"])


def test_fifth_wrong_code_fails_and_the_right_one_is_too_late(store: Store) -> None:
    made = prepared(store)
    wrong = "000000" if made["_code"] != "000000" else "000001"
    found = []
    for _ in range(5):
        outcome = verifications.attempt_code(store, made, "email_code", wrong)
        made = outcome.verification
        found += codes(outcome.error)
    assert found == ["form_code_incorrect"] * 4 + ["verification_failed"]
    with pytest.raises(ClerkAPIError, match="400 verification_failed"):
        verifications.attempt_code(store, made, "email_code", made["_code"])


def test_code_expires_after_ten_minutes(emulator: Emulator, store: Store) -> None:
    made = prepared(store)
    emulator.clock.advance(599)
    assert verifications.serialize(store, made)["status"] == "unverified"
    emulator.clock.advance(1)
    assert verifications.serialize(store, made)["status"] == "expired"
    with pytest.raises(ClerkAPIError, match="400 verification_expired"):
        verifications.attempt_code(store, made, "email_code", made["_code"])


def test_code_can_be_sent_again_after_half_a_minute(emulator: Emulator, store: Store) -> None:
    made = prepared(store)
    emulator.clock.advance(29)
    with pytest.raises(ClerkAPIError, match="429 verification_code_too_many_requests"):
        prepared(store, previous=made)
    emulator.clock.advance(1)
    assert prepared(store, previous=made)["attempts"] == 0


def test_attempt_needs_a_code_of_its_strategy(store: Store) -> None:
    made = prepared(store)
    for verification, strategy in ((None, "email_code"), (made, "phone_code")):
        with pytest.raises(ClerkAPIError, match="400 verification_missing"):
            verifications.attempt_code(store, verification, strategy, made["_code"])
    for nothing in (None, ""):
        with pytest.raises(ClerkAPIError, match="422 form_param_missing"):
            verifications.attempt_code(store, made, "email_code", nothing)


@pytest.mark.parametrize(
    ("identifier", "is_test"),
    [
        ("ada+clerk_test@example.com", True),
        ("ada+x+clerk_test@example.com", True),
        ("ada+clerk_test_1@example.com", True),
        ("ada+clerk_testing@example.com", False),
        ("clerk_test@example.com", False),
        ("ada@clerk_test.com", False),
        ("+15555550100", True),
        ("+12015550199", True),
        ("+15555550200", False),
        ("+445555550100", False),
    ],
)
def test_test_identifiers_have_the_test_code(store: Store, identifier: str, is_test: bool) -> None:
    assert verifications.is_test_identifier(identifier) is is_test
    made = {prepared(store, identifier)["_code"] for _ in range(4)}
    assert made == {"424242"} if is_test else len(made) > 1
    with store.transaction():
        USER_SETTINGS.update(store, test_mode=False)
    assert len({prepared(store, identifier)["_code"] for _ in range(4)}) > 1


def test_private_keys_are_not_shown(store: Store) -> None:
    shown = verifications.serialize(store, prepared(store))
    assert set(shown) == {"object", "status", "strategy", "attempts", "expire_at"}
