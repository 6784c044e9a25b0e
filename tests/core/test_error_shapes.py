"""Errors: the class for each status, their attributes and messages, and failures of the connection."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_bapi import (
    ApiError,
    BadRequest,
    ClerkError,
    Client,
    Conflict,
    ConnectionFailed,
    ErrorDetail,
    Forbidden,
    InvalidResponse,
    Locked,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    Request,
    RequestInfo,
    ServerError,
    TimedOut,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnprocessableEntity,
    api,
)
from clerkkit import AsyncClerk, Clerk
from tests.core.error_samples import (
    BODY,
    BROKEN_GZIP,
    CUT_BODY,
    CUT_CHUNK,
    CUT_HEAD,
    DETAIL,
    ERROR,
    GET_USER,
    NO_HTTP,
    PASSWORD,
    failure,
    httpx_leaves_a_generator,
    through_pickle,
)
from tests.loopback import KEY, WAYS, Act, refused, respond, send_by, serve

# -- classes -------------------------------------------------------------------------------------------------------


def detail(code: str) -> ErrorDetail:
    """Return an entry that has only a code."""
    return ErrorDetail(code=code, message="", long_message="", meta={})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (402, PaymentRequired),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, PayloadTooLarge),
        (422, UnprocessableEntity),
        (423, Locked),
        (429, TooManyRequests),
        (500, ServerError),
        (502, ServerError),
        (503, ServerError),
        (504, ServerError),
        (520, ServerError),
        (599, ServerError),
        (300, ApiError),
        (302, ApiError),
        (304, ApiError),
        (405, ApiError),
        (410, ApiError),
        (415, ApiError),
        (499, ApiError),
        (600, ApiError),
        (999, ApiError),
    ],
)
def test_status_determines_the_error_class(status: int, kind: type[ApiError]) -> None:
    bodies = [BODY, b"<html>Oops</html>", b""] if status != 304 else [b""]  # a 304 cannot have one
    with serve(*(respond(status, body) for body in bodies)) as server, Client(KEY, base_url=server.url) as client:
        for _ in bodies:
            with pytest.raises(ApiError) as caught:
                client.send(GET_USER)
            assert type(caught.value) is kind
            assert caught.value.status_code == caught.value.response.status_code == status
            assert str(caught.value).startswith(f"{status} ")
            assert caught.value.request == RequestInfo("GET", "/users/user_1", "GET /users/{user_id}")
    assert len(server.requests) == len(bodies)


@pytest.mark.parametrize("request_", [api.delete_svix_app(), api.get_public_interstitial()], ids=repr)
def test_operations_without_json_raise_the_same_errors(request_: Request[Any]) -> None:
    error = failure(respond(422, BODY), request_)
    assert type(error) is UnprocessableEntity
    assert error.errors == [DETAIL]


# -- attributes ----------------------------------------------------------------------------------------------------


def test_error_has_all_facts_of_the_response() -> None:
    content = json.dumps({**BODY, "errors": [ERROR, {"code": "second"}]}, indent=1).encode()
    error = failure(respond(422, content, {"CF-Ray": "ray", "Retry-After": "7"}), api.create_user(password=PASSWORD))
    assert error.errors == [DETAIL, detail("second")]
    assert error.errors[0].meta["param_name"] == "email_address"
    assert error.trace_id == "trace_of_body"
    assert error.retry_after == 7
    assert error.request == RequestInfo("POST", "/users", "POST /users")
    assert error.response.headers["cf-RAY"] == "ray"
    assert error.response.content == content
    assert error.text == content.decode()


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (b"<html>\n<h1>502 Bad Gateway</h1>\r\n</html>", []),
        (b"", []),
        (b" \n", []),
        (b'{"errors": [{"code": "cut', []),
        (b"[]", []),
        (b'[{"code": "a"}]', []),
        (b'"error"', []),
        (b"null", []),
        (b"17", []),
        (b"{}", []),
        (b'{"error": "not found"}', []),
        (b'{"errors": null}', []),
        (b'{"errors": "wrong"}', []),
        (b'{"errors": {"code": "a"}}', []),
        (b'{"errors": []}', []),
        (b'{"errors": ["a", null, 1, [], {"code": "b"}]}', [detail("b")]),
        (b'{"errors": [{}]}', [detail("")]),
        (b'{"errors": [{"code": 1, "message": null, "long_message": [], "meta": "m"}]}', [detail("")]),
        (b'{"errors": [{"code": "a", "meta": null}], "clerk_trace_id": 5}', [detail("a")]),
        ('{"errors": [{"code": "\N{WARNING SIGN}"}]}'.encode(), [detail("\N{WARNING SIGN}")]),
        (b'{"errors": [{"code": "\xff"}]}', []),
        ("Größe".encode("latin-1"), []),
        (b'{"errors": ' + b"[" * 100_000, []),
        (b'{"errors": [{"code": "a", "meta": ' + b'{"a":' * 50 + b"1" + b"}" * 50 + b"}]}", None),
        (b"x" * 1_000_000, []),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else "",
)
def test_body_of_any_shape_is_kept_and_parsed_as_far_as_possible(content: bytes, errors: list[ErrorDetail]) -> None:
    error = failure(respond(404, content, {"CF-Ray": "ray"}))
    assert type(error) is NotFound
    if errors is not None:
        assert error.errors == errors
    else:
        assert error.errors[0].code == "a"
        assert json.dumps(error.errors[0].meta).count("{") == 50
    assert error.response.content == content
    assert error.text == content.decode(errors="replace")
    assert error.trace_id == "ray"
    assert len(str(error).splitlines()) == 1
    assert str(error).startswith("404 ")
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("body", "code", "message", "param_name"),
    [
        (BODY, ERROR["code"], ERROR["message"], "email_address"),
        ({"errors": [{"code": "a", "message": "A"}, {**ERROR, "code": "b"}]}, "a", "A", None),
        ({"errors": [{"code": "a", "long_message": "Long."}]}, "a", "a: Long.", None),
        ({"errors": [{"meta": {"param_name": ""}}]}, None, "no code: no message", None),
        ({"errors": [{"meta": {"param_name": 5}, "message": "m"}]}, None, "m", None),
        ({"errors": []}, None, 'unexpected body: {"errors": []}', None),
        (b"<html>\n Oops</html>", None, "unexpected body: <html> Oops</html>", None),
        (b"", None, "no body", None),
    ],
)
def test_code_message_and_param_name_are_those_of_the_first_entry(
    body: Any, code: str | None, message: str, param_name: str | None
) -> None:
    error = failure(respond(422, body))
    assert (error.code, error.message, error.param_name) == (code, message, param_name)
    if error.errors:
        assert error.errors[0].param_name == param_name


def test_invalid_response_has_a_message() -> None:
    error = failure(respond(200, b"<html>"))
    assert (error.code, error.param_name) == (None, None)
    assert error.message == "is a success, but its body is not JSON: unexpected body: <html>"


@pytest.mark.parametrize("status", [200, 302, 404, 502])
def test_non_ascii_header_is_kept(status: int) -> None:
    error = failure(respond(status, b"<html>", {"X-Reason": "Größe", "CF-Ray": "ray"}))
    assert error.status_code == status
    assert error.response.headers["x-reason"] == "Größe"
    assert error.trace_id == "ray"


@pytest.mark.parametrize(
    ("body", "headers", "trace_id"),
    [
        ({"clerk_trace_id": "body"}, {}, "body"),
        ({"clerk_trace_id": "body"}, {"CF-Ray": "ray"}, "body"),
        ({"clerk_trace_id": ""}, {"CF-Ray": "ray"}, "ray"),
        ({"clerk_trace_id": 5}, {"CF-Ray": "ray"}, "ray"),
        ({}, {"cf-ray": "ray"}, "ray"),
        ([], {}, None),
        ({}, {}, None),
    ],
)
def test_trace_id_comes_from_body_or_header(body: Any, headers: dict[str, str], trace_id: str | None) -> None:
    error = failure(respond(500, body, headers))
    assert error.trace_id == trace_id
    assert (f"trace id {trace_id}" in str(error)) == (trace_id is not None)
    assert ("trace id" in str(error)) == (trace_id is not None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("7, 8", None),
        (None, None),
    ],
)
def test_retry_after_is_in_seconds(value: str | None, seconds: float | None) -> None:
    error = failure(respond(429, BODY, {} if value is None else {"Retry-After": value}))
    assert error.retry_after == seconds


def test_retry_after_date_is_converted_to_seconds() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    error = failure(respond(429, BODY, {"Retry-After": later}))
    assert error.retry_after is not None
    assert 3000 < error.retry_after <= 3600


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XXX-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this platform's time zone cannot be set")
@pytest.mark.usefixtures("far_from_utc")
@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
def test_http_dates_of_all_formats_are_read_as_utc(form: str) -> None:
    """RFC 9110, section 5.6.7: a recipient must accept all three formats; the last one has no time zone."""
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime(form)
    error = failure(respond(429, BODY, {"Retry-After": later}))
    assert error.retry_after is not None
    assert 3000 < error.retry_after <= 3600


def test_any_retry_after_is_seconds_or_none() -> None:
    like_dates = st.from_regex(
        r"([A-Z][a-z]{2}, )?[0-9]{1,3} (Jan|Feb|Oct) [0-9]{1,6}( [0-9:]{1,9})?( [+-]?[0-9A-Z]{1,12})?", fullmatch=True
    )
    printable = st.text(st.characters(min_codepoint=33, max_codepoint=126))
    script = ""
    with (
        serve(lambda _: respond(429, b"", {"Retry-After": script})) as server,
        Client(KEY, base_url=server.url) as client,
    ):

        @settings(max_examples=100, deadline=None)
        @given(like_dates | printable)
        def check(value: str) -> None:
            nonlocal script
            script = value
            with pytest.raises(TooManyRequests) as caught:
                client.send(GET_USER)
            seconds = caught.value.retry_after
            assert seconds is None or 0 <= seconds < float("inf")

        check()


# -- str() ---------------------------------------------------------------------------------------------------------


def test_message_has_status_code_long_message_operation_and_trace_id() -> None:
    assert str(failure(respond(422, BODY))) == (
        "422 form_param_format_invalid (email_address): Email address must be a valid email address. "
        "[GET /users/{user_id}, trace id trace_of_body]"
    )


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"errors": [{"code": "a", "message": "short"}]}, "404 a: short [GET /users/{user_id}]"),
        (
            {"errors": [{"code": "a", "message": "x"}, {"code": "b", "meta": {"param_name": "p"}}, {}]},
            "404 a: x; b (p): no message; no code: no message [GET /users/{user_id}]",
        ),
        (
            {"errors": [{"code": "a", "meta": {"param_name": 5}}] * 22},
            f"404 {'; '.join(['a: no message'] * 20)} (and 2 more) [GET /users/{{user_id}}]",
        ),
        (
            b'{"errors": [{"code": "a", "message": "\\ud800", "meta": {"param_name": "\\udfff"}}]}',
            "404 a (\\udfff): \\ud800 [GET /users/{user_id}]",
        ),
        ({"errors": [{"message": "m"}]}, "404 no code: m [GET /users/{user_id}]"),
        (b"", "404 no body [GET /users/{user_id}]"),
        (b"<b>\r\n  No</b>\n", "404 unexpected body: <b> No</b> [GET /users/{user_id}]"),
        ([1], "404 unexpected body: [1] [GET /users/{user_id}]"),
    ],
)
def test_message_has_the_available_facts(body: Any, line: str) -> None:
    assert str(failure(respond(404, body))) == line


def test_message_of_an_invalid_response() -> None:
    line = str(failure(respond(200, b"<html>")))
    assert line.startswith("200 ")
    assert "success" in line
    assert "<html>" in line
    assert "GET /users/{user_id}" in line


def test_message_is_always_one_line() -> None:
    script: Any = None
    texts = st.text(st.sampled_from("ab \t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029") | st.characters(codec="utf-8"))
    details = st.fixed_dictionaries({"code": texts, "message": texts, "long_message": texts})
    bodies = st.fixed_dictionaries({"errors": st.lists(details), "clerk_trace_id": texts})
    with serve(lambda _: respond(400, script)) as server, Client(KEY, base_url=server.url) as client:

        @settings(max_examples=100, deadline=None)
        @given(bodies | texts.map(str.encode))
        def check(body: Any) -> None:
            nonlocal script
            script = body
            with pytest.raises(BadRequest) as caught:
                client.send(GET_USER)
            assert len(str(caught.value).splitlines()) == 1
            assert str(caught.value).startswith("400 ")

        check()


# -- no complete response ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "script",
    [
        pytest.param([Act.HANG_UP], id="no response"),
        pytest.param([Act.RESET], id="reset"),
        pytest.param([CUT_HEAD, Act.HANG_UP], id="cut in the head"),
        pytest.param([CUT_HEAD, Act.RESET], id="reset in the head"),
        pytest.param([CUT_BODY, Act.HANG_UP], id="cut in the body"),
        pytest.param([CUT_BODY, Act.RESET], id="reset in the body"),
        pytest.param([CUT_CHUNK, Act.HANG_UP], id="cut in a chunk"),
        pytest.param([NO_HTTP, Act.HANG_UP], id="no HTTP"),
        pytest.param([BROKEN_GZIP], id="broken gzip", marks=httpx_leaves_a_generator),
    ],
)
def test_incomplete_response_raises_connection_failed(way: str, script: list[bytes | Act]) -> None:
    with serve(script) as server, pytest.raises(ConnectionFailed) as caught:
        send_by(way, GET_USER, server.url)
    assert len(server.requests) == 1
    check_transport_error(caught.value)
    assert caught.value.reached is True


@pytest.mark.parametrize("way", WAYS)
def test_closed_port_raises_connection_failed(way: str) -> None:
    with refused() as url, pytest.raises(ConnectionFailed) as caught:
        send_by(way, GET_USER, url)
    check_transport_error(caught.value)
    assert caught.value.reached is False


@pytest.mark.parametrize(
    ("way", "script"),
    [*((way, [Act.SILENCE]) for way in WAYS), ("sync", [CUT_HEAD, Act.SILENCE]), ("sync", [CUT_BODY, Act.SILENCE])],
    ids=[*WAYS, "in the head", "in the body"],
)
def test_slow_server_raises_timed_out(way: str, script: list[bytes | Act]) -> None:
    with serve(script) as server, pytest.raises(TimedOut) as caught:
        send_by(way, GET_USER, server.url, timeout=0.5)
    check_transport_error(caught.value)
    assert caught.value.reached is True


@pytest.mark.parametrize("way", WAYS)
def test_tls_handshake_timeout_did_not_reach_the_server(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(TimedOut) as caught:
            send_by(way, GET_USER, url, timeout=0.2)
    check_transport_error(caught.value)
    assert caught.value.reached is False


def test_pool_timeout_did_not_reach_the_server() -> None:
    with (
        serve([CUT_BODY, Act.SILENCE]) as server,
        httpx.Client(limits=httpx.Limits(max_connections=1), timeout=0.2) as http_client,
        http_client.stream("GET", server.url, timeout=30),  # uses the only connection
    ):
        client = Client(KEY, base_url=server.url, http_client=http_client)
        with pytest.raises(TimedOut) as caught:
            client.send(GET_USER)
    assert len(server.requests) == 1
    assert caught.value.reached is False


@pytest.mark.parametrize("way", WAYS)
def test_timeout_message_has_phase_host_and_seconds(way: str) -> None:
    with serve([Act.SILENCE]) as server, pytest.raises(TimedOut) as caught:
        send_by(way, GET_USER, server.url, timeout=0.25)
    host = server.url.removeprefix("http://")
    assert caught.value.problem == f"timed out after 0.25 s waiting for the response of {host} (ReadTimeout)"
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(TimedOut) as caught:
            send_by(way, GET_USER, f"https://{host}", timeout=0.25)
    assert caught.value.problem == f"timed out after 0.25 s connecting to {host} (ConnectTimeout)"


@pytest.mark.parametrize("way", WAYS)
def test_refused_connection_message_has_the_host(way: str) -> None:
    with refused() as url, pytest.raises(ConnectionFailed) as caught:
        send_by(way, GET_USER, url)
    assert caught.value.problem.startswith(f"no connection to {url.removeprefix('http://')}: ")


def send_with_clerk(url: str) -> None:
    with Clerk(KEY, base_url=url, max_retries=1) as clerk:
        clerk.send(GET_USER)


async def send_with_async_clerk(url: str) -> None:
    async with AsyncClerk(KEY, base_url=url, max_retries=1) as clerk:
        await clerk.send(GET_USER)


@pytest.mark.parametrize("send", [send_with_clerk, lambda url: anyio.run(send_with_async_clerk, url)])
def test_message_has_the_number_of_attempts(send: Callable[[str], None]) -> None:
    with refused() as url, pytest.raises(ConnectionFailed) as caught:
        send(url)
    assert caught.value.attempts == 2
    assert str(caught.value).endswith(", after 2 tries")
    assert str(through_pickle(caught.value)) == str(caught.value)


def check_transport_error(error: TransportError) -> None:
    """Check the attributes and message that every transport error has."""
    assert error.request == RequestInfo("GET", "/users/user_1", "GET /users/{user_id}")
    assert error.problem
    assert str(error) == f"GET /users/{{user_id}}: {error.problem}"
    assert len(str(error).splitlines()) == 1
    assert isinstance(error.__cause__, httpx.HTTPError)  # for its traceback


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("location", ["/ü", "ü", "https://xn--/", "http://[", "//", "ftp://x/"])
def test_redirect_to_an_invalid_url_raises_a_clerk_error(way: str, location: str) -> None:
    """httpx parses the location even if it does not follow redirects."""
    with serve(respond(302, b"", {"Location": location})) as server, pytest.raises(ClerkError) as caught:
        send_by(way, GET_USER, server.url)
    assert isinstance(caught.value, ApiError | ConnectionFailed)
    assert caught.value.request.operation == "GET /users/{user_id}"


HEADERS = st.tuples(
    st.sampled_from(
        ["Location", "Content-Encoding", "Transfer-Encoding", "Content-Length", "Retry-After", "Set-Cookie", "CF-Ray"]
    ),
    st.sampled_from(["gzip", "deflate", "chunked", "-1", "5, 5", "9" * 20, "https://xn--/", "ü=ü; Domain=..", "\0"])
    | st.text(st.characters(max_codepoint=255), max_size=10),
)
STATUSES = st.sampled_from([100, 101, 200, 204, 205, 206, 302, 304, 401, 404, 429, 500, 520]) | st.integers(0, 1000)
BODIES = st.sampled_from([b'{"id": "user_1"}', b"5\r\nhello\r\n0\r\n\r\n", b"\x1f\x8b\x08\0"]) | st.binary(max_size=20)


def error_of(call: Callable[[], object]) -> ClerkError | None:
    try:
        call()
    except ClerkError as error:
        return error
    return None


def test_any_response_gives_a_value_or_a_clerk_error() -> None:
    script = b""
    with serve(lambda _: [script, Act.HANG_UP]) as server, Client(KEY, base_url=server.url) as client:

        @settings(max_examples=200, deadline=None)
        @given(STATUSES, st.lists(HEADERS, max_size=3), BODIES)
        def check(status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            nonlocal script
            head = "".join(f"{name}: {value}\r\n" for name, value in headers)
            script = f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + body
            for request in (GET_USER, api.delete_svix_app(), api.get_public_interstitial()):
                error = error_of(lambda request=request: client.send(request))
                assert error is None or len(str(through_pickle(error)).splitlines()) == 1

        check()


def test_truncated_gzip_raises_invalid_response() -> None:
    packed = gzip.compress(json.dumps({"id": "user_1" * 1000}).encode())
    error = failure(respond(200, packed[:-20], {"Content-Encoding": "gzip"}))
    assert type(error) is InvalidResponse
