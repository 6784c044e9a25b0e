"""`get_auth(request)` gives the same result in all frameworks."""

from __future__ import annotations

import importlib
import inspect
import json
import warnings
from collections.abc import Awaitable, Callable, Iterable, Iterator
from types import ModuleType
from typing import Annotated, Any
from wsgiref.types import StartResponse, WSGIEnvironment

import anyio
import httpx
import pytest
from django.http import HttpRequest, JsonResponse
from django.test import Client as DjangoClient
from django.test import override_settings
from django.urls import path
from fastapi import Depends, FastAPI
from fastapi.requests import Request as FastApiRequest
from flask import Flask
from flask import request as flask_request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims
from clerkkit.integrations import asgi, django, fastapi, flask, starlette, wsgi
from clerkkit.testing import instance
from tests.loopback import KEY
from tests.overlay.integrations import django_site

# Imported after Django is set up, since the framework reads its settings at import.
from clerkkit.integrations import drf  # isort: skip
from rest_framework.authentication import BasicAuthentication  # isort: skip
from rest_framework.request import Request as DrfRequest  # isort: skip
from rest_framework.response import Response as DrfResponse  # isort: skip
from rest_framework.test import APIRequestFactory, force_authenticate  # isort: skip
from rest_framework.views import APIView  # isort: skip

assert django_site

FAKE = instance()
OPTIONS = AuthOptions(jwt_key=FAKE.jwt_key, publishable_key=FAKE.publishable_key, accepts_token="any")

APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]

Results = dict[str, Any]
Ask = Callable[[str, dict[str, str]], Results]


def who(auth: SessionClaims | MachineToken | None) -> str | None:
    assert auth is None or isinstance(auth, SessionClaims | MachineToken)
    return auth and (auth.subject if isinstance(auth, MachineToken) else auth.user_id)


def seen(get_auth: Any, request: Any) -> Results:
    """Return the results of each form of the call."""
    given = {"session": "session_token", "m2m": "m2m_token", "any": "any", "list": ["m2m_token", "api_key"]}
    return {
        "": who(get_auth(request)),
        **{name: who(get_auth(request, token_type=kinds)) for name, kinds in given.items()},
    }


