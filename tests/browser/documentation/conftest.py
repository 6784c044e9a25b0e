"""The built site, served on a free port, and pages that note what goes wrong."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.documentation.site_page import SitePage
from tests.browser.launching import report_missing
from tools.site import build


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Do not print requests."""


@pytest.fixture(scope="session")
def site_address() -> Iterator[str]:
    """The address of the site that `make docs` has built."""
    if not (build.SITE / "index.html").is_file():
        report_missing("the folder site", "make docs")
    handler = functools.partial(_Quiet, directory=str(build.SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def new_site_page(new_context: Callable[..., BrowserContext], site_address: str) -> Iterator[Callable[..., SitePage]]:
    """A function that returns a page in a browser context of its own. Nothing may go wrong until the end."""
    pages: list[SitePage] = []

    def create(**arguments: Any) -> SitePage:
        page = SitePage(new_context(**arguments).new_page(), site_address)
        pages.append(page)
        return page

    yield create
    assert [problem for page in pages for problem in page.problems] == []
