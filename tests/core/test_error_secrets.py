"""Errors, reprs and logs tell no secret: neither the key, nor what was sent."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from inspect import ismemberdescriptor
from types import FunctionType, ModuleType, TracebackType
from typing import Any

import httpx
import pytest

from clerk_bapi import (
    ApiError,
    ClerkError,
    Client,
    ConnectionFailed,
    File,
    InvalidArgument,
    InvalidResponse,
    Response,
    api,
)
from tests.core.error_samples import BODY, BROKEN_GZIP, CUT_BODY, GET_USER, NO_HTTP, PASSWORD, httpx_leaves_a_generator
from tests.loopback import KEY, WAYS, Act, Received, answer, refused, send_by, serve


def reachable(start: Any) -> Iterator[Any]:
    """Everything that can be got at from an object by attributes and items.

    Not the frames of tracebacks: those hold the variables of the calls, as with any exception of any library.
    """
    seen: dict[int, Any] = {}
    waiting = [start]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType | TracebackType):
            continue
        seen[id(item)] = item
        yield item
        if isinstance(item, Mapping):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            waiting += item
        if isinstance(item, BaseException):
            waiting += [item.__cause__, item.__context__, item.args]
        # Slots, and what exceptions written in C keep: an error of encoding has its whole text as `object`.
        members = [name for kind in type(item).__mro__ for name, it in vars(kind).items() if ismemberdescriptor(it)]
        waiting += [getattr(item, name) for name in members if hasattr(item, name)]
        waiting += [vars(item)] if hasattr(item, "__dict__") else []


def assert_tells_no_secret(error: BaseException) -> None:
    shown = [item for item in reachable(error) if isinstance(item, str | bytes)]
    shown += [show(item) for item in reachable(error) if isinstance(item, BaseException) for show in (str, repr)]
    shown += ["".join(traceback.format_exception(error)), pickle.dumps(error)]
    assert len(shown) > 5
    for text in shown:
        for secret in (KEY, PASSWORD):
            assert (secret.encode() if isinstance(text, bytes) else secret) not in text


SECRETIVE = api.create_user(password=PASSWORD, email_address=["ada@x.example"])


def raised(way: str, url: str, **options: Any) -> ClerkError:
    with pytest.raises(ClerkError) as caught:
        send_by(way, SECRETIVE, url, **options)
    return caught.value


def test_the_search_for_secrets_finds_them() -> None:
    request = httpx.Request("POST", "http://x", headers={"Authorization": f"Bearer {KEY}"})
    error = ClerkError("no secret")
    error.__context__ = ClerkError("none either")
    assert_tells_no_secret(error)
    for cause in (httpx.ReadError("broke", request=request), UnicodeEncodeError("ascii", f"ü{KEY}", 0, 1, "no ASCII")):
        error.__context__.__cause__ = cause
        with pytest.raises(AssertionError):
            assert_tells_no_secret(error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param([Act.HANG_UP], id="no answer"),
        pytest.param([CUT_BODY, Act.RESET], id="reset"),
        pytest.param([NO_HTTP, Act.HANG_UP], id="no HTTP"),
        pytest.param([BROKEN_GZIP], id="broken gzip", marks=httpx_leaves_a_generator),
        pytest.param([answer(302, b"", {"Location": "/v2/users"})], id="302"),
        pytest.param([answer(422, BODY)], id="422"),
        pytest.param([answer(500, b"<html>")], id="500"),
        pytest.param([answer(200, b"<html>")], id="200"),
    ],
)
def test_a_failure_tells_no_secret(way: str, said: list[bytes | Act]) -> None:
    with serve(said) as server:
        assert_tells_no_secret(raised(way, server.url))
    assert PASSWORD.encode() in server.request.body
    assert KEY in server.request.headers["Authorization"]


@pytest.mark.parametrize("way", WAYS)
def test_no_answer_at_all_tells_no_secret(way: str) -> None:
    with refused() as url:
        assert_tells_no_secret(raised(way, url))
    with serve([Act.SILENCE]) as server:
        assert_tells_no_secret(raised(way, server.url, timeout=0.2))


def echo(status: int) -> Callable[[Received], bytes]:
    """The error page of a proxy in debug mode: it shows the request's headers."""
    return lambda received: answer(status, f"<html>You sent:\n{received.headers}</html>".encode())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 502, 520])
