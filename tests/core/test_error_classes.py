"""The classes of errors: their tree, their built-in base classes, and their names."""

from __future__ import annotations

import importlib
import re

import anyio
import pytest

import clerk_bapi
import clerk_core.errors
import clerkkit.auth
import clerkkit.errors
import clerkkit.webhooks
from clerk_bapi import ClerkError, Client
from clerkkit import AsyncClerk, Clerk
from tests.core.error_samples import GET_USER, Tree, drawn_tree
from tests.loopback import KEY, WAYS, Act, refused, send_by, serve
from tests.overlay.integrations import django_site
from tests.test_loading import run_fresh

assert django_site  # configures Django, which `clerkkit.integrations.drf` needs

OF_CLERKKIT = {"TokenRefused", "WebhookVerificationError", "DriftDetected"}
INTERNAL = {"CallLimitReached"}
"""Never raised to callers: `authenticate_request` converts it to a state."""


def real_tree(root: type[BaseException] = ClerkError) -> Tree:
    """Return the error classes of the library, without those of integrations, of the copy and of tests."""
    tree = {root.__name__: {base.__name__ for base in root.__bases__}}
    for child in root.__subclasses__():
        package = child.__module__.split(".")
        if package[0] in ("clerk_core", "clerk_bapi", "clerkkit") and not {"integrations", "sync"} & {*package}:
            tree.update(real_tree(child))
    return {name: bases for name, bases in tree.items() if name not in INTERNAL}


def test_classes_equal_the_documented_tree() -> None:
    assert len(drawn_tree()) > 20
    assert drawn_tree() == real_tree()


def test_every_error_can_be_imported_from_its_package() -> None:
    for name in drawn_tree().keys() - OF_CLERKKIT:
        assert getattr(clerk_bapi, name) is getattr(clerk_core, name) is getattr(clerk_core.errors, name)
        assert name in clerk_bapi.__all__
        assert getattr(clerkkit.errors, name) is getattr(clerkkit, name) is getattr(clerk_core.errors, name)


def test_clerkkit_errors_contains_only_error_classes() -> None:
    """So any completion of `except errors.` is valid."""
    assert set(dir(clerkkit.errors)) == set(clerkkit.errors.__all__) == set(drawn_tree())
    assert all(issubclass(getattr(clerkkit.errors, name), ClerkError) for name in dir(clerkkit.errors))


def test_clerkkit_errors_reexports_token_webhook_and_drift_errors() -> None:
    assert clerkkit.errors.TokenRefused is clerkkit.auth.TokenRefused
    assert clerkkit.errors.WebhookVerificationError is clerkkit.webhooks.WebhookVerificationError
    assert clerkkit.errors.DriftDetected is clerkkit.DriftDetected


def test_token_refused_can_be_imported_without_the_auth_extra() -> None:
    code = "import sys; sys.modules['jwt'] = None; from clerkkit.errors import *; print(TokenRefused.__name__)"
    assert run_fresh(code) == "TokenRefused"


# -- built-in base classes -----------------------------------------------------------------------------------------


def caught_as(way: str, url: str, **options: float) -> tuple[str, BaseException]:
    """Return the first built-in class whose `except` clause catches the error, and the error."""
    try:
        send_by(way, GET_USER, url, **options)
    except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError) as error:
        return "a connection error of one cause", error
    except ConnectionError as error:
        return "ConnectionError", error
    except TimeoutError as error:
        return "TimeoutError", error
    raise AssertionError("no error")


@pytest.mark.parametrize("way", WAYS)
def test_timeout_is_a_built_in_timeout_error(way: str) -> None:
    with serve([Act.SILENCE]) as server:
        kind, error = caught_as(way, server.url, timeout=0.2)
    assert (kind, type(error)) == ("TimeoutError", clerkkit.errors.TimedOut)


@pytest.mark.parametrize("way", WAYS)
def test_connection_failure_is_a_built_in_connection_error(way: str) -> None:
    with refused() as url:
        kind, error = caught_as(way, url)
    assert (kind, type(error)) == ("ConnectionError", clerkkit.errors.ConnectionFailed)
    with serve([Act.RESET]) as server:
        kind, error = caught_as(way, server.url)
    assert (kind, type(error)) == ("ConnectionError", clerkkit.errors.ConnectionFailed)


