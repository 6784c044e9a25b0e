"""Plain WSGI on a real server, with tokens of the emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk, InvalidArgument
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.integrations.wsgi import ClerkMiddleware, get_auth, require_auth
from tests.overlay.integrations.asgi_site import Site, options_for
from tests.overlay.integrations.behaviour import (
    CHECKS,
    LIVE_KEY,
    NOWHERE,
    OWN,
    Behaviour,
    clerk,
    emulator,
    served_by_wsgi,
    signed_in,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["clerk", "emulator", "signed_in"]


def caller(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    auth = get_auth(environ, token_type="any")
    assert auth is not None
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(auth.user_id or auth.subject if isinstance(auth, MachineToken) else auth.user_id).encode()]


def status(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    own = [*OWN.items(), ("Set-Cookie", "mine=1; Path=/")]
    start_response("200 OK", [("Content-Type", "text/plain"), *(own if environ["PATH_INFO"] == "/own" else [])])
    return [environ["clerkkit.state"].status.encode()]


GUARDED: dict[str, WSGIApplication] = {f"/{path}": require_auth(**asked)(caller) for path, asked in CHECKS.items()}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return GUARDED.get(environ["PATH_INFO"], status)(environ, start_response)


@pytest.fixture(scope="module")
def site(emulator: Emulator, clerk: Clerk) -> Iterator[Site]:
    # wsgiref.validate checks the protocol on both sides.
    judged = validator(ClerkMiddleware(validator(application), clerk, options_for(emulator)))
    with served_by_wsgi(judged) as site:
        yield site


@pytest.fixture(scope="module")
def live(emulator: Emulator, clerk: Clerk) -> Iterator[Site]:
    with served_by_wsgi(ClerkMiddleware(application, clerk, options_for(emulator, publishable_key=LIVE_KEY))) as site:
        yield site


@pytest.fixture(scope="module")
def down(emulator: Emulator) -> Iterator[Site]:
    options = options_for(emulator, publishable_key=LIVE_KEY)
    with Clerk("sk_live_1", base_url=NOWHERE) as client:
        app = ClerkMiddleware(application, client, options)
        with served_by_wsgi(app) as site:
            yield site


class TestWsgi(Behaviour):
    """The tests of all integrations."""


def environ() -> dict[str, Any]:
    made: dict[str, Any] = {}
    setup_testing_defaults(made)
    return made


def started(*_: object) -> Callable[[bytes], object]:
    raise AssertionError("must not be called")


@pytest.mark.parametrize("asked", [get_auth, lambda environ: require_auth()(caller)(environ, started)])
def test_guard_raises_without_the_middleware(asked: Callable[[Any], Any]) -> None:
    with pytest.raises(RuntimeError, match="middleware"):
        asked(environ())


def test_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_PUBLISHABLE_KEY", raising=False)
    monkeypatch.setenv("CLERK_SECRET_KEY", "sk_test_1")
    with pytest.raises(InvalidArgument, match="publishable_key"):
        ClerkMiddleware(application)
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", LIVE_KEY)
    responses: list[str] = []

    def start(status: str, *_: object) -> Callable[[bytes], object]:
        responses.append(status)
        return print

    assert list(ClerkMiddleware(application)(environ(), start)) == [b"signed-out"]
    assert responses == ["200 OK"]


def test_rejects_invalid_requirements_when_defined() -> None:
    with pytest.raises(InvalidArgument, match="role"):
        require_auth(role="")
