"""docs/auth.md has the attacks that are tested, and its Python runs as it stands there."""

from __future__ import annotations

import re
from typing import Any

import anyio
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from clerkkit import AsyncClerk, Clerk
from clerkkit.testing import FakeInstance
from tests.loopback import KEY
from tests.overlay.auth.attack_table import PAGE, with_table
from tests.overlay.auth.lambda_events import http
from tests.overlay.auth.making import NOW, options, pem
from tests.overlay.auth.test_requests import SET, brought


def test_the_page_shows_the_attacks_that_are_tested() -> None:
    """`python -m tests.overlay.auth.attack_table` writes them."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page)


def test_the_examples_of_the_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeInstance()
    monkeypatch.setenv("CLERK_SECRET_KEY", KEY)
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", fake.publishable_key)
    monkeypatch.setenv("CLERK_JWT_KEY", fake.jwt_key)
    names: dict[str, Any] = {"__name__": "docs.auth"}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        exec(compile(block, "auth.md", "exec", dont_inherit=True), names)

    bearer = {"authorization": f"Bearer {fake.session_token('user_1', claims={'azp': 'https://example.com'})}"}
    events = [(http(headers=headers, cookies=[]), headers) for headers in (bearer, {}, {"sec-fetch-dest": "document"})]
    answers = [names["lambda_handler"](event, None) for event, _ in events]
    assert [answer["statusCode"] for answer in answers] == [200, 401, 307]
    assert answers[0]["body"] == names["user_of"](events[0][0]).user_id == "user_1"
    assert answers[2]["headers"]["location"].startswith("https://")
    assert any("__clerk_redirect_count" in cookie for cookie in answers[2]["cookies"])

    async def call(headers: dict[str, str]) -> web.Response:
        answer = await names["me"](make_mocked_request("GET", "/", headers=headers))
        assert isinstance(answer, web.Response)
        return answer

    assert anyio.run(call, bearer).text == "user_1"
    assert anyio.run(call, {}).status == 401
    assert anyio.run(call, {"host": "example.com", "sec-fetch-dest": "document"}).status == 307

    # In production a handshake's cookies come with the page itself: no cache may give them to another visitor.
    names["options"] = options(jwt_key=pem())
    names["clerk"], names["clerk_async"] = Clerk(KEY, clock=lambda: NOW), AsyncClerk(KEY, clock=lambda: NOW)
    back = {"sec-fetch-dest": "document", "cookie": f"__clerk_handshake={brought(SET)}"}
    event = http(headers={"sec-fetch-dest": "document"}, cookies=[back["cookie"]])
    signed_in = names["lambda_handler"](event, None)
    page = anyio.run(call, back)
    assert (signed_in["statusCode"], page.status) == (200, 200)
    assert signed_in["cookies"] == page.headers.getall("set-cookie") == SET
    for headers in (signed_in["headers"], page.headers):
        assert (headers["cache-control"], headers["vary"]) == ("private, no-store", "Cookie, Authorization")
