"""The application under test, and who uses it."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator import Emulator
from clerkkit import Clerk, User
from clerkkit.testing import signed_webhook
from fastapi.testclient import TestClient

ORIGIN = "http://localhost:8000"


@dataclass
class Site:
    """The application, and who uses it."""

    browser: TestClient
    clerk: Clerk
    emulator: Emulator
    secret: str
    engines: str
    compilers: str
    delivered: int = 0

    def user(self, email_address: str) -> User:
        """Return a user of the seed."""
        found = self.clerk.users.find(email_address=email_address)
        assert found is not None
        return found

    def sign_in(self, email_address: str, organization: str | None = None) -> dict[str, str]:
        """Sign a user in on a new browser, and return the headers of its requests."""
        token = self.emulator.sign_in(self.user(email_address).id, organization, origin=ORIGIN)
        return {"Authorization": f"Bearer {token}"}

    def sign_in_with_cookies(self, email_address: str, organization: str | None = None) -> TestClient:
        """Sign a user in, and return the browser with the user's cookies. It sends no `Origin` of its own."""
        session = self.emulator.start_session(self.user(email_address).id, organization, origin=ORIGIN)
        for name, value in session.cookies.items():
            self.browser.cookies.set(name, value, domain="localhost.local")  # how cookie jars name localhost
        self.browser.headers.update({"Accept": "text/html", "Sec-Fetch-Dest": "document"})
        return self.browser

    def write_note(self, headers: dict[str, str], text: str = "Oil the mill") -> int:
        """Add a note to the active organization, and return its id."""
        added = self.browser.post("/api/notes", json={"text": text}, headers=headers)
        assert added.status_code == 201
        note_id: int = added.json()["id"]
        return note_id

    def deliver(
        self, event: dict[str, object], message_id: str | None = None, secret: str | None = None, age: float = 0
    ) -> int:
        """Send an event that was signed some seconds ago to the application, and return the status of its response."""
        now = self.emulator.clock.time() - age
        hook = signed_webhook(event, secret or self.secret, message_id=message_id, now=now)
        return self.browser.post("/webhooks/clerk", content=hook.body, headers=hook.headers).status_code

    def deliver_all(self) -> None:
        """Send the events that have happened since the last call."""
        events = self.emulator.events
        for event in events[self.delivered :]:
            assert self.deliver(event) == 204
        self.delivered = len(events)
