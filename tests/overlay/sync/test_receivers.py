"""Webhooks arrive over HTTP in each framework: 2xx only for what is committed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from django.urls import path as django_path
from fastapi import FastAPI
from flask import Flask
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from starlette.applications import Starlette
from starlette.routing import Route

from clerk_emulator import Emulator
from clerkkit import Clerk, InvalidArgument
from clerkkit.errors import WebhookVerificationError
from clerkkit.sync import AsyncSync, Sync
from clerkkit.sync.flows.receive import LARGEST_BODY
from clerkkit.sync.receivers import AsgiReceiver, WsgiReceiver, django_view, flask_view
from clerkkit.testing import signed_webhook, webhook_secret
from tests.overlay.integrations import django_site
from tests.overlay.sync.databases import empty
from tests.overlay.sync.samples import event, user

SECRET = webhook_secret()
PATH = "/webhooks/clerk"


def fastapi(sync: AsyncSync | Sync) -> Any:
    app = FastAPI()
    app.routes.append(Route(PATH, AsgiReceiver(sync)))
    return app


def starlette(sync: AsyncSync | Sync) -> Any:
    return Starlette(routes=[Route(PATH, AsgiReceiver(sync))])


def flask(sync: Sync) -> Any:
    app = Flask(__name__)
    app.add_url_rule(PATH, view_func=flask_view(sync), methods=["POST"])
    return app


@contextmanager
def served_by_uvicorn(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def served_by_wsgiref(app: Any) -> Iterator[str]:
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def served_by_django(sync: Sync) -> Iterator[str]:
    from django.core.handlers.wsgi import WSGIHandler

    urls = [django_path(PATH[1:], django_view(sync))]
    with Emulator() as emulator, django_site.settings_for(emulator, urls), served_by_wsgiref(WSGIHandler()) as url:
        yield url


SITES: dict[str, tuple[bool, Callable[[Any], AbstractContextManager[str]]]] = {
    "FastAPI, AsyncSync": (True, lambda sync: served_by_uvicorn(fastapi(sync))),
    "FastAPI, Sync": (False, lambda sync: served_by_uvicorn(fastapi(sync))),
    "Starlette, AsyncSync": (True, lambda sync: served_by_uvicorn(starlette(sync))),
    "ASGI, AsyncSync": (True, lambda sync: served_by_uvicorn(AsgiReceiver(sync))),
    "ASGI, Sync": (False, lambda sync: served_by_uvicorn(AsgiReceiver(sync))),
    "WSGI": (False, lambda sync: served_by_wsgiref(WsgiReceiver(sync))),
    "Flask": (False, lambda sync: served_by_wsgiref(flask(sync))),
}


class Site:
    """A running application, and the copy that it writes."""

    def __init__(self, url: str, engine: sa.Engine, sync: AsyncSync | Sync) -> None:
        self.url = f"{url}{PATH}"
        self.engine = engine
        self.sync = sync

    def send(self, data: Any, secret: str = SECRET, **changes: str) -> httpx.Response:
        """Send a webhook."""
        hook = signed_webhook(data, secret)
        return httpx.post(self.url, content=hook.body, headers={**hook.headers, **changes})

    def users(self) -> list[str]:
        """Return the ids of the users."""
        with self.engine.begin() as connection:
            return [*connection.execute(sa.select(self.sync.tables.users.c.id)).scalars()]


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    is_async, serve = SITES[request.param]
    url = f"sqlite{'+aiosqlite' if is_async else ''}:///{tmp_path / 'copy.db'}"
    engine = empty(url)
    sync: AsyncSync | Sync
    if is_async:
        sync = AsyncSync(create_async_engine(url, poolclass=NullPool), secret=SECRET, instance_id="ins_1")
    else:
        sync = Sync(engine, secret=SECRET, instance_id="ins_1")
    with serve(sync) as address:
        yield Site(address, engine, sync)
    engine.dispose()


def test_webhook_is_committed_before_the_response(site: Site) -> None:
    response = site.send(event("user.created", user()))
    assert (response.status_code, response.content) == (204, b"")
    assert site.users() == ["user_1"]
    assert site.send(event("spaceship.launched", {"id": "x"})).status_code == 204


def test_forged_webhook_changes_nothing(site: Site) -> None:
    response = site.send(event("user.created", user()), webhook_secret())
    assert response.status_code == 400
    assert "webhook-delivery" not in response.headers  # the sender is unknown
    assert SECRET not in response.text
    assert httpx.post(site.url, content=b"{}").status_code == 400
    assert site.users() == []


def test_message_that_cannot_succeed_is_aborted(site: Site) -> None:
    for content in (
        event("user.created", user(), instance_id="ins_other"),
        b"[1]",
        b'{"type": 1, "data": {}}',
        b'{"type": "user.created", "data": [], "instance_id": "ins_1"}',
    ):
        response = site.send(content)
        assert (response.status_code, response.headers["webhook-delivery"]) == (400, "abort-message")
    assert site.users() == []


def test_failing_handler_is_no_success(site: Site) -> None:
    @site.sync.on_change("users")
    def fail(connection: Any, change: Any) -> None:
        raise RuntimeError("down")

    assert site.send(event("user.created", user())).status_code == 500
    assert site.users() == []


def test_other_methods_and_large_bodies_are_rejected(site: Site) -> None:
    response = httpx.get(site.url)
    assert response.status_code == 405
    large = httpx.post(site.url, content=b"x" * (LARGEST_BODY + 1))
    assert large.status_code == 413


def test_django_view_receives_webhooks(tmp_path: Path) -> None:
    engine = empty(f"sqlite:///{tmp_path / 'copy.db'}")
    sync = Sync(engine, secret=SECRET, instance_id="ins_1")
    with served_by_django(sync) as url:
        site = Site(url, engine, sync)
        assert site.send(event("user.created", user())).status_code == 204
        assert site.send(event("user.created", user("user_2")), webhook_secret()).status_code == 400
        other = site.send(event("user.created", user("user_3"), instance_id="ins_other"))
        assert other.headers["webhook-delivery"] == "abort-message"
        assert httpx.get(site.url).status_code == 405
        assert site.users() == ["user_1"]
    engine.dispose()


def test_emulator_delivers_to_a_receiver(tmp_path: Path, clerk: Clerk, clerk_emulator: Emulator) -> None:
    """The events arrive twice, in another order, and again after a failure."""
    engine = empty(f"sqlite:///{tmp_path / 'copy.db'}")
    sync = Sync(engine, clerk, secret=SECRET)
    failures = [1]

    @sync.on_change("users")
    def fail_once(connection: Any, change: Any) -> None:
        if failures:
            failures.pop()
            raise RuntimeError("down")

    with served_by_wsgiref(WsgiReceiver(sync)) as url:
        clerk_emulator.webhooks.add(url, secret=SECRET)
        clerk_emulator.webhooks.faults.add("duplicate", times=3)
        clerk_emulator.webhooks.faults.add("reorder", times=2)
        ada = clerk.users.create(email_address=["ada@example.com"])
        clerk.users.update(ada.id, first_name="Ada")
        bob = clerk.users.create(email_address=["bob@example.com"])
        clerk.users.delete(bob.id)
        clerk_emulator.clock.advance(3600)
        clerk_emulator.webhooks.flush()
    assert sync.reconcile(["users"]).is_equal
    assert not failures
    engine.dispose()


def test_missing_secret_is_not_the_senders_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_WEBHOOK_SIGNING_SECRET", raising=False)
    sync = Sync(sa.create_engine("sqlite://"))
    hook = signed_webhook(event("user.created", user()))
    with pytest.raises(WebhookVerificationError, match="CLERK_WEBHOOK_SIGNING_SECRET"):
        sync.receive(hook.body, hook.headers)


def test_receivers_without_event_loop_need_a_sync(tmp_path: Path) -> None:
    copy = AsyncSync(create_async_engine("sqlite+aiosqlite://"))
    for receiver in (WsgiReceiver, flask_view, django_view):
        with pytest.raises(InvalidArgument, match="needs a Sync"):
            receiver(copy)  # type: ignore[arg-type]
