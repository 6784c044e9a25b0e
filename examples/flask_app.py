"""A Flask application that knows who is calling: python examples/flask_app.py [PORT]

Without CLERK_SECRET_KEY it runs with a Clerk on this machine, where Ada is signed in already, and says how to call it.
With CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY it serves users of yours. (pip install "clerkkit[flask,emulator]")
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
    """Anybody may see this: `get_auth` tells who is there."""
    auth = get_auth(request)
    return f"You are {auth.user_id if auth else 'nobody'}.\n"


@app.get("/me")
@require_auth()
def me() -> dict[str, str | None]:
    """401 for who is not signed in."""
    auth = get_auth(request)
    assert auth  # for type checkers: the guard lets nobody else in
    user = clerk.client.users.get(auth.user_id)
    return {"name": user.first_name, "role": auth.org_role}


@app.get("/admin")
@require_auth(role="admin")
async def admin() -> dict[str, str | None]:
    """403 for who is not an admin. A view may be async, with Flask's own extra `async`."""
    auth = get_auth(request)
    assert auth
    return {"organization": auth.org_slug}


def main(port: int) -> None:
    """Serve until Ctrl-C."""
    with ExitStack() as stack:
        token = "" if os.environ.get("CLERK_SECRET_KEY") else emulated(stack)
        clerk.init_app(app)
        server = make_server("127.0.0.1", port, app, threaded=True)
        stack.callback(server.server_close)
        for path in ("/", "/me", "/admin"):
            bearer = f" -H 'Authorization: Bearer {token or 'YOUR_SESSION_TOKEN'}'"
            print(f"curl{bearer} http://127.0.0.1:{server.server_port}{path}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def emulated(stack: ExitStack) -> str:
    """Start a Clerk on this machine, and sign Ada in there; her token is good for an hour."""
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
