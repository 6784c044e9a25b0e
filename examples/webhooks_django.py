"""A Django application that copies users with webhooks: python examples/webhooks_django.py [PORT]

With CLERK_WEBHOOK_SIGNING_SECRET it serves your endpoint. Without it the local Clerk sends webhooks: some are repeated,
some overtake others. (pip install "clerkkit[django,emulator]")
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from wsgiref.simple_server import WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from user_copy import UserCopy

from clerkkit import Clerk
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

COPY = UserCopy()


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """Receive a webhook. The secret is in the environment."""
    try:
        event = verify_webhook(request.body, request.headers)
    except WebhookVerificationError:
        return HttpResponse(status=400)
    if COPY.apply(event, request.headers["svix-id"]):
        print(event.type, flush=True)
    return HttpResponse(status=204)


def users(_request: HttpRequest) -> HttpResponse:
    """Respond with the names of the users by id."""
    return JsonResponse(COPY.users())


urlpatterns = [path("webhooks", receive), path("users", users)]


def create_server(port: int) -> WSGIServer:
    """Return a server of the application; port 0 picks a free one."""
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY=secrets.token_hex(), ALLOWED_HOSTS=["127.0.0.1"])
    return make_server("127.0.0.1", port, get_wsgi_application())


def main() -> None:
    """Serve, with webhooks of the local Clerk if the environment has no secret."""
    server = create_server(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
    if os.environ.get("CLERK_WEBHOOK_SIGNING_SECRET"):
        server.serve_forever()
    from clerk_emulator import Emulator

    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Emulator(webhooks=f"http://127.0.0.1:{server.server_port}/webhooks") as emulator:
        os.environ["CLERK_WEBHOOK_SIGNING_SECRET"] = emulator.webhooks.endpoints[0]["secret"]
        emulator.webhooks.faults.add("duplicate", times=2)
        emulator.webhooks.faults.add("reorder")
        with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
            ada = clerk.users.create(first_name="Ada", email_address=["ada@example.com"])
            bob = clerk.users.create(first_name="Bob", email_address=["bob@example.com"])
            clerk.users.update(ada.id, first_name="Augusta")
            clerk.users.delete(bob.id)
        emulator.clock.advance(60)  # what could not be delivered yet is sent again
        emulator.webhooks.flush()
        print(f"the copy has {', '.join(str(name) for name in COPY.users().values())}", flush=True)


if __name__ == "__main__":
    main()
