"""The Django Ninja integration: the shared tests, CSRF and the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from clerk_emulator import Emulator
from clerkkit import InvalidArgument
from clerkkit.auth import MachineToken
from tests.overlay.integrations.asgi_site import People, Site
from tests.overlay.integrations.behaviour import CHECKS, LIVE_KEY, NOWHERE, OWN, Behaviour, clerk, emulator, signed_in
from tests.overlay.integrations.django_site import served, settings_for

# Imported after Django is set up, since the framework reads its settings at import.
from ninja import NinjaAPI  # isort: skip

from clerkkit.integrations.ninja import get_auth, require_auth  # isort: skip

__all__ = ["clerk", "emulator", "signed_in"]


def caller(request: HttpRequest) -> HttpResponse:
    who = get_auth(request, token_type="any")
    assert who == request.auth  # type: ignore[attr-defined]
    assert who is not None
    return HttpResponse(who.user_id or who.subject if isinstance(who, MachineToken) else who.user_id)


async def async_caller(request: HttpRequest) -> HttpResponse:
    return caller(request)


def own(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(request.clerk.status, headers=OWN if request.path == "/own" else {})  # type: ignore[attr-defined]
    if request.path == "/own":
        response.set_cookie("mine", "1")
    return response


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


def api(kind: str) -> NinjaAPI:
    made = NinjaAPI(urls_namespace=kind)
    view = async_caller if kind == "async" else caller
    for name, asked in CHECKS.items():
        made.get(f"/{name}", auth=require_auth(**asked))(view)
    made.post("/me", auth=require_auth())(view)
    made.get("/open")(own)
    made.get("/own")(own)
    return made


APIS = {kind: api(kind) for kind in ("sync", "async")}
MIDDLEWARE = ["clerkkit.integrations.django.ClerkMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]


def site_of(kind: str, emulator: Emulator, **more: Any) -> Any:
    pages = [path("form", form), path("", APIS[kind].urls)]
    return served("asgi" if kind == "async" else "wsgi", settings_for(emulator, pages, MIDDLEWARE=MIDDLEWARE, **more))


@pytest.fixture(scope="module", params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def site(kind: str, emulator: Emulator) -> Iterator[Site]:
    with site_of(kind, emulator) as site:
        yield site


@pytest.fixture(scope="module")
def live(kind: str, emulator: Emulator) -> Iterator[Site]:
    with site_of(kind, emulator, CLERK_PUBLISHABLE_KEY=LIVE_KEY) as site:
        yield site


@pytest.fixture(scope="module")
def down(kind: str, emulator: Emulator) -> Iterator[Site]:
    with site_of(kind, emulator, CLERK_PUBLISHABLE_KEY=LIVE_KEY, CLERK_API_URL=NOWHERE) as site:
        yield site


class TestNinja(Behaviour):
    """The tests of all integrations."""


def test_session_in_a_cookie_needs_a_csrf_token(site: Site, signed_in: People) -> None:
    session = f"__session={signed_in.bob_token}; __client_uat=1; __clerk_db_jwt=d"
    refused = site.http.post("/me", headers={"cookie": session})
    assert (refused.status_code, refused.json()) == (403, {"detail": "Not allowed: the CSRF token is missing or wrong"})
    token = site.http.get("/form").text
    secret = site.http.cookies["csrftoken"]
    site.http.cookies.clear()
    given = {"cookie": f"{session}; csrftoken={secret}", "x-csrftoken": token}
    assert site.http.post("/me", headers=given).text == signed_in.bob
    assert site.http.post("/me", headers={"authorization": f"Bearer {signed_in.bob_token}"}).text == signed_in.bob


def test_guard_is_a_security_scheme_of_the_document() -> None:
    document = APIS["sync"].get_openapi_schema(path_prefix="/api/")
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document["paths"]["/api/me"]["get"]["security"]


def test_rejects_invalid_requirements() -> None:
    with pytest.raises(InvalidArgument, match="role"):
        require_auth(role="")


def test_example_of_the_page_runs(emulator: Emulator, signed_in: People) -> None:
    text = (Path(__file__).resolve().parents[3] / "docs/frameworks.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if "clerkkit.integrations.ninja" in block]
    names: dict[str, Any] = {}
    exec(compile(block, "docs/frameworks.md", "exec", dont_inherit=True), names)
    pages = [path("api/", names["api"].urls)]
    with served("wsgi", settings_for(emulator, pages, MIDDLEWARE=MIDDLEWARE)) as site:
        assert site.get("/api/me", signed_in.bob_token).json() == signed_in.bob
        assert site.get("/api/me").status_code == 401
        by = {
            name: {"authorization": f"Bearer {token}"}
            for name, token in (("ada", signed_in.ada_token), ("bob", signed_in.bob_token))
        }
        assert site.http.post("/api/payments", headers=by["ada"]).json() == "paid"
        assert site.http.post("/api/payments", headers=by["bob"]).status_code == 403
