"""A client for the control API."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract import schemas
from clerk_emulator.control import openapi
from clerk_emulator.control.routes import PREFIX, find
from tests.emulator.api import Json


class Control:
    """The control API. Methods assert that the response is a success, and that it has the documented shape."""

    def __init__(self, client: httpx.Client) -> None:
        self.http = client

    def get(self, path: str, /, **query: Any) -> Any:
        return self._good("GET", path, params=query)

    def post(self, path: str, body: Json | None = None) -> Any:
        return self._good("POST", path, **({} if body is None else {"json": body}))

    def patch(self, path: str, body: Json) -> Any:
        return self._good("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        return self._good("DELETE", path)

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, list[tuple[str, str | None]]]:
        """Return the status, and the code and field of each error."""
        response = self.http.request(method, PREFIX + path, **options)
        assert response.status_code >= 400, response.text
        errors = response.json()["errors"]
        assert all(error.keys() == {"code", "message", "field"} and error["message"] for error in errors)
        return response.status_code, [(error["code"], error["field"]) for error in errors]

    def _good(self, method: str, path: str, **options: Any) -> Any:
        response = self.http.request(method, PREFIX + path, **options)
        assert response.is_success, response.text
        schema = find(path)[0][method].result
        if schema is None:
            assert (response.status_code, response.content) == (204, b"")
            return None
        assert schemas.schema_violations(schema, response.json()) == []
        return response.json()


@pytest.fixture(scope="session")
def _control_http(_server: Emulator) -> Iterator[httpx.Client]:
    hooks = {"response": [_require_documented]}
    with httpx.Client(base_url=_server.origin, trust_env=False, timeout=10, event_hooks=hooks) as client:
        yield client


def _require_documented(response: httpx.Response) -> None:
    """Assert that the status of a response is in the OpenAPI document, if it has the route."""
    request = response.request
    found = find(request.url.path.removeprefix(PREFIX))[0].get(request.method)
    if found:
        documented = _document()["paths"][PREFIX + found.path][request.method.lower()]["responses"]
        status = str(response.status_code)
        assert {status, f"{status[0]}XX"} & documented.keys(), f"{request.method} {request.url.path}: {status}"


@functools.cache
def _document() -> Json:
    return openapi.document("http://localhost")


@pytest.fixture
def control(emulator: Emulator, _control_http: httpx.Client) -> Control:
    return Control(_control_http)
