"""A visit of a browser to a hosted page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from clerk_emulator.call import Body, Response
from clerk_emulator.contract.specification import frontend_operations
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.sessions.browsers import Browser
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import HANDLERS
from clerk_emulator.frontend_api.transport import envelopes
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.pages import destinations
from clerk_emulator.pages.destinations import Act
from clerk_emulator.request import answering, validation
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State
from clerk_emulator.storage.cause import Cause
from clerk_emulator.storage.tables import SESSIONS

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A page to render: its template and the values in it."""

    template: str
    values: Json


@dataclass(frozen=True)
class Redirect:
    """An address to go to."""

    location: str


@dataclass
class Visit:
    """A request of a browser for a hosted page, or a form of such a page that it has sent."""

    state: State
    request: IncomingRequest
    browser: Browser
    query: dict[str, str]
    is_trusted: bool
    """Whether the browser may control the emulator, and so may sign in as anybody."""
    form: dict[str, str] = field(default_factory=dict[str, str])
    cookies: list[str] = field(default_factory=list[str])
    """The values of `Set-Cookie` for the response."""

    @property
    def base(self) -> str:
        """The path below which the browser sees the emulator: empty, or that of a proxy."""
        return urlsplit(self.request.origin).path

    @property
    def is_for_authorization(self) -> bool:
        """Whether the browser goes on to the authorization of an OAuth application."""
        return self.query.get("redirect_url", "").startswith(f"{self.request.origin}/oauth/authorize?")

    def address(self, path: str, **query: str) -> str:
        """Return the address of a hosted page, which keeps where to go in the end."""
        kept = {name: self.query[name] for name in destinations.KEPT if self.query.get(name)}
        values = kept | {name: value for name, value in query.items() if value}
        return f"{self.base}{path}?{urlencode(values)}" if values else self.base + path

    def session(self) -> Json | None:
        """Return the session that was active last on this browser, if it has not ended; None if there is none."""
        with self.state.store.transaction():
            session_lifecycle.expire(self.state.store)
            client = self.browser.client
            session = self.state.store.get(SESSIONS, (client or {}).get("last_active_session_id") or "")
        return session if session is not None and session["status"] in session_lifecycle.OPEN else None

    def destination(self, act: Act) -> str | None:
        """Return the URL that the query names to go to after an act, or None.

        Raises Clerk's 422 for one to which the browser must not be sent.
        """
        with self.state.store.transaction():
            return destinations.requested(self.state.store, self.query, act)

    def after(self, act: Act) -> str:
        """Return where to go after an act: to the tasks of the user if there are any, else where the query says.

        Raises Clerk's 422 for an address to which the browser must not be sent.
        """
        url = self.destination(act)
        session = self.session()
        if act != "sign_out" and session is not None and session["status"] == "pending":
            return self.address("/tasks")
        if url is None:
            return self.address("/sign-in" if act == "sign_out" else "/user")
        return destinations.with_dev_browser(url, self.browser.dev_browser_id, self.request.origin)

    def choose(self, actions: Mapping[str, T]) -> T:
        """Return the action that the form names in its field `act`. Raises ClerkAPIError for other values."""
        action = actions.get(self.form.get("act", ""))
        if action is None:
            raise ClerkAPIError(400, "bad_request", "is invalid", "The form does not say what to do.")
        return action

    def perform(
        self,
        operation_id: str,
        body: Json | None = None,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Json:
        """Run an operation of the Frontend API for the active session of this browser, and return the resource.

        The operation must return an object. Raises ClerkAPIError.
        """
        result = self.run(operation_id, body, path=path, query=query).body
        if frontend_operations()[operation_id].has_envelope and is_object(result):
            result = result["response"]
        assert is_object(result), f"{operation_id} does not return an object"
        return result

    def run(
        self,
        operation_id: str,
        body: Json | None = None,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Response:
        """Run an operation as `perform` does, and return the response."""
        operation = frontend_operations()[operation_id]
        call = BrowserCall(
            operation=operation,
            path=path or {},
            query=validation.parse_query(operation, list((query or {}).items())),
            body=Body(body or {}),
            files={},
            browser=self.browser,
            session_id=None,
            origin=self._application_origin(),
            headers=self.request.headers,
            store=self.state.store,
            clock=self.state.clock,
            ids=self.state.ids,
            keys=self.state.keys,
            cause=Cause(self.request.origin, self.request.client_ip, self.request.headers.get("user-agent", "")),
            version="",
        )
        try:
            response = envelopes.run(call, HANDLERS[operation_id].handle)
        except ClerkAPIError as error:
            answering.error_response(self.state, operation, error)  # checked and observed as that of a request
            raise
        self.state.record_response(operation, response.status, response.body)
        self.cookies += response.cookies
        return response

    def _application_origin(self) -> str:
        """Return the origin of the pages that will use the session."""
        try:
            url = self.destination("sign_in")
        except ClerkAPIError:
            url = None
        parts = urlsplit(url or self.request.origin)
        return f"{parts.scheme}://{parts.netloc}"
