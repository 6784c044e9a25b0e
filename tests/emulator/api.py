"""A client for tests of the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """An error response: its status, and the code and `meta` of each error."""

    status: int
    errors: list[tuple[str, Json]]

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.errors]

    @property
    def params(self) -> list[str]:
        return [meta["param_name"] for _, meta in self.errors]


class Api:
    """The API. Methods assert that the response is a success, or, with `refused`, an error."""

    def __init__(self, client: httpx.Client) -> None:
        self.http = client

    def get(self, path: str, **query: Any) -> Any:
        return self._good(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._good(self._send("POST", path, body, options))

    def patch(self, path: str, body: Any = None) -> Any:
        return self._good(self._send("PATCH", path, body, {}))

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._good(self._send("PUT", path, body, options))

    def delete(self, path: str, **query: Any) -> Any:
        return self._good(self.http.delete(path, params=query))

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> Problem:
        """Return the error response of a request; `options` are httpx's, such as `params` and `headers`."""
        response = self._send(method, path, body, options)
        assert response.status_code >= 400, response.text
        held = response.json()
        assert set(held) == {"errors", "clerk_trace_id"}
        return Problem(response.status_code, [(one["code"], one["meta"]) for one in held["errors"]])

    def _send(self, method: str, path: str, body: Any, options: Json) -> httpx.Response:
        if body is not None:
            options = {"json": body, **options}
        return self.http.request(method, path, **options)

    @staticmethod
    def _good(response: httpx.Response) -> Any:
        assert response.is_success, response.text
        return response.json() if response.content else None

    def user(self, **values: Any) -> Json:
        """Create a user and return it; by default one with an email address."""
        made: Json = self.post("/users", values or {"email_address": ["ada@example.com"]})
        return made
