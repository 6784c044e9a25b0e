"""Lifetime of clients: temporary clients, views, forks, event loops and closing; and places that never get the key."""

from __future__ import annotations

import logging
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from clerk_bapi.api import create_user, get_user, verify_password, verify_totp
from clerkkit import ApiError, AsyncClerk, Clerk, ClientClosed, ConnectionFailed
from tests.loopback import (
    ASYNC_WAYS,
    KEY,
    WAYS,
    Act,
    Received,
    Script,
    backend_of,
    echo_id,
    refused,
    respond,
    serve,
    transport_of,
)
from tools.faults import call

PASSWORD = "correct horse battery staple"
CODE = "424242"


def python(code: str, *arguments: str) -> list[str]:
    """Return the lines that `code` prints in a new process. It must succeed and write nothing to stderr."""
    done = subprocess.run(
        [sys.executable, "-c", code, KEY, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout.splitlines()


# -- processes and event loops -------------------------------------------------------------------------------------

FORK = """
import os, sys
from clerkkit import Clerk

clerk = Clerk(sys.argv[1], base_url=sys.argv[2])


def ask(user):
    # One write for a whole line: two processes share the pipe, and print writes the line end apart where unbuffered.
    os.write(1, f"{clerk.users.get(user).id}\\n".encode())


ask("user_before")
child = os.fork()
ask("user_parent" if child else "user_child")
if child:
    assert os.waitpid(child, 0)[1] == 0
    ask("user_after")
else:
    clerk.close()
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_forked_processes_do_not_share_connections(unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one would read responses of the other, or close its connections."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with serve(echo_id) as server:
        output = python(FORK, server.url)
    assert sorted(output) == ["user_after", "user_before", "user_child", "user_parent"]
    connection = {received.path.removeprefix("/users/user_"): received.connection for received in server.requests}
    assert connection["before"] == connection["parent"] == connection["after"] != connection["child"]


LOOPS = """
import asyncio, sys
import trio
from clerk_bapi.api import get_user
from clerkkit import AsyncClerk

transport = sys.argv[3]
clerk = AsyncClerk(sys.argv[1], base_url=sys.argv[2], transport=transport)


async def ask(name):
    users = [user.id async for user in clerk.map([get_user(f"{name}_{number}") for number in range(10)])]
    print(name, len(set(users)), (await clerk.users.get(name)).id)


for run in (asyncio.run, trio.run, asyncio.run, asyncio.run, trio.run):
    if run is trio.run and transport == "aiohttp":
        continue
    if run is trio.run:
        trio.run(ask, "trio")
    else:
        asyncio.run(ask("asyncio"))
"""


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_client_used_in_several_loops_causes_no_warnings(
    secure: bool, transport: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither in a call, nor at the end of the process about open connections."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with serve(echo_id, tls=tls if secure else None) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        output = python(LOOPS, server.url, transport)
    names = ["asyncio", "trio", "asyncio", "asyncio", "trio"] if transport == "httpx" else ["asyncio"] * 3
    assert output == [f"{name} 10 {name}" for name in names]


# -- temporary clients, views, closing -----------------------------------------------------------------------------


def once_each(received: Received) -> bytes:
    """Return a user or a list of one, and close the connection, because the temporary client does not."""
    user = {"id": "user_1"}
    return respond(200, [user] if received.path == "/users" else user, {"Connection": "close"})


def test_resources_iterators_and_maps_of_a_temporary_client_keep_working() -> None:
    def clerk() -> Clerk:
        return Clerk(KEY, base_url=server.url)

    with serve(once_each) as server:
        users = clerk().users
        view = clerk().with_options(timeout=5).users
        walk = clerk().users.iterate()
        results = clerk().map([get_user("user_1")] * 2)
        assert users.get("user_1").id == view.get("user_1").id == "user_1"
        assert [user.id for user in walk] == ["user_1"]
        assert [getattr(result, "id", None) for result in results] == ["user_1"] * 2


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_resources_iterators_and_maps_of_a_temporary_async_client_keep_working(way: str) -> None:
    async def main(url: str) -> list[Any]:
        users = AsyncClerk(KEY, base_url=url, **transport_of(way)).users
        results = (
            AsyncClerk(KEY, base_url=url, **transport_of(way)).with_options(timeout=5).map([get_user("user_1")] * 2)
        )
        return [(await users.get("user_1")).id, *[getattr(result, "id", None) async for result in results]]

    with serve(once_each) as server:
        assert anyio.run(main, server.url, backend=backend_of(way)) == ["user_1"] * 3


def test_closed_client_and_its_views_raise_client_closed() -> None:
    with serve(echo_id) as server:
        with Clerk(KEY, base_url=server.url) as clerk:
            view = clerk.with_options(max_retries=5)
            assert view.users.get("user_1").id == "user_1"
        server.wait_until_closed()
        for attempt in (
            lambda: clerk.users.get("user_1"),
            lambda: view.users.get("user_1"),
            lambda: clerk.with_options(timeout=1).users.get("user_1"),
            lambda: clerk.request("GET", "/users"),
            lambda: next(clerk.users.iterate()),
        ):
            with pytest.raises(ClientClosed, match="this Clerk is closed"):
                attempt()
        assert [type(result) for result in clerk.map([get_user("user_1")] * 2)] == [ClientClosed] * 2
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_closed_async_client_and_its_views_raise_client_closed(way: str) -> None:
    async def main(url: str) -> None:
        clerk = AsyncClerk(KEY, base_url=url, **transport_of(way))
        view = clerk.with_options(max_retries=5)
        assert (await view.users.get("user_1")).id == "user_1"
        await view.aclose()  # all views share the connections
        for client in (clerk, view):
            for attempt in (client.users.get("user_1"), client.request("GET", "/users")):
                with pytest.raises(ClientClosed, match="this AsyncClerk is closed"):
                    await attempt
        assert [type(result) async for result in clerk.map([get_user("user_1")])] == [ClientClosed]

    with serve(echo_id) as server:
        anyio.run(main, server.url, backend=backend_of(way))
    assert len(server.requests) == 1


def test_client_closed_while_it_waits_does_not_retry() -> None:

    def close_and_refuse(received: Received) -> bytes:
        clerk.close()
        return respond(429, {"errors": []}, {"Retry-After": "0"})

    with serve(close_and_refuse) as server:
        clerk = Clerk(KEY, base_url=server.url)
        with pytest.raises((ClientClosed, ConnectionFailed)):
            clerk.users.create()
    assert len(server.requests) == 1


# -- secrets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_another_host_is_not_followed(status: int, way: str) -> None:
    with serve(echo_id) as elsewhere:
        with serve(respond(status, b"", {"Location": f"{elsewhere.url}/users/user_1"})) as server:
            for request in (get_user("user_1"), create_user(password=PASSWORD)):
                with pytest.raises(ApiError) as caught:
                    call(way, request, server.url)
                assert caught.value.status_code == status
        assert elsewhere.connections == 0
    assert len(server.requests) == 2


def errors_of(way: str, url: str) -> list[Exception]:
    """Return the errors of calls with secret arguments."""

    errors: list[Exception] = []
    for request in (verify_password("user_1", password=PASSWORD), verify_totp("user_1", code=CODE)):
        with pytest.raises((ApiError, ConnectionFailed)) as caught:
            call(way, request, url)
        errors.append(caught.value)
    return errors


def echo_headers(received: Received) -> bytes:
    """Return the error page of a proxy in debug mode, which shows the request's headers."""
    return respond(502, str(received.headers).encode())


ERROR = {"errors": [{"code": "form_password_incorrect", "message": "no", "long_message": "no", "meta": {}}]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "script",
    [respond(422, ERROR), respond(429, ERROR, {"Retry-After": "0"}), echo_headers, [Act.RESET], None],
    ids=["422", "429", "502 that shows the request", "reset", "refused"],
)
def test_logs_and_errors_show_no_secret(way: str, script: Script | None, caplog: pytest.LogCaptureFixture) -> None:
    """All loggers are at debug level: ours, httpx's and httpcore's."""
    caplog.set_level(logging.DEBUG)
    if script is None:
        with refused() as url:
            errors = errors_of(way, url)
    else:
        with serve(script) as server:
            errors = errors_of(way, server.url)
        assert PASSWORD.encode() in server.requests[0].body
    loggers = {"clerkkit"} if way == "aiohttp" else {"clerkkit", "httpcore"}
    assert {record.name.partition(".")[0] for record in caplog.records} >= loggers
    logged = [caplog.text, *(repr(record.args) for record in caplog.records)]
    for text in [*logged, *(f"{error!r} {error} {error.args!r}" for error in errors)]:
        for secret in (KEY, PASSWORD, CODE):
            assert secret not in text


@pytest.mark.parametrize("kind", [Clerk, AsyncClerk])
def test_reprs_show_no_secret(kind: type[Clerk] | type[AsyncClerk]) -> None:
    clerk = kind(KEY, rate_limit=(5, 1))
    view = clerk.with_options(headers={"X-Token": PASSWORD}, timeout=5)
    for thing in (clerk, view, clerk.users, view.users, create_user(password=PASSWORD)):
        for secret in (KEY, PASSWORD):
            assert secret not in f"{thing!r} {thing} {[thing]}"
    with pytest.raises(Exception, match="headers") as caught:
        clerk.with_options(headers={"X-Token": f"{PASSWORD}\n"})
    assert PASSWORD not in f"{caught.value!r} {caught.value}"
