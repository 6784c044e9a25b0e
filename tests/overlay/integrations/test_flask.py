"""Flask on Werkzeug's server, with tokens of the emulator."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from flask import Flask, g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from clerk_emulator import Emulator
from clerkkit import Clerk, InvalidArgument
from clerkkit.auth import MachineToken
from clerkkit.integrations.flask import ClerkExtension, get_auth, require_auth
from tests.overlay.integrations.asgi_site import ORIGIN, People, Site, options_for
from tests.overlay.integrations.behaviour import CHECKS, LIVE_KEY, NOWHERE, OWN, Behaviour, clerk, emulator, signed_in

__all__ = ["clerk", "emulator", "signed_in"]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing, because errors appear in the response."""


@contextlib.contextmanager
def served(app: Flask) -> Iterator[Site]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
            yield Site(url, http)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def caller() -> str:
    auth = get_auth(request, token_type="any")
    assert auth is not None
    return auth.user_id or auth.subject if isinstance(auth, MachineToken) else auth.user_id


async def async_caller() -> str:
    return caller()


def own() -> ResponseReturnValue:
    response = make_response(g.clerk.status)
    response.headers.update(OWN)
    response.set_cookie("mine", "1")
    return response


def site_with(extension: ClerkExtension, view: Callable[..., Any] = caller, **config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    extension.init_app(app)
    for path, asked in CHECKS.items():
        app.add_url_rule(f"/{path}", path, require_auth(**asked)(view))
    app.add_url_rule("/open", "open", lambda: g.clerk.status)
    app.add_url_rule("/own", "own", own)
    return app


@pytest.fixture(scope="module", params=[caller, async_caller], ids=["sync", "async"])
def site(request: pytest.FixtureRequest, emulator: Emulator, clerk: Clerk) -> Iterator[Site]:
    with served(site_with(ClerkExtension(clerk=clerk, options=options_for(emulator)), request.param)) as site:
        yield site


@pytest.fixture(scope="module")
def live(emulator: Emulator, clerk: Clerk) -> Iterator[Site]:
    options = options_for(emulator, publishable_key=LIVE_KEY)
    with served(site_with(ClerkExtension(clerk=clerk, options=options))) as site:
        yield site


@pytest.fixture(scope="module")
def down(emulator: Emulator) -> Iterator[Site]:
    options = options_for(emulator, publishable_key=LIVE_KEY)
    with (
        Clerk("sk_live_1", base_url=NOWHERE) as client,
        served(site_with(ClerkExtension(clerk=client, options=options))) as site,
    ):
        yield site


class TestFlask(Behaviour):
    """The tests of all integrations, with sync and async views."""


def test_reads_the_configuration_and_provides_the_client(
    emulator: Emulator, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY", "CLERK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    extension = ClerkExtension()
    app = site_with(
        extension,
        CLERK_SECRET_KEY=emulator.secret_key,
        CLERK_API_URL=emulator.origin,
        CLERK_PUBLISHABLE_KEY=emulator.publishable_key,
        CLERK_AUTHORIZED_PARTIES=[ORIGIN],
    )

    @app.get("/name")
    @require_auth()
    def name() -> str:
        return extension.client.users.get(get_auth(request).user_id).email_addresses[0].email_address

    headers = {"Authorization": f"Bearer {signed_in.ada_token}"}
    assert app.test_client().get("/name", headers=headers).text == "ada@example.com"
    with app.app_context():
        extension.client.close()


def test_rejects_a_configuration_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_SECRET_KEY", raising=False)
    monkeypatch.delenv("CLERK_PUBLISHABLE_KEY", raising=False)
    with pytest.raises(InvalidArgument, match="secret_key"):
        ClerkExtension(Flask(__name__))
    app = Flask(__name__)
    app.config["CLERK_SECRET_KEY"] = "sk_test_1"
    with pytest.raises(InvalidArgument, match="publishable_key"):
        ClerkExtension(app)


def test_rejects_an_unknown_setting() -> None:
    app = Flask(__name__)
    app.config.update(CLERK_SECRET_KEY="sk_test_1", CLERK_PUBLISHABLE_KEY=LIVE_KEY, CLERK_ACCEPT_TOKEN="any")
    with pytest.raises(InvalidArgument, match=r"CLERK_ACCEPT_TOKEN: .* did you mean CLERK_ACCEPTS_TOKEN"):
        ClerkExtension(app)


def test_guard_raises_without_the_extension() -> None:
    app = Flask(__name__)
    app.add_url_rule("/me", "me", require_auth()(caller))
    app.testing = True
    with pytest.raises(RuntimeError, match="middleware"):
        app.test_client().get("/me")


def test_application_can_render_errors(emulator: Emulator, clerk: Clerk, signed_in: People) -> None:
    app = site_with(ClerkExtension(clerk=clerk, options=options_for(emulator)))

    @app.errorhandler(HTTPException)
    def render(error: HTTPException) -> ResponseReturnValue:
        return {"what": error.description}, error.code or 500

    client = app.test_client()
    assert client.get("/me").get_json() == {"what": "Not authenticated: dev-browser-missing"}
    response = client.get("/admin", headers={"Authorization": f"Bearer {signed_in.bob_token}"})
    assert (response.status_code, response.get_json()) == (403, {"what": "Not allowed: this needs role admin"})


def test_response_of_an_earlier_function_is_unchanged(emulator: Emulator, clerk: Clerk) -> None:
    app = Flask(__name__)
    app.before_request(lambda: "in maintenance")
    ClerkExtension(app, clerk=clerk, options=options_for(emulator))
    response = app.test_client().get("/")
    assert response.text == "in maintenance"
    assert [name for name, _ in response.headers if name.lower().startswith("x-clerk")] == []
