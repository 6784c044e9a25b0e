"""Pages of the visitor: home, sign in, sign out, and sign in again."""

from __future__ import annotations

import contextlib
from typing import Annotated
from urllib.parse import urlencode

from clerkkit import InvalidArgument, errors
from clerkkit.auth import RequestState, SessionClaims
from clerkkit.integrations.fastapi import require_auth
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.callers import ClerkClient, OptionalSession, Session
from app.pages import render

router = APIRouter(default_response_class=Response, include_in_schema=False)


@router.get("/")
async def home(request: Request, session: OptionalSession) -> Response:
    """Welcome visitors, and send users to their organizations."""
    return render(request, "home.html") if session is None else RedirectResponse("/organizations", 303)


@router.get("/sign-in")
async def sign_in(request: Request, next: str = "/organizations") -> RedirectResponse:  # noqa: A002
    """Send the visitor to the sign-in page and then to `next`, a path of this site."""
    return RedirectResponse(_sign_in_url(request, next), 303)


@router.get("/sign-up")
async def sign_up(request: Request) -> RedirectResponse:
    """Send the visitor to the sign-up page and back."""
    state: RequestState = request.state.clerk
    origin: str = request.app.state.settings.app_origin
    return RedirectResponse(state.redirect_to_sign_up(f"{origin}/organizations"), 303)


@router.get("/join")
async def join(
    request: Request,
    ticket: Annotated[str, Query(alias="__clerk_ticket")],
    status: Annotated[str, Query(alias="__clerk_status")] = "",
) -> RedirectResponse:
    """Let somebody who was invited sign up, or sign in, and join the organization. The link in the email leads here."""
    if status == "complete":
        return RedirectResponse("/organizations", 303)
    state: RequestState = request.state.clerk
    build_url = state.redirect_to_sign_in if status == "sign_in" else state.redirect_to_sign_up
    url = build_url(f"{request.app.state.settings.app_origin}/organizations")
    return RedirectResponse(f"{url}&{urlencode({'__clerk_ticket': ticket})}", 303)


@router.get("/session", dependencies=[Depends(require_auth())], status_code=204)
async def check_session() -> None:
    """Answer 204 to users, after the middleware has replaced an expired token: see static/forms.js."""


@router.post("/sign-out")
async def sign_out(request: Request, clerk: ClerkClient, session: OptionalSession) -> RedirectResponse:
    """End the session."""
    response = RedirectResponse("/", 303)
    await _end_session(request, response, clerk, session)
    return response


@router.get("/verify")
async def verify(request: Request, session: Session, next: str = "/organizations") -> Response:  # noqa: A002
    """Ask the user to sign in again, before something that needs a recent verification."""
    return render(request, "verify.html", session=session, next=next)


@router.post("/verify")
async def verify_again(
    request: Request,
    clerk: ClerkClient,
    session: OptionalSession,
    next: Annotated[str, Form()],  # noqa: A002
) -> RedirectResponse:
    """End the session, and send the user to the sign-in page and then to `next`.

    This works without a script. A page that loads clerk-js can ask for a factor with `useReverification` instead.
    """
    response = RedirectResponse(_sign_in_url(request, next), 303)
    await _end_session(request, response, clerk, session)
    return response


async def _end_session(request: Request, response: Response, clerk: ClerkClient, session: SessionClaims | None) -> None:
    if session is not None and session.session_id is not None:
        try:
            await clerk.sessions.revoke(session.session_id)
        except errors.ApiError as error:
            if error.status_code not in (400, 404):  # it has ended already
                raise
    for name in request.cookies:
        if name.startswith(("__session", "__refresh")):
            response.delete_cookie(name)


def _sign_in_url(request: Request, page: str) -> str:
    """Return the URL of the sign-in page, which leads back to a page of this site, and to no other site."""
    state: RequestState = request.state.clerk
    origin: str = request.app.state.settings.app_origin
    if page.startswith("/"):
        with contextlib.suppress(InvalidArgument):  # the path has characters that a URL cannot contain
            return state.redirect_to_sign_in(f"{origin}{page}")
    return state.redirect_to_sign_in(f"{origin}/organizations")
