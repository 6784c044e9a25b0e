"""The examples for FastAPI, Django and Flask, rendered by the server: cookies, handshakes, hosted pages, webhooks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from clerk_emulator import Emulator
from clerk_emulator.domain.sessions.browser_sessions import BrowserSession
from clerkkit import Clerk, User
from clerkkit.testing import webhook_secret
from tests.browser import npm
from tests.browser.steps import CODE, EMAIL, PASSWORD, create_user

EXAMPLES = npm.ROOT / "examples"
WEBHOOK_SECRET = webhook_secret()


@pytest.fixture(scope="session")
def start_example(_clerk_emulator_server: Emulator) -> Iterator[Callable[[str], str]]:
    """A function that returns the origin of an example, which runs in a process of its own to the end of all tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    variables = {**_clerk_emulator_server.environment, "CLERK_WEBHOOK_SIGNING_SECRET": WEBHOOK_SECRET}
    origins: dict[str, str] = {}
    with ExitStack() as stack:

        def start(framework: str) -> str:
            if framework not in origins:
                command = [sys.executable, str(EXAMPLES / f"{framework}_app.py"), "0"]
                program = stack.enter_context(
                    subprocess.Popen(command, env={**inherited, **variables}, stdout=subprocess.PIPE, text=True)
                )
                stack.callback(program.send_signal, signal.SIGINT)
                assert program.stdout is not None
                lines = iter(program.stdout.readline, "")
                origins[framework] = next(line.strip().rstrip("/") for line in lines if line.startswith("http://"))
            return origins[framework]

        yield start


@pytest.fixture(params=["fastapi", "django", "flask"])
def app(request: pytest.FixtureRequest, clerk_emulator: Emulator, start_example: Callable[[str], str]) -> str:
    """The origin of an example, which gets the webhooks of the emulator."""
    origin = start_example(request.param)
    clerk_emulator.webhooks.add(f"{origin.replace('localhost', '127.0.0.1')}/webhooks", secret=WEBHOOK_SECRET)
    return origin


@pytest.fixture
def page(page: Page) -> Page:
    """A page that prints the requests of the browser, for tests that fail."""
    page.set_default_timeout(30_000)
    page.on("response", lambda response: print(response.request.method, response.url[:150], response.status))
    return page


