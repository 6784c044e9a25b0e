"""The pages of the emulator in the browser: how tests open and check them, and an instance to show."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.errors import NotFound

PEOPLE = [
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Katherine", "Johnson"),
    ("Barbara", "Liskov"),
    ("Radia", "Perlman"),
    ("Margaret", "Hamilton"),
]
PASSWORD = "correct horse battery staple"
SECTIONS = ["users", "organizations", "sessions", "tokens", "messages", "requests", "events", "webhooks", "time"]


@dataclass
class Shown:
    """The ids of what the instance has."""

    users: list[str]
    organization: str


@dataclass
class OwnPage:
    """A page of the browser that shows pages of the emulator. `problems` are errors of the console and exceptions."""

    page: Page
    origin: str
    problems: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(error.message))
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))

    def open(self, path: str) -> Page:
        """Open a page of the emulator."""
        self.page.goto(self.origin + path)
        return self.page

    def overflow(self) -> int:
        """Return by how many pixels the content is wider than the window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def accessibility_violations(self) -> list[str]:
        """Return what axe-core finds, an independent checker of accessibility."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]

    def _on_console(self, message: ConsoleMessage) -> None:
        # Responses with an error are expected where a form is refused.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")


def fill(emulator: Emulator) -> Shown:
    """Let people and an organization exist, messages be sent, and requests arrive."""
    emulator.webhooks.add("http://127.0.0.1:9/webhooks", events=["user.created"])
    with Clerk(emulator.secret_key, base_url=emulator.url, clock=emulator.clock.time) as clerk:
        users = [
            clerk.users.create(
                first_name=first,
                last_name=last,
                email_address=[f"{first.lower()}@example.com"],
                password=PASSWORD,
                public_metadata={"plan": "pro"},
            ).id
            for first, last in PEOPLE
        ]
        organization = clerk.organizations.create(name="Analytical Engines", slug="engines", created_by=users[0]).id
        for user_id in users[1:4]:
            clerk.organization_memberships.create(organization, user_id=user_id, role="org:member")
        clerk.organization_invitations.create(
            organization, email_address="charles@example.com", role="org:member", inviter_user_id=users[0]
        )
        clerk.users.ban(users[5])
        address = clerk.email_addresses.create(user_id=users[1], email_address="grace@navy.example.com", verified=False)
        clerk.email_addresses.prepare_verification(address.id)
        with contextlib.suppress(NotFound):
            clerk.users.get("user_nobody")
        clerk.users.list(limit=10, query="ada")
    emulator.sign_in(users[0], organization)
    emulator.sign_in(users[2])
    deadline = time.monotonic() + 10
    while len(emulator.webhooks.deliveries()) < len(users) and time.monotonic() < deadline:
        time.sleep(0.02)
    return Shown(users, organization)
