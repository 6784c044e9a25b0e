"""`AsyncClient` over real sockets, on asyncio and trio. The requests equal those of `Client`: see test_client.py."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable

import anyio
import httpx
import pytest
import trustme

from clerk_bapi import (
    API_VERSION,
    ApiError,
    AsyncClient,
    ClientClosed,
    ConnectionFailed,
    InvalidResponse,
    NotFound,
    TimedOut,
    api,
)
from clerk_bapi.models import User
from tests.loopback import (
    ASYNC_WAYS,
    KEY,
    Act,
    Received,
    Steps,
    backend_of,
    echo_id,
    in_rounds_of,
    refused,
    respond,
    serve,
    transport_of,
)

pytestmark = pytest.mark.anyio

USER = {"id": "user_1", "object": "user", "first_name": "Ada", "not_in_the_document": [1]}


@pytest.fixture(params=ASYNC_WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def anyio_backend(way: str) -> str:
    return backend_of(way)


Connect = Callable[[str], AsyncClient]


@pytest.fixture
def connect(way: str) -> Connect:
    """Return a function that creates a client for a URL, with the transport of the test."""
    return lambda url: AsyncClient(KEY, base_url=url, **transport_of(way))


# -- responses -----------------------------------------------------------------------------------------------------


async def test_send_returns_the_value(connect: Connect) -> None:
    with serve(respond(200, USER)) as server:
        async with connect(server.url + "/v1/") as client:
            user = await client.send(api.get_user("a/b"))
    assert type(user) is User
    assert user.to_dict() == USER
    assert server.request.whole_target == "/v1/users/a%2Fb"
    assert server.request.headers.get_all("Authorization") == [f"Bearer {KEY}"]
    assert server.request.headers.get_all("Clerk-API-Version") == [API_VERSION]


async def test_resource_method_sends_the_same_request_and_returns_the_same_value(connect: Connect) -> None:
    with serve(respond(200, [USER])) as server:
        async with connect(server.url) as client:
            by_resource = await client.users.list(user_id=["user_1", "user_2"], limit=5)
            assert by_resource == await client.send(api.list_users(user_id=["user_1", "user_2"], limit=5))
    first, second = server.requests
    assert first.target == second.target
    assert first.headers.items() == second.headers.items()


async def test_send_detailed_returns_status_headers_and_trace_id(connect: Connect) -> None:
    content = json.dumps(USER, indent=1).encode()
    with serve(respond(203, content, {"CF-Ray": "8f2-FRA"}), respond(200, USER)) as server:
        async with connect(server.url) as client:
            detailed = await client.send_detailed(api.get_user("user_1"))
            assert (await client.send_detailed(api.get_user("user_1"))).trace_id is None
    assert detailed.status_code == 203
    assert detailed.value == User.from_dict(USER)
    assert detailed.content == content
    assert detailed.trace_id == detailed.headers["cf-RAY"] == "8f2-FRA"


@pytest.mark.parametrize("status", [200, 201, 202, 299])
async def test_any_2xx_status_is_a_success(connect: Connect, status: int) -> None:
    with serve(respond(status, USER)) as server:
        async with connect(server.url) as client:
            assert (await client.send_detailed(api.get_user("user_1"))).status_code == status


@pytest.mark.parametrize("script", [respond(204), respond(200), respond(202, {"job": 1})])
async def test_operation_without_content_returns_none(connect: Connect, script: bytes) -> None:
    with serve(script) as server:
        async with connect(server.url) as client:
            assert await client.webhooks.delete_svix_app() is None


@pytest.mark.parametrize("content", [b"<html>Sign in to the network", b"", b'{"id": "user_'])
async def test_success_without_valid_json_raises_invalid_response(connect: Connect, content: bytes) -> None:
    with serve(respond(200, content, {"Content-Type": "text/html"})) as server:
        async with connect(server.url) as client:
            with pytest.raises(InvalidResponse) as caught:
                await client.users.get("user_1")
    assert caught.value.text == content.decode()
    assert caught.value.request.operation == "GET /users/{user_id}"


async def test_text_operation_returns_the_text(connect: Connect) -> None:
    with serve(respond(200, "<p>Grüße</p>".encode(), {"Content-Type": "text/html"})) as server:
        async with connect(server.url) as client:
            assert await client.miscellaneous.get_public_interstitial() == "<p>Grüße</p>"


async def test_error_status_raises_its_error(connect: Connect) -> None:
    body = {"errors": [{"code": "resource_not_found", "message": "not found"}], "clerk_trace_id": "trace"}
    with serve(respond(404, body)) as server:
        async with connect(server.url) as client:
            for call in (client.send, client.send_detailed):
                with pytest.raises(NotFound) as caught:
                    await call(api.get_user("user_1"))
                assert [error.code for error in caught.value.errors] == ["resource_not_found"]
                assert caught.value.trace_id == "trace"


async def test_reads_chunked_gzipped_and_large_responses(connect: Connect) -> None:
    users = [{**USER, "id": f"user_{number}", "public_metadata": {"x": "é" * 2000}} for number in range(500)]
    content = json.dumps(users).encode()
    assert len(content) > 5_000_000
    packed = gzip.compress(content, 1)
    middle = len(packed) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:middle], packed[middle:]))
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunks + b"0\r\n\r\n"
    with serve(respond(200, content), chunked) as server:
        async with connect(server.url) as client:
            for _ in range(2):
                detailed = await client.send_detailed(api.list_users(limit=500))
                assert detailed.content == content
                assert [user.to_dict() for user in detailed.value] == users


# -- a passed httpx client -----------------------------------------------------------------------------------------


class Recording(httpx.AsyncHTTPTransport):
    """A transport that uses the network and records the URLs of its requests."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[httpx.URL] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.url)
        return await super().handle_async_request(request)


