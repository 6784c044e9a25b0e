"""Django's caches around and inside the middleware never show one user's page to another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page

from clerk_emulator import Emulator
from clerkkit.auth import SessionClaims
from clerkkit.integrations.django import ClerkRequest, get_auth, require_auth
from tests.overlay.integrations.asgi_site import People, Site
from tests.overlay.integrations.behaviour import LIVE_KEY, brought, clerk, emulator, signed_in, varies_on
from tests.overlay.integrations.django_site import served, settings_for

__all__ = ["clerk", "emulator", "signed_in"]

COUNT = {"public": 0}


@require_auth()
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_auth(request).user_id)


def attribute(request: ClerkRequest) -> HttpResponse:
    claims = request.clerk.claims
    return HttpResponse(claims.user_id if isinstance(claims, SessionClaims) else "nobody")


def matched(request: ClerkRequest) -> HttpResponse:
    match request.clerk:
        case object(claims=SessionClaims(user_id=user)):
            return HttpResponse(user)
        case _:
            return HttpResponse("nobody")


async def awaited(request: ClerkRequest) -> HttpResponse:
    return attribute(request)


@require_auth()
@cache_page(60)
def guarded_then_cached(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_auth(request).user_id)


class Page(View):
    def get(self, request: ClerkRequest) -> HttpResponse:
        return attribute(request)


def by_template(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string("{{ request.clerk.claims.user_id|default:'nobody' }}")
    return TemplateResponse(request, template)


def streamed(request: ClerkRequest) -> HttpResponseBase:
    def parts() -> Iterator[str]:
        yield "you are "
        yield request.clerk.status

    async def async_parts() -> AsyncIterator[str]:
        for part in parts():
            yield part

    return StreamingHttpResponse(async_parts() if isinstance(request, ASGIRequest) else parts())


def failing(request: HttpRequest) -> HttpResponse:
    get_auth(request)
    raise LookupError


def failed(request: HttpRequest) -> HttpResponse:
    return HttpResponse("broken", status=500)


def public(request: HttpRequest) -> HttpResponse:
    COUNT["public"] += 1
    return HttpResponse("for all")


PERSONAL: dict[str, Any] = {
    "guard": me,
    "attribute": attribute,
    "match": matched,
    "async": awaited,
    "class": Page.as_view(),
    "guarded-class": method_decorator(require_auth(), name="dispatch")(type("Guarded", (Page,), {})).as_view(),
    "template": by_template,
    "cached-guard": cache_page(60)(me),
    "guarded-cache": guarded_then_cached,
    "cached-attribute": cache_page(60)(attribute),
    "cached-match": cache_page(60)(matched),
    "cached-async": cache_page(60)(awaited),
    "cached-class": cache_page(60)(Page.as_view()),
    "cached-template": cache_page(60)(by_template),
}

CLERK = "clerkkit.integrations.django.ClerkMiddleware"
UPDATE, FETCH = (f"django.middleware.cache.{name}CacheMiddleware" for name in ("Update", "FetchFrom"))
ORDERS = {
    "around": [UPDATE, CLERK, FETCH],
    "with-304": [UPDATE, CLERK, "django.middleware.http.ConditionalGetMiddleware", FETCH],
    "no-site-cache": [CLERK],
}


TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture(scope="module", params=[(kind, order) for kind in ("wsgi", "asgi") for order in ORDERS], ids="-".join)
def site(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    kind, order = request.param
    pages = [path(name, view) for name, view in PERSONAL.items()]
    pages += [path("failing", failing), path("public", public), path("cached-public", cache_page(60)(public))]
    settings = settings_for(
        emulator,
        [*pages, path("streamed", streamed)],
        MIDDLEWARE=ORDERS[order],
        TEMPLATES=TEMPLATES,
    )
    vars(settings.options["ROOT_URLCONF"])["handler500"] = failed
    with served(kind, settings) as site:
        yield site


def cookies(token: str) -> dict[str, str]:
    return {"cookie": f"__session={token}; __client_uat=1; __clerk_db_jwt=dvb_1"}


@pytest.mark.parametrize("page", PERSONAL)
def test_page_of_one_user_is_not_cached_for_another(site: Site, signed_in: People, page: str) -> None:
    def ask(headers: dict[str, str]) -> tuple[int, str]:
        response = site.http.get(f"/{page}", headers=headers)
        assert varies_on(response) == ["authorization", "cookie"]
        return response.status_code, response.text

    nobody = (401, "Not authenticated: dev-browser-missing") if "guard" in page else (200, "nobody")
    in_cookies, in_header = cookies(signed_in.ada_token), {"authorization": f"Bearer {signed_in.bob_token}"}
    for headers, seen in [
        (in_cookies, (200, signed_in.ada)),
        ({}, nobody),
        (in_header, (200, signed_in.bob)),
        ({}, nobody),
        (cookies(signed_in.bob_token), (200, signed_in.bob)),
        (in_cookies, (200, signed_in.ada)),
    ]:
        assert ask(headers) == seen


def test_streamed_responses_have_vary(site: Site, signed_in: People) -> None:
    response = site.get("/streamed", signed_in.ada_token)
    assert (response.text, varies_on(response)) == ("you are signed-in", ["authorization", "cookie"])


def test_error_pages_that_use_the_state_have_vary(site: Site, signed_in: People) -> None:
    response = site.get("/failing", signed_in.ada_token)
    assert (response.status_code, response.text, varies_on(response)) == (500, "broken", ["authorization", "cookie"])


def test_page_that_does_not_use_the_state_is_cached(
    site: Site, signed_in: People, request: pytest.FixtureRequest
) -> None:
    """The page does not depend on the caller, so caches may share it."""
    COUNT["public"] = 0
    order: str = request.node.callspec.params["site"][1]
    page = "/cached-public" if order == "no-site-cache" else "/public"
    for headers in ({}, cookies(signed_in.ada_token), {"cookie": "__session=nonsense; __client_uat=1"}):
        response = site.http.get(page, headers=headers)
        assert response.text == "for all"
        assert "cookie" not in varies_on(response)
        assert not [name for name in response.headers if name.startswith("x-clerk")]
    assert COUNT["public"] == 1


def test_not_modified_responses_have_vary(site: Site, signed_in: People, request: pytest.FixtureRequest) -> None:
    headers = cookies(signed_in.ada_token)
    tag = site.http.get("/attribute", headers=headers).headers.get("etag", '"none"')
    response = site.http.get("/attribute", headers={**headers, "if-none-match": tag})
    status = 304 if request.node.callspec.params["site"][1] == "with-304" else 200
    assert (response.status_code, varies_on(response)) == (status, ["authorization", "cookie"])


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_cookies_of_a_handshake_are_not_cached(kind: str, emulator: Emulator) -> None:
    settings = settings_for(
        emulator, [path("public", public)], MIDDLEWARE=ORDERS["around"], CLERK_PUBLISHABLE_KEY=LIVE_KEY
    )
    token, brought_cookies = brought(emulator)
    with served(kind, settings) as site:
        first = site.get("/public", cookie=f"__clerk_handshake={token}", accept="text/html")
        assert first.headers.get_list("set-cookie") == brought_cookies
        assert first.headers["cache-control"] == "private, no-store"
        site.http.cookies.clear()
        assert site.get("/public").headers.get_list("set-cookie") == []
