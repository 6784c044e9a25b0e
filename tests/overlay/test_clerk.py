"""`Clerk` and `AsyncClerk` over real sockets: retries, options, views, pages and bulk calls."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import pickle
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import anyio
import httpx
import pytest

from clerk_bapi.api import create_user, get_user, list_users
from clerk_bapi.models import User
from clerk_core import InvalidResponse, Model
from clerkkit import (
    AsyncClerk,
    Clerk,
    ClerkError,
    ConnectionFailed,
    InvalidArgument,
    NotFound,
    ServerError,
    TooManyRequests,
)
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

USER = {"id": "user_1", "object": "user"}
SLOW_DOWN = respond(429, {"errors": []}, {"Retry-After": "0"})
BUSY = respond(503, b"busy")


def call(way: str, request: Any, url: str, **options: Any) -> Any:
    """Send a request with a new client."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=backend_of(way))


# -- retries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", [SLOW_DOWN, BUSY, [Act.RESET], [Act.HANG_UP]], ids=["429", "503", "reset", "cut"])
def test_retries_a_temporary_fault(way: str, fault: Script) -> None:
    with serve(fault, respond(200, USER)) as server:
        assert call(way, get_user("user_1"), server.url).id == "user_1"
    assert len(server.requests) == 2


@pytest.mark.parametrize("way", WAYS)
def test_raises_a_permanent_fault_after_all_retries(way: str) -> None:
    with serve(SLOW_DOWN) as server, pytest.raises(TooManyRequests):
        call(way, get_user("user_1"), server.url, max_retries=3)
    assert len(server.requests) == 4


@pytest.mark.parametrize("way", WAYS)
def test_retries_a_post_only_if_the_server_did_nothing(way: str) -> None:
    with serve(SLOW_DOWN, respond(200, USER)) as server:
        assert call(way, create_user(), server.url).id == "user_1"
    with serve(BUSY, respond(200, USER)) as server, pytest.raises(ServerError):
        call(way, create_user(), server.url)
    assert len(server.requests) == 1
    with serve([Act.RESET], respond(200, USER)) as server, pytest.raises(ConnectionFailed):
        call(way, create_user(), server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_deadline_ends_retries(way: str) -> None:
    late = respond(429, {"errors": []}, {"Retry-After": "60"})
    start = time.monotonic()
    with serve(late) as server, pytest.raises(TooManyRequests) as caught:
        call(way, get_user("user_1"), server.url, deadline=5)
    assert len(server.requests) == 1
    assert caught.value.retry_after == 60
    with serve([Act.SILENCE]) as server, pytest.raises(Exception, match="timed out after"):
        call(way, get_user("user_1"), server.url, deadline=0.3)
    assert time.monotonic() - start < 20


def test_retries_a_refused_connection() -> None:
    with refused() as url, pytest.raises(ConnectionFailed) as caught:
        call("sync", create_user(), url, max_retries=1)
    assert not caught.value.reached


def test_logs_each_retry_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "clerkkit"), serve(SLOW_DOWN, respond(200, USER)) as server:
        call("sync", create_user(password="hunter22"), server.url)
    messages = [record.getMessage() for record in caplog.records if record.name == "clerkkit"]
    assert len(messages) == 2
    assert messages[0].startswith("POST /users -> 429 in ")
    assert "again in" in messages[0]
    assert KEY not in str(messages)
    assert "hunter22" not in str(messages)


# -- options -------------------------------------------------------------------------------------------------------


