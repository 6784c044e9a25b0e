"""A Flask application with pages and an API for signed-in users: python examples/flask_app.py [PORT]

Without CLERK_SECRET_KEY it uses a local Clerk of its own, where Ada is a user, and prints commands that call the API.
`make emulator` prints variables for one that keeps running. With CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY and
CLERK_SIGN_IN_URL it uses your instance. (pip install "clerkkit[flask,emulator]")
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress

import html_pages
from flask import Flask, redirect, request
from user_copy import UserCopy
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from clerkkit import Clerk
from clerkkit.integrations.flask import ClerkExtension, get_auth, require_auth
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

app = Flask(__name__)
app.config["CLERK_ORGANIZATION_PATTERNS"] = ["/organizations/:slug"]  # a visit makes the organization active
app.config["CLERK_SKIP"] = ["/webhooks"]
clerk = ClerkExtension()
copy = UserCopy()


@app.get("/")
def home() -> str:
    """Respond to everyone; `get_auth` returns the session of the user, or None."""
    auth, count = get_auth(request), len(copy.users())
    if auth is None:
        return html_pages.welcome(request.url, count)
    user = clerk.client.users.get(auth.user_id)
    return html_pages.home(user, clerk.client.users.list_organization_memberships(user.id), count)


@app.get("/account")
def account() -> str | Response:
    """Respond to signed-in users, and send everyone else to the sign-in page."""
    auth = get_auth(request)
    if auth is None:
        return redirect(html_pages.sign_in_url(request.url))
    return html_pages.account(clerk.client.users.get(auth.user_id))


@app.get("/organizations/<slug>")
@require_auth()
def organization(slug: str) -> str | tuple[str, int]:
    """Show an organization to its members. It is the active one unless the user is not a member."""
    auth = get_auth(request)
    if auth is None or auth.org_id is None or auth.org_slug != slug:
        return html_pages.not_a_member(), 404
    return html_pages.organization(clerk.client.organization_memberships.list(auth.org_id), auth.org_role)


@app.post("/sign-out")
@require_auth()
def sign_out() -> Response:
    """End the session. Clerk's cookies are SameSite=Lax, so that other sites cannot post here for the user."""
    auth = get_auth(request)
    if auth is not None and auth.session_id is not None:
        clerk.client.sessions.revoke(auth.session_id)
    response = redirect("/", 303)
    for name in request.cookies:
        if name.startswith("__session"):
            response.delete_cookie(name)
    return response


@app.post("/webhooks")
def receive_webhook() -> tuple[str, int]:
    """Keep the copy of the users up to date. The secret is in the environment."""
    try:
        event = verify_webhook(request.data, request.headers)
    except WebhookVerificationError:
        return "", 400
    copy.apply(event, request.headers["svix-id"])
    return "", 204


@app.get("/me")
@require_auth()
def me() -> dict[str, str | None]:
    """Respond with 401 if the user is not signed in."""
    auth = get_auth(request)
    assert auth  # for type checkers: the guard has checked it
    user = clerk.client.users.get(auth.user_id)
    return {"name": user.first_name, "role": auth.org_role}


@app.get("/admin")
@require_auth(role="admin")
async def admin() -> dict[str, str | None]:
    """Respond with 403 if the user is not an admin. A view can be async, with Flask's extra `async`."""
    auth = get_auth(request)
    assert auth
    return {"organization": auth.org_slug}


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    with ExitStack() as stack:
        server = make_server("127.0.0.1", port, app, threaded=True)
        stack.callback(server.server_close)
        port = server.server_port
        token = "" if os.environ.get("CLERK_SECRET_KEY") else start_local_clerk(stack, port)
        clerk.init_app(app)
        for path in ("/me", "/admin"):
            bearer = f" -H 'Authorization: Bearer {token or 'YOUR_SESSION_TOKEN'}'"
            print(f"curl{bearer} http://127.0.0.1:{port}{path}", flush=True)
        print(f"http://localhost:{port}/", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def start_local_clerk(stack: ExitStack, port: int) -> str:
    """Start the local Clerk, sign Ada in, and return her token, valid for one hour."""
    from clerk_emulator import Emulator

    emulator = stack.enter_context(Emulator(webhooks=f"http://127.0.0.1:{port}/webhooks"))
    os.environ |= emulator.environment
    os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = emulator.webhooks.endpoints[0]["secret"]
    with Clerk() as client:
        ada = client.users.create(first_name="Ada", email_address=["ada@example.com"], password="analytical engine")
        engines = client.organizations.create(name="Engines", slug="engines", created_by=ada.id)
        session = client.sessions.create(user_id=ada.id, active_organization_id=engines.id)
        return client.sessions.create_token(session.id, expires_in_seconds=3600).jwt or ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
