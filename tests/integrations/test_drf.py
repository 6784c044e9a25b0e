"""Django REST framework over WSGI and ASGI, with tokens of the emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import MachineToken, SessionClaims
from tests.integrations.asgi_site import People, Site
from tests.integrations.behaviour import clerk, emulator, forged, signed_in, varies_on
from tests.integrations.django_site import served, settings_for

# After Django is set up: the framework reads its settings when it is imported.
from rest_framework.authentication import BasicAuthentication  # isort: skip
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated  # isort: skip
from rest_framework.request import Request  # isort: skip
from rest_framework.response import Response  # isort: skip
from rest_framework.throttling import UserRateThrottle  # isort: skip
from rest_framework.views import APIView  # isort: skip

from clerkkit.integrations.drf import ClerkAuthentication, ClerkUser, require_auth  # isort: skip

__all__ = ["clerk", "emulator", "signed_in"]


class Machines(ClerkAuthentication):
    token_type = ("session_token", "api_key")


class Twice(UserRateThrottle):
    rate = "2/day"


class Me(APIView):
    authentication_classes = (ClerkAuthentication,)
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        assert isinstance(request.auth, SessionClaims | MachineToken)
        assert isinstance(request.user, ClerkUser)
        return Response({"user": str(request.user), "kind": type(request.auth).__name__})

    post = get


class WithBasic(Me):
    authentication_classes = (ClerkAuthentication, BasicAuthentication)


class Admin(Me):
    permission_classes = (require_auth(role="admin"),)


class AdminOrReader(Me):
    permission_classes = (require_auth(role="admin") | require_auth(permission="reports:read"),)


class OfMachines(Me):
    authentication_classes = (Machines,)


class Throttled(Me):
    throttle_classes = (Twice,)


class Open(APIView):
    authentication_classes = (ClerkAuthentication,)
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        return Response({"somebody": bool(request.user.is_authenticated)})


@method_decorator(cache_page(60), name="dispatch")
class Cached(Open):
    def get(self, request: Request) -> Response:
        return Response({"user": str(request.user)})


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


PAGES = [
    path("me", Me.as_view()),
    path("basic", WithBasic.as_view()),
    path("admin", Admin.as_view()),
    path("either", AdminOrReader.as_view()),
    path("machines", OfMachines.as_view()),
    path("throttled", Throttled.as_view()),
    path("open", Open.as_view()),
    path("cached", Cached.as_view()),
    path("form", form),
]


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def site(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    installed = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
    middleware = ["clerkkit.integrations.django.ClerkMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
    with served(request.param, settings_for(emulator, PAGES, INSTALLED_APPS=installed, MIDDLEWARE=middleware)) as site:
        yield site


def test_somebody_who_is_signed_in(site: Site, signed_in: People) -> None:
    assert site.get("/me", signed_in.ada_token).json() == {"user": signed_in.ada, "kind": "SessionClaims"}
    assert site.get("/open", signed_in.ada_token).json() == {"somebody": True}


def test_nobody(site: Site) -> None:
    answer = site.get("/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["x-clerk-auth-reason"] == "dev-browser-missing"
    assert site.get("/open").json() == {"somebody": False}


def test_a_token_that_is_not_good(site: Site, emulator: Emulator) -> None:
    expired = forged(emulator, exp=1_700_000_000, iat=1_600_000_000, nbf=1_600_000_000)
    for token, reason in [("a.b.c", "token-invalid"), (expired, "session-token-expired")]:
        # Where nobody has to be signed in, too: the caller meant to be.
        for page in ("/me", "/open"):
            answer = site.get(page, token)
            assert answer.status_code == 401
            assert answer.json()["detail"].startswith(f"Not authenticated: {reason}")


def test_a_pending_session(site: Site, emulator: Emulator) -> None:
    answer = site.get("/me", forged(emulator, sts="pending"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated: session-pending"})


def test_other_schemes_are_for_others(site: Site) -> None:
    answer = site.get("/basic", authorization="Basic a b")
    assert answer.json()["detail"].startswith("Invalid basic header")
    assert site.get("/me", authorization="Basic YTpi").status_code == 401


def test_a_role(site: Site, signed_in: People) -> None:
    assert site.get("/admin", signed_in.ada_token).json()["user"] == signed_in.ada
    assert site.get("/admin", signed_in.bob_token).status_code == 403
    assert site.get("/admin").status_code == 401


def test_permissions_compose(site: Site, emulator: Emulator, signed_in: People) -> None:
    reader = forged(emulator, v=2, fea="o:reports", o={"id": "org_1", "rol": "member", "per": "read", "fpm": "1"})
    assert [site.get("/either", token).status_code for token in (signed_in.ada_token, reader, signed_in.bob_token)] == [
        200,
        200,
        403,
    ]


def test_machines(site: Site, clerk: Clerk, signed_in: People) -> None:
    machine = clerk.machines.create(name="Robot")
    key = clerk.api_keys.create_api_key(name=machine.id, subject=signed_in.ada).secret
    token = clerk.with_options(secret_key=machine.secret_key).m2m.create_token().token
    assert site.get("/machines", key).json() == {"user": signed_in.ada, "kind": "MachineToken"}
    assert site.get("/machines", signed_in.bob_token).json() == {"user": signed_in.bob, "kind": "SessionClaims"}
    for page, refused in [("/me", key), ("/machines", token)]:
        answer = site.get(page, refused)
        assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated: token-type-mismatch"})


def test_cookies_need_a_csrf_token_and_headers_do_not(site: Site, signed_in: People) -> None:
    session = f"__session={signed_in.ada_token}; __client_uat=1; __clerk_db_jwt=dvb_1"
    assert site.get("/me", cookie=session).status_code == 200
    refused = site.http.post("/me", headers={"cookie": session})
    assert (refused.status_code, "CSRF" in refused.json()["detail"]) == (403, True)
    page = site.get("/form")
    cookie = page.headers["set-cookie"].partition(";")[0]
    headers = {"cookie": f"{session}; {cookie}", "x-csrftoken": page.text}
    site.http.cookies.clear()
    assert site.http.post("/me", headers=headers).json()["user"] == signed_in.ada
    with_token = {"authorization": f"Bearer {signed_in.bob_token}", "cookie": session}
    assert site.http.post("/me", headers=with_token).json()["user"] == signed_in.bob


def test_a_cache_around_dispatch_keeps_no_page_of_one_user(site: Site, signed_in: People) -> None:
    for token, user in [(signed_in.ada_token, signed_in.ada), (signed_in.bob_token, signed_in.bob), (None, "")]:
        answer = site.get("/cached", token)
        assert answer.json() == {"user": user or "AnonymousUser"}
        assert varies_on(answer) == ["accept", "authorization", "cookie"]


def test_throttles_count_users(site: Site, signed_in: People) -> None:
    from django.core.cache import cache

    cache.clear()
    tokens = [signed_in.ada_token, signed_in.ada_token, signed_in.ada_token, signed_in.bob_token]
    assert [site.get("/throttled", token).status_code for token in tokens] == [200, 200, 429, 200]
