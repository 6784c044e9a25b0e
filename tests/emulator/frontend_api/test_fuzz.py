"""Any request to the Frontend API gets a response without 5xx, in time, that conforms to Clerk's document.

Schemathesis generates valid and invalid requests from the document, also for operations that are not emulated. Some of
their values are replaced with those from earlier responses, so that requests reach existing resources.
`CLERK_EMULATOR_EXPLORE` runs more (see `exploring`).
"""

from __future__ import annotations

import functools
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
from clerk_emulator.contract.specification import FRONTEND_FILE, frontend_operations
from clerk_emulator.frontend_api import operations
from clerk_emulator.frontend_api.registry import HANDLERS
from tests.emulator.api import Api, Json
from tests.emulator.exploring import examples
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.population import FrontendKnown, populate
from tests.emulator.request.test_fuzz import TIMEOUT, parsed
from tests.imports import ROOT

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]

operations.load()


class World:
    """A populated emulator, and requests to it whose responses are checked."""

    def __init__(self, emulator: Emulator, known: FrontendKnown, browser: Browser) -> None:
        self.emulator = emulator
        self.browser = browser
        self.first_known = self.known = known
        self.session = requests.Session()
        self.session.trust_env = False

    def reset(self) -> None:
        self.emulator.reset()
        self.known = self.first_known.copy()

    def send(self, operation_id: str, case: Case) -> requests.Response:
        response = case.call(
            base_url=self.emulator.origin, session=self.session, timeout=TIMEOUT, allow_redirects=False
        )
        note(f"{response.request.method} {response.request.url} {response.request.body!r:.2000}")
        content = response.content
        headers = {name: values[0] for name, values in response.headers.items()}
        assert response.status_code < 500, content
        if response.status_code >= 400:
            check_error(operation_id, response.status_code, headers["content-type"], content)
        elif "location" in headers:
            assert leads_to_an_application(headers["location"], self.emulator.origin)
        # Checked by schemathesis too, whose validator is not the emulator's.
        case.validate_response(response, checks=CHECKS)
        if response.status_code == 405:
            assert operation_id not in HANDLERS
        if response.status_code < 300 and "json" in headers.get("content-type", ""):
            self.known.learn(parsed(content))
        assert self.emulator.problems == []
        return response


def check_error(operation_id: str, status: int, content_type: str, content: bytes) -> None:
    """Check that an error has Clerk's format; the OAuth endpoints have that of RFC 6749, or a page."""
    if content_type.startswith(("text/html", "text/plain")):
        # A person reads it: the request comes from a link or a form of a page.
        assert operation_id.startswith(("requestOAuth", "submitOAuth"))
        return
    body = parsed(content)
    if "error" in body:
        assert "OAuth" in operation_id
        assert isinstance(body["error"], str)
        return
    assert set(body) <= {"errors", "meta", "clerk_trace_id"}
    assert body["errors"]
    for error in body["errors"]:
        assert {key: type(value) for key, value in error.items()} == {
            "code": str,
            "message": str,
            "long_message": str,
            "meta": dict,
        }


def leads_to_an_application(location: str, origin: str) -> bool:
    """Return whether a redirect leads to a page of an application or of the emulator, and not to any other."""
    allowed = (PAGE, origin, "http://localhost", "http://127.0.0.1", "https://example.com/")
    return location.startswith("/") != location.startswith("//") or location.startswith(allowed)


@pytest.fixture(scope="module")
def _world() -> Iterator[World]:
    with Emulator(validate_responses=True) as emulator:
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False) as http_client:
            known, browser = populate(emulator, Api(http_client))
        assert emulator.problems == []
        with browser:
            yield World(emulator, known, browser)


@pytest.fixture
def world(_world: World) -> World:
    _world.reset()
    return _world


@functools.cache
def _api() -> dict[str, Any]:
    document = json.loads((ROOT / "spec" / FRONTEND_FILE).read_text(encoding="utf-8"))
    # Their URL has a variable, for which the document has no value.
    del document["servers"]
    found = (one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations())
    return {one.definition.raw["operationId"]: one for one in found}


@functools.cache
def _cases(operation_id: str, mode: GenerationMode) -> st.SearchStrategy[Case]:
    strategy: st.SearchStrategy[Case] = _api()[operation_id].as_strategy(generation_mode=mode)
    return strategy


MODES = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


def mostly(data: st.DataObject, times: int) -> bool:
    """Return whether the common case is drawn, which is `times` as frequent as the other."""
    return data.draw(st.sampled_from([True] * times + [False]))


