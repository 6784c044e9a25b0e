"""Any request gets a response without 5xx, in time, with errors in Clerk's format, that conforms to the contract.

Schemathesis generates valid and invalid requests from the contract. Some of their values are replaced with those from
earlier responses, so that requests reach existing resources. `CLERK_EMULATOR_EXPLORE` runs more (see `exploring`).
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
import schemathesis
from hypothesis import given, note
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import document, operations
from clerk_emulator.contract.specification import resolve as followed
from clerk_emulator.operations.registry import HANDLERS
from tests.emulator import coverage
from tests.emulator.api import Api, Json
from tests.emulator.exploring import examples
from tests.emulator.population import Known, populate

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
TIMEOUT = 20
"""Seconds after which a request fails."""
NOT_HTTP = b"Invalid HTTP request received."
"""The response of uvicorn to a request that its parser rejects, such as one with an unknown method."""


class World:
    """A populated emulator, and requests to it whose responses are checked."""

    def __init__(self, emulator: Emulator, known: Known) -> None:
        self.emulator = emulator
        self.first_known = self.known = known
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {emulator.secret_key}"

    def reset(self) -> None:
        self.emulator.reset()
        self.known = self.first_known.copy()

    def send(self, operation_id: str, case: Case) -> requests.Response:
        response = case.call(base_url=self.emulator.url, session=self.session, timeout=TIMEOUT)
        note(f"{response.request.method} {response.request.url} {response.request.body!r:.2000}")
        body = checked(response.status_code, response.headers.get("content-type", [""])[0], response.content)
        # Checked by schemathesis too, whose validator is not the emulator's.
        case.validate_response(response, checks=CHECKS)
        if response.status_code == 405:
            assert operation_id not in HANDLERS
        if response.status_code < 400:
            self.known.learn(body)
        assert self.emulator.problems == []
        return response


def checked(status: int, content_type: str, content: bytes) -> Any:
    """Return the body of a response after checking that Clerk could send it."""
    assert status < 500, content
    if status < 400:
        return parsed(content) if content_type == "application/json" else None
    assert content_type == "application/json"
    body = parsed(content)
    assert set(body) == {"errors", "clerk_trace_id"}
    for error in body["errors"]:
        assert {key: type(value) for key, value in error.items()} == {
            "code": str,
            "message": str,
            "long_message": str,
            "meta": dict,
        }
    assert body["errors"]
    return body


def parsed(content: bytes) -> Any:
    """Return parsed JSON. NaN and Infinity, which Python accepts, are rejected."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(content.decode("utf-8"), parse_constant=refuse)


@pytest.fixture(scope="module")
def _world() -> Iterator[World]:
    with Emulator(validate_responses=True, observer=coverage.observe) as emulator:
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False) as http_client:
            known = populate(emulator, Api(http_client))
        assert emulator.problems == []
        yield World(emulator, known)


@pytest.fixture
def world(_world: World) -> World:
    _world.reset()
    return _world


@functools.cache
def _api() -> dict[str, Any]:
    found = (one.ok() for one in schemathesis.openapi.from_dict(document()).get_all_operations())
    return {one.definition.raw["operationId"]: one for one in found}


@functools.cache
def _cases(operation_id: str, mode: GenerationMode) -> st.SearchStrategy[Case]:
    strategy: st.SearchStrategy[Case] = _api()[operation_id].as_strategy(generation_mode=mode)
    return strategy


MODES = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


def a_case(data: st.DataObject, operation_id: str, known: Known) -> Case:
    """Return a request to an operation, with some values from earlier responses."""
    case = data.draw(_cases(operation_id, data.draw(MODES)))
    for name in list(case.path_parameters or {}):
        if (values := known.values(name)) and data.draw(st.integers(0, 7)):
            case.path_parameters[name] = data.draw(st.sampled_from(values))
    operation = operations()[operation_id]
    query = dict(case.query or {})
    for parameter in operation.query:
        values = known.values(parameter.name)
        if values and not data.draw(st.integers(0, 4)):
            query[parameter.name] = data.draw(st.sampled_from(values))
    case.query = query
    if isinstance(case.body, dict | list) and operation.body_type == "application/json":
        case.body = _grounded(data, case.body, followed(operation.body or {}), known)
    return case