def test_key_and_url_default_to_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_SECRET_KEY", raising=False)
    monkeypatch.delenv("CLERK_API_URL", raising=False)
    with pytest.raises(InvalidArgument, match="CLERK_SECRET_KEY"):
        Clerk()
    monkeypatch.setenv("CLERK_SECRET_KEY", KEY)
    assert Clerk().base_url == "https://api.clerk.com/v1"
    for url in ("http://127.0.0.1:4010", "http://127.0.0.1:4010/v1/"):
        monkeypatch.setenv("CLERK_API_URL", url)
        assert Clerk().base_url == "http://127.0.0.1:4010/v1"


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"secret_key": "pk_test_YWJj"}, "secret_key"),
        ({"secret_key": ""}, "secret_key"),
        ({"base_url": "http://api.example.com/v1"}, "base_url"),
        ({"base_url": "ftp://api.example.com/v1"}, "base_url"),
        ({"max_retries": -1}, "max_retries"),
        ({"deadline": 0}, "deadline"),
        ({"rate_limit": (0, 10)}, "rate_limit"),
        ({"rate_limit": 100}, "rate_limit"),
        ({"rate_limit": ("100", 10)}, "rate_limit"),
        ({"rate_limit": (100, 10, 1)}, "rate_limit"),
        ({"secret_key": '"sk_test_YWJj"'}, "secret_key"),
        ({"secret_key": "'sk_test_YWJj'"}, "secret_key"),
        ({"secret_key": 5}, "secret_key"),
        ({"base_url": 5}, "base_url"),
        ({"http_client": "x"}, "http_client"),
        ({"allow_http": "false"}, "allow_http"),
    ],
)
def test_rejects_invalid_options_by_name(client: Any, options: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        client(**{"secret_key": KEY, **options})
    assert caught.value.argument == argument
    assert "YWJj" not in str(caught.value)


@pytest.mark.parametrize(
    ("client", "given", "problem"),
    [
        (Clerk, httpx.AsyncClient, "expected an httpx.Client, got AsyncClient"),
        (AsyncClerk, httpx.Client, "expected an httpx.AsyncClient, got Client"),
    ],
)
def test_rejects_an_httpx_client_of_the_wrong_kind(client: Any, given: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^http_client: {problem}$"):
        client(KEY, http_client=given(transport=httpx.MockTransport(lambda _: httpx.Response(200))))


@pytest.mark.parametrize("client", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    ("variable", "value", "argument"),
    [
        ("CLERK_API_URL", "api.example.com", "base_url"),
        ("CLERK_API_URL", "http://api.example.com", "base_url"),
        ("CLERK_SECRET_KEY", "pk_test_YWJj", "secret_key"),
        ("CLERK_SECRET_KEY", '"sk_test_YWJj"', "secret_key"),
        ("CLERK_SECRET_KEY", "sk_test_YWJj ", "secret_key"),
    ],
)
def test_error_names_an_invalid_environment_variable(
    monkeypatch: pytest.MonkeyPatch, client: Any, variable: str, value: str, argument: str
) -> None:
    monkeypatch.setenv("CLERK_SECRET_KEY", KEY)
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidArgument, match=f"the value of {variable}") as caught:
        client()
    assert caught.value.argument == argument
    assert "YWJj" not in str(caught.value)
    with pytest.raises(InvalidArgument) as caught:
        client(**{"secret_key": KEY, argument: value})
    assert variable not in str(caught.value)


def test_allow_http_permits_plain_http() -> None:
    assert Clerk(KEY, base_url="http://api.example.com/v1", allow_http=True).base_url == "http://api.example.com/v1"
    assert Clerk(KEY, base_url="http://[::1]:4010/v1").base_url == "http://[::1]:4010/v1"


def methods(kind: type) -> dict[str, inspect.Signature]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: inspect.signature(function) for name, function in found if not name.startswith("_")}


def test_clerk_and_async_clerk_have_the_same_methods() -> None:
    pairs: list[tuple[Any, Any]] = [(Clerk, AsyncClerk)]
    sync, asynchronous = Clerk(KEY), AsyncClerk(KEY)
    groups = [name for name, value in inspect.getmembers(type(sync)) if isinstance(value, cached_property)]
    assert len(groups) > 40
    pairs += [(type(getattr(sync, group)), type(getattr(asynchronous, group))) for group in groups]
    for one, other in pairs:
        ours = {"aclose" if name == "close" else name: list(s.parameters.values()) for name, s in methods(one).items()}
        assert ours == {name: list(s.parameters.values()) for name, s in methods(other).items()}


