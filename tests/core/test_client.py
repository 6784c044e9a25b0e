"""`Client` over real sockets: requests, responses and connections."""

from __future__ import annotations

import gzip
import json
import platform
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clerk_core
from clerk_bapi import (
    API_VERSION,
    ApiError,
    Client,
    ClientClosed,
    InvalidResponse,
    Request,
    __version__,
    api,
)
from clerk_bapi.models import User
from clerkkit import Clerk
from tests.loopback import KEY, WAYS, Act, echo_id, in_rounds_of, refused, respond, send_by, serve

USER = {"id": "user_1", "object": "user", "first_name": "Ada", "not_in_the_document": [1]}


# -- responses -----------------------------------------------------------------------------------------------------


def test_send_returns_the_value() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        user = client.send(api.get_user("user_1"))
    assert type(user) is User
    assert user.first_name == "Ada"
    assert user.to_dict() == USER
    assert (server.request.method, server.request.target) == ("GET", "/users/user_1")


def test_resource_method_sends_the_same_request_and_returns_the_same_value() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        assert client.users.get("user_1") == client.send(api.get_user("user_1"))
        assert client.users is client.users
    first, second = server.requests
    assert first.target == second.target
    assert first.headers.items() == second.headers.items()


def test_resource_keeps_its_client_alive() -> None:
    http_client = httpx.Client()
    with serve(respond(200, USER)) as server, http_client:
        users = Client(KEY, base_url=server.url, http_client=http_client).users
        assert users.get("user_1").id == "user_1"


def test_send_detailed_returns_status_headers_and_trace_id() -> None:
    content = json.dumps(USER, indent=1).encode()
    script = respond(203, content, {"CF-Ray": "8f2-FRA", "X-RateLimit-Left": "9"})
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        detailed = client.send_detailed(api.get_user("user_1"))
    assert detailed.status_code == 203
    assert detailed.value == User.from_dict(USER)
    assert detailed.content == content
    assert detailed.trace_id == "8f2-FRA"
    for name in ("X-RateLimit-Left", "x-ratelimit-left", "X-RATELIMIT-LEFT"):
        assert detailed.headers[name] == "9"
    assert "203" in repr(detailed)
    assert "Ada" not in repr(detailed)


def test_trace_id_is_none_without_cf_ray() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        assert client.send_detailed(api.get_user("user_1")).trace_id is None


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 299])
def test_any_2xx_status_is_a_success(status: int) -> None:
    with serve(respond(status, USER)) as server, Client(KEY, base_url=server.url) as client:
        assert client.send_detailed(api.get_user("user_1")).status_code == status
        assert client.send(api.get_user("user_1")).id == "user_1"


@pytest.mark.parametrize("script", [respond(204), respond(200), respond(202, {"job": 1}), respond(200, b"<html>")])
def test_operation_without_content_returns_none(script: bytes) -> None:
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        assert client.webhooks.delete_svix_app() is None
        assert client.send_detailed(api.delete_svix_app()).value is None


@pytest.mark.parametrize(
    "script",
    [
        respond(200, b"<html>Sign in to the wireless network", {"Content-Type": "text/html"}),
        respond(200, b""),
        respond(204),
        respond(200, b'{"id": "user_'),
        respond(200, b"\xff\xfe\xfd"),
        respond(200, b"[" * 100_000),
    ],
    ids=["html", "empty", "no content", "cut off", "not text", "too deep"],
)
def test_success_without_valid_json_raises_invalid_response(script: bytes) -> None:
    content = script.partition(b"\r\n\r\n")[2]
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        with pytest.raises(InvalidResponse) as caught:
            client.send(api.get_user("user_1"))
        with pytest.raises(InvalidResponse):
            client.send_detailed(api.get_user("user_1"))
    assert caught.value.response.content == content
    assert caught.value.text == content.decode(errors="replace")
    assert caught.value.status_code in (200, 204)
    assert caught.value.request == ("GET", "/users/user_1", "GET /users/{user_id}")


