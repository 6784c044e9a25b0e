"""Redirects, and clients that use a passed httpx client, over real sockets."""

from __future__ import annotations

import ssl

import httpx
import pytest
import trustme

from clerk_bapi import (
    ApiError,
    Client,
    ClientClosed,
    ConnectionFailed,
    TimedOut,
    api,
)
from tests.loopback import KEY, WAYS, Act, respond, send_by, serve

USER = {"id": "user_1", "object": "user", "first_name": "Ada", "not_in_the_document": [1]}


# -- redirects -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int, way: str) -> None:
    with serve(respond(200, USER)) as elsewhere:
        moved = respond(status, b"", {"Location": f"{elsewhere.url}/users/user_1"})
        with serve(moved) as server, pytest.raises(ApiError) as caught:
            send_by(way, api.get_user("user_1"), server.url)
        assert elsewhere.connections == 0
    assert caught.value.status_code == status
    assert len(server.requests) == 1


def test_redirect_is_not_followed_by_a_passed_httpx_client_that_follows_redirects() -> None:
    with serve(respond(200, USER)) as elsewhere, httpx.Client(follow_redirects=True) as http_client:
        moved = respond(302, b"", {"Location": f"{elsewhere.url}/users/user_1"})
        with serve(moved) as server, pytest.raises(ApiError):
            Client(KEY, base_url=server.url, http_client=http_client).users.get("user_1")
        assert elsewhere.connections == 0


# -- a passed httpx client -----------------------------------------------------------------------------------------


class Recording(httpx.HTTPTransport):
    """A transport that uses the network and records the URLs of its requests."""

    seen: list[httpx.URL]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen = [*getattr(self, "seen", []), request.url]
        return super().handle_request(request)


def test_passed_httpx_client_provides_transport_headers_and_hooks() -> None:
    hooked: list[tuple[str, bytes]] = []
    transport = Recording()
    with (
        serve(respond(200, USER)) as server,
        httpx.Client(
            transport=transport,
            headers={"X-Team": "billing", "User-Agent": "theirs", "Authorization": "Basic theirs"},
            event_hooks={"request": [lambda request: hooked.append((request.method, request.content))]},
        ) as http_client,
    ):
        Client(KEY, base_url=server.url, http_client=http_client).users.get("user_1")
    assert transport.seen == [f"{server.url}/v1/users/user_1"]
    assert hooked == [("GET", b"")]
    assert server.request.headers["X-Team"] == "billing"
    # The headers of Clerk's API are not replaced.
    assert server.request.headers.get_all("Authorization") == [f"Bearer {KEY}"]
    assert server.request.headers["User-Agent"].startswith("clerkkit/")


def test_auth_base_url_and_params_of_a_passed_httpx_client_are_not_used() -> None:
    with serve(respond(200, USER)) as elsewhere:
        with (
            serve(respond(200, USER)) as server,
            httpx.Client(auth=("user", "password"), base_url=elsewhere.url, params={"a": "b"}) as http_client,
        ):
            Client(KEY, base_url=server.url, http_client=http_client).users.get("user_1")
        assert elsewhere.connections == 0
    assert server.request.target == "/users/user_1"
    assert server.request.headers.get_all("Authorization") == [f"Bearer {KEY}"]


def test_passed_httpx_client_stays_open() -> None:
    with serve(respond(200, USER)) as server, httpx.Client() as http_client:
        with Client(KEY, base_url=server.url, http_client=http_client) as client:
            client.users.get("user_1")
        with pytest.raises(ClientClosed):
            client.users.get("user_1")
        assert not http_client.is_closed
        assert http_client.get(server.url).status_code == 200
    assert server.connections == 1


def test_passed_httpx_client_that_was_closed_raises_client_closed() -> None:
    http_client = httpx.Client()
    http_client.close()
    with serve(respond(200, USER)) as server, pytest.raises(ClientClosed):
        Client(KEY, base_url=server.url, http_client=http_client).users.get("user_1")


def test_timeout_of_a_passed_httpx_client_applies() -> None:
    with serve([Act.SILENCE]) as server, httpx.Client(timeout=0.2) as http_client:
        client = Client(KEY, base_url=server.url, http_client=http_client)
        with pytest.raises(TimedOut):
            client.users.get("user_1")


def test_timeout_argument_overrides_that_of_a_passed_httpx_client() -> None:
    with serve([Act.SILENCE]) as server, httpx.Client(timeout=None) as http_client:
        client = Client(KEY, base_url=server.url, http_client=http_client, timeout=0.2)
        with pytest.raises(TimedOut):
            client.users.get("user_1")


def test_untrusted_certificate_is_rejected_unless_the_passed_httpx_client_trusts_it() -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serve(respond(200, USER), tls=tls) as server:
        with Client(KEY, base_url=server.url) as client, pytest.raises(ConnectionFailed) as caught:
            client.users.get("user_1")
        assert caught.value.reached is False
        assert server.requests == []
        with httpx.Client(verify=trusting) as http_client:
            assert Client(KEY, base_url=server.url, http_client=http_client).users.get("user_1").id == "user_1"
