"""What examples show has no secrets, and is short."""

from __future__ import annotations

from typing import Any

import pytest

from tools.reference.operations.masking import mask, mask_text, shorten

ORIGIN = "http://127.0.0.1:49152"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"{ORIGIN}/images/1", "http://127.0.0.1:4010/images/1"),
        (f"ticket={JWT}&a=1", "ticket=eyJ...&a=1"),
        ("ak_0123456789abcdef0123456789abcdef is a key", "ak_... is a key"),
        ("https://app.svix.com/login#key=eyJhIjogMX0=", "https://app.svix.com/login#key=..."),
        ("user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv", "user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv"),
    ],
)
def test_secrets_and_ports_in_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text, ORIGIN) == masked
    assert mask({"a": [{"b": text}]}, ORIGIN) == {"a": [{"b": masked}]}


def test_values_of_secret_keys_are_masked() -> None:
    body = {"client_secret": "abc", "token": JWT, "secret": "ak_1", "jwt": None, "name": "abc"}
    masked = {"client_secret": "...", "token": "eyJ...", "secret": "ak_...", "jwt": None, "name": "abc"}
    assert mask(body, ORIGIN) == masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a" * 100, "a" * 100),
        ("a" * 101, "a" * 100 + "..."),
        ([1, 2], [1, 2]),
        ([1, 2, 3], [1, 2, "..."]),
        ({"a": [1, 2]}, {"a": [1, "..."]}),
        ({"a": {"b": {"c": 1}, "d": {}}}, {"a": {"b": {"...": "..."}, "d": {}}}),
        ({"data": [{"a": {"b": 1}}]}, {"data": [{"a": {"...": "..."}}]}),
        (None, None),
    ],
)
def test_values_are_shortened(value: Any, shown: Any) -> None:
    assert shorten(value) == shown


def test_type_and_id_come_first_and_other_keys_are_sorted() -> None:
    assert list(shorten({"b": 1, "id": "1", "a": 2, "object": "user"})) == ["object", "id", "a", "b"]