@pytest.mark.parametrize("way", WAYS)
def test_connection_failure_has_no_errno(way: str) -> None:
    with refused() as url:
        _, error = caught_as(way, url)
    assert isinstance(error, OSError)
    assert (error.errno, error.strerror, error.filename) == (None, None, None)
    assert str(error).startswith("GET /users/{user_id}: no connection to 127.0.0.1:")


def test_exceeded_deadline_is_a_timeout_error() -> None:
    with (
        serve([Act.SILENCE]) as server,
        Clerk(KEY, base_url=server.url, deadline=0.2) as clerk,
        pytest.raises(TimeoutError, match=r"timed out after 0\.2 s"),
    ):
        clerk.send(GET_USER)

    async def send(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, deadline=0.2) as clerk:
            await clerk.send(GET_USER)

    for backend in ("asyncio", "trio"):
        with serve([Act.SILENCE]) as server, pytest.raises(TimeoutError, match=r"timed out after 0\.\d+ s"):
            anyio.run(send, server.url, backend=backend)


def test_rate_limit_wait_beyond_the_deadline_is_a_timeout_error() -> None:
    from clerkkit.options import with_single_attempt

    with Clerk(KEY, rate_limit=(1, 3600)) as clerk:
        assert clerk._reserve is not None
        clerk._reserve(1.0)
        with pytest.raises(TimeoutError, match="not sent: the client's rate_limit"):
            with_single_attempt(clerk, 1.0).send(GET_USER)


def test_client_closed_is_a_runtime_error() -> None:
    client = Client(KEY)
    client.close()
    with pytest.raises(RuntimeError, match="closed") as caught:
        client.send(GET_USER)
    assert type(caught.value) is clerkkit.errors.ClientClosed


# -- names ---------------------------------------------------------------------------------------------------------

PUBLIC = (
    *("clerkkit", "clerkkit.auth", "clerkkit.drift", "clerkkit.errors", "clerkkit.events", "clerkkit.models"),
    *("clerkkit.testing", "clerkkit.webhooks"),
    *(f"clerkkit.integrations.{name}" for name in ("asgi", "django", "drf", "fastapi", "flask", "starlette", "wsgi")),
    *("clerk_bapi", "clerk_core"),
)

FAILURE = re.compile(
    r"(Error|Exception|Warning|Failure|Fault|Refusal|Timeout|Limit|Conflict|Mismatch|Abort|Out|NotFound|Missing"
    r"|Invalid|Forbidden|Unavailable|Unauthorized|BadRequest|[a-z]ed|[a-z]en)$"
)
"""Endings of exception names, here (`TimedOut`, `ConnectionFailed`) and in other libraries (`RateLimitError`)."""

NO_FAILURE = {"Token"}
"""Names that end in `Token` are not exceptions."""


def public_names() -> dict[str, set[object]]:
    """Return every public name in CapWords, with the objects that it refers to in all modules."""
    found: dict[str, set[object]] = {}
    for module in map(importlib.import_module, PUBLIC):
        for name in module.__all__:
            if name[0].isupper() and not name.isupper():
                found.setdefault(name, set()).add(getattr(module, name))
    return found


def is_exception(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseException)


def test_exception_names_have_no_other_meaning_in_another_module() -> None:
    names = public_names()
    assert len(names) > 250
    assert {name: things for name, things in names.items() if len(set(map(is_exception, things))) > 1} == {}


def test_only_exceptions_have_names_of_exceptions() -> None:
    """`except` with another class raises TypeError, but only when an error occurs."""
    taken = {
        name
        for name, things in public_names().items()
        if FAILURE.search(name) and not name.endswith(tuple(NO_FAILURE)) and not any(map(is_exception, things))
    }
    assert taken == set()


def test_exceptions_have_names_of_exceptions() -> None:
    exceptions = {name for name, things in public_names().items() if any(map(is_exception, things))}
    assert exceptions == {*drawn_tree(), "NotAuthenticatedError"}
    known = {"InvalidArgument", "InvalidResponse", "PayloadTooLarge", "TooManyRequests", "UnprocessableEntity"}
    assert {name for name in exceptions if not FAILURE.search(name)} == known


def test_every_exception_is_a_clerk_error_class() -> None:
    things = {thing for things in public_names().values() for thing in things if is_exception(thing)}
    assert all(isinstance(thing, type) and issubclass(thing, ClerkError) for thing in things)
