"""A browser that calls the Frontend API as clerk-js does, without running it."""

from __future__ import annotations

from typing import Any

import httpx

from clerk_emulator import Emulator
from tests.emulator.api import Json, Problem

PAGE = "http://localhost:3000"


class Browser:
    """A browser with a development browser of its own. Methods assert that the response is a success.

    `client` is the client as the last response has shown it. `session_id` is sent with requests, if it is set. `seen`
    are all responses.
    """

    def __init__(self, emulator: Emulator, *, page: str = PAGE) -> None:
        self.seen: list[httpx.Response] = []
        self.http = httpx.Client(
            base_url=emulator.origin,
            headers={"Origin": page},
            trust_env=False,
            timeout=10,
            event_hooks={"response": [self._see]},
        )
        self.client: Json | None = None
        self.session_id: str | None = None
        self.dev_browser: str = self.http.post("/v1/dev_browser").json()["id"]

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._good(self.send("GET", path, query))

    def post(self, path: str, body: Json | None = None, **options: Any) -> Any:
        return self._good(self.send("POST", path, {}, body, **options))

    def patch(self, path: str, body: Json | None = None) -> Any:
        return self._good(self.send("POST", path, {"_method": "PATCH"}, body))

    def delete(self, path: str) -> Any:
        return self._good(self.send("POST", path, {"_method": "DELETE"}))

    def refused(self, method: str, path: str, body: Json | None = None, **query: Any) -> Problem:
        """Return the error response of a request."""
        override = {} if method in ("GET", "POST") else {"_method": method}
        response = self.send("GET" if method == "GET" else "POST", path, {**override, **query}, body)
        assert response.status_code >= 400, response.text
        held = response.json()
        assert set(held) <= {"errors", "meta", "clerk_trace_id"}
        self.client = held.get("meta", {}).get("client", self.client)
        return Problem(response.status_code, [(one["code"], one["meta"]) for one in held["errors"]])

    def send(
        self, method: str, path: str, query: Json | None = None, body: Json | None = None, **options: Any
    ) -> httpx.Response:
        """Return the response to a request below `/v1`, or below the origin if the path begins with `//`."""
        known = {"__clerk_api_version": "2026-05-12", "_clerk_js_version": "6.40.0", "__clerk_db_jwt": self.dev_browser}
        if self.session_id:
            known["_clerk_session_id"] = self.session_id
        url = path[1:] if path.startswith("//") else f"/v1{path}"
        return self.http.request(method, url, params={**known, **(query or {})}, data=body, **options)

    def sign_in(self, identifier: str, password: str) -> Json:
        """Sign in with a password, and return the session."""
        self.post("/client/sign_ins", {"identifier": identifier, "strategy": "password", "password": password})
        return self.session

    @property
    def session(self) -> Json:
        """The session that was active last."""
        assert self.client is not None
        wanted = self.client["last_active_session_id"]
        return next(one for one in self.client["sessions"] if one["id"] == wanted)

    def _see(self, response: httpx.Response) -> None:
        response.read()
        self.seen.append(response)

    def _good(self, response: httpx.Response) -> Any:
        assert response.status_code < 400, response.text
        body = response.json() if response.content else None
        if isinstance(body, dict) and set(body) == {"response", "client"}:
            self.client = body["client"] or self.client
            return body["response"]
        return body