# -- views ---------------------------------------------------------------------------------------------------------


def test_view_has_its_own_options_and_shares_connections() -> None:
    with serve(respond(200, USER), respond(200, USER), BUSY) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.users.get("user_1")
        view = clerk.with_options(headers={"X-Trace": "a"}, max_retries=0, timeout=5, deadline=5)
        view.users.get("user_1")
        with pytest.raises(ServerError):
            view.users.get("user_1")
    assert [received.headers["X-Trace"] for received in server.requests] == [None, "a", "a"]
    assert server.connections == 1


def test_headers_of_a_view_replace_those_of_the_client() -> None:
    with serve(respond(200, USER), respond(200, USER)) as server, Clerk(KEY, base_url=server.url) as clerk:
        old = clerk.with_options(headers={"clerk-api-version": "2025-11-10", "User-Agent": "mine"})
        old.users.get("user_1")
        old.with_options(timeout=5).users.get("user_1")
    for received in server.requests:
        assert received.headers.get_all("Clerk-API-Version") == ["2025-11-10"]
        assert received.headers.get_all("User-Agent") == ["mine"]


@pytest.mark.parametrize("client", [Clerk(KEY), AsyncClerk(KEY)])
@pytest.mark.parametrize(
    ("argument", "values"),
    {
        "headers": (
            *({"authorization": "x"}, {"Host": "x"}, {"Content-Length": "0"}, {"a": "b\n"}),
            *(None, 5, "a: b", [("a", "b")], {"a": None}, {"a": 5}, {1: "b"}, {"a": b"b"}),
        ),
        "timeout": (0, "5", True, float("nan"), []),
        "max_retries": (-1, None, "5", 1.5, True),
        "deadline": (0, None, "5", True, float("nan")),
        "secret_key": (None, 5, "", "pk_test_x", b"sk_test_x"),
    }.items(),
)
def test_view_rejects_invalid_options_by_name(client: Any, argument: str, values: tuple[Any, ...]) -> None:
    for value in values:
        with pytest.raises(InvalidArgument) as caught:
            client.with_options(**{argument: value})
        assert caught.value.argument == argument


def test_resource_of_a_temporary_client_keeps_working() -> None:
    with serve(respond(200, USER)) as server:
        users = Clerk(KEY, base_url=server.url).users
        assert users.get("user_1").id == "user_1"
        users._client.close()


def test_request_sends_undocumented_operations() -> None:
    def echo(received: Received) -> bytes:
        return respond(200, [received.method, received.target, received.body.decode()])

    with serve(echo, respond(204)) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.request("post", "/x/y", query={"a": [1, 2]}, json={"b": None}) == [
            "POST",
            "/x/y?a=1&a=2",
            '{"b":null}',
        ]
        assert clerk.request("DELETE", "/x/y") is None
        for path in ("x", "/x/../y", "//evil.example/x", "/x?a=1", "/x#a"):
            with pytest.raises(InvalidArgument):
                clerk.request("GET", path)


class Email(Model):
    """A model of an operation that the contract lacks."""

    id: str
    to: str | None = None
    sender: User | None = None


def test_request_reads_the_result_as_a_model() -> None:
    email = {"id": "ema_1", "unknown": [1]}
    scripts = (respond(200, USER), respond(200, [USER, USER]), respond(200, email), respond(200, [email]), respond(204))
    with serve(*scripts) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.request("GET", "/users/user_1", model=User).id == "user_1"
        assert [user.id for user in clerk.request("GET", "/users", model=list[User])] == ["user_1"] * 2
        read = clerk.request("GET", "/emails/ema_1", model=Email)
        assert (type(read), read.id, read.to, read["unknown"], read.to_dict()) == (Email, "ema_1", None, [1], email)
        assert [type(one) for one in clerk.request("GET", "/emails", model=list[Email])] == [Email]
        with pytest.raises(InvalidResponse):
            clerk.request("DELETE", "/emails/ema_1", model=Email)
        for wrong in (dict, list, list[str], "User", User | None):
            with pytest.raises(InvalidArgument, match="model: expected a class of models"):
                clerk.request("GET", "/users/user_1", model=wrong)  # type: ignore[call-overload]