def test_json_is_decoded_for_any_content_type() -> None:
    with serve(respond(200, USER, {"Content-Type": "text/html"})) as server, Client(KEY, base_url=server.url) as client:
        assert client.users.get("user_1").to_dict() == USER


def test_text_operation_returns_the_text() -> None:
    page = "<html>\r\n<p>Grüße</p></html>"
    script = respond(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        assert client.miscellaneous.get_public_interstitial(domain="a.example") == page
    assert server.request.target == "/public/interstitial?domain=a.example"


def test_reads_a_chunked_response() -> None:
    content = json.dumps(USER).encode()
    chunks: list[bytes | Act] = [b"%x\r\n%s\r\n" % (1, content[at : at + 1]) for at in range(len(content))]
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serve([head, *chunks, b"0\r\n\r\n"]) as server, Client(KEY, base_url=server.url) as client:
        assert client.users.get("user_1").to_dict() == USER
        assert client.users.get("user_1").to_dict() == USER
    assert server.connections == 1


def test_reads_a_gzipped_response() -> None:
    packed = respond(200, gzip.compress(json.dumps(USER).encode()), {"Content-Encoding": "gzip"})
    with serve(packed) as server, Client(KEY, base_url=server.url) as client:
        detailed = client.send_detailed(api.get_user("user_1"))
    assert "gzip" in server.request.headers["Accept-Encoding"]
    assert detailed.value.to_dict() == USER
    assert json.loads(detailed.content) == USER


def test_reads_a_response_without_length_until_the_connection_closes() -> None:
    script: list[bytes | Act] = [b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(USER).encode(), Act.HANG_UP]
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        assert client.users.get("user_1").to_dict() == USER


def test_reads_a_large_response() -> None:
    users = [{**USER, "id": f"user_{number}", "public_metadata": {"x": "é" * 2000}} for number in range(500)]
    content = json.dumps(users).encode()
    assert len(content) > 5_000_000
    with serve(respond(200, content)) as server, Client(KEY, base_url=server.url) as client:
        detailed = client.send_detailed(api.list_users(limit=500))
    assert detailed.content == content
    assert [user.to_dict() for user in detailed.value] == users


# -- requests ------------------------------------------------------------------------------------------------------


def test_sends_key_version_and_user_agent_headers() -> None:
    contract = json.loads((Path(__file__).parents[2] / "spec" / "contract.json").read_text())
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        client.users.get("user_1")
    headers = server.request.headers
    assert headers.get_all("Authorization") == [f"Bearer {KEY}"]
    assert headers.get_all("Clerk-API-Version") == [contract["info"]["version"]] == [API_VERSION]
    assert headers.get_all("Accept") == ["application/json"]
    assert headers.get_all("User-Agent") == [
        f"clerkkit/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"
    ]
    assert headers.get_all("Host") == [server.url.removeprefix("http://")]
    assert headers["Content-Type"] is None


def test_client_of_clerk_core_sends_no_api_version() -> None:
    with serve(respond(200, USER)) as server, clerk_core.Client(KEY, base_url=server.url) as client:
        assert client.send(api.get_user("user_1")).id == "user_1"
    assert server.request.headers["Clerk-API-Version"] is None


@pytest.mark.parametrize(
    ("end", "before"),
    [
        ("", "/v1"),
        ("/", "/v1"),
        ("//", "/v1"),
        ("/v1", "/v1"),
        ("/v1/", "/v1"),
        ("/v2", "/v2"),
        ("/proxy", "/proxy"),
        ("/proxy/clerk/v1//", "/proxy/clerk/v1"),
    ],
)
@pytest.mark.parametrize("given", ["argument", "environment"])
def test_base_url_without_a_path_gets_v1(given: str, end: str, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(respond(200, USER)) as server:
        monkeypatch.setenv("CLERK_API_URL", server.url + end)
        clients = [Clerk(KEY)] if given == "environment" else [Client(KEY, base_url=server.url + end)]
        with clients[0] as client:
            client.users.get("user_1")
            assert client.base_url == server.url + before
    assert server.request.whole_target == f"{before}/users/user_1"


def test_default_base_url_is_clerks() -> None:
    with Client(KEY) as client:
        assert client.base_url == "https://api.clerk.com/v1"


@pytest.mark.parametrize(
    "value",
    [
        "a/b",
        "ä",
        "a b",
        "%2F",
        "%2e%2e",
        "?x#y",
        "...",
        "..a",
        "../b",
        "a;b",
        "a\\b",
        "a+b",
        "{user_id}",
        "x\0\n",
        "🦊",
    ],
)
def test_id_is_quoted_as_one_path_segment(value: str) -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url + "/v1") as client:
        client.users.get(value)
    assert "?" not in server.request.target
    *before, last = server.request.target.split("/")
    assert before == ["", "users"]
    assert unquote(last, errors="strict") == value


def test_two_ids_are_quoted_separately() -> None:
    ids = ("a/{external_account_id}", "?b/c")
    with serve(respond(200, {})) as server, Client(KEY, base_url=server.url) as client:
        client.send(api.delete_external_account(*ids))
    segments = server.request.target.split("/")
    assert [unquote(segment) for segment in segments] == ["", "users", ids[0], "external_accounts", ids[1]]


def test_any_text_is_sent_unchanged_in_path_and_query() -> None:
    with serve(respond(200, [])) as server, Client(KEY, base_url=server.url) as client:

        @settings(max_examples=100, deadline=None)
        @given(st.text(min_size=1).filter(lambda text: text not in (".", "..")), st.lists(st.text(), min_size=1))
        def check(text: str, texts: list[str]) -> None:
            client.send(api.get_user(text))
            client.send(api.list_users(query=text, username=texts))
            by_id, by_query = server.requests[-2:]
            assert [unquote(segment) for segment in by_id.target.split("/")] == ["", "users", text]
            assert by_query.path == "/users"
            assert by_query.query == [("query", text), *(("username", one) for one in texts)]

        check()


def test_query_array_repeats_its_key_in_order() -> None:
    with serve(respond(200, [])) as server, Client(KEY, base_url=server.url) as client:
        client.users.list(
            limit=10,
            user_id=["user_2", "user_1", "user_2"],
            email_address=["a+b@x.example", "ü&=#@x.example"],
            query="",
        )
    assert Counter(name for name, _ in server.request.query) == {
        "limit": 1,
        "user_id": 3,
        "email_address": 2,
        "query": 1,
    }
    values = {key: [value for name, value in server.request.query if name == key] for key, _ in server.request.query}
    assert values == {
        "limit": ["10"],
        "user_id": ["user_2", "user_1", "user_2"],
        "email_address": ["a+b@x.example", "ü&=#@x.example"],
        "query": [""],
    }


def test_query_array_is_joined_by_commas_if_the_contract_says_so() -> None:
    with serve(respond(200, {})) as server, Client(KEY, base_url=server.url) as client:
        client.send(
            api.list_all_organization_domains(
                domains=["b.example", "a.example"], enrollment_mode=["enterprise_sso", "-manual_invitation"]
            )
        )
    assert server.request.query == [
        ("domains", "b.example"),
        ("domains", "a.example"),
        ("enrollment_mode", "enterprise_sso,-manual_invitation"),
    ]


def test_order_of_the_query_does_not_depend_on_the_order_of_arguments() -> None:
    with serve(respond(200, [])) as server, Client(KEY, base_url=server.url) as client:
        client.users.list(query="q", banned=False, limit=5)
        client.users.list(limit=5, query="q", banned=False)
    first, second = server.requests
    assert first.target == second.target
    assert sorted(first.query) == [("banned", "false"), ("limit", "5"), ("query", "q")]


def test_body_is_sent_as_json() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        client.users.create(
            email_address=["ä@x.example"], first_name=None, public_metadata={"a": [1, 1.5, None, True]}, banned=False
        )
    received = server.request
    assert received.json() == {
        "email_address": ["ä@x.example"],
        "first_name": None,
        "public_metadata": {"a": [1, 1.5, None, True]},
        "banned": False,
    }
    assert b" " not in received.body
    assert received.headers.get_all("Content-Type") == ["application/json"]
    assert received.headers.get_all("Content-Length") == [str(len(received.body))]


def test_request_without_body_has_no_content_type() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        client.users.ban("user_1")
        client.send(api.set_user_password_compromised("user_1"))  # its body is optional
    for received in server.requests:
        assert received.body == b""
        assert received.headers["Content-Type"] is None
        assert received.headers["Content-Length"] == "0"  # some servers reject a POST without it


def test_headers_of_a_call_do_not_affect_the_next() -> None:
    with serve(respond(200, {})) as server, Client(KEY, base_url=server.url) as client:
        client.users.get("user_1")
        client.users.create(first_name="Ada")
        client.users.set_profile_image("user_1", file=b"GIF89a")
        client.users.get("user_1")
    types = [received.headers.get_content_type() for received in server.requests if received.headers["Content-Type"]]
    assert types == ["application/json", "multipart/form-data"]
    assert server.requests[-1].headers.items() == server.requests[0].headers.items()


def test_cookies_of_responses_are_not_sent() -> None:
    """Only the key authenticates a call: a cookie of an earlier response must not affect it."""
    set_cookie = respond(200, USER, {"Set-Cookie": "session=1; Path=/"})
    with serve(set_cookie) as server, httpx.Client(cookies={"theirs": "1"}) as http_client:
        for given in (None, http_client):
            with Client(KEY, base_url=server.url, http_client=given) as client:
                client.users.get("user_1")
                client.users.get("user_1")
    assert [received.headers["Cookie"] for received in server.requests] == [None] * 4


def test_required_body_is_sent_if_empty() -> None:
    with serve(respond(200, USER)) as server, Client(KEY, base_url=server.url) as client:
        client.send(api.update_user("user_1"))
    assert server.request.body == b"{}"
    assert server.request.headers["Content-Type"] == "application/json"


def test_request_can_be_resent_and_sent_by_other_clients() -> None:
    request = api.create_user(first_name="Ada", email_address=["a@x.example"])
    with serve(respond(200, USER)) as server:
        for _ in range(2):
            with Client(KEY, base_url=server.url) as client:
                assert client.send(request) == client.send(request)
    assert len({received.body for received in server.requests}) == 1
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "request_",
    [
        api.get_user("a/b ä"),
        api.list_users(username=["b", "a"], limit=10.0, banned=True),
        api.create_user(first_name="Ä", public_metadata={"b": 1, "a": None}),
        api.ban_user("user_1"),
        api.delete_svix_app(),
    ],
    ids=lambda request: request.operation,
)
def test_all_clients_send_the_same_request(request_: Request[Any]) -> None:
    with serve(respond(200, {})) as server:
        for way in WAYS:
            send_by(way, request_, server.url)
    first, *others = server.requests
    assert len(others) == len(WAYS) - 1
    for other in others:
        assert (other.method, other.target, other.body) == (first.method, first.target, first.body)
        # aiohttp sends `Content-Length: 0` with a DELETE without a body.
        assert [item for item in other.headers.items() if item != ("Content-Length", "0")] == [
            item for item in first.headers.items() if item != ("Content-Length", "0")
        ]


