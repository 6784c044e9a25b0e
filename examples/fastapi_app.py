"""A FastAPI application with authenticated routes: python examples/fastapi_app.py [PORT]

Without CLERK_SECRET_KEY it uses the local Clerk, where Ada is signed in, and prints commands that call it.
With CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY it uses your instance. (pip install "clerkkit[fastapi,emulator]")
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI

from clerkkit import Clerk
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, get_auth, require_auth

Session = Annotated[SessionClaims, Depends(require_auth())]
Admin = Annotated[SessionClaims, Depends(require_auth(role="org:admin"))]
ApiKey = Annotated[MachineToken, Depends(require_auth(token_type="api_key"))]
Caller = Annotated[SessionClaims | None, Depends(get_auth)]


def create_app() -> FastAPI:
    """Return the application, with keys from the environment."""
    app = FastAPI(title="Who is calling?")
    options = AuthOptions.from_environment(accepts_token=["session_token", "api_key"])
    app.add_middleware(ClerkMiddleware, options=options, skip=["/docs", "/openapi.json"])
    app.get("/")(home)
    app.get("/me")(me)
    app.get("/admin")(admin)
    app.get("/robots")(robots)
    return app


async def home(caller: Caller) -> dict[str, str]:
    """Respond to everyone."""
    return {"you are": caller.user_id if caller else "nobody"}


async def me(session: Session) -> dict[str, str | None]:
    """Respond to signed-in users."""
    return {"user": session.user_id, "organization": session.org_slug, "role": session.org_role}


async def admin(session: Admin) -> dict[str, str | None]:
    """Respond to admins of the active organization."""
    return {"admin of": session.org_slug}


async def robots(key: ApiKey) -> dict[str, str | None]:
    """Respond to API keys."""
    return {"key": key.name, "of": key.subject}


def main() -> None:
    """Serve, with the local Clerk if no instance is configured in the environment."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    if os.environ.get("CLERK_SECRET_KEY"):
        uvicorn.run(create_app(), port=port)
        return
    from clerk_emulator import Emulator

    with Emulator() as emulator:
        os.environ["CLERK_SECRET_KEY"] = emulator.secret_key
        os.environ["CLERK_PUBLISHABLE_KEY"] = emulator.publishable_key
        os.environ["CLERK_API_URL"] = emulator.origin
        with Clerk() as clerk:
            ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
            engines = clerk.organizations.create(name="Engines", created_by=ada.id)
            session = clerk.sessions.create(user_id=ada.id, active_organization_id=engines.id)
            token = clerk.sessions.create_token(session.id, expires_in_seconds=3600).jwt
            key = clerk.api_keys.create(name="Robot", subject=ada.id).secret
        for path, bearer in {"/me": token, "/admin": token, "/robots": key}.items():
            print(f'curl -H "Authorization: Bearer {bearer}" http://127.0.0.1:{port}{path}', flush=True)
        print(f"http://127.0.0.1:{port}/docs", flush=True)
        uvicorn.run(create_app(), port=port, log_level="warning")


if __name__ == "__main__":
    main()