async def test_passed_httpx_client_provides_transport_and_headers_and_stays_open() -> None:
    transport = Recording()
    with serve(respond(200, USER)) as server:
        async with httpx.AsyncClient(
            transport=transport, headers={"X-Team": "billing"}, auth=("a", "b")
        ) as http_client:
            async with AsyncClient(KEY, base_url=server.url, http_client=http_client) as client:
                await client.users.get("user_1")
            with pytest.raises(ClientClosed):
                await client.users.get("user_1")
            assert not http_client.is_closed
            assert (await http_client.get(server.url)).status_code == 200
    assert transport.seen == [f"{server.url}/v1/users/user_1", server.url]
    assert server.requests[0].headers["X-Team"] == "billing"
    assert server.requests[0].headers.get_all("Authorization") == [f"Bearer {KEY}"]


async def test_passed_httpx_client_that_was_closed_raises_client_closed() -> None:
    http_client = httpx.AsyncClient()
    await http_client.aclose()
    with serve(respond(200, USER)) as server, pytest.raises(ClientClosed):
        await AsyncClient(KEY, base_url=server.url, http_client=http_client).users.get("user_1")


async def test_timeout_of_a_passed_httpx_client_applies() -> None:
    with serve([Act.SILENCE]) as server:
        async with httpx.AsyncClient(timeout=0.2) as http_client:
            with pytest.raises(TimedOut):
                await AsyncClient(KEY, base_url=server.url, http_client=http_client).users.get("user_1")


async def test_untrusted_certificate_is_rejected_unless_the_passed_httpx_client_trusts_it(connect: Connect) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serve(respond(200, USER), tls=tls) as server:
        async with connect(server.url) as client:
            with pytest.raises(ConnectionFailed) as caught:
                await client.users.get("user_1")
        assert caught.value.reached is False
        async with httpx.AsyncClient(verify=trusting) as http_client:
            client = AsyncClient(KEY, base_url=server.url, http_client=http_client)
            assert (await client.users.get("user_1")).id == "user_1"


# -- connections ---------------------------------------------------------------------------------------------------


async def test_connection_opens_with_the_first_call_and_is_reused(connect: Connect) -> None:
    with serve(respond(200, USER)) as server:
        async with connect(server.url) as client:
            assert server.connections == 0
            for _ in range(5):
                await client.users.get("user_1")
    assert {received.connection for received in server.requests} == {1}
    assert server.connections == 1


async def test_connection_closed_between_calls_is_replaced(connect: Connect) -> None:
    with serve([respond(200, USER), Act.HANG_UP]) as server:
        async with connect(server.url) as client:
            for _ in range(3):
                assert (await client.users.get("user_1")).id == "user_1"
                server.wait_until_closed()
    assert [received.connection for received in server.requests] == [1, 2, 3]


