"""A Flask application with authenticated views: python examples/flask_app.py [PORT]

Without CLERK_SECRET_KEY it uses the local Clerk, where Ada is signed in, and prints commands that call it.
With CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY it uses your instance. (pip install "clerkkit[flask,emulator]")
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress

from flask import Flask, request
from werkzeug.serving import make_server

from clerkkit import Clerk
from clerkkit.integrations.flask import ClerkExtension, get_auth, require_auth

app = Flask(__name__)
clerk = ClerkExtension()


@app.get("/")
def open_to_all() -> str:
    """Respond to everyone; `get_auth` returns the session of the user, or None."""
    auth = get_auth(request)
    return f"You are {auth.user_id if auth else 'nobody'}.\n"


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
        token = "" if os.environ.get("CLERK_SECRET_KEY") else start_local_clerk(stack)
        clerk.init_app(app)
        server = make_server("127.0.0.1", port, app, threaded=True)
        stack.callback(server.server_close)
        for path in ("/", "/me", "/admin"):
            bearer = f" -H 'Authorization: Bearer {token or 'YOUR_SESSION_TOKEN'}'"
            print(f"curl{bearer} http://127.0.0.1:{server.server_port}{path}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def start_local_clerk(stack: ExitStack) -> str:
    """Start the local Clerk, sign Ada in, and return her token, valid for one hour."""
    from clerk_emulator import Emulator

    emulator = stack.enter_context(Emulator())
    app.config.from_mapping(
        CLERK_SECRET_KEY=emulator.secret_key,
        CLERK_PUBLISHABLE_KEY=emulator.publishable_key,
        CLERK_API_URL=emulator.origin,
    )
    with Clerk(emulator.secret_key, base_url=emulator.url) as client:
        ada = client.users.create(first_name="Ada", email_address=["ada@example.com"])
        engines = client.organizations.create(name="Engines", slug="engines", created_by=ada.id)
        session = client.sessions.create(user_id=ada.id, active_organization_id=engines.id)
        return client.sessions.create_token(session.id, expires_in_seconds=3600).jwt or ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
