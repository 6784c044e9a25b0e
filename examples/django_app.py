"""A Django application with authenticated views: python examples/django_app.py [PORT]

Without CLERK_SECRET_KEY it uses the local Clerk, where Ada is signed in, and prints commands that call it.
With CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY it uses your instance. (pip install "clerkkit[django,emulator]")
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import ExitStack, suppress
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from clerkkit import Clerk
from clerkkit.integrations.django import client, get_auth, require_auth


def open_to_all(request: HttpRequest) -> HttpResponse:
    """Respond to everyone; `get_auth` returns the session of the user, or None."""
    auth = get_auth(request)
    return HttpResponse(f"You are {auth.user_id if auth else 'nobody'}.\n")


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


urlpatterns = [path("", open_to_all), path("me", me), path("admin", admin)]


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    with ExitStack() as stack:
        token, keys = ("", {}) if os.environ.get("CLERK_SECRET_KEY") else start_local_clerk(stack)
        settings.configure(
            ROOT_URLCONF=__name__,
            SECRET_KEY=secrets.token_hex(),
            ALLOWED_HOSTS=["127.0.0.1"],
            MIDDLEWARE=["clerkkit.integrations.django.ClerkMiddleware"],
            **keys,
        )
        server = stack.enter_context(make_server("127.0.0.1", port, get_wsgi_application()))
        stack.callback(client().close)
        for name in ("/", "/me", "/admin"):
            bearer = f" -H 'Authorization: Bearer {token or 'YOUR_SESSION_TOKEN'}'"
            print(f"curl{bearer} http://127.0.0.1:{server.server_port}{name}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def start_local_clerk(stack: ExitStack) -> tuple[str, dict[str, str]]:
    """Start the local Clerk, sign Ada in, and return her token, valid for one hour, and the settings."""
    from clerk_emulator import Emulator

    emulator = stack.enter_context(Emulator())
    keys = {
        "CLERK_SECRET_KEY": emulator.secret_key,
        "CLERK_PUBLISHABLE_KEY": emulator.publishable_key,
        "CLERK_API_URL": emulator.origin,
    }
    with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
        engines = clerk.organizations.create(name="Engines", slug="engines", created_by=ada.id)
        session = clerk.sessions.create(user_id=ada.id, active_organization_id=engines.id)
        return clerk.sessions.create_token(session.id, expires_in_seconds=3600).jwt or "", keys


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
