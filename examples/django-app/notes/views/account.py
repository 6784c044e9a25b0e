"""Pages of the visitor: home, sign in, sign out, and sign in again."""

from __future__ import annotations

import contextlib
from urllib.parse import urlencode

from clerkkit import ApiError, InvalidArgument
from clerkkit.integrations.django import ClerkRequest, client, get_auth, require_auth
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notes.access import get_session


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Welcome visitors, and send users to their organizations."""
    return render(request, "notes/home.html") if get_auth(request) is None else redirect("/organizations")


@require_GET
def sign_in(request: ClerkRequest) -> HttpResponse:
    """Send the visitor to the sign-in page and then to `next`, a path of this site."""
    return HttpResponseRedirect(_sign_in_url(request, request.GET.get("next", "/organizations")))


@require_GET
def sign_up(request: ClerkRequest) -> HttpResponse:
    """Send the visitor to the sign-up page and back."""
    return HttpResponseRedirect(request.clerk.redirect_to_sign_up(f"{settings.APP_ORIGIN}/organizations"))


@require_GET
def join(request: ClerkRequest) -> HttpResponse:
    """Let somebody who was invited sign up, or sign in, and join the organization. The link in the email leads here."""
    status = request.GET.get("__clerk_status")
    if status == "complete":
        return redirect("/organizations")
    build_url = request.clerk.redirect_to_sign_in if status == "sign_in" else request.clerk.redirect_to_sign_up
    ticket = urlencode({"__clerk_ticket": request.GET.get("__clerk_ticket", "")})
    return HttpResponseRedirect(f"{build_url(f'{settings.APP_ORIGIN}/organizations')}&{ticket}")


@require_GET
@never_cache
@require_auth()
def check_session(request: HttpRequest) -> HttpResponse:
    """Answer 204 to users, after the middleware has replaced an expired token: see static/notes/forms.js."""
    return HttpResponse(status=204)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    return _end_session(request, redirect("/"))


@require_http_methods(["GET", "POST"])
def verify(request: ClerkRequest) -> HttpResponse:
    """Ask the user to sign in again, before something that needs a recent verification.

    This works without a script. A page that loads clerk-js can ask for a factor with `useReverification` instead.
    """
    if request.method == "POST":
        page = request.POST.get("next", "/organizations")
        return _end_session(request, HttpResponseRedirect(_sign_in_url(request, page)))
    return _ask_to_verify(request)


@require_auth(redirect=True)
def _ask_to_verify(request: HttpRequest) -> HttpResponse:
    page = request.GET.get("next", "/organizations")
    return render(request, "notes/verify.html", {"session": get_session(request), "next": page})


def _end_session(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    session = get_auth(request)
    if session is not None and session.session_id is not None:
        try:
            client().sessions.revoke(session.session_id)
        except ApiError as error:
            if error.status_code not in (400, 404):  # it has ended already
                raise
    for name in request.COOKIES:
        if name.startswith(("__session", "__refresh")):
            response.delete_cookie(name)
    return response


def _sign_in_url(request: ClerkRequest, page: str) -> str:
    """Return the URL of the sign-in page, which leads back to a page of this site, and to no other site."""
    if page.startswith("/"):
        with contextlib.suppress(InvalidArgument):  # the path has characters that a URL cannot contain
            return request.clerk.redirect_to_sign_in(f"{settings.APP_ORIGIN}{page}")
    return request.clerk.redirect_to_sign_in(f"{settings.APP_ORIGIN}/organizations")
