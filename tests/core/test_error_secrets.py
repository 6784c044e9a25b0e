"""Errors, reprs and logs contain no secret: neither the key, nor values of the request."""

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
from tests.loopback import KEY, WAYS, Act, Received, refused, respond, send_by, serve


def reachable(start: Any) -> Iterator[Any]:
    """Yield every object that is reachable by attributes and items.

    Frames of tracebacks are left out: they hold the variables of calls, with the exceptions of every library.
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
        # Slots and members of C exceptions: UnicodeEncodeError keeps the whole text in `object`.
        members = [name for kind in type(item).__mro__ for name, it in vars(kind).items() if ismemberdescriptor(it)]
        waiting += [getattr(item, name) for name in members if hasattr(item, name)]
        waiting += [vars(item)] if hasattr(item, "__dict__") else []


def assert_contains_no_secret(error: BaseException) -> None:
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


def test_search_for_secrets_finds_them() -> None:
    request = httpx.Request("POST", "http://x", headers={"Authorization": f"Bearer {KEY}"})
    error = ClerkError("no secret")
    error.__context__ = ClerkError("none either")
    assert_contains_no_secret(error)
    for cause in (httpx.ReadError("broke", request=request), UnicodeEncodeError("ascii", f"ü{KEY}", 0, 1, "no ASCII")):
        error.__context__.__cause__ = cause
        with pytest.raises(AssertionError):
            assert_contains_no_secret(error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "script",
    [
        pytest.param([Act.HANG_UP], id="no response"),
        pytest.param([CUT_BODY, Act.RESET], id="reset"),
        pytest.param([NO_HTTP, Act.HANG_UP], id="no HTTP"),
        pytest.param([BROKEN_GZIP], id="broken gzip", marks=httpx_leaves_a_generator),
        pytest.param([respond(302, b"", {"Location": "/v2/users"})], id="302"),
        pytest.param([respond(422, BODY)], id="422"),
        pytest.param([respond(500, b"<html>")], id="500"),
        pytest.param([respond(200, b"<html>")], id="200"),
    ],
)
def test_error_contains_no_secret(way: str, script: list[bytes | Act]) -> None:
    with serve(script) as server:
        assert_contains_no_secret(raised(way, server.url))
    assert PASSWORD.encode() in server.request.body
    assert KEY in server.request.headers["Authorization"]


@pytest.mark.parametrize("way", WAYS)
def test_connection_error_contains_no_secret(way: str) -> None:
    with refused() as url:
        assert_contains_no_secret(raised(way, url))
    with serve([Act.SILENCE]) as server:
        assert_contains_no_secret(raised(way, server.url, timeout=0.2))


def echo(status: int) -> Callable[[Received], bytes]:
    """Return the error page of a proxy in debug mode, which shows the request's headers."""
    return lambda received: respond(status, f"<html>You sent:\n{received.headers}</html>".encode())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 502, 520])
def test_key_is_removed_from_an_error_page(way: str, status: int) -> None:
    with serve(echo(status)) as server:
        error = raised(way, server.url)
    assert_contains_no_secret(error)
    assert isinstance(error, ApiError)
    assert "You sent:" in error.text
    assert "Bearer [secret key]" in error.text


@pytest.mark.parametrize("status", [300, 302])
def test_key_is_removed_from_a_redirect(status: int) -> None:
    with serve(echo(status)) as server:
        error = raised("sync", server.url)
    assert error.status_code == status
    assert_contains_no_secret(error)


def test_key_is_removed_from_a_page_with_status_200() -> None:
    with serve(echo(200)) as server:
        error = raised("sync", server.url)
    assert isinstance(error, InvalidResponse)
    assert "You sent:" in error.text
    assert_contains_no_secret(error)


@pytest.mark.parametrize("status", [200, 302, 401, 502])
def test_key_is_removed_from_headers(status: int) -> None:
    def show(received: Received) -> bytes:
        return respond(status, b"<html>", {"X-Debug": received.headers["Authorization"], "CF-Ray": "ray"})

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ApiError)
    assert error.trace_id == "ray"
    assert "x-debug" in error.response.headers
    assert_contains_no_secret(error)


@pytest.mark.parametrize("before", ["/ü?", "https://xn--/", "http://["])
def test_key_is_removed_from_an_invalid_redirect(before: str) -> None:
    """UnicodeEncodeError keeps the whole text that it could not encode."""

    def show(received: Received) -> bytes:
        return respond(302, b"", {"Location": before + received.headers["Authorization"].replace(" ", "_")})

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ApiError | ConnectionFailed)
    assert_contains_no_secret(error)


def test_key_is_removed_from_an_invalid_header() -> None:
    """The parser's message quotes the line that it could not read."""

    def show(received: Received) -> bytes:
        return f"HTTP/1.1 500 Oops\r\n{received.headers['Authorization']}\r\n\r\n".encode()

    with serve(show) as server:
        error = raised("sync", server.url)
    assert isinstance(error, ConnectionFailed)
    assert_contains_no_secret(error)


def test_successful_response_is_unchanged() -> None:
    """User data that equals the key is kept."""
    user = {"id": "user_1", "private_metadata": {"kept": KEY}}
    with serve(respond(200, user)) as server:
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
def test_invalid_argument_shows_no_other_argument(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        api.create_user(password=PASSWORD, **wrong)
    assert_contains_no_secret(caught.value)


@pytest.mark.parametrize("password", [PASSWORD.encode(), [PASSWORD.encode()], {PASSWORD: {1: b""}}, {(PASSWORD,): 1}])
def test_invalid_argument_does_not_show_a_secret_value(password: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        api.create_user(password=password)
    assert caught.value.argument == "password"
    assert_contains_no_secret(caught.value)


def test_reprs_contain_no_secret() -> None:
    with serve(respond(200, {"object": "user", "secret": KEY, "password": PASSWORD})) as server:
        client = Client(KEY, base_url=server.url)
        with client:
            detailed = client.send_detailed(SECRETIVE)
    shown = [SECRETIVE, SECRETIVE.info, client, client.users, detailed, detailed.value, File(PASSWORD.encode(), "a")]
    shown += [Response(200, {"x": KEY}, PASSWORD.encode())]
    for thing in shown:
        assert KEY not in f"{thing!r} {thing}"
        assert PASSWORD not in f"{thing!r} {thing}"


def test_logs_contain_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """httpx and httpcore log each request, and at debug level each step."""
    caplog.set_level("DEBUG")
    with serve(respond(200, {})) as server:
        for way in WAYS:
            send_by(way, SECRETIVE, server.url)
    assert len(caplog.records) > 10
    assert KEY not in caplog.text
    assert PASSWORD not in caplog.text