async def send_from_tasks(client: AsyncClient, *, tasks: int, times: int) -> None:
    got: dict[str, str] = {}

    async def ask(number: int) -> None:
        for turn in range(times):
            name = f"user_{number}_{turn}"
            got[name] = (await client.users.get(name)).id

    async with anyio.create_task_group() as group:
        for number in range(tasks):
            group.start_soon(ask, number)
    assert got == {name: name for name in got}
    assert len(got) == tasks * times


async def test_tasks_can_share_a_client(connect: Connect) -> None:
    with serve(echo_id) as server:
        async with connect(server.url) as client:
            await send_from_tasks(client, tasks=100, times=2)
    assert len(server.requests) == 200


async def test_calls_of_tasks_are_concurrent(connect: Connect) -> None:
    with serve(in_rounds_of(10)) as server:
        async with connect(server.url) as client:
            await send_from_tasks(client, tasks=10, times=2)
    assert server.connections == 10


async def test_all_connections_of_concurrent_tasks_are_reused(connect: Connect) -> None:
    """A new connection costs a TLS handshake. By default, httpx keeps at most 20 idle connections."""
    with serve(in_rounds_of(32)) as server:
        async with connect(server.url) as client:
            await send_from_tasks(client, tasks=32, times=3)
    assert server.connections == 32


async def test_client_is_usable_after_a_cancelled_call(connect: Connect) -> None:
    asked = threading.Event()

    def fall_silent(received: Received) -> Steps:
        asked.set()
        return [Act.SILENCE]

    with serve(fall_silent, respond(200, USER)) as server:
        async with connect(server.url) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.users.get, "user_1")
                await anyio.to_thread.run_sync(asked.wait, 10)
                group.cancel_scope.cancel()
            assert (await client.users.get("user_1")).id == "user_1"
    # The response to the first call could still arrive on its connection, so it is not reused.
    assert [received.connection for received in server.requests] == [1, 2]


# -- closing -------------------------------------------------------------------------------------------------------


async def test_closed_client_raises_client_closed(connect: Connect) -> None:
    with serve(respond(200, USER)) as server:
        async with connect(server.url) as client:
            await client.users.get("user_1")
        server.wait_until_closed()
        await client.aclose()
        for call in (client.send, client.send_detailed):
            with pytest.raises(ClientClosed, match="AsyncClient is closed"):
                await call(api.get_user("user_1"))
        with pytest.raises(ClientClosed):
            await client.users.get("user_1")
    assert len(server.requests) == 1


async def test_closing_an_unused_client_opens_no_connection(connect: Connect) -> None:
    with serve(respond(200, USER)) as server:
        client = connect(server.url)
        await client.aclose()
        await client.aclose()
        with pytest.raises(ClientClosed):
            await client.users.get("user_1")
    assert server.connections == 0


async def test_context_manager_closes_and_reraises_errors() -> None:
    with pytest.raises(ZeroDivisionError):
        async with AsyncClient(KEY) as client:
            raise ZeroDivisionError
    with pytest.raises(ClientClosed):
        await client.users.get("user_1")


async def test_client_can_be_created_outside_an_event_loop(connect: Connect) -> None:
    """For example as a global of a module."""
    with serve(respond(200, USER)) as server:
        client = await anyio.to_thread.run_sync(lambda: connect(server.url))
        async with client:
            assert (await client.users.get("user_1")).id == "user_1"


async def test_repr_hides_the_key(connect: Connect) -> None:
    with refused() as url:
        async with connect(url) as client:
            assert repr(client) == f"AsyncClient(base_url='{url}/v1')"
            with pytest.raises(ConnectionFailed) as caught:
                await client.users.get("user_1")
    for shown in (client, client.users, caught.value):
        assert KEY not in f"{shown!r} {shown}"


async def test_cookies_of_responses_are_not_sent(connect: Connect) -> None:
    with serve(respond(200, USER, {"Set-Cookie": "session=1; Path=/"})) as server:
        async with connect(server.url) as client:
            await client.users.get("user_1")
            await client.users.get("user_1")
    assert [received.headers["Cookie"] for received in server.requests] == [None] * 2


async def test_redirects_are_not_followed() -> None:
    with serve(respond(200, USER)) as elsewhere:
        with serve(respond(302, b"", {"Location": elsewhere.url})) as server:
            async with httpx.AsyncClient(follow_redirects=True) as http_client:
                client = AsyncClient(KEY, base_url=server.url, http_client=http_client)
                with pytest.raises(ApiError) as caught:
                    await client.users.get("user_1")
        assert elsewhere.connections == 0
    assert caught.value.status_code == 302
