"""A FastAPI application that copies users with webhooks: python examples/webhooks_fastapi.py [PORT]

With CLERK_WEBHOOK_SIGNING_SECRET it serves your endpoint. Without it the local Clerk sends webhooks: some are repeated,
some overtake others. (pip install "clerkkit[fastapi,emulator]")
"""

from __future__ import annotations

import os
import socket
import sys
import threading

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from user_copy import UserCopy

from clerkkit import Clerk
from clerkkit.webhooks import WebhookVerificationError, verify_webhook


def create_app(copy: UserCopy) -> FastAPI:
    """Return the application. The secret is in the environment."""
    app = FastAPI()

    @app.post("/webhooks", status_code=204)
    async def receive(request: Request) -> None:
        try:
            event = verify_webhook(await request.body(), request.headers)
        except WebhookVerificationError as error:
            raise HTTPException(400) from error
        if copy.apply(event, request.headers["svix-id"]):
            print(event.type, flush=True)

    app.get("/users")(copy.users)
    return app


def main() -> None:
    """Serve, with webhooks of the local Clerk if the environment has no secret."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    if os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"):
        uvicorn.run(create_app(UserCopy()), port=port)
        return
    from clerk_emulator import Emulator

    with (
        # Listens before the local Clerk sends its first webhook.
        socket.create_server(("127.0.0.1", port)) as listener,
        Emulator(webhooks=f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks") as emulator,
    ):
        os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = emulator.webhooks.endpoints[0]["secret"]
        copy = UserCopy()
        server = uvicorn.Server(uvicorn.Config(create_app(copy), log_level="warning"))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        emulator.webhooks.faults.add("duplicate", times=2)
        emulator.webhooks.faults.add("reorder")
        with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
            ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
            bob = clerk.users.create(first_name="Bob", email_address=["bob@example.com"])
            clerk.users.update(ada.id, first_name="Augusta")
            clerk.users.delete(bob.id)
        emulator.clock.advance(60)  # what could not be delivered yet is sent again
        emulator.webhooks.flush()
        print(f"the copy has {', '.join(str(name) for name in copy.users().values())}", flush=True)
        server.should_exit = True
        serving.join()


if __name__ == "__main__":
    main()
