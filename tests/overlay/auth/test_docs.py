"""docs/auth.md lists the attacks that are tested, and its examples run."""

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
from tests.overlay.auth.browser import SIGN_IN_COOKIES, handshake_token
from tests.overlay.auth.factories import NOW, options, pem
from tests.overlay.auth.lambda_events import http
from tools.attack_table import PAGE, replace_table


def test_page_lists_the_tested_attacks() -> None:
    """`python -m tools.attack_table` updates the page."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == replace_table(page)


def test_examples_of_the_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeInstance()
    monkeypatch.setenv("CLERK_SECRET_KEY", KEY)
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", fake.publishable_key)
    monkeypatch.setenv("CLERK_JWT_KEY", fake.jwt_key)
    names: dict[str, Any] = {"__name__": "docs.auth"}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        exec(compile(block, "auth.md", "exec", dont_inherit=True), names)

    bearer = {"authorization": f"Bearer {fake.session_token('user_1', claims={'azp': 'https://example.com'})}"}
    events = [(http(headers=headers, cookies=[]), headers) for headers in (bearer, {}, {"sec-fetch-dest": "document"})]
    responses = [names["lambda_handler"](event, None) for event, _ in events]
    assert [response["statusCode"] for response in responses] == [200, 401, 307]
    assert responses[0]["body"] == names["user_of"](events[0][0]).user_id == "user_1"
    assert responses[2]["headers"]["location"].startswith("https://")
    assert any("__clerk_redirect_count" in cookie for cookie in responses[2]["cookies"])

    async def call(headers: dict[str, str]) -> web.Response:
        response = await names["me"](make_mocked_request("GET", "/", headers=headers))
        assert isinstance(response, web.Response)
        return response

    assert anyio.run(call, bearer).text == "user_1"
    assert anyio.run(call, {}).status == 401
    assert anyio.run(call, {"host": "example.com", "sec-fetch-dest": "document"}).status == 307

    # In production, the page itself carries a handshake's cookies, so caches must not store it.
    names["options"] = options(jwt_key=pem())
    names["clerk"], names["clerk_async"] = Clerk(KEY, clock=lambda: NOW), AsyncClerk(KEY, clock=lambda: NOW)
    back = {"sec-fetch-dest": "document", "cookie": f"__clerk_handshake={handshake_token(SIGN_IN_COOKIES)}"}
    event = http(headers={"sec-fetch-dest": "document"}, cookies=[back["cookie"]])
    signed_in = names["lambda_handler"](event, None)
    page = anyio.run(call, back)
    assert (signed_in["statusCode"], page.status) == (200, 200)
    assert signed_in["cookies"] == page.headers.getall("set-cookie") == SIGN_IN_COOKIES
    for headers in (signed_in["headers"], page.headers):
        assert (headers["cache-control"], headers["vary"]) == ("private, no-store", "Cookie, Authorization")