def a_case(data: st.DataObject, operation_id: str, world: World) -> Case:
    """Return a request of a browser to an operation, with some values from earlier responses."""
    known = world.known
    case = data.draw(_cases(operation_id, data.draw(MODES)))
    for name in list(case.path_parameters or {}):
        if (values := known.values(name)) and mostly(data, 9):
            case.path_parameters[name] = data.draw(st.sampled_from(values))
    operation = frontend_operations()[operation_id]
    query = dict(case.query or {})
    for parameter in operation.query:
        values = known.values(parameter.name)
        if values and not mostly(data, 2):
            query[parameter.name] = data.draw(st.sampled_from(values))
    if mostly(data, 19):
        query["__clerk_db_jwt"] = world.browser.dev_browser
    if mostly(data, 9):
        query["_clerk_session_id"] = world.browser.session_id
    elif known.values("session_id"):
        query["_clerk_session_id"] = data.draw(st.sampled_from(known.values("session_id")))
    case.query = query
    if case.headers and "Origin" in case.headers and mostly(data, 9):
        case.headers["Origin"] = PAGE
    if isinstance(case.body, dict):
        case.body = _grounded(data, case.body, operation.body or {}, known)
    return case


def _grounded(data: st.DataObject, body: Json, schema: Json, known: FrontendKnown) -> Json:
    """Return a body with some values replaced by those of earlier responses, and some added."""
    properties: Json = schema.get("properties", {})
    result = dict(body)
    for name in dict.fromkeys([*body, *properties]):
        values = [*properties.get(name, {}).get("enum", ()), *known.values(name)]
        if values and mostly(data, 4 if name in body else 1):
            result[name] = data.draw(st.sampled_from(values))
        elif name in result and name not in schema.get("required", ()) and mostly(data, 1):
            del result[name]
    return result


@pytest.mark.unobserved
@pytest.mark.parametrize("operation_id", frontend_operations())
def test_fuzzed_operation_conforms_to_the_document(operation_id: str, world: World) -> None:
    @examples(2)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        world.reset()
        world.send(operation_id, a_case(data, operation_id, world))

    holds()


@examples(10)
@given(st.data())
def test_fuzzed_sequence_conforms_to_the_document(world: World, data: st.DataObject) -> None:
    """Send requests that find the resources of earlier ones."""
    world.reset()
    for _ in range(12):
        operation_id = data.draw(st.sampled_from(sorted(HANDLERS)))
        world.send(operation_id, a_case(data, operation_id, world))


# Requests that no schema describes.

TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20).map(str.strip)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"=",
            b"&&&",
            b"%zz=%ff",
            b"strategy=%00&strategy=%ff",
            b"a" * 100_000,
            b"identifier=" + b"x" * 100_000,
            b"unsafe_metadata=" + b"[" * 100_000,
            b'unsafe_metadata={"a":1e999}',
            b"__proto__[a]=1&constructor=1",
            "identifier=\u00e9\ud7ff".encode(),
        ]
    ),
)
CONTENT_TYPES = st.sampled_from(
    [
        *("application/x-www-form-urlencoded", "application/json", "text/plain", "", ";", "multipart/form-data"),
        *("multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16"),
    ]
)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("_method", "__clerk_db_jwt", "_clerk_session_id", "__clerk_api_version", "rotating_token_nonce"),
                *("redirect_url", "token", "ticket", "state", "nonce", "limit", "offset", "_is_native", "__domain"),
            ]
        ),
        st.one_of(TEXT, st.sampled_from(["DELETE", "GET", "TRACE", "", "\x00", "9" * 5000, "https://evil.example"])),
    ),
    max_size=4,
)
ORIGINS = st.one_of(
    TEXT,
    st.sampled_from(
        [PAGE, "null", "https://evil.example", "http://localhost:3000, http://localhost:3000", "http://[::1"]
    ),
)


@examples(60)
@given(data=st.data(), body=BODIES, content_type=CONTENT_TYPES, query=QUERIES, origin=ORIGINS)
def test_malformed_requests_get_a_client_error(
    world: World, data: st.DataObject, body: bytes, content_type: str, query: list[tuple[str, str]], origin: str
) -> None:
    operation = frontend_operations()[data.draw(st.sampled_from(sorted(HANDLERS)))]
    path = operation.path
    for name in path.split("{")[1:]:
        parameter = name.partition("}")[0]
        value = data.draw(st.sampled_from([*world.known.values(parameter), "", "%00", "x" * 3000, "../..", "%ff"]))
        path = path.replace(f"{{{parameter}}}", quote(value, safe="%"))
    known = [("__clerk_db_jwt", world.browser.dev_browser)] if data.draw(st.booleans()) else []
    headers = {"Content-Type": content_type.encode(), "Origin": origin.encode("latin-1")}
    method = data.draw(st.sampled_from([operation.method, "POST", "GET", "PATCH", "OPTIONS", "HEAD"]))
    request = world.browser.http.build_request(
        method, world.emulator.origin + path, params=[*known, *query], content=body, headers=headers
    )
    response = world.browser.http.send(request)
    note(f"{method} {request.url}")
    assert response.status_code < 500, response.text
    assert world.emulator.problems == []
    if "location" in response.headers:
        assert leads_to_an_application(response.headers["location"], world.emulator.origin)
