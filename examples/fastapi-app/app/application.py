"""Creates the application: `uvicorn --factory app.application:create_app`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions
from clerkkit.integrations.fastapi import ClerkMiddleware
from clerkkit.sync import AsyncSync
from clerkkit.sync.receivers import AsgiReceiver
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from app.database import clerk_tables, remove_notes_of_deleted_organization
from app.errors import add_error_handlers
from app.middleware import SameOriginMiddleware, SecurityHeadersMiddleware
from app.routes import account, api, members, organizations
from app.settings import Settings

WEBHOOKS = "/webhooks/clerk"
_STATIC = Path(__file__).resolve().parent / "static"


def create_app(settings: Settings | None = None, *, clock: Callable[[], float] = time.time) -> FastAPI:
    """Return the application.

    Args:
        settings: The settings. Default: those of the environment.
        clock: Returns the current Unix time in seconds. Tests advance it.
    """
    settings = settings or Settings.load()
    clerk = AsyncClerk(settings.clerk_secret_key.get_secret_value(), base_url=settings.clerk_api_url, clock=clock)
    engine = create_async_engine(settings.database_url)
    sync = AsyncSync(
        engine,
        clerk,
        tables=clerk_tables,
        instance_id=settings.clerk_instance_id,
        secret=settings.clerk_webhook_signing_secret.get_secret_value(),
        clock=clock,
    )
    sync.on_change("organizations")(remove_notes_of_deleted_organization)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with clerk:
            try:
                yield
            finally:
                await engine.dispose()

    # FastAPI's pages of documentation load scripts of other sites.
    app = FastAPI(title="Team notes", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.clerk = clerk
    app.state.sync = sync
    for routes in (account, organizations, members, api):
        app.include_router(routes.router)
    app.routes.append(Route(WEBHOOKS, AsgiReceiver(sync)))
    app.mount("/static", StaticFiles(directory=_STATIC), "static")
    add_error_handlers(app)

    # The last one sees a request first.
    app.add_middleware(ClerkMiddleware, clerk=clerk, options=_build_auth_options(settings), skip=[WEBHOOKS, "/static"])
    app.add_middleware(SameOriginMiddleware, origin=settings.app_origin)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[settings.host])
    return app


def _build_auth_options(settings: Settings) -> AuthOptions:
    return AuthOptions(
        publishable_key=settings.clerk_publishable_key,
        jwt_key=settings.clerk_jwt_key.get_secret_value() if settings.clerk_jwt_key else None,
        authorized_parties=[settings.app_origin],
        proxy_url=settings.clerk_proxy_url,
        sign_in_url=settings.clerk_sign_in_url,
        sign_up_url=settings.clerk_sign_up_url,
        trust_forwarded_host=False,
        # A visit makes the organization of the path active, if the visitor is a member.
        organization_patterns=["/organizations/:id", "/organizations/:id/(.*)"],
    )