# -- connections ---------------------------------------------------------------------------------------------------


def test_connection_opens_with_the_first_call_and_is_reused() -> None:
    with serve(respond(200, USER)) as server:
        with Client(KEY, base_url=server.url) as client:
            assert server.connections == 0
            for _ in range(5):
                client.users.get("user_1")
        assert server.connections == 1
        assert {received.connection for received in server.requests} == {1}


def test_connection_is_reused_after_an_error_response() -> None:
    script = [respond(500, b"<html>"), respond(422, {"errors": []}), respond(200, b"no json"), respond(200, USER)]
    with serve(*script) as server, Client(KEY, base_url=server.url) as client:
        for _ in range(3):
            with pytest.raises(ApiError):
                client.users.get("user_1")
        assert client.users.get("user_1").id == "user_1"
    assert server.connections == 1


def test_connection_closed_between_calls_is_replaced() -> None:
    script: list[bytes | Act] = [respond(200, USER), Act.HANG_UP]
    with serve(script) as server, Client(KEY, base_url=server.url) as client:
        for _ in range(3):
            assert client.users.get("user_1").id == "user_1"
            server.wait_until_closed()
    assert [received.connection for received in server.requests] == [1, 2, 3]


def send_from_threads(client: Client, *, threads: int, times: int) -> None:
    """Send from several threads, each with its own ids. All first calls start at the same time."""
    start = threading.Barrier(threads)

    def ask(number: int) -> list[str]:
        start.wait(30)
        return [client.users.get(f"user_{number}_{turn}").id for turn in range(times)]

    with ThreadPoolExecutor(threads) as pool:
        got = list(pool.map(ask, range(threads)))
    assert got == [[f"user_{number}_{turn}" for turn in range(times)] for number in range(threads)]


