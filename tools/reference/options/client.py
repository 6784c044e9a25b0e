"""Write the page about the options of `Clerk` and `AsyncClerk`."""

from __future__ import annotations

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, CallAttempt, Clerk, Drift, RateLimitOptions
from clerkkit.settings import SECRET_KEY_VARIABLE, URL_VARIABLE
from tools.reference import docstrings, execution, markdown
from tools.reference.options import tables

PAGE = "client-options.md"

_SYNC = """\
from clerkkit import CallAttempt, Clerk


def report(attempt: CallAttempt) -> None:
    print(attempt.operation, attempt.status)


with Clerk(timeout=5, max_retries=3, deadline=20, rate_limit=(100, 10), on_call=report) as clerk:
    print(clerk.users.count().total_count)
    patient = clerk.with_options(deadline=120)
    print(patient.deadline)
"""
_ASYNC = """\
import asyncio

from clerkkit import AsyncClerk, CallAttempt


def report(attempt: CallAttempt) -> None:
    print(attempt.operation, attempt.status)


async def main() -> None:
    async with AsyncClerk(timeout=5, max_retries=3, deadline=20, rate_limit=(100, 10), on_call=report) as clerk:
        print((await clerk.users.count()).total_count)
        patient = clerk.with_options(deadline=120)
        print(patient.deadline)


asyncio.run(main())
"""
_INVALID = {
    "secret_key": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
    "base_url": "http://api.example.com",
    "timeout": 0,
    "max_retries": -1,
    "deadline": 0,
    "rate_limit": (0, 10),
    "http_client": object(),
    "allow_http": "no",
    "on_drift": "print",
    "strict": "yes",
    "on_call": "print",
    "clock": None,
}
"""A value of each option that is rejected."""
_INVALID_TRANSPORT = {"transport": "requests"}
_INVALID_DERIVED = {
    "timeout": -5,
    "max_retries": 1.5,
    "deadline": -1,
    "headers": {"Host": "example.com"},
    "secret_key": "",
}

_NETWORK = """\
## Proxies and certificates

`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` are read when the client is
created, unless it has an `http_client`. [The client](../client.md#retries) describes retries, limits and timeouts in
detail."""


def render(emulator: Emulator) -> str:
    """Return the page."""
    output = execution.run_both(_SYNC, _ASYNC, PAGE, emulator.environment)
    variables = {"secret_key": SECRET_KEY_VARIABLE, "base_url": URL_VARIABLE}
    required = {"secret_key": emulator.secret_key}
    errors = tables.find_errors(Clerk, _INVALID, required)
    transport_errors = tables.find_errors(AsyncClerk, _INVALID_TRANSPORT, required)
    derived_errors = tables.find_errors(Clerk(emulator.secret_key).with_options, _INVALID_DERIVED)
    options = docstrings.parameters(Clerk.__init__)
    own = [one for one in docstrings.parameters(AsyncClerk.__init__) if one.name in transport_errors]
    return markdown.page(
        "# Client options",
        "`Clerk` and `AsyncClerk` take the same options. All except `secret_key` are keyword arguments, and all are "
        "checked when the client is created: an invalid one raises `InvalidArgument`, which names it.",
        "## Example",
        markdown.sync_and_async(_SYNC, _ASYNC),
        "It prints:",
        markdown.fence(output, "text"),
        "## Options",
        tables.render(options, variables=variables, errors=errors),
        "## Options of `AsyncClerk` alone",
        "Its `http_client` is an `httpx.AsyncClient`.",
        tables.render(own, errors=transport_errors),
        "## Options of some calls",
        docstrings.summary(Clerk.with_options),
        *docstrings.description(Clerk.with_options),
        tables.render(docstrings.parameters(Clerk.with_options), errors=derived_errors, defaults=False),
        "## RateLimitOptions",
        f"The value of `rate_limit`; a pair is accepted too. {docstrings.summary(RateLimitOptions)}",
        tables.render_attributes(docstrings.attributes(RateLimitOptions).values()),
        "## CallAttempt",
        f"What `on_call` receives. {docstrings.summary(CallAttempt)}",
        tables.render_attributes(docstrings.attributes(CallAttempt).values()),
        "## Drift",
        f"What `on_drift` receives a list of. {docstrings.summary(Drift)}",
        tables.render_attributes(docstrings.attributes(Drift).values()),
        _NETWORK,
    )
