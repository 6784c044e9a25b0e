"""Skipped paths are relative to where the application is mounted, in each framework on real servers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from fastapi import FastAPI
from flask import Flask
from starlette._utils import get_route_path
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.integrations import asgi, wsgi
from clerkkit.integrations.asgi import _get_path
from clerkkit.integrations.django import ClerkMiddleware
from clerkkit.integrations.flask import ClerkExtension
from tests.overlay.integrations import asgi_site, django_site, test_flask
from tests.overlay.integrations.asgi_site import Site, options_for
from tests.overlay.integrations.behaviour import PAGE, clerk, emulator, served_by_wsgi, signed_in, varies_on
from tests.overlay.integrations.test_wsgi import status

__all__ = ["clerk", "emulator", "signed_in"]

SKIP = ["/health", "/häuser/"]
PATHS = ("/health", "/health/deep", "/häuser", "/häuser/1", "/page")


def life_of(client: AsyncClerk) -> Callable[[Any], AbstractContextManager[None]]:
    @contextlib.asynccontextmanager
    async def life(_: Any) -> AsyncIterator[None]:
        async with client:
            yield

    return life  # type: ignore[return-value]


def asgi_app(emulator: Emulator, clerk: Clerk, mounted: bool, kind: type[Starlette]) -> Any:
    client = AsyncClerk(emulator.secret_key, base_url=emulator.url)
    ours = Middleware(asgi.ClerkMiddleware, clerk=client, options=options_for(emulator), skip=SKIP)

    async def page(request: Any) -> PlainTextResponse:
        return PlainTextResponse("page")

    routes = [Route(one, page) for one in PATHS]
    life: Any = life_of(client)
    if mounted:
        return Starlette(routes=[Mount("/api", app=kind(routes=routes, middleware=[ours]))], lifespan=life)
    return kind(routes=routes, middleware=[ours], lifespan=life)


def wsgi_app(emulator: Emulator, clerk: Clerk) -> Any:
    def page(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"page"]

    return wsgi.ClerkMiddleware(page, clerk, options_for(emulator), SKIP)


def flask_app(emulator: Emulator, clerk: Clerk, **config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    skip = None if config else SKIP
    ClerkExtension(app, clerk=clerk, options=options_for(emulator), skip=skip)
    for one in PATHS:
        app.add_url_rule(one, one, lambda: "page")
    return app


def mounted(app: Any) -> Any:
    return DispatcherMiddleware(_missing, {"/api": app})


def _missing(environ: Any, start_response: Any) -> Any:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b""]


def django_settings(emulator: Emulator, **more: Any) -> override_settings:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("page")

    return django_site.settings_for(emulator, [path(one[1:], page) for one in PATHS], CLERK_SKIP=SKIP, **more)


FORCED = {"FORCE_SCRIPT_NAME": "/api"}

SITES: dict[str, tuple[str, Callable[[Emulator, Clerk], AbstractContextManager[Site]]]] = {
    # The prefix in the requested URL.
    "starlette": ("", lambda e, c: asgi_site.served(asgi_app(e, c, False, Starlette))),
    "starlette-mounted": ("/api", lambda e, c: asgi_site.served(asgi_app(e, c, True, Starlette))),
    "starlette-root-path": ("", lambda e, c: asgi_site.served(asgi_app(e, c, False, Starlette), root_path="/api")),
    "fastapi-mounted": ("/api", lambda e, c: asgi_site.served(asgi_app(e, c, True, FastAPI))),
    "fastapi-root-path": ("", lambda e, c: asgi_site.served(asgi_app(e, c, False, FastAPI), root_path="/api")),
    "wsgi": ("", lambda e, c: served_by_wsgi(wsgi_app(e, c))),
    "wsgi-mounted": ("/api", lambda e, c: served_by_wsgi(mounted(wsgi_app(e, c)))),
    "flask": ("", lambda e, c: test_flask.served(flask_app(e, c))),
    "flask-configured": ("", lambda e, c: test_flask.served(flask_app(e, c, CLERK_SKIP=SKIP))),
    "flask-mounted": ("/api", lambda e, c: test_flask.served(mounted(flask_app(e, c)))),
    "django-wsgi": ("", lambda e, c: django_site.served("wsgi", django_settings(e))),
    "django-asgi": ("", lambda e, c: django_site.served("asgi", django_settings(e))),
    # Django's ASGI requests include the prefix in the path; its WSGI requests do not.
    "django-wsgi-forced": ("", lambda e, c: django_site.served("wsgi", django_settings(e, **FORCED))),
    "django-asgi-forced": ("/api", lambda e, c: django_site.served("asgi", django_settings(e, **FORCED))),
}


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest, emulator: Emulator, clerk: Clerk) -> Iterator[tuple[str, Site]]:
    prefix, served = SITES[request.param]
    with served(emulator, clerk) as site:
        yield prefix, site


def test_skipped_paths_are_relative_to_the_application(site: tuple[str, Site], request: pytest.FixtureRequest) -> None:
    prefix, there = site
    for one in PATHS[:-1]:
        response = there.get(f"{prefix}{one}", **PAGE)
        assert (response.status_code, response.text) == (200, "page"), one
        assert varies_on(response) == []
        assert not [name for name in response.headers if name.startswith("x-clerk")]
    response = there.get(f"{prefix}/page", **PAGE)
    assert response.status_code == 307
    back = parse_qs(urlsplit(response.headers["location"]).query)["redirect_url"]
    is_prefixed = any(word in request.node.callspec.params["site"] for word in ("mounted", "root-path", "forced"))
    assert back == [f"{there.url}{'/api' if is_prefixed else ''}/page"]
    there.http.cookies.clear()
    if "mounted" in request.node.callspec.params["site"]:
        assert there.get("/health", **PAGE).status_code == 404


@pytest.mark.parametrize("root_path", ["", "/api", "/ap", "/api/", "/a"])
@pytest.mark.parametrize("asked", ["/api", "/api/health", "/apihealth", "/health", "/"])
def test_path_within_an_application_equals_starlettes(root_path: str, asked: str) -> None:
    scope = {"type": "http", "path": asked, "root_path": root_path}
    assert _get_path(scope) == get_route_path(scope)


def test_rejects_what_is_not_a_list_of_paths(emulator: Emulator, clerk: Clerk) -> None:
    with pytest.raises(InvalidArgument, match="skip: expected a list of paths"):
        wsgi.ClerkMiddleware(status, clerk, options_for(emulator), "/health")
    with pytest.raises(InvalidArgument, match="skip: expected a list of paths"):
        flask_app(emulator, clerk, CLERK_SKIP="/health")
    with (
        django_site.settings_for(emulator, [], CLERK_SKIP=["health"]),
        pytest.raises(ImproperlyConfigured, match="CLERK_SKIP: expected a list of paths"),
    ):
        ClerkMiddleware(lambda request: None)