def outcomes(*calls: Callable[[], Any]) -> Results:
    """Return what old names return or raise, and their warnings."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for call in calls:
            try:
                result = call()
                found.append(getattr(result, "user_id", None) or getattr(result, "status", None) or str(result))
            except RuntimeError as error:
                found.append(type(error).__name__)
    return {"found": found, "warned": [str(one.message) for one in caught if one.category is DeprecationWarning]}


# -- the same site in each framework -------------------------------------------------------------------------------


def of_asgi(app: Callable[..., Awaitable[None]]) -> Ask:
    async def ask(target: str, headers: dict[str, str]) -> Results:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            return dict((await http.get(target, headers=headers)).json())

    return lambda target, headers: anyio.run(ask, target, headers)


def of_wsgi(app: Any) -> Ask:
    def ask(target: str, headers: dict[str, str]) -> Results:
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://test") as http:
            return dict(http.get(target, headers=headers).json())

    return ask


def asgi_site() -> Iterator[Ask]:
    async def app(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await JSONResponse(seen(asgi.get_auth, scope))(scope, receive, send)

    yield of_asgi(asgi.ClerkMiddleware(app, clerk=AsyncClerk(KEY), options=OPTIONS))


def starlette_site() -> Iterator[Ask]:
    async def page(request: Request) -> JSONResponse:
        return JSONResponse(seen(starlette.get_auth, request))

    async def old(request: Request) -> JSONResponse:
        return JSONResponse(outcomes(lambda: starlette.state_of(request)))

    ours = Middleware(starlette.ClerkMiddleware, clerk=AsyncClerk(KEY), options=OPTIONS)
    yield of_asgi(Starlette(routes=[Route("/", page), Route("/old", old)], middleware=[ours]))


def fastapi_site() -> Iterator[Ask]:
    app = FastAPI()
    app.add_middleware(fastapi.ClerkMiddleware, clerk=AsyncClerk(KEY), options=OPTIONS)

    @app.get("/")
    async def page(
        request: FastApiRequest, depended: Annotated[SessionClaims | None, Depends(fastapi.get_auth)]
    ) -> Results:
        assert depended is fastapi.get_auth(request)
        return seen(fastapi.get_auth, request)

    @app.get("/old")
    async def old(request: FastApiRequest) -> Results:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            state = await fastapi.state_of(request)
        return {"found": [state.status], "warned": [str(one.message) for one in caught]}

    @app.get("/depended")
    async def depended(state: Annotated[Any, Depends(fastapi.state_of)]) -> Results:
        return {"found": state.status}

    yield of_asgi(app)


def wsgi_site() -> Iterator[Ask]:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("content-type", "application/json")])
        if environ["PATH_INFO"] == "/old":
            return [json.dumps(outcomes(lambda: wsgi.state_of(environ), lambda: wsgi.session_claims(environ))).encode()]
        return [json.dumps(seen(wsgi.get_auth, environ)).encode()]

    yield of_wsgi(wsgi.ClerkMiddleware(app, Clerk(KEY), OPTIONS))


def flask_site() -> Iterator[Ask]:
    app = Flask(__name__)
    flask.ClerkExtension(app, clerk=Clerk(KEY), options=OPTIONS)

    @app.get("/")
    def page() -> Results:
        return seen(flask.get_auth, flask_request)

    @app.get("/old")
    def old() -> Results:
        return outcomes(flask.state_of, lambda: flask.current_session.user_id)

    yield of_wsgi(app)


def _django(*pages: Any) -> Iterator[Ask]:
    urls = ModuleType("urls")
    vars(urls)["urlpatterns"] = [*pages]
    settings = override_settings(
        ROOT_URLCONF=urls,
        INSTALLED_APPS=APPS,
        MIDDLEWARE=["clerkkit.integrations.django.ClerkMiddleware"],
        CLERK_SECRET_KEY=KEY,
        CLERK_PUBLISHABLE_KEY=FAKE.publishable_key,
        CLERK_JWT_KEY=FAKE.jwt_key,
        CLERK_ACCEPTS_TOKEN="any",
    )

    def ask(target: str, headers: dict[str, str]) -> Results:
        return dict(DjangoClient().get(target, headers=headers).json())

    with settings:
        yield ask


def django_site_() -> Iterator[Ask]:
    def page(request: HttpRequest) -> JsonResponse:
        return JsonResponse(seen(django.get_auth, request))

    def old(request: HttpRequest) -> JsonResponse:
        return JsonResponse(outcomes(lambda: django.state_of(request), lambda: django.session_claims(request)))

    yield from _django(path("", page), path("old", old))


class _Anyone(drf.ClerkAuthentication):
    token_type = "any"


class _Page(APIView):
    authentication_classes = (_Anyone,)
    permission_classes = ()

    def get(self, request: DrfRequest) -> DrfResponse:
        return DrfResponse(seen(drf.get_auth, request))


class _Old(_Page):
    def get(self, request: DrfRequest) -> DrfResponse:
        calls = (drf.clerk_user, drf.session_claims, drf.machine_token)
        return DrfResponse(outcomes(*[lambda call=call: call(request) for call in calls]))


def drf_site() -> Iterator[Ask]:
    yield from _django(path("", _Page.as_view()), path("old", _Old.as_view()))


SITES = {
    "asgi": asgi_site,
    "starlette": starlette_site,
    "fastapi": fastapi_site,
    "wsgi": wsgi_site,
    "flask": flask_site,
    "django": django_site_,
    "drf": drf_site,
}


@pytest.fixture(params=SITES)
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    yield from SITES[request.param]()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


NOBODY = dict.fromkeys(("", "session", "m2m", "any", "list"))


def test_get_auth_returns_a_session(ask: Ask) -> None:
    response = ask("/", bearer(FAKE.session_token("user_1")))
    assert response == NOBODY | {"": "user_1", "session": "user_1", "any": "user_1"}


def test_get_auth_returns_a_machine_token(ask: Ask) -> None:
    response = ask("/", bearer(FAKE.m2m_token("mch_1", scopes=["mch_2"])))
    assert response == NOBODY | {"m2m": "mch_1", "any": "mch_1", "list": "mch_1"}


def test_get_auth_returns_none_for_signed_out_callers(ask: Ask) -> None:
    assert ask("/", {}) == NOBODY


@pytest.mark.parametrize("name", SITES)
def test_get_auth_returns_none_for_a_pending_session(name: str) -> None:
    token = FAKE.session_token("user_1", claims={"sts": "pending"})
    refused = {"detail": "Not authenticated: session-pending"}  # from the authentication class, before the view
    for ask in SITES[name]():
        assert ask("/", bearer(token)) == (refused if name == "drf" else NOBODY)


def test_client_cannot_choose_the_token_type(ask: Ask) -> None:
    response = ask("/?token_type=any&request=x", bearer(FAKE.m2m_token("mch_1", scopes=["mch_2"])))
    assert response[""] is None


# -- signatures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SITES)
def test_get_auth_is_public_documented_and_sync(name: str) -> None:
    """A coroutine that is not awaited would be truthy, as if somebody were signed in."""
    module = importlib.import_module(f"clerkkit.integrations.{name}")
    assert "get_auth" in vars(module)
    assert "get_auth" in getattr(module, "__all__", ["get_auth"])
    assert not inspect.iscoroutinefunction(module.get_auth)
    assert "Return the caller" in (inspect.getdoc(module.get_auth) or "")


def test_fastapi_shows_no_parameter_of_get_auth() -> None:
    app = FastAPI()

    @app.get("/")
    async def page(auth: Annotated[SessionClaims | None, Depends(fastapi.get_auth)]) -> None:
        assert auth

    assert "parameters" not in app.openapi()["paths"]["/"]["get"]


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("asgi", {}),
        ("starlette", Request({"type": "http"})),
        ("fastapi", Request({"type": "http"})),
        ("wsgi", {}),
        ("django", HttpRequest()),
    ],
)
def test_get_auth_raises_without_the_middleware(name: str, request_: Any) -> None:
    with pytest.raises(RuntimeError, match="middleware"):
        importlib.import_module(f"clerkkit.integrations.{name}").get_auth(request_)


def test_get_auth_raises_without_the_extension() -> None:
    with Flask(__name__).test_request_context(), pytest.raises(RuntimeError, match="middleware"):
        flask.get_auth(flask_request)


@pytest.mark.parametrize("kinds", [None, "sessions", [], ["any"]])
def test_rejects_invalid_token_types(kinds: Any) -> None:
    request: Any = HttpRequest()
    request.clerk = _signed_in()
    with pytest.raises(InvalidArgument, match="token_type"):
        django.get_auth(request, token_type=kinds)


def _signed_in() -> Any:
    return Clerk(KEY).auth.authenticate_request(
        httpx.Request("GET", "http://test", headers=bearer(FAKE.session_token("user_1"))), OPTIONS
    )


# -- Django REST framework -----------------------------------------------------------------------------------------


def answer_of(view: type[APIView], user: Any = None, token: Any = None) -> Any:
    request = APIRequestFactory().get("/")
    request.clerk = _signed_in()
    if user is not None:
        force_authenticate(request, user, token)
    return view.as_view()(request).data


@override_settings(INSTALLED_APPS=APPS)
def test_drf_uses_the_authentication_of_the_view() -> None:
    """The middleware has a session that the view's other class has not checked for CSRF."""

    class Other(_Page):
        authentication_classes = (BasicAuthentication,)

    with pytest.raises(RuntimeError, match="add ClerkAuthentication"):
        answer_of(Other)
    assert answer_of(Other, user="somebody", token="of another kind") == NOBODY
    claims = _signed_in().claims
    assert answer_of(Other, user="somebody", token=claims)[""] == "user_1"


