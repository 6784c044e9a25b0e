"""Django over WSGI and ASGI on real servers, with tokens of the emulator."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views import View

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import MachineToken
from clerkkit.integrations.django import (
    ClerkMiddleware,
    ClerkRequest,
    NotAuthenticatedError,
    client,
    get_auth,
    require_auth,
)
from clerkkit.integrations.django.cookies import add_cookie
from clerkkit.testing import instance
from tests.loopback import Received, respond, serve
from tests.overlay.integrations.asgi_site import ORIGIN, People, Site
from tests.overlay.integrations.behaviour import CHECKS, LIVE_KEY, NOWHERE, OWN, Behaviour, clerk, emulator, signed_in
from tests.overlay.integrations.django_site import served, settings_for

__all__ = ["clerk", "emulator", "signed_in"]


KEYS = {"CLERK_SECRET_KEY": "sk_live_1", "CLERK_PUBLISHABLE_KEY": LIVE_KEY}


def caller(request: ClerkRequest) -> HttpResponse:
    auth = get_auth(request, token_type="any")
    assert auth == request.clerk.claims
    return HttpResponse(auth.user_id or auth.subject if isinstance(auth, MachineToken) else auth.user_id)


async def async_caller(request: ClerkRequest) -> HttpResponse:
    return caller(request)


class Page(View):
    """A class-based view, sync or async."""

    def get(self, request: ClerkRequest) -> HttpResponse:
        return caller(request)


class AsyncPage(View):
    async def get(self, request: ClerkRequest) -> HttpResponse:
        return caller(request)


def own(request: ClerkRequest) -> HttpResponse:
    response = HttpResponse(request.clerk.status, headers=OWN if request.path == "/own" else {})
    if request.path == "/own":
        response.set_cookie("mine", "1")
    return response


def guarded(kind: str, asked: dict[str, Any]) -> Callable[..., Any]:
    guard = require_auth(**asked)
    if kind == "class":
        return method_decorator(guard, name="dispatch")(type("Guarded", (Page,), {})).as_view()
    if kind == "async-class":
        return method_decorator(guard, name="dispatch")(type("Guarded", (AsyncPage,), {})).as_view()
    return guard(async_caller if kind == "async" else caller)


def pages(kind: str = "function") -> list[URLPattern]:
    return [
        *(path(name, guarded(kind, asked)) for name, asked in CHECKS.items()),
        path("open", own),
        path("own", own),
    ]


@pytest.fixture(
    scope="module",
    params=[
        ("wsgi", "function"),
        ("wsgi", "async"),
        ("asgi", "function"),
        ("asgi", "async"),
        ("asgi", "class"),
        ("asgi", "async-class"),
    ],
    ids="-".join,
)
def site(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    server, kind = request.param
    with served(server, settings_for(emulator, pages(kind))) as site:
        yield site


@pytest.fixture(params=["wsgi", "asgi"])
def live(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    with served(request.param, settings_for(emulator, pages(), CLERK_PUBLISHABLE_KEY=LIVE_KEY)) as site:
        yield site


@pytest.fixture(params=["wsgi", "asgi"])
def down(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    settings = settings_for(emulator, pages(), CLERK_PUBLISHABLE_KEY=LIVE_KEY, CLERK_API_URL=NOWHERE)
    with served(request.param, settings) as site:
        yield site


class TestDjango(Behaviour):
    """The tests of all integrations, over WSGI and ASGI, with each kind of view."""


def test_loop_is_not_blocked_while_clerk_is_asked(emulator: Emulator) -> None:
    clerks = instance()
    asked, served_another = threading.Event(), threading.Event()
    in_time: list[bool] = []

    def keys(received: Received) -> bytes:
        asked.set()
        in_time.append(served_another.wait(10))
        return respond(200, clerks.jwks)

    with serve(keys) as slow, ThreadPoolExecutor() as threads:
        settings = settings_for(
            emulator,
            pages("async"),
            CLERK_API_URL=slow.url,
            CLERK_PUBLISHABLE_KEY=clerks.publishable_key,
            CLERK_AUTHORIZED_PARTIES=[],
        )
        with served("asgi", settings) as site:
            waiting = threads.submit(site.get, "/me", clerks.session_token("user_1"))
            assert asked.wait(10)
            assert site.get("/open").text == "signed-out"
            served_another.set()
            assert waiting.result().text == "user_1"
    assert in_time == [True]


def test_client_is_available(emulator: Emulator, signed_in: People) -> None:
    @require_auth()
    def name(request: HttpRequest) -> HttpResponse:
        return HttpResponse(client().users.get(get_auth(request).user_id).email_addresses[0].email_address)

    with served("wsgi", settings_for(emulator, [path("name", name)])) as site:
        assert site.get("/name", signed_in.ada_token).text == "ada@example.com"


def test_project_can_render_403(emulator: Emulator, signed_in: People) -> None:
    def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(f"no: {exception}", status=403)

    settings = settings_for(emulator, pages())
    vars(settings.options["ROOT_URLCONF"])["handler403"] = forbidden
    with served("wsgi", settings) as site:
        assert site.get("/admin", signed_in.bob_token).text == "no: Not allowed: this needs role admin"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "CLERK_SECRET_KEY: is missing"),
        ({"CLERK_SECRET_KEY": "sk_test_1"}, "CLERK_PUBLISHABLE_KEY: is missing"),
        (
            {"CLERK_SECRET_KEY": "sk_test_1", "CLERK_PUBLISHABLE_KEY": LIVE_KEY, "CLERK_ACCEPTS_TOKEN": "cookies"},
            "CLERK_ACCEPTS_TOKEN: expected",
        ),
        ({"CLERK_SECRET_KEY": "sk_test_1", "CLERK_API_URL": "http://example.com"}, "CLERK_API_URL: is plain http"),
        (
            {**KEYS, "CLERK_AUTHORISED_PARTIES": [ORIGIN]},
            "CLERK_AUTHORISED_PARTIES: is not a setting of clerkkit; did you mean CLERK_AUTHORIZED_PARTIES",
        ),
        ({**KEYS, "CLERK_COLOUR": "red"}, "CLERK_COLOUR: is not a setting of clerkkit: expected CLERK_ and an option"),
    ],
)
def test_invalid_settings_raise_at_startup(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], problem: str
) -> None:
    for name in ("CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    none: dict[str, Any] = {"CLERK_SECRET_KEY": None, "CLERK_PUBLISHABLE_KEY": None, "CLERK_ACCEPTS_TOKEN": None}
    with override_settings(**{**none, **given}), pytest.raises(ImproperlyConfigured, match=problem):
        ClerkMiddleware(own)


def test_settings_of_other_tools_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_AUTHORISED_PARTIES", ORIGIN)
    with override_settings(**KEYS, CLERK_WEBHOOK_SIGNING_SECRET="whsec_1", CLERK_SIGN_UP_URL="https://a.example"):
        ClerkMiddleware(own)


def test_settings_of_the_copy_are_known() -> None:
    with override_settings(**KEYS, CLERK_INSTANCE_ID="ins_1", CLERK_SYNC_DATABASE="default", CLERK_SYNC_OUTBOX=True):
        ClerkMiddleware(own)


def test_client_of_tests_keeps_a_cookie_under_its_name() -> None:
    response = HttpResponse()
    for cookie in ("__session=a; Path=/", "__session=b; Path=/; Domain=example.com"):
        add_cookie(response, cookie)
    client = Client()
    client.cookies.update(response.cookies)
    assert client.cookies["__session"].value.startswith("a")
    assert [morsel.OutputString() for morsel in response.cookies.values()] == [
        "__session=a; Path=/",
        "__session=b; Path=/; Domain=example.com",
    ]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"CLERK_AUTHORISED_PARTIES": [ORIGIN], "MIDDLEWARE": []},
            [
                "(clerkkit.E001) CLERK_AUTHORISED_PARTIES: is not a setting of clerkkit; did you mean CLERK_AUTH",
                "(clerkkit.E002) CLERK_SECRET_KEY: is missing",
                "(clerkkit.E002) CLERK_PUBLISHABLE_KEY: is missing",
                "(clerkkit.W001) MIDDLEWARE lacks",
            ],
        ),
        ({**KEYS, "CLERK_SKIP": "/"}, ["(clerkkit.E002) CLERK_SKIP: expected a list", "(clerkkit.W002)"]),
        (KEYS, ["(clerkkit.W002) CLERK_AUTHORIZED_PARTIES is empty"]),
        ({**KEYS, "CLERK_AUTHORIZED_PARTIES": [ORIGIN]}, []),
    ],
)
def test_system_checks_name_missing_and_invalid_settings(settings: dict[str, Any], problem: list[str]) -> None:
    """Runs `manage.py check --deploy` in a process."""
    given = {
        "SECRET_KEY": "of tests",
        "INSTALLED_APPS": ["clerkkit.integrations.django"],
        "MIDDLEWARE": ["clerkkit.integrations.django.ClerkMiddleware"],
        **settings,
    }
    code = (
        f"import django.conf; django.conf.settings.configure(**{given!r});"
        "from django.core.management import execute_from_command_line as run; run(['manage.py', 'check', '--deploy'])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert (done.returncode != 0) is any("clerkkit.E" in text for text in problem)
    assert [text for text in problem if text not in done.stderr] == []
    assert done.stderr.count("(clerkkit.") == len(problem), done.stderr


@pytest.mark.parametrize("asked", [get_auth, require_auth()(caller)])
def test_guard_raises_without_the_middleware(asked: Callable[[Any], Any]) -> None:
    with pytest.raises(RuntimeError, match="middleware"):
        asked(RequestFactory().get("/"))


def test_guard_raises_without_a_caller(clerk: Clerk, emulator: Emulator) -> None:
    from clerkkit.auth.requests.state import SignedOutState

    request: Any = RequestFactory().get("/")
    request.clerk = SignedOutState(reason="session-token-and-uat-missing")
    with pytest.raises(NotAuthenticatedError):
        require_auth()(caller)(request)
    assert get_auth(request) is None
    assert not issubclass(NotAuthenticatedError, PermissionDenied)
