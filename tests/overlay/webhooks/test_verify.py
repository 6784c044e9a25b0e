"""Which webhooks are accepted, and the reasons of rejections. `standardwebhooks` makes the signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import pickle
import time
import traceback
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from standardwebhooks.webhooks import Webhook

from clerk_bapi.events import EVENTS, UserCreatedEvent
from clerk_bapi.models import User
from clerkkit import ClerkError, Model
from clerkkit.webhooks import Reason, WebhookVerificationError, verify_webhook
from tests.generated.json_samples import EVENTS as DOCUMENT
from tests.generated.json_samples import bodies, events

KEY = b"not a secret, but a text of tests."
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OTHER = "whsec_" + base64.b64encode(b"the key of another endpoint").decode()
NOW = 1_800_000_000
BODY = b'{"type":"user.created", "data":{"id":"user_1","first_name":"\xc3\x89va"},"object":"event"}'
VARIABLE = "CLERK_WEBHOOK_SIGNING_SECRET"


def signature(body: bytes = BODY, *, secret: str = SECRET, message_id: str = "msg_1", timestamp: int = NOW) -> str:
    """Sign an entry of the header with `standardwebhooks`."""
    return Webhook(secret).sign(message_id, datetime.fromtimestamp(timestamp, UTC), body.decode())


def headers(signed: str | None = None, **changed: str) -> dict[str, str]:
    good = {"svix-id": "msg_1", "svix-timestamp": str(NOW), "svix-signature": signature() if signed is None else signed}
    return {**good, **{f"svix-{name}": value for name, value in changed.items()}}


def refused(*arguments: Any, **options: Any) -> WebhookVerificationError:
    with pytest.raises(WebhookVerificationError) as caught:
        verify_webhook(*arguments, **{"now": NOW, **options})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def test_event_is_typed() -> None:
    event = verify_webhook(BODY, headers(), SECRET, now=NOW)
    assert isinstance(event, UserCreatedEvent)
    assert isinstance(event.data, User)
    assert event.data.first_name == "\xc9va"
    assert event.to_dict() == json.loads(BODY)


@pytest.mark.parametrize("kind", EVENTS)
def test_reads_every_type_of_event(kind: str) -> None:
    body = json.dumps(bodies(DOCUMENT, events()[kind])[0]).encode()
    event = verify_webhook(body, headers(signature(body)), SECRET, now=NOW)
    assert type(event) is EVENTS[kind]


def test_event_of_unknown_type_keeps_its_keys() -> None:
    body = b'{"type":"user.of_tomorrow","data":{"x":[1]},"more":null}'
    event = verify_webhook(body, headers(signature(body)), SECRET, now=NOW)
    assert type(event) is Model
    assert event.to_dict() == json.loads(body)


def test_default_clock_is_that_of_the_machine() -> None:
    now = int(time.time())
    signed = headers(signature(timestamp=now), timestamp=str(now))
    verify_webhook(BODY, signed, SECRET)
    with pytest.raises(WebhookVerificationError, match="timestamp-too-new"):
        verify_webhook(BODY, headers(), SECRET, now=0)


@pytest.mark.parametrize(
    "secret", [SECRET, SECRET.removeprefix("whsec_"), SECRET.rstrip("="), [OTHER, SECRET], (SECRET,)]
)
def test_accepts_all_forms_of_the_secret(secret: Any) -> None:
    verify_webhook(BODY, headers(), secret, now=NOW)


def test_uses_the_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    verify_webhook(BODY, headers(), now=NOW)
    assert refused(BODY, headers(), OTHER).reason == "signature-mismatch"
    assert refused(BODY, headers(), "").reason == "secret-missing"
    monkeypatch.setenv(VARIABLE, "")
    assert refused(BODY, headers()).reason == "secret-missing"
    monkeypatch.delenv(VARIABLE)
    assert VARIABLE in str(refused(BODY, {}))


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ([], "secret-missing"),
        ([SECRET, ""], "secret-missing"),
        ([None, SECRET], "secret-missing"),
        ("whsec_", "secret-invalid"),
        ("====", "secret-invalid"),
        (SECRET + "\n", "secret-invalid"),
        (SECRET[:-3], "secret-invalid"),
        ("whsec_\xe9\xe9\xe9\xe9", "secret-invalid"),
        ("whsec_ab-_", "secret-invalid"),
        ([SECRET, "?"], "secret-invalid"),
        (KEY, "secret-invalid"),
        ([KEY], "secret-invalid"),
        ({SECRET: 1}, "secret-invalid"),
        (5, "secret-invalid"),
    ],
)
def test_rejects_invalid_secrets(secret: Any, reason: str) -> None:
    error = refused(BODY, headers(), secret)
    assert error.reason == reason


@pytest.mark.parametrize(
    "entries",
    [
        "v1,bm90IHRoaXM= {good}",
        "v1,not_base64 {good}",
        "nothing {good}",
        "v1a,{bare} {good}",
        ",, v1 v1, {good}",
        "{good} v1,\xe9\ud800",
        "  {good}  ",
    ],
)
def test_one_valid_signature_is_enough(entries: str) -> None:
    signed = signature()
    verify_webhook(BODY, headers(entries.format(good=signed, bare=signed.removeprefix("v1,"))), SECRET, now=NOW)


@pytest.mark.parametrize(
    "entries",
    [
        "v1a,{bare}",
        "v2,{bare}",
        "{bare}",
        "v1 {bare}",
        "v1,{bare}=",
        "V1,{bare}",
        "v1,v1,{bare}",
        "v1,",
        ",",
        "v1,\xe9",
        "\ud800",
    ],
)
def test_rejects_invalid_signatures(entries: str) -> None:
    bare = signature().removeprefix("v1,")
    assert refused(BODY, headers(entries.format(bare=bare)), SECRET).reason == "signature-mismatch"


def test_rejects_another_secret_body_id_or_time() -> None:
    for arguments in [
        (BODY, headers(), OTHER),
        (BODY + b" ", headers(), SECRET),
        (json.dumps(json.loads(BODY)).encode(), headers(), SECRET),
        (b"", headers(), SECRET),
        (BODY, headers(id="msg_2"), SECRET),
        (BODY, headers(id="msg_\ud800"), SECRET),
        (BODY, headers(timestamp=str(NOW + 1)), SECRET),
    ]:
        assert refused(*arguments).reason == "signature-mismatch"


@pytest.mark.parametrize(
    ("offset", "options", "reason"),
    [
        (300, {}, None),
        (300.999, {}, None),
        (301, {}, "timestamp-too-old"),
        (-300, {}, None),
        (-300.001, {}, "timestamp-too-new"),
        (0.9, {"tolerance": 0}, None),
        (1, {"tolerance": 0}, "timestamp-too-old"),
        (-1, {"tolerance": 0}, "timestamp-too-new"),
        (10**9, {"tolerance": math.inf}, None),
        (400, {"tolerance": 400}, None),
    ],
)
def test_rejects_messages_by_age(offset: float, options: dict[str, float], reason: str | None) -> None:
    if reason is None:
        verify_webhook(BODY, headers(), SECRET, now=NOW + offset, **options)
    else:
        assert refused(BODY, headers(), SECRET, now=NOW + offset, **options).reason == reason


def test_age_is_checked_before_the_signature() -> None:
    assert refused(BODY, headers("v1,x"), OTHER, now=NOW + 301).reason == "timestamp-too-old"


@pytest.mark.parametrize("text", [f"{NOW}.59", f"{NOW}.", f"+{NOW}", f"{NOW}x", f"0{NOW}", f" {NOW} "])
def test_signature_covers_whole_seconds_of_the_timestamp(text: str) -> None:
    verify_webhook(BODY, headers(timestamp=text), SECRET, now=NOW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("now", "timestamp-invalid"),
        ("-", "timestamp-invalid"),
        ("nan", "timestamp-invalid"),
        ("inf", "timestamp-invalid"),
        (".5", "timestamp-invalid"),
        ("\u0661\u0668", "timestamp-invalid"),
        ("9" * 5000, "timestamp-invalid"),
        ("9" * 15, "timestamp-too-new"),
        ("1e9", "timestamp-too-old"),
        ("0x7", "timestamp-too-old"),
        ("-1800000000", "timestamp-too-old"),
        (f"{NOW}000", "timestamp-too-new"),
    ],
)
def test_rejects_malformed_timestamps(text: str, reason: str) -> None:
    assert refused(BODY, headers(timestamp=text), SECRET).reason == reason


@pytest.mark.parametrize(
    "options",
    [{name: value} for name in ("now", "tolerance") for value in ("300", True, math.nan, [])]
    + [{"tolerance": -1}, {"tolerance": None}, {"now": math.inf}, {"now": 10**400}, {"now": -(10**400)}],
)
def test_rejects_invalid_options(options: Any) -> None:
    error = refused(BODY, headers(), SECRET, **options)
    assert error.reason == "option-invalid"
    assert next(iter(options)) in error.problem


@pytest.mark.parametrize("body", [BODY.decode(), json.loads(BODY), None, 5, [BODY], memoryview(BODY), b"".join])
def test_rejects_a_body_that_is_not_bytes(body: Any) -> None:
    error = refused(body, headers(), SECRET)
    assert error.reason == "body-not-raw"
    assert type(body).__name__ in error.problem
    for hint in ("await request.body()", "request.body", "request.get_data()"):
        assert hint in error.problem


def test_accepts_a_bytearray() -> None:
    verify_webhook(bytearray(BODY), headers(), SECRET, now=NOW)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"x"', b"5", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000, b'\xef\xbb\xbf{"a":1}'],
)
def test_rejects_a_signed_body_that_is_not_an_object(body: bytes) -> None:
    assert refused(body, headers(signature(body)), SECRET).reason == "body-invalid"


@pytest.mark.parametrize("body", [b'{"type":"\xff"}', '{"type":"user.created"}'.encode("utf-16")])
def test_rejects_a_signed_body_that_is_not_utf_8(body: bytes) -> None:
    digest = hmac.digest(KEY, f"msg_1.{NOW}.".encode() + body, hashlib.sha256)
    entry = f"v1,{base64.b64encode(digest).decode()}"
    assert refused(body, headers(entry), SECRET).reason == "body-invalid"


def test_error_can_be_pickled_and_shows_no_secrets() -> None:
    bad = SECRET[:-3] + "?"
    for error in [
        refused(BODY, headers(), bad),
        refused(BODY, headers(), [SECRET, bad]),
        refused(BODY, headers(id="x"), SECRET),
        refused(BODY.decode(), headers(), SECRET),
        refused(b"{", headers(signature(b"{")), SECRET),
    ]:
        assert isinstance(error, ClerkError)
        assert not isinstance(error, ValueError)
        assert error.reason in get_args(Reason)
        again = pickle.loads(pickle.dumps(error))
        assert (again.reason, str(again)) == (error.reason, str(error))
        shown = "".join([*traceback.format_exception(error), repr(error), repr(vars(error))])
        for secret in (SECRET, bad, signature(), "first_name"):
            assert secret.removeprefix("whsec_") not in shown