def _grounded(data: st.DataObject, value: Any, schema: Json, known: Known, name: str = "") -> Any:
    """Return a part of a body with some strings replaced by values from earlier responses."""
    if isinstance(value, dict):
        properties = {key: followed(held) for key, held in schema.get("properties", {}).items()}
        result = {
            key: _grounded(data, held, properties.get(key, {}), known, key)
            for key, held in value.items()
            if not (key in properties and key not in schema.get("required", ()) and data.draw(st.integers(0, 3)) == 0)
        }
        for key in schema.get("required", ()):
            if key not in result and known.values(key) and data.draw(st.booleans()):
                result[key] = data.draw(st.sampled_from(known.values(key)))
        return result
    if isinstance(value, list):
        items = followed(schema.get("items", {}))
        return [_grounded(data, one, items, known, name) for one in value]
    values = known.values(name)
    if isinstance(value, str) and values and "enum" not in schema and data.draw(st.integers(0, 4)):
        return data.draw(st.sampled_from(values))
    return value


@pytest.mark.unobserved
@pytest.mark.parametrize("operation_id", operations())
def test_fuzzed_operation_conforms_to_contract(operation_id: str, world: World) -> None:
    @examples(3)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        world.reset()
        world.send(operation_id, a_case(data, operation_id, world.known))

    holds()


@examples(25)
@given(st.data())
def test_fuzzed_sequence_conforms_to_contract(world: World, data: st.DataObject) -> None:
    """Send requests that find the resources of earlier ones."""
    world.reset()
    for _ in range(12):
        operation_id = data.draw(st.sampled_from(sorted(HANDLERS)))
        world.send(operation_id, a_case(data, operation_id, world.known))


# Raw requests that no client would send.

TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20).map(str.strip)
"""Characters that HTTP allows in headers. `test_security` covers the others."""
SEGMENTS = st.one_of(
    st.binary(max_size=12).map(quote),
    st.sampled_from(["", ".", "..", "%2e%2e", "%00", "%ff", "%zz", "%", "a" * 5000, "users", "%2F", ";x=1", "é"]),
)
DEPTHS = st.sampled_from([1, 60, 63, 64, 65, 70, 1000, 100_000])
LITERALS = st.sampled_from(
    [
        *("1e400", "-1e400", "1E-400", "-0", "9" * 4000, "9" * 5000, "1.0", "NaN", "Infinity", "-Infinity"),
        *(r'"\ud800"', r'"\udc00\ud800"', r'"\u0000"', '"\x00"', r'"\uD83D\uDE00"', '"' + "x" * 70_000 + '"'),
        *("null", "true", "{}", "[]"),
    ]
)
NAMES = st.sampled_from(
    ["public_metadata", "first_name", "name", "user_id", "user_ids", "", "\\u0000", "\\ud800", "__x"]
)


