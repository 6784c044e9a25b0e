"""Run handlers, and wrap what they return."""

from __future__ import annotations

from clerk_emulator.domain.sessions.browsers import Browser
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserHandler, BrowserResponse
from clerk_emulator.frontend_api.transport import cookies
from clerk_emulator.frontend_api.views.clients import serialize_client
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import SESSIONS


def run(call: BrowserCall, handle: BrowserHandler) -> BrowserResponse:
    """Run a handler in a transaction, and return its response, in an envelope where the document has one.

    An exception rolls back the handler's writes, unless it is an error that keeps them.
    """
    before = _cookie_state(call.browser)
    with call.store.transaction(call.cause):
        try:
            result = handle(call)
        except ClerkAPIError as error:
            if not error.keeps_writes:
                raise
            raised = error
            client = call.client
            if client is not None:
                error.response_meta["client"] = serialize_client(call, client)
                error.cookies = _client_cookies(call, before)
        else:
            response = result if isinstance(result, BrowserResponse) else BrowserResponse(result)
            return _finish(call, response, before)
    raise raised


def _finish(call: BrowserCall, response: BrowserResponse, before: Json) -> BrowserResponse:
    operation, client = call.operation, call.client
    body = response.body
    status = response.status or operation.success
    if operation.has_envelope and status < 300 and response.content is None:
        shown = serialize_client(call, client) if client is not None and response.has_client else None
        body = {"response": body, "client": shown}
    return BrowserResponse(
        body, status, response.headers, response.content, (*_client_cookies(call, before), *response.cookies)
    )


def _cookie_state(browser: Browser) -> Json:
    """Return what the cookies of a browser depend on."""
    with browser.store.transaction():
        client = browser.client or {}
    return {name: client.get(name) for name in ("id", "_rotating_token", "last_active_session_id")}


def _client_cookies(call: BrowserCall, before: Json) -> tuple[str, ...]:
    """Return the cookies of a browser whose client has changed, if it does not have a development browser."""
    client = call.client
    if call.keys.uses_dev_browsers or client is None:
        return ()
    if {name: client.get(name) for name in before} == before:
        return ()
    signed_in = call.store.count(SESSIONS, SESSIONS.c.client_id == client["id"], SESSIONS.c.status == "active") > 0
    return cookies.of_client(call.store, call.keys, client, call.cause.origin, signed_in=signed_in)
