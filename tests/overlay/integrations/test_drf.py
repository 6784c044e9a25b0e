"""Django REST framework over WSGI and ASGI, with tokens of the emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openapi_spec_validator
import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import MachineToken, SessionClaims
from tests.overlay.integrations.asgi_site import People, Site
from tests.overlay.integrations.behaviour import (
    LIVE_ISSUER,
    LIVE_KEY,
    NOWHERE,
    clerk,
    emulator,
    forged,
    signed_in,
    varies_on,
)
from tests.overlay.integrations.django_site import served, settings_for

# Imported after Django is set up, since the framework reads its settings at import.
from rest_framework.authentication import BasicAuthentication  # isort: skip
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated  # isort: skip
from rest_framework.request import Request  # isort: skip
from rest_framework.response import Response  # isort: skip
from rest_framework.serializers import Serializer  # isort: skip
from rest_framework.throttling import UserRateThrottle  # isort: skip
from rest_framework.views import APIView  # isort: skip

from clerkkit.integrations.drf import (  # isort: skip
    ClerkAuthentication,
    ClerkUser,
    get_auth,
    require_auth,
)

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


class Fresh(Me):
    permission_classes = (require_auth(reverification={"level": "first_factor", "after_minutes": 5}),)


class AdminOrReader(Me):
    permission_classes = (require_auth(role="admin") | require_auth(permission="reports:read"),)


class OfMachines(Me):
    authentication_classes = (Machines,)


class PermissionAlone(APIView):
    """Only the permission uses the caller."""

    authentication_classes = ()
    permission_classes = (require_auth(),)

    def get(self, request: Request) -> Response:
        return Response({"seen": True})

    post = get


class OtherAuthentication(PermissionAlone):
    authentication_classes = (BasicAuthentication,)


class Throttled(Me):
    throttle_classes = (Twice,)


class Typed(APIView):
    authentication_classes = (Machines,)
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        anybody = get_auth(request, token_type="any")
        session = get_auth(request)
        key = get_auth(request, token_type="api_key")
        assert anybody is (session or key)
        return Response(
            {
                "user": anybody and anybody.user_id,
                "session": session and session.user_id,
                "machine": key and key.id,
            }
        )


@method_decorator(cache_page(60), name="get")
class CachedMethod(Typed):
    """The method gets the framework's request, which the middleware does not see."""


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


APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
PAGES = [
    path("me", Me.as_view()),
    path("basic", WithBasic.as_view()),
    path("admin", Admin.as_view()),
    path("fresh", Fresh.as_view()),
    path("either", AdminOrReader.as_view()),
    path("machines", OfMachines.as_view()),
    path("alone", PermissionAlone.as_view()),
    path("other", OtherAuthentication.as_view()),
    path("throttled", Throttled.as_view()),
    path("open", Open.as_view()),
    path("typed", Typed.as_view()),
    path("cached-method", CachedMethod.as_view()),
    path("cached", Cached.as_view()),
    path("form", form),
]


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def site(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Site]:
    middleware = ["clerkkit.integrations.django.ClerkMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
    with served(request.param, settings_for(emulator, PAGES, INSTALLED_APPS=APPS, MIDDLEWARE=middleware)) as site:
        yield site


def test_signed_in_user_is_the_caller(site: Site, signed_in: People) -> None:
    assert site.get("/me", signed_in.ada_token).json() == {"user": signed_in.ada, "kind": "SessionClaims"}
    assert site.get("/open", signed_in.ada_token).json() == {"somebody": True}


def test_rejects_signed_out_callers(site: Site) -> None:
    response = site.get("/me")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.headers["x-clerk-auth-reason"] == "dev-browser-missing"
    assert site.get("/open").json() == {"somebody": False}


def test_rejects_an_invalid_token(site: Site, emulator: Emulator) -> None:
    expired = forged(emulator, exp=1_700_000_000, iat=1_600_000_000, nbf=1_600_000_000)
    for token, reason in [("a.b.c", "token-invalid"), (expired, "session-token-expired")]:
        # Also in a view that is open to all, because the caller sent a token.
        for page in ("/me", "/open"):
            response = site.get(page, token)
            assert response.status_code == 401
            assert response.json()["detail"].startswith(f"Not authenticated: {reason}")


def test_rejects_a_pending_session(site: Site, emulator: Emulator) -> None:
    response = site.get("/me", forged(emulator, sts="pending"))
    assert (response.status_code, response.json()) == (401, {"detail": "Not authenticated: session-pending"})


def test_other_schemes_are_left_to_other_classes(site: Site) -> None:
    response = site.get("/basic", authorization="Basic a b")
    assert response.json()["detail"].startswith("Invalid basic header")
    assert site.get("/me", authorization="Basic YTpi").status_code == 401


def test_permission_class_requires_the_role(site: Site, signed_in: People) -> None:
    assert site.get("/admin", signed_in.ada_token).json()["user"] == signed_in.ada
    assert site.get("/admin", signed_in.bob_token).status_code == 403
    assert site.get("/admin").status_code == 401


def test_permission_class_asks_to_verify_again(site: Site, emulator: Emulator) -> None:
    assert site.get("/fresh", forged(emulator, fva=[4, -1])).json()["user"] == "user_1"
    response = site.get("/fresh", forged(emulator, fva=[5, -1]))
    metadata = {"reverification": {"level": "first_factor", "afterMinutes": 5}}
    assert (response.status_code, response.json()) == (
        403,
        {"clerk_error": {"type": "forbidden", "reason": "reverification-error", "metadata": metadata}},
    )


def test_permissions_compose(site: Site, emulator: Emulator, signed_in: People) -> None:
    reader = forged(emulator, v=2, fea="o:reports", o={"id": "org_1", "rol": "member", "per": "read", "fpm": "1"})
    assert [site.get("/either", token).status_code for token in (signed_in.ada_token, reader, signed_in.bob_token)] == [
        200,
        200,
        403,
    ]


def test_accepts_only_the_given_token_types(site: Site, clerk: Clerk, signed_in: People) -> None:
    machine = clerk.machines.create(name="Robot")
    key = clerk.api_keys.create(name=machine.id, subject=signed_in.ada).secret
    token = clerk.with_options(secret_key=machine.secret_key).m2m.create_token().token
    assert site.get("/machines", key).json() == {"user": signed_in.ada, "kind": "MachineToken"}
    assert site.get("/machines", signed_in.bob_token).json() == {"user": signed_in.bob, "kind": "SessionClaims"}
    for page, refused in [("/me", key), ("/machines", token)]:
        response = site.get(page, refused)
        assert (response.status_code, response.json()) == (401, {"detail": "Not authenticated: token-type-mismatch"})


def test_csrf_check_applies_to_cookies_only(site: Site, signed_in: People) -> None:
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


def test_cache_around_dispatch_stores_no_page_of_one_user(site: Site, signed_in: People) -> None:
    tokens = [(signed_in.ada_token, signed_in.ada), (signed_in.bob_token, signed_in.bob), (None, None)]
    assert [site.get("/cached-method", token).json()["user"] for token, _ in tokens] == [user for _, user in tokens]
    for token, user in tokens:
        response = site.get("/cached", token)
        assert response.json() == {"user": user or "AnonymousUser"}
        assert varies_on(response) == ["accept", "authorization", "cookie"]


@pytest.mark.parametrize("page", ["/alone", "/other"])
def test_csrf_check_applies_with_any_authentication_class(site: Site, signed_in: People, page: str) -> None:
    session = f"__session={signed_in.ada_token}; __client_uat=1; __clerk_db_jwt=dvb_1"
    assert site.get(page, cookie=session).json() == {"seen": True}
    refused = site.http.post(page, headers={"cookie": session})
    assert (refused.status_code, "CSRF" in refused.json()["detail"]) == (403, True)
    form = site.get("/form")
    cookie = form.headers["set-cookie"].partition(";")[0]
    site.http.cookies.clear()
    headers = {"cookie": f"{session}; {cookie}", "x-csrftoken": form.text}
    assert site.http.post(page, headers=headers).json() == {"seen": True}
    headers = {"authorization": f"Bearer {signed_in.bob_token}", "cookie": session}
    assert site.http.post(page, headers=headers).json() == {"seen": True}


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_outage_gives_503(kind: str, emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    settings = settings_for(emulator, PAGES, INSTALLED_APPS=APPS, CLERK_API_URL=NOWHERE, CLERK_PUBLISHABLE_KEY=LIVE_KEY)
    with served(kind, settings) as site:
        for page, headers in [
            ("/me", {"authorization": f"Bearer {forged(emulator)}"}),
            ("/alone", {"cookie": f"__session={forged(emulator, iss=LIVE_ISSUER)}; __client_uat=1"}),
            ("/machines", {"authorization": "Bearer ak_1"}),
        ]:
            response = site.http.get(page, headers=headers)
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert response.json() == {"detail": "Temporarily unavailable: unexpected-error"}
    logged = [record.levelname for record in caplog.records if "access denied with status 503" in record.message]
    assert logged == ["WARNING"] * 3


def test_old_accessors_are_typed(site: Site, clerk: Clerk, signed_in: People) -> None:
    key = clerk.api_keys.create(name=clerk.machines.create(name="Typed").id, subject=signed_in.ada)
    logged = {"user": signed_in.ada, "session": signed_in.ada, "machine": None}
    assert site.get("/typed", signed_in.ada_token).json() == logged
    assert site.get("/typed", key.secret).json() == {"user": signed_in.ada, "session": None, "machine": key.id}
    assert site.get("/typed").json() == {"user": None, "session": None, "machine": None}


def test_equal_requirements_give_the_same_permission_class() -> None:
    assert require_auth(role="admin") is require_auth(role="admin")
    assert require_auth() is not require_auth(role="admin")
    assert require_auth(token_type=["api_key", "m2m_token"]) is require_auth(token_type=("m2m_token", "api_key"))


@pytest.mark.parametrize("first", ["rest_framework.views", "clerkkit.integrations.drf", "drf_spectacular.openapi"])
def test_classes_can_be_the_defaults_of_a_project(first: str) -> None:
    """REST framework then imports them during its own import."""
    code = f"""
import django, importlib
from django.conf import settings
settings.configure(SECRET_KEY="x", INSTALLED_APPS={[*APPS, "drf_spectacular"]!r}, REST_FRAMEWORK={{
    "DEFAULT_AUTHENTICATION_CLASSES": ["clerkkit.integrations.drf.ClerkAuthentication"]}})
django.setup()
importlib.import_module({first!r})
from rest_framework.views import APIView
from clerkkit.integrations.drf import ClerkAuthentication
print(APIView.authentication_classes == [ClerkAuthentication])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


def test_drf_spectacular_schema_shows_the_security_scheme(emulator: Emulator) -> None:
    installed = [*APPS, "drf_spectacular"]
    with settings_for(emulator, PAGES, INSTALLED_APPS=installed):
        from drf_spectacular.generators import SchemaGenerator
        from drf_spectacular.openapi import AutoSchema

        class Described(Me):
            schema = AutoSchema()
            serializer_class = Serializer

        class DescribedMachines(OfMachines):
            schema = AutoSchema()
            serializer_class = Serializer

        pages = [path("me", Described.as_view()), path("machines", DescribedMachines.as_view())]
        document = SchemaGenerator(patterns=pages).get_schema(request=None, public=True)
    scheme = document["components"]["securitySchemes"]["Clerk"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert [document["paths"][page]["get"]["security"] for page in ("/me", "/machines")] == [[{"Clerk": []}]] * 2
    openapi_spec_validator.validate(document)


@pytest.mark.parametrize("order", [("me", "boards", "more"), ("boards", "more", "me")])
def test_drf_spectacular_command_does_not_warn_of_subclasses(order: tuple[str, ...], tmp_path: Path) -> None:
    """A subprocess has the settings that install drf-spectacular's app, which has the command."""
    pages = ", ".join(f"path({name!r}, {name.title()}.as_view())" for name in order)
    code = f"""
import sys, django, types
from django.conf import settings
urls = sys.modules["urls"] = types.ModuleType("urls")
settings.configure(SECRET_KEY="x", ROOT_URLCONF="urls", INSTALLED_APPS={[*APPS, "drf_spectacular"]!r},
    REST_FRAMEWORK={{"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}})
django.setup()
from django.core.management import call_command
from django.urls import path
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from clerkkit.integrations.drf import ClerkAuthentication
class WithKeys(ClerkAuthentication):
    token_type = ["session_token", "api_key"]
class WithMachines(WithKeys):
    token_type = "m2m_token"
class Empty(Serializer): ...
class Me(APIView):
    authentication_classes = [ClerkAuthentication]
    serializer_class = Empty
    def get(self, request): ...
class Boards(Me):
    authentication_classes = [WithKeys]
class More(Me):
    authentication_classes = [WithMachines]
urls.urlpatterns = [{pages}]
call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    document = json.loads(done.stdout)
    assert list(document["components"]["securitySchemes"]) == ["Clerk"]
    assert [document["paths"][f"/{name}"]["get"]["security"] for name in order] == [[{"Clerk": []}, {}]] * 3


def test_throttles_count_by_user(site: Site, signed_in: People) -> None:
    from django.core.cache import cache

    cache.clear()
    tokens = [signed_in.ada_token, signed_in.ada_token, signed_in.ada_token, signed_in.bob_token]
    assert [site.get("/throttled", token).status_code for token in tokens] == [200, 200, 429, 200]
