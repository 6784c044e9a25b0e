"""The code of README.md and the pages about the client runs with the shown output, and links are valid."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import sample_users
from tests.emulator.webhooks.receivers import Receiver, receiving
from tests.loopback import Received, respond, serve
from tools import readme

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "docs/client.md", "docs/responses.md"]
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")

USER = {
    "id": "user_1",
    "object": "user",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "created_at": 1769860800123,
    "email_addresses": [{"email_address": "ada@example.com"}],
}
(COMPLETE_USER,) = sample_users.users(1, ROOT / "spec" / "contract.json")
ORGANIZATIONS = {"data": [{"name": "Analytical Engines"}, {"name": "Difference Engines"}], "total_count": 2}


def refusal(status: int, code: str, text: str, parameter: str | None = None) -> bytes:
    meta = {"param_name": parameter} if parameter else {}
    error = {"code": code, "message": text, "long_message": text, "meta": meta}
    return respond(status, {"errors": [error], "clerk_trace_id": "8f2c"})


def handle(received: Received) -> bytes:
    """Respond to the requests of the pages as Clerk does."""
    if "user_nobody" in received.path:
        return refusal(404, "resource_not_found", "No user was found with id user_nobody.")
    match received.method, received.path:
        case "POST", "/users":
            return refusal(422, "form_identifier_exists", "That email address is taken.", "email_address")
        case "POST", "/invitations/bulk":
            return respond(200, [{**row, "status": "pending"} for row in received.json()])
        case "GET", "/organizations":
            return respond(200, ORGANIZATIONS)
        case "GET", "/users":
            return respond(200, [USER])
        case "GET", "/users/count":
            return respond(200, {"object": "total_count", "total_count": 2})
        case "GET", "/users/user_2":
            return respond(200, {**COMPLETE_USER, "banned": None})
    return respond(200, USER)


def blocks() -> Iterator[Any]:
    for page in PAGES:
        for number, (code, output) in enumerate(BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))):
            yield pytest.param(page, code, output, id=f"{page}-{number}")


def _receive(names: dict[str, Any], receiver: Receiver, number: int) -> int:
    """Pass a webhook to the function of the page."""
    headers, body = receiver.received[number - 1]
    names["receive"](body, headers)
    return 204


@pytest.mark.parametrize(("page", "code", "output"), list(blocks()))
def test_the_code_of_a_page_runs(page: str, code: str, output: str) -> None:
    printed = io.StringIO()
    names: dict[str, Any] = {}
    with serve(handle) as server, receiving() as receiver, contextlib.redirect_stdout(printed):
        receiver.respond = lambda number: _receive(names, receiver, number)
        local = code.replace('"sk_test_..."', f'"sk_test_x", base_url={server.url!r}')
        local = local.replace("http://127.0.0.1:8000/webhooks", receiver.url)
        exec(compile(local, page, "exec", dont_inherit=True), names)
        if inspect.iscoroutinefunction(names.get("main")):
            asyncio.run(names["main"]())
    if output:
        assert printed.getvalue() == output


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/guides/*.md")], ids=lambda page: page.name
)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in headings(path), f"{page.name} links to {target}#{anchor}"


def headings(path: Path) -> set[str]:
    """Return the anchors of a page, as a forge makes them from its headings."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_table_shows_the_measured_times() -> None:
    text = readme.README.read_text(encoding="utf-8")
    updated = readme.with_times(text, readme.BENCHMARKS.read_text(encoding="utf-8"))
    assert text == updated, "run `python -m tools.readme`"
