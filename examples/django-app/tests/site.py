"""The application under test, and who uses it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clerk_emulator import Emulator
from clerkkit import Clerk, User
from clerkkit.testing import signed_webhook
from django.test import Client

ORIGIN = "http://localhost:8000"


@dataclass
class Site:
    """The application, and who uses it."""

    browser: Client
    clerk: Clerk
    emulator: Emulator
    secret: str
    engines: str
    compilers: str
    delivered: int = 0

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: str) -> Any:
        """Send a GET request, and return the response."""
        return self.browser.get(path, query, headers=headers)

    def post(self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send a form, and return the response."""
        return self.browser.post(path, dict(form or {}), headers=headers)

    def send_json(self, path: str, value: object, headers: Mapping[str, str]) -> Any:
        """Send JSON, and return the response."""
        return self.browser.post(path, value, content_type="application/json", headers=headers)

    def delete(self, path: str, headers: Mapping[str, str]) -> int:
        """Send a DELETE request, and return the status of the response."""
        return self.browser.delete(path, headers=headers).status_code

    def user(self, email_address: str) -> User:
        """Return a user of the seed."""
        found = self.clerk.users.find(email_address=email_address)
        assert found is not None
        return found

    def sign_in(self, email_address: str, organization: str | None = None) -> dict[str, str]:
        """Sign a user in on a new browser, and return the headers of its requests."""
        token = self.emulator.sign_in(self.user(email_address).id, organization, origin=ORIGIN)
        return {"Authorization": f"Bearer {token}"}

    def sign_in_with_cookies(self, email_address: str, organization: str | None = None, ago: int = 0) -> str:
        """Sign a user in some seconds ago, give the browser the user's cookies, and return the id of the session."""
        self.emulator.clock.set(self.emulator.clock.now() - ago * 1000)
        session = self.emulator.start_session(self.user(email_address).id, organization, origin=ORIGIN)
        self.emulator.clock.reset()
        for name, value in session.cookies.items():
            self.browser.cookies[name] = value
        return session.session_id

    def write_note(self, headers: dict[str, str], text: str = "Oil the mill") -> int:
        """Add a note to the active organization, and return its id."""
        added = self.send_json("/api/notes", {"text": text}, headers)
        assert added.status_code == 201
        note_id: int = added.json()["id"]
        return note_id

    def deliver(
        self, event: dict[str, object], message_id: str | None = None, secret: str | None = None, age: float = 0
    ) -> int:
        """Send an event that was signed some seconds ago to the application, and return the status of its response."""
        hook = signed_webhook(event, secret or self.secret, message_id=message_id, now=time.time() - age)
        headers = {name: value for name, value in hook.headers.items() if name != "content-type"}
        return self.browser.post(
            "/webhooks/clerk", hook.body, content_type="application/json", headers=headers
        ).status_code

    def deliver_all(self) -> None:
        """Send the events that have happened since the last call."""
        events = self.emulator.events
        for event in events[self.delivered :]:
            assert self.deliver(event) == 204
        self.delivered = len(events)
