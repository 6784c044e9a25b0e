"""Formats of values that the contract does not describe."""

from __future__ import annotations

import pytest

from clerk_emulator import ClerkAPIError
from clerk_emulator.domain import formats

LOCAL = "a" * 64


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "a@b.co",
        "ada.lovelace@example.com",
        "ada+tag@example.com",
        "a.b.c.d@sub.example.co.uk",
        "o'brien@example.com",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "1@2.example",
        "ada@xn--bcher-kva.example",
        "ada@a-b.example",
        f"{LOCAL}@example.com",
        f"a@{'b' * 63}.com",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 57}.fg",
    ],
)
def test_accepts_email_address(address: str) -> None:
    assert formats.email("email_address", address) == address


@pytest.mark.parametrize(
    ("given", "normalized"), [("Ada@Example.COM", "ada@example.com"), ("  ada@example.com\n", "ada@example.com")]
)
def test_normalizes_email_address(given: str, normalized: str) -> None:
    assert formats.email("email_address", given) == normalized


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a..b@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "ada@example",
        "ada@.example.com",
        "ada@example..com",
        "ada@example.com.",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exam_ple.com",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "ada@example.c",
        "ada@example.123",
        "ada@@example.com",
        "ada@b@example.com",
        "a b@example.com",
        "ada@exa mple.com",
        "ada,bob@example.com",
        "Ada <ada@example.com>",
        '"ada"@example.com',
        "ada\n@example.com",
        "zo\u00eb@example.com",
        f"{LOCAL}a@example.com",
        f"a@{'b' * 64}.com",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 58}.fg",
    ],
)
def test_rejects_email_address(address: str) -> None:
    with pytest.raises(ClerkAPIError, match="422 form_param_format_invalid: email_address must be an email address"):
        formats.email("email_address", address)
