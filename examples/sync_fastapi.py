"""A FastAPI application with a copy of Clerk's users in its database: python examples/sync_fastapi.py [PORT]

With CLERK_SECRET_KEY, CLERK_WEBHOOK_SIGNING_SECRET and DATABASE_URL it serves your endpoint. Without them the local
Clerk sends webhooks: some are repeated, some overtake others. (pip install "clerkkit[sync,fastapi,emulator]")
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from starlette.routing import Route

from clerkkit import Clerk
from clerkkit.sync import Sync
from clerkkit.sync.receivers import AsgiReceiver


def list_members(sync: Sync) -> list[dict[str, Any]]:
    """Return the members of all organizations, with a join in the database."""
    users, organizations, memberships = (sync.tables[kind] for kind in ("users", "organizations", "memberships"))
    found = (
        sa.select(organizations.c.name.label("organization"), users.c.first_name.label("user"), memberships.c.role)
        .join(organizations, organizations.c.id == memberships.c.organization_id)
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.deleted_at.is_(None))
        .order_by(organizations.c.name, users.c.first_name)
    )
    with sync.begin() as connection:
        return [dict(row) for row in connection.execute(found).mappings()]


def create_app(sync: Sync) -> FastAPI:
    """Return the application. The signing secret is in the environment."""
    app = FastAPI()
    app.routes.append(Route("/webhooks/clerk", AsgiReceiver(sync)))

    @app.get("/members")
    def members() -> list[dict[str, Any]]:
        return list_members(sync)

    return app


def main() -> None:
    """Serve, with webhooks of the local Clerk if the environment has no secret."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    if os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"):
        with Clerk() as clerk:
            sync = Sync(sa.create_engine(os.environ["DATABASE_URL"]), clerk)
            sync.create_all()
            uvicorn.run(create_app(sync), port=port)
        return
    from clerk_emulator import Emulator

    with (
        # Listens before the local Clerk sends its first webhook.
        socket.create_server(("127.0.0.1", port)) as listener,
        tempfile.TemporaryDirectory() as folder,
        Emulator() as emulator,
        Clerk(emulator.secret_key, base_url=emulator.url) as clerk,
    ):
        engine = sa.create_engine(f"sqlite:///{Path(folder) / 'copy.db'}")
        early = clerk.users.create(first_name="Charles", email_address=["charles@example.com"])
        sync = Sync(engine, clerk)
        sync.create_all()
        print("backfilled:", sync.backfill(["users"]))

        endpoint = emulator.webhooks.add(f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/clerk")
        os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = endpoint["secret"]
        server = uvicorn.Server(uvicorn.Config(create_app(sync), log_level="warning"))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        emulator.webhooks.faults.add("duplicate", times=2)
        emulator.webhooks.faults.add("reorder", times=2)
        ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
        bob = clerk.users.create(first_name="Bob", email_address=["bob@example.com"])
        organization = clerk.organizations.create(name="Engines", created_by=ada.id)
        clerk.organization_memberships.create(organization.id, user_id=early.id, role="org:member")
        clerk.users.delete(bob.id)
        emulator.clock.advance(60)  # what could not be delivered yet is sent again
        emulator.webhooks.flush()

        print("members:", list_members(sync))
        print("equal to Clerk:", sync.reconcile(["users", "organizations", "memberships"]).is_equal)
        server.should_exit = True
        serving.join()
        engine.dispose()


if __name__ == "__main__":
    main()
