"""Write the page about the exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import yaml

import clerkkit.codes
from clerk_core import Response, TimedOut
from clerk_core.errors import api_error
from clerk_core.request import RequestInfo
from clerk_emulator import Emulator
from clerkkit import ApiError, ClerkError, TransportError, errors
from clerkkit.reasons import HINTS, WebhookReason
from clerkkit.retry import retry_delay
from clerkkit.settings import RetryPolicy
from tools.reference import docstrings, execution, markdown
from tools.reference.options import tables
from tools.reference.section import ROOT

PAGE = "exceptions.md"

_SYNC = """\
from clerkkit import Clerk, codes
from clerkkit.errors import ApiError, NotFound, TransportError, UnprocessableEntity

with Clerk() as clerk:
    try:
        clerk.users.get("user_nobody")
    except NotFound as error:
        print(error.status_code, error.code)

    try:
        clerk.users.create(email_address=["ada@example.com"])
    except UnprocessableEntity as error:
        if error.has_code(codes.FORM_IDENTIFIER_EXISTS):
            print("taken:", error.param_name)

    try:
        clerk.organizations.create(name="")
    except TransportError as error:
        print("no response after", error.attempts, "attempts")
    except ApiError as error:
        for detail in error.errors:
            print(type(error).__name__, detail.code, detail.param_name)
"""
_ASYNC = """\
import asyncio

from clerkkit import AsyncClerk, codes
from clerkkit.errors import ApiError, NotFound, TransportError, UnprocessableEntity


async def main() -> None:
    async with AsyncClerk() as clerk:
        try:
            await clerk.users.get("user_nobody")
        except NotFound as error:
            print(error.status_code, error.code)

        try:
            await clerk.users.create(email_address=["ada@example.com"])
        except UnprocessableEntity as error:
            if error.has_code(codes.FORM_IDENTIFIER_EXISTS):
                print("taken:", error.param_name)

        try:
            await clerk.organizations.create(name="")
        except TransportError as error:
            print("no response after", error.attempts, "attempts")
        except ApiError as error:
            for detail in error.errors:
                print(type(error).__name__, detail.code, detail.param_name)


asyncio.run(main())
"""
_CORE = "clerk_core.errors"
_INFO = RequestInfo("", "", "")


def render(emulator: Emulator) -> str:
    """Return the page."""
    output = execution.run_both(_SYNC, _ASYNC, PAGE, emulator.environment)
    found = list(_tree(ClerkError, 0))
    return markdown.page(
        "# Exceptions",
        "All exceptions of clerkkit are a `ClerkError`. Import them from `clerkkit.errors`. Their texts have one line, "
        "without a secret key or the body of the request, and they can be pickled and copied.",
        "## Example",
        markdown.sync_and_async(_SYNC, _ASYNC),
        "It prints:",
        markdown.fence(output, "text"),
        "## All classes",
        markdown.fence("\n".join(f"{'    ' * depth}{cls.__name__}{_bases(cls)}" for depth, cls in found), "text"),
        "## What any call can raise",
        "The client retries where that is safe, before it raises an exception:",
        markdown.table(("exception", "when", "retried"), _calls()),
        *(block for _, cls in found for block in _class(cls)),
        "## Codes",
        "Clerk's error codes, with the statuses that they are known to come with. `clerkkit.codes` has a constant for "
        "each: `codes.FORM_IDENTIFIER_EXISTS` is `form_identifier_exists`.",
        markdown.table(("code", "statuses", "exceptions"), _codes()),
        "## Reasons of TokenRefused",
        markdown.table(("reason", "what to do"), [(f"`{reason}`", hint) for reason, hint in HINTS.items()]),
        "## Reasons of WebhookVerificationError",
        f"{', '.join(f'`{reason}`' for reason in get_args(WebhookReason))}: [Receive webhooks](../webhooks.md#reasons) "
        "explains them.",
    )


def _tree(cls: type[ClerkError], depth: int) -> Iterator[tuple[int, type[ClerkError]]]:
    """Yield a class and all classes below it that callers can import, with their depth."""
    yield depth, cls
    # Those of core are in the order of their definition, the others depend on the order of imports.
    for inner in sorted(cls.__subclasses__(), key=lambda one: "" if one.__module__ == _CORE else one.__name__):
        if getattr(errors, inner.__name__, None) is inner:
            yield from _tree(inner, depth + 1)


def _bases(cls: type[ClerkError]) -> str:
    """Return the built-in exceptions that a class is too."""
    others = [base.__name__ for base in cls.__bases__ if not issubclass(base, ClerkError) and base is not Exception]
    return f" ({', '.join(others)})" if others else ""


def _class(cls: type[ClerkError]) -> list[str]:
    attributes = [one for one in docstrings.attributes(cls).values() if one.text or one.annotation]
    blocks = [f"## {cls.__name__}", docstrings.summary(cls), *docstrings.description(cls)]
    return [*blocks, tables.render_attributes(attributes)]


def _calls() -> list[tuple[str, str, str]]:
    rows = [
        ("InvalidArgument", "an argument is invalid; nothing was sent", "no"),
        ("ClientClosed", "the client was closed before the call", "no"),
        ("ConnectionFailed", "no connection could be made", _retried(_lost(reached=False))),
        ("ConnectionFailed", "the connection broke after it was made", _retried(_lost(reached=True))),
        ("TimedOut", "the response took longer than the timeout or the deadline", _retried(_lost(reached=True))),
    ]
    for status in (400, 401, 402, 403, 404, 409, 413, 422, 423, 429, 500, 502, 503, 504):
        rows.append((type(_error(status)).__name__, f"status {status}", _retried(Response(status, {}, b""))))
    rows.append(("InvalidResponse", "a success whose body cannot be read", _retried(Response(200, {}, b"<html>"))))
    return [(f"[`{name}`](#{name.lower()})", when, retried) for name, when, retried in rows]


def _lost(*, reached: bool) -> TransportError:
    return TimedOut("", _INFO, reached=reached)


def _retried(outcome: Response | TransportError) -> str:
    """Return which calls the client sends again after an outcome."""
    safe, other = (
        retry_delay(RetryPolicy(), method, outcome, 1, float("inf"), 1) is not None for method in ("GET", "POST")
    )
    return "yes" if other else "`GET`, `PUT` and `DELETE`" if safe else "no"


def _error(status: int) -> ApiError:
    return api_error(_INFO, Response(status, {}, b""))


def _codes() -> Iterator[tuple[str, str, str]]:
    listed: dict[str, list[int]] = yaml.safe_load((ROOT / "spec" / "codes.yaml").read_text(encoding="utf-8"))
    for code, statuses in listed.items():
        assert getattr(clerkkit.codes, code.upper(), None) == code, code
        names = dict.fromkeys(type(_error(status)).__name__ for status in statuses)
        links = ", ".join(f"[`{name}`](#{name.lower()})" for name in names)
        yield f"`{code}`", ", ".join(map(str, statuses)) or "unknown", links
