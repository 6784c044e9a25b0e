"""The examples of docs/webhooks.md and docs/testing.md run in each framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import anyio
import django
import httpx
import pytest
from django.conf import settings
from django.test import Client as DjangoClient
from django.test import override_settings

from clerkkit.testing import SignedWebhook, signed_webhook, webhook_secret
from clerkkit.webhooks import Reason

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE, TESTING = ((DOCS / name).read_text(encoding="utf-8") for name in ("webhooks.md", "testing.md"))
BLOCKS = re.findall(r"^```python\n(?!# \w+\.py$)(.*?)^```$", PAGE + TESTING, re.DOTALL | re.MULTILINE)
VARIABLE = "CLERK_WEBHOOK_SIGNING_SECRET"
PATH = "/webhooks/clerk"

Post = Callable[[bytes, Mapping[str, str]], int]


def names(block: str) -> dict[str, Any]:
    """Return the names that a block of the page defines."""
    defined: dict[str, Any] = {"__name__": "webhooks_page"}
    exec(compile(block, "docs", "exec", dont_inherit=True), defined)
    return defined


def of(framework: str) -> dict[str, Any]:
    (block,) = [block for block in BLOCKS if f"from {framework}" in block]
    return names(block)


def fastapi() -> Iterator[Post]:
    app = of("fastapi")["app"]

    async def post(body: bytes, headers: Mapping[str, str]) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return (await client.post(PATH, content=body, headers=headers)).status_code

    yield lambda body, headers: anyio.run(post, body, headers)


def flask() -> Iterator[Post]:
    client = of("flask")["app"].test_client()
    yield lambda body, headers: client.post(PATH, data=body, headers=headers).status_code


def django_() -> Iterator[Post]:
    if not settings.configured:
        settings.configure(SECRET_KEY="of tests", ALLOWED_HOSTS=["*"])
        django.setup()
    urls = ModuleType("urls")
    vars(urls).update(of("django"))
    middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=middleware, ALLOWED_HOSTS=["*"]):
        client = DjangoClient(enforce_csrf_checks=True)
        yield (
            lambda body, headers: (
                client.post(PATH, data=body, content_type=headers["content-type"], headers=dict(headers)).status_code
            )
        )


@pytest.fixture(params=[fastapi, django_, flask], ids=["FastAPI", "Django", "Flask"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    yield from request.param()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> SignedWebhook:
    """Sign a webhook whose body changes if it is parsed and serialized again."""
    secret = webhook_secret()
    monkeypatch.setenv(VARIABLE, secret)
    body = '{ "type":"user.created","data" :{"id":"user_1","first_name":"\xc9va \\u00e9"},\n"object": "event"}\n'
    return signed_webhook(body.encode(), secret)


def test_valid_webhook_is_accepted(post: Post, hook: SignedWebhook, capsys: pytest.CaptureFixture[str]) -> None:
    assert post(hook.body, hook.headers) == 204
    assert capsys.readouterr().out == "hello user_1\n"


def test_event_of_an_unknown_type_is_accepted(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = signed_webhook({"type": "user.of_tomorrow", "data": {}})
    monkeypatch.setenv(VARIABLE, str(hook.secret))
    assert post(hook.body, hook.headers) == 204


def test_invalid_webhook_is_rejected(post: Post, hook: SignedWebhook, capsys: pytest.CaptureFixture[str]) -> None:
    other = signed_webhook(hook.body)
    old = signed_webhook(hook.body, hook.secret, now=1_000_000_000)
    for body, headers in [
        (hook.body[:-1], hook.headers),
        (b"\xff\x00", hook.headers),
        (hook.body, other.headers),
        (hook.body, old.headers),
        (hook.body, {"content-type": "application/json"}),
    ]:
        assert post(body, headers) == 400
    assert capsys.readouterr().out == ""


def test_handler_has_at_most_seven_lines() -> None:
    for framework in ("fastapi", "django", "flask"):
        (block,) = [block for block in BLOCKS if f"from {framework}" in block]
        inside = [line for line in block.splitlines() if line.startswith("    ")]
        assert len(inside) <= 7


def test_other_examples_run() -> None:
    others = [block for block in BLOCKS if not re.search(r"from (fastapi|django|flask)", block)]
    assert len(others) == 5
    for block in others:
        for name, defined in names(block).items():
            if name.startswith("test_"):
                with pytest.MonkeyPatch.context() as patch:
                    defined(patch)


def test_page_lists_all_reasons_in_order() -> None:
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == get_args(Reason)
