"""Codes are limited in time, attempts and frequency, and fixed for test identifiers only."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.contacts import verification_codes
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
        return verification_codes.prepare(store, "email_code", kind(identifier), identifier, previous)


def kind(identifier: str) -> str:
    return "phone_number" if identifier.startswith("+") else "email_address"


def shown(store: Store, verification: Json) -> Json:
    found = verification_codes.serialize(store, verification)
    assert found is not None
    return found


def codes(error: ClerkAPIError | None) -> list[str]:
    return [] if error is None else [one["code"] for one in error.errors]


def test_right_code_verifies(store: Store) -> None:
    made = prepared(store)
    verified, error = verification_codes.attempt(store, made, made["_code"])
    assert (error, verified["status"], verified["attempts"]) == (None, "verified", 1)
    with pytest.raises(ClerkAPIError, match="400 verification_already_verified"):
        verification_codes.attempt(store, verified, made["_code"])


def test_fifth_wrong_code_fails_and_the_right_one_is_too_late(store: Store) -> None:
    made = prepared(store)
    wrong = "000000" if made["_code"] != "000000" else "000001"
    found = []
    for _ in range(5):
        made, error = verification_codes.attempt(store, made, wrong)
        assert error is not None
        assert error.keeps_writes
        found += codes(error)
    assert found == ["form_code_incorrect"] * 4 + ["verification_failed"]
    with pytest.raises(ClerkAPIError, match="400 verification_failed"):
        verification_codes.attempt(store, made, made["_code"])


def test_code_expires_after_ten_minutes(emulator: Emulator, store: Store) -> None:
    made = prepared(store)
    emulator.clock.advance(599)
    assert shown(store, made)["status"] == "unverified"
    emulator.clock.advance(1)
    assert shown(store, made)["status"] == "expired"
    expired, error = verification_codes.attempt(store, made, made["_code"])
    assert (expired["status"], codes(error)) == ("expired", ["verification_expired"])


def test_code_can_be_sent_again_after_half_a_minute(emulator: Emulator, store: Store) -> None:
    made = prepared(store)
    emulator.clock.advance(29)
    with pytest.raises(ClerkAPIError, match="429 verification_code_too_many_requests") as caught:
        prepared(store, previous=made)
    assert caught.value.headers == {"Retry-After": "1"}
    assert prepared(store, "other@example.com", previous=made)["attempts"] == 0
    emulator.clock.advance(1)
    assert prepared(store, previous=made)["attempts"] == 0


def test_attempt_needs_a_verification(store: Store) -> None:
    with pytest.raises(ClerkAPIError, match="400 verification_missing"):
        verification_codes.attempt(store, None, "424242")


@pytest.mark.parametrize(
    ("identifier", "is_test"),
    [
        ("ada+clerk_test@example.com", True),
        ("ada+x+clerk_test@example.com", True),
        ("ada+clerk_test_1@example.com", True),
        ("clerk_test@example.com", False),
        ("ada@clerk_test.com", False),
        ("+15555550100", True),
        ("+12015550199", True),
        ("+15555550200", False),
        ("+445555550100", False),
    ],
)
def test_test_identifiers_have_the_test_code(store: Store, identifier: str, is_test: bool) -> None:
    made = {prepared(store, identifier)["_code"] for _ in range(4)}
    assert made == {"424242"} if is_test else len(made) > 1
    with store.transaction():
        USER_SETTINGS.update(store, test_mode=False)
    assert len({prepared(store, identifier)["_code"] for _ in range(4)}) > 1


def test_private_keys_are_not_shown(store: Store) -> None:
    assert set(shown(store, prepared(store))) == {"object", "status", "strategy", "attempts", "expire_at"}