def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Sign in on the hosted page."""
    page.get_by_label("Email address, phone number or username").fill(email)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Password of").fill(password)
    page.get_by_role("button", name="Continue", exact=True).click()


def signed_in(page: Page, app: str, clerk: Clerk) -> User:
    """Create a user, and sign in from the home page of the application."""
    user = create_user(clerk)
    page.goto(app)
    page.get_by_role("link", name="Sign in").click()
    sign_in(page)
    expect(page.get_by_role("heading")).to_have_text("Hello Ada")
    return user


def cookies_of(context: BrowserContext, app: str) -> dict[str, str]:
    """Return the cookies that the application gets."""
    return {cookie["name"]: cookie["value"] for cookie in context.cookies(app)}


def start_session(context: BrowserContext, emulator: Emulator, app: str, user: User) -> BrowserSession:
    """Give the browser the cookies of a session whose token has expired two minutes ago."""
    emulator.clock.set(emulator.clock.now() - 180_000)
    session = emulator.start_session(user.id, origin=app)
    emulator.clock.reset()
    context.add_cookies([{"name": name, "value": value, "url": app} for name, value in session.cookies.items()])
    return session


@pytest.mark.flow("sign up on the hosted page, and a webhook arrives")
def test_sign_up(page: Page, app: str, clerk: Clerk, clerk_emulator: Emulator) -> None:
    page.goto(app)
    expect(page.get_by_role("heading")).to_have_text("Welcome")
    before = _counted_users(page)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("First name").fill("Ada")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("Hello Ada")
    assert page.url.rstrip("/") == app
    clerk_emulator.webhooks.flush()
    page.reload()
    assert _counted_users(page) == before + 1
    user = clerk.users.find(email_address=EMAIL)
    assert user is not None
    expect(page.get_by_text(f"You are {user.id}.")).to_be_visible()


def _counted_users(page: Page) -> int:
    return int(page.get_by_text("counted by webhooks").inner_text().rpartition(" ")[2])


@pytest.mark.flow("a protected page leads to the sign-in page, and back")
def test_protected_page(page: Page, app: str, clerk: Clerk) -> None:
    create_user(clerk)
    page.goto(f"{app}/account")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, password="difference engine")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password of").fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("Your account")
    expect(page.get_by_text(EMAIL)).to_be_visible()
    assert page.url == f"{app}/account"


@pytest.mark.flow("sign in as a user with one click")
def test_one_click(page: Page, app: str, clerk: Clerk) -> None:
    create_user(clerk)
    page.goto(f"{app}/account")
    page.get_by_role("button", name="Ada").click()
    expect(page.get_by_role("heading")).to_have_text("Your account")


@pytest.mark.flow("expired token, renewed by a handshake")
def test_expired_token(page: Page, context: BrowserContext, app: str, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = create_user(clerk)
    session = start_session(context, clerk_emulator, app, user)
    # A browser without a refresh token must be redirected.
    context.clear_cookies(name=next(name for name in session.cookies if name.startswith("__refresh")))
    page.goto(f"{app}/account")
    expect(page.get_by_role("heading")).to_have_text("Your account")
    assert page.url == f"{app}/account"
    (handshake,) = clerk_emulator.requests.find(operation="handshakeClient")
    assert dict(handshake.query)["__clerk_hs_reason"].startswith("session-token-expired")
    renewed = cookies_of(context, app)["__session"]
    assert renewed != session.session_token
    assert clerk.auth.verify_token(renewed).session_id == session.session_id


@pytest.mark.flow("expired token, refreshed without a redirect")
def test_refresh(page: Page, context: BrowserContext, app: str, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = create_user(clerk)
    session = start_session(context, clerk_emulator, app, user)
    page.goto(f"{app}/account")
    expect(page.get_by_role("heading")).to_have_text("Your account")
    assert [one.status for one in clerk_emulator.requests.find(operation="RefreshSession")] == [200]
    assert clerk_emulator.requests.find(operation="handshakeClient") == []
    renewed = cookies_of(context, app)
    suffix = next(name for name in session.cookies if name.startswith("__refresh")).removeprefix("__refresh")
    assert clerk.auth.verify_token(renewed[f"__session{suffix}"]).session_id == session.session_id


@pytest.mark.flow("organization pages, active by their address")
def test_organization(page: Page, context: BrowserContext, app: str, clerk: Clerk) -> None:
    user = create_user(clerk)
    for name in ("Engines", "Looms"):
        clerk.organizations.create(name=name, slug=name.lower(), created_by=user.id)
    clerk.organizations.create(name="Others", slug="others")
    page.goto(app)
    page.get_by_role("link", name="Sign in").click()
    sign_in(page)
    for name in ("Engines", "Looms"):
        # Counts redirects within two seconds, which are more than those of a person.
        context.clear_cookies(name="__clerk_redirect_count")
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading")).to_have_text(name)
        expect(page.get_by_text("Your role is org:admin.")).to_be_visible()
        assert page.url == f"{app}/organizations/{name.lower()}"
        page.get_by_role("link", name="Home").click()
    response = page.goto(f"{app}/organizations/others")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("You are not a member")).to_be_visible()


@pytest.mark.flow("sign out")
def test_sign_out(page: Page, context: BrowserContext, app: str, clerk: Clerk) -> None:
    user = signed_in(page, app, clerk)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading")).to_have_text("Welcome")
    assert [session.status for session in clerk.sessions.list(user_id=user.id)] == ["revoked"]
    assert not cookies_of(context, app).get("__session")
    page.goto(f"{app}/account")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.flow("sign out on the hosted page ends the session of the application")
def test_sign_out_everywhere(
    page: Page, context: BrowserContext, app: str, clerk: Clerk, clerk_emulator: Emulator
) -> None:
    signed_in(page, app, clerk)
    page.goto(f"{clerk_emulator.origin}/sign-out?redirect_url={app}")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading")).to_be_visible()
    # The token that the application has is valid for a minute; then it asks for a new one.
    for name in [name for name in cookies_of(context, app) if name.startswith("__session")]:
        context.clear_cookies(name=name)
    page.goto(app)
    expect(page.get_by_role("heading")).to_have_text("Welcome")


def test_every_example_has_the_same_pages(app: str, clerk: Clerk, auth_headers: Callable[..., Any]) -> None:
    user = create_user(clerk)
    headers = auth_headers(user)
    statuses = {path: httpx.get(app + path, headers=headers).status_code for path in ("/", "/account", "/me", "/admin")}
    assert statuses == {"/": 200, "/account": 200, "/me": 200, "/admin": 403}
    assert httpx.post(f"{app}/webhooks", content=b"{}").status_code == 400
