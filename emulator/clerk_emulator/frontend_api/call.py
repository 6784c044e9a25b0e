"""What a handler of the Frontend API receives and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from clerk_emulator.call import BaseCall, Response
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.sessions.browsers import Browser
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import CLIENTS, SESSIONS, USERS


@dataclass
class BrowserResponse(Response):
    """A response that sets its status, headers, cookies or content. A handler may return only the JSON body instead."""

    has_client: bool = True
    """Whether the envelope contains the client; otherwise its `client` is null."""

    @classmethod
    def redirect(cls, url: str, status: int = 307, *, cookies: tuple[str, ...] = ()) -> Self:
        """Return a redirect to a URL."""
        return cls(None, status, {"Location": url}, b"", cookies)


@dataclass
class BrowserCall(BaseCall):
    """A request of a browser to the Frontend API."""

    browser: Browser
    session_id: str | None
    """The session that the request is for: `_clerk_session_id` in the query."""
    origin: str | None
    """The origin of the page, if the browser has sent it."""
    headers: dict[str, str]
    """The headers by lower-case name."""

    @property
    def client(self) -> Json | None:
        """The client as it is now, or None."""
        return self.browser.client

    def require_client(self) -> Json:
        """Return the client. Raises Clerk's 401 if the browser has none."""
        client = self.client
        if client is None:
            raise signed_out()
        return client

    def ensure_client(self) -> Json:
        """Return the client. It is created if the browser has none."""
        return self.browser.ensure_client()

    def update_client(self, **changes: object) -> Json:
        """Change the client, and return it. It is created if the browser has none."""
        return self.store.update(CLIENTS, self.ensure_client(), **changes)

    def require_session(self) -> Json:
        """Return the session that the request is for; that which was active last, if it does not say.

        Raises Clerk's 401 if the client has no such session, or it has ended.
        """
        client = self.require_client()
        session_lifecycle.expire(self.store)
        session = self.store.get(SESSIONS, self.session_id or client["last_active_session_id"] or "")
        if session is None or session["client_id"] != client["id"] or session["status"] not in session_lifecycle.OPEN:
            raise signed_out()
        return session

    def require_user(self) -> Json:
        """Return the user of the session that the request is for. Raises Clerk's 401 as `require_session` does."""
        return self.store.require(USERS, self.require_session()["user_id"])


def signed_out() -> ClerkAPIError:
    """Return the error for a request that needs a session, by a browser that is signed out."""
    return ClerkAPIError(401, "signed_out", "signed out", "You are signed out.")


BrowserHandler = Callable[[BrowserCall], BrowserResponse | Json | list[Json] | None]
