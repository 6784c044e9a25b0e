"""A Django application with pages and an API for signed-in users: python examples/django_app.py [PORT]

Without CLERK_SECRET_KEY it uses a local Clerk of its own, where Ada is a user, and prints commands that call the API.
`make emulator` prints variables for one that keeps running. With CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY and
CLERK_SIGN_IN_URL it uses your instance. (pip install "clerkkit[django,emulator]")
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import ExitStack, suppress
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import html_pages
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from user_copy import UserCopy

from clerkkit import Clerk
from clerkkit.integrations.django import client, get_auth, require_auth
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

COPY = UserCopy()
CSRF_FIELD = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'


def home(request: HttpRequest) -> HttpResponse:
    """Respond to everyone; `get_auth` returns the session of the user, or None."""
    auth, count = get_auth(request), len(COPY.users())
    if auth is None:
        return HttpResponse(html_pages.welcome(request.build_absolute_uri(), count))
    user = client().users.get(auth.user_id)
    memberships = client().users.list_organization_memberships(user.id)
    return HttpResponse(html_pages.home(user, memberships, count, CSRF_FIELD.format(get_token(request))))


def account(request: HttpRequest) -> HttpResponse:
    """Respond to signed-in users, and send everyone else to the sign-in page."""
    auth = get_auth(request)
    if auth is None:
        return HttpResponseRedirect(html_pages.sign_in_url(request.build_absolute_uri()))
    return HttpResponse(html_pages.account(client().users.get(auth.user_id)))


@require_auth()
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an organization to its members. It is the active one unless the user is not a member."""
    auth = get_auth(request)
    if auth is None or auth.org_id is None or auth.org_slug != slug:
        return HttpResponse(html_pages.not_a_member(), status=404)
    return HttpResponse(html_pages.organization(client().organization_memberships.list(auth.org_id), auth.org_role))


@require_POST
@require_auth()
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth = get_auth(request)
    if auth is not None and auth.session_id is not None:
        client().sessions.revoke(auth.session_id)
    response = HttpResponseRedirect("/")
    for name in request.COOKIES:
        if name.startswith("__session"):
            response.delete_cookie(name)
    return response


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest) -> HttpResponse:
    """Keep the copy of the users up to date. The secret is in the environment."""
    try:
        event = verify_webhook(request.body, request.headers)
    except WebhookVerificationError:
        return HttpResponse(status=400)
    COPY.apply(event, request.headers["svix-id"])
    return HttpResponse(status=204)


@require_auth()
def me(request: HttpRequest) -> HttpResponse:
    """Respond with 401 if the user is not signed in."""
    auth = get_auth(request)
    assert auth  # for type checkers: the guard has checked it
    user = client().users.get(auth.user_id)
    return JsonResponse({"name": user.first_name, "role": auth.org_role})


@require_auth(role="admin")
async def admin(request: HttpRequest) -> HttpResponse:
    """Respond with 403 if the user is not an admin. A view can be async, with ASGI and WSGI."""
    auth = get_auth(request)
    assert auth
    return JsonResponse({"organization": auth.org_slug})


urlpatterns = [
    path("", home),
    path("account", account),
    path("organizations/<slug:slug>", organization),
    path("sign-out", sign_out),
    path("webhooks", receive_webhook),
    path("me", me),
    path("admin", admin),
]


class Server(ThreadingMixIn, WSGIServer):
    """A server with a thread for each request."""

    daemon_threads = True


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(("127.0.0.1", port), WSGIRequestHandler))
        port = server.server_port
        token = "" if os.environ.get("CLERK_SECRET_KEY") else start_local_clerk(stack, port)
        settings.configure(
            ROOT_URLCONF=__name__,
            SECRET_KEY=secrets.token_hex(),
            ALLOWED_HOSTS=["127.0.0.1", "localhost"],
            MIDDLEWARE=[
                "clerkkit.integrations.django.ClerkMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware",
            ],
            CLERK_ORGANIZATION_PATTERNS=["/organizations/:slug"],  # a visit makes the organization active
            CLERK_SKIP=["/webhooks"],
        )
        server.set_app(get_wsgi_application())
        stack.callback(client().close)
        for name in ("/me", "/admin"):
            bearer = f" -H 'Authorization: Bearer {token or 'YOUR_SESSION_TOKEN'}'"
            print(f"curl{bearer} http://127.0.0.1:{port}{name}", flush=True)
        print(f"http://localhost:{port}/", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def start_local_clerk(stack: ExitStack, port: int) -> str:
    """Start the local Clerk, sign Ada in, and return her token, valid for one hour."""
    from clerk_emulator import Emulator

    emulator = stack.enter_context(Emulator(webhooks=f"http://127.0.0.1:{port}/webhooks"))
    os.environ |= emulator.environment
    os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = emulator.webhooks.endpoints[0]["secret"]
    with Clerk() as clerk:
        ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"], password="analytical engine")
        engines = clerk.organizations.create(name="Engines", slug="engines", created_by=ada.id)
        session = clerk.sessions.create(user_id=ada.id, active_organization_id=engines.id)
        return clerk.sessions.create_token(session.id, expires_in_seconds=3600).jwt or ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
