"""A FastAPI application with pages and an API for signed-in users: python examples/fastapi_app.py [PORT]

Without CLERK_SECRET_KEY it uses a local Clerk of its own, where Ada is a user, and prints commands that call the API.
`make emulator` prints variables for one that keeps running. With CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY and
CLERK_SIGN_IN_URL it uses your instance. (pip install "clerkkit[fastapi,emulator]")
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import AsyncGenerator
from typing import Annotated

import html_pages
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from user_copy import UserCopy

from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, get_auth, require_auth
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

Session = Annotated[SessionClaims, Depends(require_auth())]
Admin = Annotated[SessionClaims, Depends(require_auth(role="org:admin"))]
ApiKey = Annotated[MachineToken, Depends(require_auth(token_type="api_key"))]
Caller = Annotated[SessionClaims | None, Depends(get_auth)]

copy = UserCopy()


def create_app() -> FastAPI:
    """Return the application, with keys from the environment."""
    clerk = AsyncClerk()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with clerk:
            yield

    app = FastAPI(title="Who is calling?", lifespan=lifespan)
    app.state.clerk = clerk
    options = AuthOptions.from_environment(
        accepts_token=["session_token", "api_key"],
        organization_patterns=["/organizations/:slug"],  # a visit makes the organization active
    )
    app.add_middleware(ClerkMiddleware, clerk=clerk, options=options, skip=["/docs", "/openapi.json", "/webhooks"])
    for path, page in (("/", home), ("/account", account), ("/organizations/{slug}", organization)):
        app.get(path, response_class=HTMLResponse, response_model=None)(page)
    app.post("/sign-out", response_class=RedirectResponse)(sign_out)
    app.post("/webhooks", status_code=204)(receive_webhook)
    app.get("/me")(me)
    app.get("/admin")(admin)
    app.get("/robots")(robots)
    return app


async def home(request: Request, caller: Caller) -> str:
    """Respond to everyone."""
    count = len(copy.users())
    if caller is None:
        return html_pages.welcome(str(request.url), count)
    clerk: AsyncClerk = request.app.state.clerk
    user = await clerk.users.get(caller.user_id)
    return html_pages.home(user, await clerk.users.list_organization_memberships(user.id), count)


async def account(request: Request, caller: Caller) -> str | Response:
    """Respond to signed-in users, and send everyone else to the sign-in page."""
    if caller is None:
        return RedirectResponse(html_pages.sign_in_url(str(request.url)))
    clerk: AsyncClerk = request.app.state.clerk
    return html_pages.account(await clerk.users.get(caller.user_id))


async def organization(request: Request, slug: str, session: Session) -> HTMLResponse:
    """Show an organization to its members. It is the active one unless the user is not a member."""
    if session.org_id is None or session.org_slug != slug:
        return HTMLResponse(html_pages.not_a_member(), 404)
    clerk: AsyncClerk = request.app.state.clerk
    members = await clerk.organization_memberships.list(session.org_id)
    return HTMLResponse(html_pages.organization(members, session.org_role))


async def sign_out(request: Request, session: Session) -> RedirectResponse:
    """End the session. Clerk's cookies are SameSite=Lax, so that other sites cannot post here for the user."""
    clerk: AsyncClerk = request.app.state.clerk
    if session.session_id is not None:
        await clerk.sessions.revoke(session.session_id)
    response = RedirectResponse("/", 303)
    for name in request.cookies:
        if name.startswith("__session"):
            response.delete_cookie(name)
    return response


async def receive_webhook(request: Request) -> None:
    """Keep the copy of the users up to date. The secret is in the environment."""
    try:
        event = verify_webhook(await request.body(), request.headers)
    except WebhookVerificationError as error:
        raise HTTPException(400) from error
    copy.apply(event, request.headers["svix-id"])


async def me(session: Session) -> dict[str, str | None]:
    """Respond to signed-in users."""
    return {"user": session.user_id, "organization": session.org_slug, "role": session.org_role}


async def admin(session: Admin) -> dict[str, str | None]:
    """Respond to admins of the active organization."""
    return {"admin of": session.org_slug}


async def robots(key: ApiKey) -> dict[str, str | None]:
    """Respond to API keys."""
    return {"key": key.name, "of": key.subject}


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    # Listens before the local Clerk sends its first webhook.
    with contextlib.ExitStack() as stack, socket.create_server(("127.0.0.1", port)) as listener:
        port = listener.getsockname()[1]
        if not os.environ.get("CLERK_SECRET_KEY"):
            for path, bearer in start_local_clerk(stack, port).items():
                print(f'curl -H "Authorization: Bearer {bearer}" http://127.0.0.1:{port}{path}', flush=True)
        print(f"http://localhost:{port}/", flush=True)
        uvicorn.Server(uvicorn.Config(create_app(), log_level="warning")).run([listener])


def start_local_clerk(stack: contextlib.ExitStack, port: int) -> dict[str, str | None]:
    """Start the local Clerk, sign Ada in, and return a token for each path of the API, valid for one hour."""
    from clerk_emulator import Emulator

    emulator = stack.enter_context(Emulator(webhooks=f"http://127.0.0.1:{port}/webhooks"))
    os.environ |= emulator.environment
    os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = emulator.webhooks.endpoints[0]["secret"]
    with Clerk() as clerk:
        ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"], password="analytical engine")
        engines = clerk.organizations.create(name="Engines", slug="engines", created_by=ada.id)
        session = clerk.sessions.create(user_id=ada.id, active_organization_id=engines.id)
        token = clerk.sessions.create_token(session.id, expires_in_seconds=3600).jwt
        key = clerk.api_keys.create(name="Robot", subject=ada.id).secret
        return {"/me": token, "/admin": token, "/robots": key}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