# -- old names -----------------------------------------------------------------------------------------------------

OLD = {
    "starlette": (["signed-in"], ["state_of"]),
    "fastapi": (["signed-in"], ["state_of"]),
    "wsgi": (["signed-in", "user_1"], ["state_of", "session_claims"]),
    "flask": (["signed-in", "user_1"], ["state_of", "current_session"]),
    "django": (["signed-in", "user_1"], ["state_of", "session_claims"]),
    "drf": (["user_1", "user_1", "RuntimeError"], ["clerk_user", "session_claims", "machine_token"]),
}


@pytest.mark.parametrize("name", OLD)
def test_old_names_warn_and_name_the_new_one(name: str) -> None:
    found, names = OLD[name]
    for ask in SITES[name]():
        response = ask("/old", bearer(FAKE.session_token("user_1")))
        assert response["found"] == found
        assert [old in text and "`get_auth" in text for old, text in zip(names, response["warned"], strict=True)] == [
            True
        ] * len(names)


@pytest.mark.filterwarnings("ignore:`state_of`:DeprecationWarning")
def test_old_dependency_of_fastapi_works() -> None:
    for ask in fastapi_site():
        assert ask("/depended", bearer(FAKE.session_token("user_1"))) == {"found": "signed-in"}


@pytest.mark.parametrize("name", OLD)
def test_old_names_are_not_listed(name: str) -> None:
    assert not {*OLD[name][1]} & {*importlib.import_module(f"clerkkit.integrations.{name}").__all__}


def test_old_attribute_warns_at_the_import() -> None:
    with pytest.warns(
        DeprecationWarning, match=r"`current_session` is deprecated: use `get_auth\(request\)`"
    ) as caught:
        from clerkkit.integrations.flask import current_session  # noqa: F401  # pyright: ignore[reportUnusedImport]
    assert caught[0].filename == __file__