def test_threads_can_share_a_client() -> None:
    with serve(echo_id) as server, Client(KEY, base_url=server.url) as client:
        send_from_threads(client, threads=32, times=5)
    assert len(server.requests) == 160


def test_calls_of_threads_are_concurrent() -> None:
    with serve(in_rounds_of(10)) as server, Client(KEY, base_url=server.url) as client:
        send_from_threads(client, threads=10, times=2)
    assert server.connections == 10


def test_all_connections_of_concurrent_threads_are_reused() -> None:
    """A new connection costs a TLS handshake. By default, httpx keeps at most 20 idle connections."""
    with serve(in_rounds_of(32)) as server, Client(KEY, base_url=server.url) as client:
        send_from_threads(client, threads=32, times=3)
    assert server.connections == 32


# -- closing -------------------------------------------------------------------------------------------------------


def test_closed_client_raises_client_closed() -> None:
    with serve(respond(200, USER)) as server:
        with Client(KEY, base_url=server.url) as client:
            client.users.get("user_1")
        client.close()
        for call in (
            lambda: client.users.get("user_1"),
            lambda: client.send(api.get_user("user_1")),
            lambda: client.send_detailed(api.get_user("user_1")),
        ):
            with pytest.raises(ClientClosed, match="Client is closed"):
                call()
    assert len(server.requests) == 1


def test_closing_an_unused_client_opens_no_connection() -> None:
    with serve(respond(200, USER)) as server:
        client = Client(KEY, base_url=server.url)
        client.close()
        client.close()
        with pytest.raises(ClientClosed):
            client.users.get("user_1")
    assert server.connections == 0


def test_close_closes_all_connections() -> None:
    with serve(respond(200, USER)) as server:
        client = Client(KEY, base_url=server.url)
        client.users.get("user_1")
        assert server.sockets[0].fileno() != -1
        client.close()
        server.wait_until_closed()


def test_context_manager_closes_and_reraises_errors() -> None:
    with pytest.raises(ZeroDivisionError), Client(KEY) as client:
        raise ZeroDivisionError
    with pytest.raises(ClientClosed):
        client.users.get("user_1")


def test_repr_hides_the_key() -> None:
    with refused() as url, Client(KEY, base_url=url) as client:
        assert repr(client) == f"Client(base_url='{url}/v1')"
        for text in (repr(client), str(client), f"{client}", repr(client.users), repr([client])):
            assert KEY not in text