def test_async_request_reads_the_result_as_a_model() -> None:
    async def read(url: str) -> list[User]:
        async with AsyncClerk(KEY, base_url=url) as clerk:
            return [await clerk.request("GET", "/users/user_1", model=User)]

    with serve(respond(200, USER)) as server:
        assert [user.id for user in asyncio.run(read(server.url))] == ["user_1"]


def test_client_works_in_several_event_loops() -> None:
    with serve(respond(200, USER)) as server:
        clerk = AsyncClerk(KEY, base_url=server.url)

        async def once() -> str:
            user = await clerk.users.get("user_1")
            http = clerk._connections.get()
            await http.aclose()  # asyncio.run would warn about open connections
            return user.id

        # Many loops, so that one has the `id` of an earlier one.
        assert [asyncio.run(once()) for _ in range(30)] == ["user_1"] * 30


# -- pages ---------------------------------------------------------------------------------------------------------


def rows(total: int, *, shape: Callable[[list[Any], int], Any] = lambda page, total: page) -> Script:
    """Return a script that lists `total` rows, by offset or cursor, in the shape of the operation."""

    def page(received: Received) -> bytes:
        asked = dict(received.query)
        start = int(asked["starting_after"]) + 1 if "starting_after" in asked else int(asked.get("offset", 0))
        end = min(start + int(asked["limit"]), total)
        return respond(200, shape([{"id": str(number)} for number in range(start, end)], total))

    return page


def as_page(page: list[Any], total: int) -> Any:
    return {"data": page, "total_count": total}


def ids(walk: Iterator[Any]) -> list[int]:
    return [int(row.id) for row in walk]


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 25, 30])
def test_iterate_yields_every_row_once(total: int) -> None:
    with serve(rows(total)) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert ids(clerk.users.iterate(page_size=10)) == list(range(total))
        assert ids(clerk.users.iterate(page_size=10, order_by="username")) == list(range(total))
    assert all("offset" not in dict(r.query) for r in server.requests if "order_by" not in dict(r.query))
    with serve(rows(total, shape=as_page)) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert ids(clerk.organizations.iterate(page_size=10)) == list(range(total))
    assert len(server.requests) == total // 10 + 1  # a short page with the total is the last


def test_iterate_fetches_pages_when_needed() -> None:
    with serve(rows(1000)) as server, Clerk(KEY, base_url=server.url) as clerk:
        walk = clerk.users.iterate(page_size=10)
        assert server.requests == []
        assert ids(islice(walk, 20)) == list(range(20))
    assert len(server.requests) == 2


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_iterate_yields_every_row_once_async(way: str) -> None:
    async def walk(url: str) -> list[int]:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk:
            listed = [int(user.id) async for user in clerk.users.iterate(page_size=10)]
            assert listed == [int(user.id) async for user in clerk.paginate(list_users)]
            return listed

    with serve(rows(25)) as server:
        assert anyio.run(walk, server.url, backend=backend_of(way)) == list(range(25))


def test_rows_added_during_iteration_are_not_yielded_twice() -> None:
    shift = 0

    def page(received: Received) -> bytes:
        nonlocal shift
        start = int(dict(received.query).get("offset", 0)) - shift
        shift += 3  # three new rows before each page
        return respond(200, [{"id": str(number)} for number in range(start, min(start + 10, 40)) if number >= 0])

    with serve(page) as server, Clerk(KEY, base_url=server.url) as clerk:
        walked = ids(clerk.users.iterate(page_size=10, order_by="username"))
    assert walked == list(range(40))


def test_iteration_ends_if_a_server_repeats_a_page() -> None:
    with serve(respond(200, [{"id": "a"}, {"id": "b"}])) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert [user.id for user in clerk.users.iterate(page_size=2)] == ["a", "b"]
    assert len(server.requests) == 2


