"""Headers in the forms of all frameworks."""

from __future__ import annotations

import email.message
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from django.http.request import HttpHeaders
from starlette.datastructures import Headers as StarletteHeaders
from werkzeug.datastructures import EnvironHeaders
from werkzeug.datastructures import Headers as WerkzeugHeaders

from clerkkit.testing import signed_webhook
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

HOOK = signed_webhook({"type": "user.created", "data": {"id": "user_1"}})
HEADERS = HOOK.headers
SENT = float(HEADERS["svix-timestamp"])
"""A fixed time, because the tests may run longer than a webhook is valid."""


def environ(headers: Mapping[str, str]) -> dict[str, Any]:
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {**named, "wsgi.input": object(), "wsgi.version": (1, 0), "CONTENT_LENGTH": 5, "PATH_INFO": "/"}


def message(headers: Mapping[str, str]) -> email.message.Message:
    made = email.message.Message()
    for name, value in headers.items():
        made[name] = value
    return made


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


FORMS: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "dict": dict,
    "title case": lambda headers: {name.title(): value for name, value in headers.items()},
    "bytes": lambda headers: dict(raw(headers)),
    "pairs": lambda headers: list(headers.items()),
    "an iterator of pairs": lambda headers: iter(headers.items()),
    "lists": lambda headers: [list(pair) for pair in headers.items()],
    "ASGI scope": raw,
    "httpx": httpx.Headers,
    "Starlette": StarletteHeaders,
    "WSGI environ, Django META": environ,
    "Django": lambda headers: HttpHeaders(environ(headers)),
    "Werkzeug": WerkzeugHeaders,
    "Flask": lambda headers: EnvironHeaders(environ(headers)),
    "http.client": message,
}

each_form = pytest.mark.parametrize("form", FORMS)


def refused(headers: Any) -> WebhookVerificationError:
    with pytest.raises(WebhookVerificationError) as caught:
        verify_webhook(HOOK.body, headers, HOOK.secret, now=SENT)
    return caught.value


def standard(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("svix-", "webhook-"): value for name, value in headers.items()}


@each_form
def test_reads_all_forms_of_headers(form: str) -> None:
    for headers in (HEADERS, standard(HEADERS)):
        assert verify_webhook(HOOK.body, FORMS[form](headers), HOOK.secret, now=SENT)["data"].id == "user_1"
        changed = {name: value.replace("msg_", "msg_0") for name, value in headers.items()}
        assert refused(FORMS[form](changed)).reason == "signature-mismatch"


@each_form
@pytest.mark.parametrize("missing", ["svix-id", "svix-timestamp", "svix-signature"])
def test_missing_header_is_named(form: str, missing: str) -> None:
    blank = {**HEADERS, missing: " "}
    absent = {name: value for name, value in HEADERS.items() if name != missing}
    for headers in (blank, absent):
        error = refused(FORMS[form](headers))
        assert error.reason == "headers-missing"
        assert [name for name in HEADERS if name in str(error)] == [missing]


def test_missing_headers_are_named_in_order() -> None:
    for headers in ({}, [], {"svix-id": "", "webhook-id": " "}):
        assert str(refused(headers)).endswith("no svix-id, svix-timestamp, svix-signature")
    assert str(refused({"webhook-signature": "v1,x"})).endswith("no webhook-id, webhook-timestamp")


def test_header_names_are_not_mixed() -> None:
    both = {**standard(HEADERS), **HEADERS}
    verify_webhook(HOOK.body, both, HOOK.secret, now=SENT)
    assert refused({**both, "svix-id": "msg_another"}).reason == "signature-mismatch"
    assert refused({**standard(HEADERS), "svix-id": "msg_another"}).reason == "headers-missing"


def test_repeated_headers_are_joined() -> None:
    verify_webhook(HOOK.body, [("Svix-Signature", "v1,another"), *HEADERS.items()], HOOK.secret, now=SENT)
    assert refused([*HEADERS.items(), ("svix-id", "msg_another")]).reason == "signature-mismatch"
    assert refused([*HEADERS.items(), ("svix-id", HEADERS["svix-id"])]).reason == "signature-mismatch"


@pytest.mark.parametrize(
    "headers",
    [
        None,
        5,
        "svix-id: msg_1",
        b"svix-id",
        object(),
        dict,
        ["svix-id"],
        [("svix-id",)],
        [("svix-id", "msg_1", "more")],
        [None],
        {"svix-id": None},
        {"svix-id": ["msg_1"]},
        {"svix-timestamp": 1_800_000_000},
    ],
)
def test_rejects_what_holds_no_headers(headers: Any) -> None:
    assert refused(headers).reason == "headers-invalid"


def test_other_headers_are_ignored() -> None:
    odd: dict[Any, Any] = {
        **HEADERS,
        None: 1,
        5: 5,
        ("svix-id",): "x",
        "svix-more": object(),
        "x": None,
        b"\xff": b"\xff",
    }
    verify_webhook(HOOK.body, odd, HOOK.secret, now=SENT)
