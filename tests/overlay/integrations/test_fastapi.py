"""FastAPI on a real server, with tokens of the emulator."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import openapi_spec_validator
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import MachineToken, SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, get_auth, require_auth
from tests.overlay.integrations.asgi_site import ORIGIN, People, Site, options_for, people, served

Session = Annotated[SessionClaims, Depends(require_auth())]
Admin = Annotated[SessionClaims, Depends(require_auth(role="org:admin"))]
Reader = Annotated[SessionClaims, Depends(require_auth(permission="org:reports:read"))]
Payer = Annotated[SessionClaims, Depends(require_auth(plan="pro", feature="reports"))]
ApiKey = Annotated[MachineToken, Depends(require_auth(token_type="api_key"))]
Anyone = Annotated[SessionClaims | MachineToken, Depends(require_auth(token_type=["session_token", "m2m_token"]))]
Caller = Annotated[SessionClaims | None, Depends(get_auth)]

routes = APIRouter()


@routes.get("/me")
async def me(session: Session) -> dict[str, str | None]:
    return {"user": session.user_id, "org": session.org_id, "role": session.org_role}


@routes.get("/admin")
def admin(session: Admin) -> str:
    return session.user_id


@routes.get("/reports")
def reports(session: Reader) -> str:
    return session.user_id


@routes.get("/paid")
def paid(session: Payer) -> str:
    return session.user_id


@routes.get("/keys")
def keys(key: ApiKey) -> dict[str, Any]:
    return {"user": key.user_id, "scopes": key.scopes}


@routes.get("/either")
def either(who: Anyone) -> str:
    return who.user_id or "" if isinstance(who, SessionClaims) else who.subject


@routes.get("/public")
def public(caller: Caller, request: Request) -> str:
    assert caller is get_auth(request)
    return request.state.clerk.status if caller is None else caller.user_id


@routes.get("/skipped/or/not")
def skipped(caller: Caller) -> str:
    return "somebody" if caller else "nobody"


@routes.get("/skipped/and/guarded")
def guarded(session: Session) -> str:
    return session.user_id


@routes.websocket("/ws")
async def websocket(connection: WebSocket, session: Session) -> None:
    await connection.accept()
    await connection.send_text(session.user_id)
    await connection.close()


def app_for(emulator: Emulator, **options: Any) -> FastAPI:
    client = AsyncClerk(emulator.secret_key, base_url=emulator.url, clock=lambda: emulator.clock.now() / 1000)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=life)
    app.add_middleware(
        ClerkMiddleware, clerk=client, options=options_for(emulator, **options), skip=["/skipped", "/docs"]
    )
    app.include_router(routes)
    return app


@pytest.fixture
def site(clerk_emulator: Emulator) -> Iterator[Site]:
    with served(app_for(clerk_emulator)) as site:
        yield site


@pytest.fixture
def here(clerk_emulator: Emulator, clerk: Clerk) -> People:
    return people(clerk_emulator, clerk)


def challenge(response: httpx.Response) -> tuple[int, str, str]:
    return response.status_code, response.headers.get("www-authenticate"), response.json()["detail"]


def test_signed_in_user_is_the_caller(site: Site, here: People) -> None:
    response = site.get("/me", here.ada_token)
    assert response.json() == {"user": here.ada, "org": here.organization, "role": "org:admin"}
    assert not [name for name in response.headers if name.startswith("x-clerk")]
    assert site.get("/me", here.bob_token).json()["user"] == here.bob
    by_cookie = site.get("/me", cookie=f"__session={here.ada_token}; __client_uat=1; __clerk_db_jwt=dvb_1")
    assert by_cookie.json()["user"] == here.ada


def test_rejects_signed_out_callers(site: Site) -> None:
    response = site.get("/me")
    assert challenge(response) == (401, "Bearer", "Not authenticated: dev-browser-missing")
    assert response.headers["x-clerk-auth-status"] == "signed-out"
    assert response.headers["x-clerk-auth-reason"] == "dev-browser-missing"
    assert challenge(site.get("/me", "rubbish")) == (401, "Bearer", "Not authenticated: token-invalid")


def test_requirements_allow_or_deny_access(site: Site, here: People) -> None:
    assert site.get("/admin", here.ada_token).json() == here.ada
    forbidden = 'Bearer error="insufficient_scope"'
    assert challenge(site.get("/admin", here.bob_token)) == (403, forbidden, "Not allowed: this needs role org:admin")
    assert challenge(site.get("/reports", here.ada_token))[0] == 403
    needs = "Not allowed: this needs feature reports, plan pro"
    assert challenge(site.get("/paid", here.ada_token)) == (403, forbidden, needs)
    assert challenge(site.get("/admin"))[0] == 401


def test_role_requires_an_organization(site: Site, here: People, clerk_emulator: Emulator) -> None:
    assert site.get("/admin", clerk_emulator.sign_in(here.ada, origin=ORIGIN)).status_code == 403


def test_expired_token_is_refused(site: Site, here: People, clerk_emulator: Emulator) -> None:
    old = clerk_emulator.sign_in(here.ada, origin=ORIGIN)
    clerk_emulator.clock.advance(120)
    response = site.get("/me", old)
    reason = "session-token-expired-refresh-non-eligible-no-refresh-cookie"
    assert challenge(response) == (401, "Bearer", f"Not authenticated: {reason}")
    assert "token expired at" in response.headers["x-clerk-auth-message"]


def test_token_of_another_origin_is_refused(site: Site, here: People, clerk_emulator: Emulator) -> None:
    token = clerk_emulator.sign_in(here.ada, origin="https://evil.example")
    assert challenge(site.get("/me", token))[2] == "Not authenticated: token-invalid-authorized-parties"


def test_browser_is_redirected_to_clerk(site: Site) -> None:
    """Before the route runs. It stops after three times, and never redirects scripts."""
    for count, path in enumerate(("/me", "/public", "/nowhere"), 1):
        response = site.get(path, accept="text/html", sec_fetch_dest="document")
        assert (response.status_code, response.content) == (307, b"")
        location = httpx.URL(response.headers["location"])
        assert (location.scheme, location.path) == ("https", "/v1/client/handshake")
        assert location.params["redirect_url"] == site.url + path
        assert response.headers.get_list("set-cookie") == [
            f"__clerk_redirect_count={count}; SameSite=Lax; HttpOnly; Max-Age=2"
        ]
        assert response.headers["cache-control"] == "private, no-store"
        assert response.headers["x-clerk-auth-status"] == "handshake"
    assert site.get("/public", accept="text/html", sec_fetch_dest="document").json() == "signed-out"
    site.http.cookies.clear()
    assert site.get("/public", accept="*/*").json() == "signed-out"


def test_expired_cookie_is_refreshed(site: Site, here: People, clerk_emulator: Emulator, clerk: Clerk) -> None:
    clock = clerk_emulator.clock
    clock.freeze(clock.now() - 120_000)
    with served(app_for(clerk_emulator, authorized_parties=[])) as open_site:
        old = clerk_emulator.sign_in(here.ada, origin=open_site.url)
        clock.reset()
        (session,) = [one for one in clerk.sessions.list(user_id=here.ada) if one.id in _payload(old)]
        suffix = options_for(clerk_emulator).instance.suffix
        refresh = f"__refresh_{suffix}={clerk_emulator.refresh_token(session.id)}"
        response = open_site.get("/me", cookie=f"__session={old}; __client_uat=1; __clerk_db_jwt=dvb_1; {refresh}")
    assert response.json()["user"] == here.ada
    cookies = {
        name: value for name, _, value in (one.partition("=") for one in response.headers.get_list("set-cookie"))
    }
    fresh, _, attributes = cookies["__session"].partition("; ")
    assert fresh != old
    assert cookies[f"__session_{suffix}"] == cookies["__session"]
    assert {"Path=/", "SameSite=Lax"} <= set(attributes.split("; "))


def _payload(token: str) -> str:
    import jwt

    return json.dumps(jwt.decode(token, options={"verify_signature": False}))


def test_accepts_only_the_given_token_type(site: Site, here: People, clerk_emulator: Emulator, clerk: Clerk) -> None:
    key = clerk.api_keys.create(name="reader", subject=here.ada, scopes=["read"])
    assert site.get("/keys", key.secret).json() == {"user": here.ada, "scopes": ["read"]}
    for path in ("/me", "/admin", "/either"):
        assert challenge(site.get(path, key.secret)) == (401, "Bearer", "Not authenticated: token-type-mismatch")
    assert challenge(site.get("/keys", here.ada_token))[2] == "Not authenticated: token-type-mismatch"
    assert challenge(site.get("/keys", "ak_unknown"))[2] == "Not authenticated: token-invalid"
    clerk.api_keys.revoke(key.id)
    clerk_emulator.clock.advance(10)  # seconds for which accepted tokens are cached
    assert challenge(site.get("/keys", key.secret))[0] == 401

    assert site.get("/either", here.bob_token).json() == here.bob


def test_accepts_several_token_types(site: Site, clerk_emulator: Emulator, clerk: Clerk) -> None:
    machine = clerk.machines.create(name="Machine")
    assert machine.secret_key
    with Clerk(machine.secret_key, base_url=clerk_emulator.url) as of_machine:
        opaque, jwt = (of_machine.m2m.create_token(token_format=form).token for form in ("opaque", "jwt"))
    for token in (opaque, jwt):  # neither names an origin
        assert site.get("/either", token).json() == machine.id
        assert site.get("/me", token).status_code == 401


def test_unaccepted_machine_tokens_cause_no_call(clerk_emulator: Emulator, here: People) -> None:
    with served(app_for(clerk_emulator, accepts_token="session_token")) as site:
        clerk_emulator.faults.add(status=500)  # affects every request to Clerk
        assert challenge(site.get("/keys", "ak_unknown"))[2] == "Not authenticated: token-invalid"


def test_pending_session_is_refused(clerk_emulator: Emulator) -> None:
    from clerkkit.testing import instance

    fake = instance()
    options = {"publishable_key": fake.publishable_key, "jwt_key": fake.jwt_key, "authorized_parties": []}
    with served(app_for(clerk_emulator, **options)) as site:
        token = fake.session_token(claims={"sts": "pending"})
        assert challenge(site.get("/me", token)) == (401, "Bearer", "Not authenticated: session-pending")
        assert site.get("/me", fake.session_token("user_1")).json()["user"] == "user_1"
        paid = fake.session_token(org_id="org_1", features=["o:reports"], claims={"pla": "o:pro"})
        assert site.get("/paid", paid).status_code == 200
        free = fake.session_token(org_id="org_1", features=["o:reports"], claims={"pla": "o:free"})
        assert site.get("/paid", free).status_code == 403


def test_concurrent_requests_are_not_mixed_up(site: Site, here: People) -> None:
    asked = [(here.ada_token, here.ada), (here.bob_token, here.bob), (None, None)] * 30
    with ThreadPoolExecutor(12) as pool:
        responses = list(pool.map(lambda one: site.get("/me", one[0]), asked))
    assert [response.json().get("user") for response in responses] == [user for _, user in asked]


def test_skipped_paths_have_no_state(site: Site, here: People, caplog: pytest.LogCaptureFixture) -> None:
    """A guard fails there instead of granting access."""
    for path in ("/skipped/or/not", "/skipped/and/guarded"):
        assert site.get(path, here.ada_token, connection="close").status_code == 500
    assert "Clerk's middleware" in caplog.text
    assert site.get("/docs", accept="text/html").status_code == 200
    assert site.get("/docsx", accept="text/html").status_code == 307


def test_websockets_are_accepted_or_rejected_by_their_token(site: Site, here: People) -> None:
    url = site.url.replace("http", "ws", 1) + "/ws"
    for headers in (
        {"authorization": f"Bearer {here.ada_token}"},
        {"cookie": f"__session={here.ada_token}; __client_uat=1; __clerk_db_jwt=dvb_1"},
    ):
        with connect(url, additional_headers=headers, proxy=None) as socket:
            assert socket.recv(5) == here.ada
    for headers in ({}, {"authorization": "Bearer rubbish"}, {"accept": "text/html"}):
        with pytest.raises(InvalidStatus) as caught, connect(url, additional_headers=headers, proxy=None):
            pass
        assert caught.value.response.status_code == 403


def test_openapi_document_has_the_security_scheme(site: Site) -> None:
    document = site.get("/openapi.json").json()
    openapi_spec_validator.validate(document)
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    secured = {path: item["get"].get("security") for path, item in document["paths"].items()}
    assert secured.pop("/public") is None
    assert secured.pop("/skipped/or/not") is None
    assert all(security == [{"Clerk": []}] for security in secured.values())
    assert not any("parameters" in item["get"] for item in document["paths"].values())
    assert "/openapi.json" in site.get("/docs", accept="text/html").text


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        ({"role": None}, "role"),
        ({"permission": ""}, "permission"),
        ({"plan": 1}, "plan"),
        ({"role": "admin", "token_type": "api_key"}, "role"),
        ({"token_type": "session"}, "token_type"),
        ({"token_type": []}, "token_type"),
        ({"token_type": ["any"]}, "token_type"),
    ],
)
def test_rejects_invalid_requirements_when_defined(asked: Any, argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        require_auth(**asked)
    assert caught.value.argument == argument
