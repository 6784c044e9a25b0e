"""Bodies of browsers are read as the document describes them."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import frontend_operations
from clerk_emulator.frontend_api.transport.forms import parse_form
from tests.emulator.frontend_api.browser import Browser

SIGN_INS = "/client/sign_ins"


def test_values_get_the_types_of_the_document() -> None:
    operation = frontend_operations()["createSignUps"]
    raw = b"email_address=a%40example.com&legal_accepted=true&unsafe_metadata=%7B%22a%22%3A1%7D&timezone=UTC"
    assert parse_form(operation, raw) == {
        "email_address": "a@example.com",
        "legal_accepted": True,
        "unsafe_metadata": '{"a":1}',
        "timezone": "UTC",
    }


def test_repeated_names_are_a_list() -> None:
    operation = frontend_operations()["bulkCreateOrganizationInvitations"]
    parsed = parse_form(operation, b"email_address=a%40example.com&email_address[]=b%40example.com&role=org:member")
    assert parsed["email_address"] == ["a@example.com", "b@example.com"]
    assert parse_form(operation, b"email_address=a%40example.com")["email_address"] == ["a@example.com"]


def test_empty_texts_are_null_unless_texts_are_expected() -> None:
    operation = frontend_operations()["createSignUps"]
    assert parse_form(operation, b"legal_accepted=&first_name=") == {"legal_accepted": None, "first_name": ""}


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"transfer=perhaps", "application/x-www-form-urlencoded", 422, "form_param_type_invalid"),
        (b"\xff=1", "application/x-www-form-urlencoded", 400, "request_body_invalid"),
        (b"a=1&" * 1001, "application/x-www-form-urlencoded", 400, "request_body_invalid"),
        (b"<x/>", "application/xml", 415, "unsupported_content_type"),
        (b"{", "application/json", 400, "request_body_invalid"),
        (b"[]", "application/json", 400, "request_body_invalid"),
        (b"x" * (2 * 1024 * 1024 + 1), "application/x-www-form-urlencoded", 413, "request_body_too_large"),
    ],
)
def test_malformed_bodies_are_refused(
    browser: Browser, content: bytes, content_type: str, status: int, code: str
) -> None:
    response = browser.send("POST", SIGN_INS, headers={"Content-Type": content_type}, content=content)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, code)


def test_json_bodies_are_read_too(browser: Browser) -> None:
    response = browser.send("POST", SIGN_INS, json={"identifier": "nobody_here"})
    assert response.json()["errors"][0]["code"] == "form_identifier_not_found"


def test_recorded_requests_have_the_values_with_secrets_masked(emulator: Emulator, browser: Browser) -> None:
    body = {"identifier": "ada@example.com", "password": "secret", "names": ["a", "b"]}
    browser.refused("POST", SIGN_INS, body)
    recorded = emulator.requests.find("createSignIn")[-1]
    assert recorded.body == {"identifier": "ada@example.com", "password": "***", "names": ["a", "b"]}
    assert ("__clerk_db_jwt", "***") in recorded.query
    assert browser.dev_browser not in str(recorded.to_json())


def test_recorded_requests_do_not_have_malformed_forms(emulator: Emulator, browser: Browser) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    browser.send("POST", SIGN_INS, headers=headers, content=b"\xff=1")
    assert emulator.requests.find("createSignIn")[-1].body is None
