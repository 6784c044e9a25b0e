"""A page of the site, and what its readers rely on."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

_HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""


@dataclass
class SitePage:
    """A page in a browser, with the problems that it has reported."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(error.message))
        self.page.on("request", self._on_request)

    def open(self, path: str) -> Page:
        """Open a page of the site, and wait until its scripts have run."""
        self.page.goto(self.address + path, wait_until="networkidle")
        return self.page

    def overflow(self) -> int:
        """Return by how many pixels the content is wider than the window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def accessibility_violations(self) -> list[str]:
        """Return what axe-core finds, an independent checker of accessibility."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def heading_levels(self) -> list[int]:
        """Return the levels of the headings, from top to bottom."""
        found: list[int] = self.page.evaluate(_HEADINGS)
        return found

    def focused(self) -> str:
        """Return the text of the element that has the focus."""
        found: str = self.page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()")
        return found

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")
