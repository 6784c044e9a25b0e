"""A browser of the dashboard."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.markup import Page, violations


class Dashboard:
    """Opens pages and sends their forms, with the cookies of one browser. Each page must be valid."""

    def __init__(self, client: httpx.Client) -> None:
        self.http = client

    def open(self, path: str, status: int = 200) -> Page:
        """Return the page at a path."""
        return self._page(self.http.get(path, follow_redirects=True), status)

    def send(self, path: str, action: str, status_code: int = 200, /, **fields: str) -> Page:
        """Change fields of a form on the page at a path, send it, and return the page that follows."""
        sent = self.open(path).fields(action) | fields
        return self._page(self.http.post(action, data=sent, follow_redirects=True), status_code)

    def _page(self, response: httpx.Response, status: int) -> Page:
        assert response.status_code == status, response.text
        page = Page(response)
        assert violations(page) == []
        return page


@pytest.fixture
def dashboard(emulator: Emulator) -> Iterator[Dashboard]:
    with httpx.Client(base_url=emulator.origin, trust_env=False, timeout=10) as client:
        yield Dashboard(client)