@st.composite
def bodies(draw: st.DrawFn, names: list[str]) -> bytes:
    """Return bytes that are invalid JSON, or JSON with invalid values."""
    kind = draw(st.sampled_from(["bytes", "deep", "literals", "literals", "literals", "other coding"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "deep":
        depth = draw(DEPTHS)
        opened, closed = draw(st.sampled_from([("[", "]"), ('{"a":', "}"), ('{"public_metadata":', "}")]))
        return (opened * depth + "1" + closed * draw(st.sampled_from([depth, depth - 1, depth + 1]))).encode()
    known = st.sampled_from(names) if names else NAMES
    # Names are sometimes repeated.
    pairs = draw(st.lists(st.tuples(st.one_of(known, known, NAMES), LITERALS), max_size=4))
    within = draw(st.booleans())
    told = ",".join(
        f'"{name}":' + ('{"a":' + literal + "}" if within and "metadata" in name else literal)
        for name, literal in pairs
    )
    text = "{" + told + "}"
    if kind == "literals":
        return text.encode()
    return draw(st.sampled_from([b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode("utf-32")]))


HEADERS = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                *(
                    "Accept",
                    "Cookie",
                    "Host",
                    "Origin",
                    "Range",
                    "If-Match",
                    "Forwarded",
                    "X-Forwarded-Host",
                    "Upgrade",
                ),
                *("Clerk-API-Version", "X-Clerk-Emulator-Fault", "X-HTTP-Method-Override", "Authorization"),
                *("Content-Encoding", "Date"),
            ]
        ),
        st.one_of(
            TEXT,
            st.sampled_from(["[", "a b", "[::1", "x:99999999", "x:y", "\u00e9", "a" * 8000, "gzip", "websocket"]),
        ),
    ),
    st.tuples(st.from_regex(r"[A-Za-z]{16,20}", fullmatch=True), TEXT),
)
MULTIPART = "multipart/form-data"
CONTENT_TYPES = st.one_of(
    st.sampled_from(
        [
            *("application/json", "APPLICATION/JSON;charset=utf-16", "application/json;", ";", "text/plain"),
            *(MULTIPART, f"{MULTIPART}; boundary=", f"{MULTIPART}; boundary=x", f"{MULTIPART}; boundary=\u00e9"),
        ]
    ),
    TEXT,
)
FORMS = st.sampled_from(
    [
        b"--x--",
        b"--x\r\n\r\n\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--',
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../x"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="file"; filename=x\r\nContent-Type: \xff\r\n\r\nGIF89a\r\n--x--',
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''%ff\r\n\r\nGIF89a\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--\r\n',
        b"--x\r\nContent-Disposition: attachment\r\n\r\nabc\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nGIF89a\r\n--y--\r\n',
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\nabc\r\n' for _ in range(50)) + b"--x--\r\n",
    ]
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "X"])


@examples(400)
@given(st.data())
def test_raw_requests_never_crash(world: World, data: st.DataObject) -> None:
    world.reset()
    operation = data.draw(st.sampled_from(list(operations().values())))
    values = [
        data.draw(st.one_of(st.sampled_from(world.known.values(name) or ["x"]), SEGMENTS))
        for name in operation.path_names
    ]
    parts = iter(values)
    path = "/".join(quote(next(parts), safe="%/;.") if part[:1] == "{" else part for part in operation.path.split("/"))
    if data.draw(st.integers(0, 9)) == 0:
        path += "/" + quote(data.draw(SEGMENTS), safe="%/;.")
    if data.draw(st.booleans()):
        names = [one.name for one in operation.query] or ["x"]
        pairs = data.draw(st.lists(st.tuples(st.sampled_from(names), SEGMENTS), max_size=3))
        path += "?" + "&".join(f"{name}={quote(value, safe='%/;.')}" for name, value in pairs)
    method = data.draw(st.one_of(st.just(operation.method), st.just(operation.method), METHODS)).upper()
    body = data.draw(st.one_of(bodies(list((operation.body or {}).get("properties", ()))), FORMS))
    headers = data.draw(st.lists(HEADERS, max_size=3, unique_by=lambda held: held[0].lower()))
    content_type = data.draw(
        st.one_of(st.just("application/json"), st.just("multipart/form-data; boundary=x"), CONTENT_TYPES)
    )
    note(f"{method} {path} {content_type!r} {headers} {body!r:.2000}")
    status, answered, content = by_hand(world, method, "/v1" + path, content_type, headers, body)
    if content == NOT_HTTP:
        assert status == 400
        assert method not in list(http.HTTPMethod)
    elif method != "HEAD":
        checked(status, answered["Content-Type"] or "", content)
    assert world.emulator.problems == []


def by_hand(
    world: World, method: str, target: str, content_type: str, headers: list[tuple[str, str]], body: bytes
) -> tuple[int, Any, bytes]:
    """Send a request with these headers in latin-1. A valid fault header is not sent."""
    connection = http.client.HTTPConnection("127.0.0.1", int(world.emulator.origin.rpartition(":")[2]), timeout=TIMEOUT)
    try:
        connection.putrequest(
            method, target, skip_host=any(name == "Host" for name, _ in headers), skip_accept_encoding=True
        )
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Content-Type", content_type.encode("latin-1"))
        if not any(name == "Authorization" for name, _ in headers):
            connection.putheader("Authorization", f"Bearer {world.emulator.secret_key}")
        for name, value in headers:
            connection.putheader(name, value.encode("latin-1"))
        # The server may reject a request by its head, and close the connection before the body has been sent.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