def test_an_error_page_that_shows_the_key_is_kept_without_it(way: str, status: int) -> None:
    with serve(echo(status)) as server:
        error = raised(way, server.url)
    assert_tells_no_secret(error)
    assert isinstance(error, ApiError)
    assert "You sent:" in error.text
    assert "Bearer [secret key]" in error.text


@pytest.mark.parametrize("status", [300, 302])
def test_a_redirect_that_shows_the_key_is_kept_without_it(status: int) -> None:
    with serve(echo(status)) as server:
        error = raised("sync", server.url)
    assert error.status_code == status
    assert_tells_no_secret(error)


def test_a_page_with_status_200_that_shows_the_key_is_kept_without_it() -> None:
    with serve(echo(200)) as server:
        error = raised("sync", server.url)
    assert isinstance(error, InvalidResponse)
    assert "You sent:" in error.text
    assert_tells_no_secret(error)


@pytest.mark.parametrize("status", [200, 302, 401, 502])
def test_a_header_that_shows_the_key_is_kept_without_it(status: int) -> None:
    def show(received: Received) -> bytes:
        return answer(status, b"<html>", {"X-Debug": received.headers["Authorization"], "CF-Ray": "ray"})

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ApiError)
    assert error.trace_id == "ray"
    assert "x-debug" in error.response.headers
    assert_tells_no_secret(error)


@pytest.mark.parametrize("before", ["/ü?", "https://xn--/", "http://["])
def test_a_broken_redirect_that_shows_the_key_is_kept_without_it(before: str) -> None:
    """An error of encoding holds the whole text that it could not encode."""

    def show(received: Received) -> bytes:
        return answer(302, b"", {"Location": before + received.headers["Authorization"].replace(" ", "_")})

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ApiError | ConnectionFailed)
    assert_tells_no_secret(error)


def test_a_broken_header_that_shows_the_key_is_kept_without_it() -> None:
    """The message of the parser quotes the line that it could not read."""

    def show(received: Received) -> bytes:
        return f"HTTP/1.1 500 Oops\r\n{received.headers['Authorization']}\r\n\r\n".encode()

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ConnectionFailed)
    assert_tells_no_secret(error)


def test_what_a_success_holds_is_left_alone() -> None:
    """The user's own data is theirs, even where it is the key."""
    user = {"id": "user_1", "private_metadata": {"kept": KEY}}
    with serve(answer(200, user)) as server:
        assert send_by("sync", GET_USER, server.url).to_dict() == user


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_metadata": {"a": datetime.now(UTC)}},
        {"public_metadata": {"a": float("nan")}},
        {"public_metadata": {("a",): 1}},
        {"email_address": "ada@x.example"},
    ],
    ids=["object", "nan", "key", "no list"],
)
def test_a_refused_argument_tells_nothing_of_the_others(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        api.create_user(password=PASSWORD, **wrong)
    assert_tells_no_secret(caught.value)


@pytest.mark.parametrize("password", [PASSWORD.encode(), [PASSWORD.encode()], {PASSWORD: {1: b""}}, {(PASSWORD,): 1}])
def test_a_refused_argument_tells_nothing_of_its_value(password: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        api.create_user(password=password)
    assert caught.value.argument == "password"
    assert_tells_no_secret(caught.value)


def test_no_repr_shows_a_secret() -> None:
    with serve(answer(200, {"object": "user", "secret": KEY, "password": PASSWORD})) as server:
        client = Client(KEY, base_url=server.url)
        with client:
            detailed = client.send_detailed(SECRETIVE)
    shown = [SECRETIVE, SECRETIVE.info, client, client.users, detailed, detailed.value, File(PASSWORD.encode(), "a")]
    shown += [Response(200, {"x": KEY}, PASSWORD.encode())]
    for thing in shown:
        assert KEY not in f"{thing!r} {thing}"
        assert PASSWORD not in f"{thing!r} {thing}"


def test_nothing_is_logged_that_is_secret(caplog: pytest.LogCaptureFixture) -> None:
    """httpx and what is below it log each request; with debug on, each step."""
    caplog.set_level("DEBUG")
    with serve(answer(200, {})) as server:
        for way in WAYS:
            send_by(way, SECRETIVE, server.url)
    assert len(caplog.records) > 10
    assert KEY not in caplog.text
    assert PASSWORD not in caplog.text