def test_iterate_and_paginate_reject_invalid_arguments() -> None:
    clerk = Clerk(KEY)
    for walk in (
        lambda: clerk.users.iterate(page_size=0),
        lambda: next(clerk.users.iterate(page_size=501)),
        lambda: next(clerk.api_keys.iterate(subject="user_1", page_size=101)),
        lambda: clerk.paginate(list_users, limit=5),
        lambda: clerk.paginate(get_user, "user_1"),  # type: ignore[type-var]
        lambda: clerk.users.list(limit=501),
    ):
        with pytest.raises(InvalidArgument):
            walk()


# -- bulk calls ----------------------------------------------------------------------------------------------------


def some(received: Received) -> bytes:
    return respond(404, {"errors": []}) if received.path.endswith("7") else echo_id(received)


def test_map_yields_results_and_errors_in_order() -> None:
    seen: list[int] = []
    with serve(some) as server, Clerk(KEY, base_url=server.url) as clerk:
        asked = [get_user(f"user_{number}") for number in range(100)]
        results = list(clerk.map(iter(asked), concurrency=5, progress=seen.append))
    assert seen == list(range(1, 101))
    for number, result in enumerate(results):
        if number % 10 == 7:
            assert isinstance(result, NotFound)
            assert result.failed_request is asked[number]
        else:
            assert isinstance(result, User)
            assert result.id == f"user_{number}"


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_map_yields_results_and_errors_in_order_async(way: str) -> None:
    asked = [get_user(f"user_{number}") for number in range(50)]

    async def run(url: str) -> list[Any]:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk:
            return [result async for result in clerk.map(asked, concurrency=4)]

    with serve(some) as server:
        results = anyio.run(run, server.url, backend=backend_of(way))
    assert [getattr(result, "id", None) for result in results] == [
        None if number % 10 == 7 else f"user_{number}" for number in range(50)
    ]
    failed = [result.failed_request for result in results if isinstance(result, NotFound)]
    assert failed == [asked[number] for number in range(7, 50, 10)]


def test_failed_request_can_be_resent_and_is_not_in_the_error() -> None:
    bodies: list[Any] = []

    def twice(received: Received) -> bytes:
        bodies.append(received.json())
        return respond(422, {"errors": []}) if len(bodies) == 1 else respond(200, USER)

    with serve(twice) as server, Clerk(KEY, base_url=server.url) as clerk:
        (error,) = clerk.map([create_user(password="correct horse battery")])
        assert isinstance(error, ClerkError)
        assert error.failed_request is not None
        assert isinstance(clerk.send(error.failed_request), User)
    with serve(respond(404)) as server, Clerk(KEY, base_url=server.url) as clerk, pytest.raises(NotFound) as alone:
        clerk.users.get("user_1")
    assert bodies[0] == bodies[1] == {"password": "correct horse battery"}
    assert alone.value.failed_request is None
    for shown in (str(error), repr(error), repr(vars(error)), pickle.dumps(error), pickle.dumps(copy.copy(error))):
        assert "horse" not in (shown if isinstance(shown, str) else shown.decode("latin-1"))


def test_map_reads_requests_as_results_are_consumed() -> None:
    taken = 0

    def requests() -> Iterator[Any]:
        nonlocal taken
        while True:
            taken += 1
            yield get_user("user_1")

    with serve(respond(200, USER)) as server, Clerk(KEY, base_url=server.url) as clerk:
        results = clerk.map(requests(), concurrency=2)
        assert len(list(islice(results, 5))) == 5
        results.close()  # type: ignore[attr-defined]
    assert taken < 20


def test_views_share_the_rate_limit() -> None:
    with serve(respond(200, USER)) as server, Clerk(KEY, base_url=server.url, rate_limit=(5, 0.3)) as clerk:
        start = time.monotonic()
        assert len(list(clerk.with_options(timeout=5).map([get_user("user_1")] * 12, concurrency=12))) == 12
        assert time.monotonic() - start > 0.55
