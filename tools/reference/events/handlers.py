"""The code of a handler of an event: in Flask, which is synchronous, and in FastAPI, which is asynchronous."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from typing import Any
from unittest import mock

from starlette.testclient import TestClient

from tools.reference.events.scenarios import PRINTED
from tools.reference.section import SectionFailed

PATH = "/webhooks/clerk"
VARIABLE = "CLERK_WEBHOOK_SIGNING_SECRET"

_SYNC = """\
from flask import Flask, abort, request

from clerkkit.webhooks import WebhookVerificationError, verify_webhook

app = Flask(__name__)


@app.post("/webhooks/clerk")
def clerk_webhook() -> tuple[str, int]:
    try:
        event = verify_webhook(request.get_data(), request.headers)
    except WebhookVerificationError:
        abort(400)
    if event.type == "{type}":
        print({printed})
    return "", 204
"""

_ASYNC = """\
from fastapi import FastAPI, HTTPException, Request

from clerkkit.webhooks import WebhookVerificationError, verify_webhook

app = FastAPI()


@app.post("/webhooks/clerk", status_code=204)
async def clerk_webhook(request: Request) -> None:
    try:
        event = verify_webhook(await request.body(), request.headers)
    except WebhookVerificationError as error:
        raise HTTPException(400) from error
    if event.type == "{type}":
        print({printed})
"""


class HandlerFailed(SectionFailed):
    """A handler does not accept a delivery."""


def write(event_type: str) -> tuple[str, str]:
    """Return the code of a handler, sync and async."""
    names = PRINTED.get(event_type) or PRINTED[event_type.partition(".")[0]]
    printed = ", ".join(f"event.data.{name}" for name in names)
    sync, asynchronous = (code.replace("{type}", event_type).replace("{printed}", printed) for code in (_SYNC, _ASYNC))
    return sync, asynchronous


def run(event_type: str, body: bytes, headers: Mapping[str, str], secret: str) -> str:
    """Deliver a webhook to both handlers, and return what they print.

    Raises HandlerFailed if one does not respond with 204, prints nothing, or prints something else than the other.
    """
    sync, asynchronous = write(event_type)
    printed = [
        _run(_post_to_flask, sync, event_type, body, headers, secret),
        _run(_post_to_fastapi, asynchronous, event_type, body, headers, secret),
    ]
    if printed[0] != printed[1] or not printed[0]:
        raise HandlerFailed(f"{event_type}: the handlers printed {printed}")
    return printed[0]


def _run(post: Any, code: str, event_type: str, body: bytes, headers: Mapping[str, str], secret: str) -> str:
    # FastAPI reads the annotations of the handler in its module's namespace.
    namespace: dict[str, Any] = {"__name__": "handler"}
    exec(compile(code, f"<handler of {event_type}>", "exec", dont_inherit=True), namespace)
    with mock.patch.dict(os.environ, {VARIABLE: secret}), contextlib.redirect_stdout(io.StringIO()) as printed:
        status = post(namespace["app"], body, headers)
    if status != 204:
        raise HandlerFailed(f"{event_type}: the handler responded with {status}\n{code}")
    return printed.getvalue()


def _post_to_flask(app: Any, body: bytes, headers: Mapping[str, str]) -> int:
    return int(app.test_client().post(PATH, data=body, headers=dict(headers)).status_code)


def _post_to_fastapi(app: Any, body: bytes, headers: Mapping[str, str]) -> int:
    return TestClient(app).post(PATH, content=body, headers=dict(headers)).status_code
