"""The dashboard in a real browser, with and without scripts, on a desktop and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.emulator_pages import SECTIONS, OwnPage, fill

WINDOWS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
PATHS = ["/", *(f"/dashboard/{section}" for section in SECTIONS)]


@pytest.fixture
def new_own_page(
    new_context: Callable[..., BrowserContext], clerk_emulator: Emulator
) -> Iterator[Callable[..., OwnPage]]:
    """A function that returns an empty page in a browser context of its own. No page may have problems at the end."""
    pages: list[OwnPage] = []

    def create(**arguments: Any) -> OwnPage:
        page = OwnPage(new_context(**arguments).new_page(), clerk_emulator.origin)
        pages.append(page)
        return page

    yield create
    assert [problem for page in pages for problem in page.problems] == []


@pytest.mark.parametrize(("window", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_all_pages_fit_and_are_accessible(
    new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator, window: str, scheme: str
) -> None:
    shown = fill(clerk_emulator)
    session = clerk_emulator.start_session(shown.users[0]).session_id
    delivery = clerk_emulator.webhooks.deliveries()[0]["id"]
    own = new_own_page(viewport=WINDOWS[window], color_scheme=scheme)
    objects = [
        f"users/{shown.users[0]}",
        f"organizations/{shown.organization}",
        f"sessions/{session}",
        f"deliveries/{delivery}",
        "requests/1",
        "events/1",
    ]
    for path in (*PATHS, *(f"/dashboard/{one}" for one in objects)):
        own.open(path)
        assert own.overflow() <= 0, path
        assert own.accessibility_violations() == [], path


def test_requests_appear_while_the_page_is_open(
    new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator, clerk: Clerk
) -> None:
    page = new_own_page().open("/dashboard/requests")
    expect(page.get_by_text("No requests")).to_be_visible()
    clerk.users.create(username="ada_lovelace", password="correct horse battery staple")
    page.get_by_role("link", name="POST /v1/users").click(timeout=10_000)
    body = page.get_by_role("region", name="Body")
    expect(body).to_contain_text('"username": "ada_lovelace"')
    expect(body).to_contain_text('"password": "***"')


def test_token_is_copied(new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator, clerk: Clerk) -> None:
    user_id = clerk.users.create(username="ada_lovelace").id
    page = new_own_page(permissions=["clipboard-read", "clipboard-write"]).open("/dashboard/tokens")
    page.get_by_label("User").fill("ada_lovelace")
    page.get_by_role("button", name="Sign in and show the tokens").click()
    page.locator(".value").filter(has_text="Authorization: Bearer").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = page.evaluate("navigator.clipboard.readText()")
    assert clerk.auth.verify_token(token).user_id == user_id


def test_clock_is_used_by_keyboard(new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator) -> None:
    page = new_own_page().open("/dashboard/time")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Freeze now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The clock stands still.")
    before = clerk_emulator.clock.now()
    page.get_by_label("Advance by").fill("90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The clock was advanced.")
    assert clerk_emulator.clock.now() - before == 90 * 60_000
    expect(page).not_to_have_url(re.compile("notice"))


def test_works_without_scripts(new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator, clerk: Clerk) -> None:
    clerk.users.create(username="ada_lovelace")
    page = new_own_page(java_script_enabled=False).open("/dashboard/tokens")
    page.get_by_label("User").fill("ada_lovelace")
    page.get_by_role("button", name="Sign in and show the tokens").click()
    expect(page.get_by_role("heading", name="Signed in as ada_lovelace")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_scripts_in_names_do_not_run(
    new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator, clerk: Clerk
) -> None:
    attack = "<img src=x onerror=\"alert('attacked')\"><script>alert('attacked')</script>"
    clerk.users.create(first_name=attack, last_name=attack, username="ada_lovelace", public_metadata={attack: attack})
    own = new_own_page()
    for path in PATHS:
        own.open(path)
    own.open("/dashboard/users").get_by_role("link", name=attack).click()
    expect(own.page.get_by_role("heading", level=1)).to_contain_text("<script>")


def test_page_of_another_origin_can_neither_show_nor_control_it(
    new_own_page: Callable[..., OwnPage], clerk_emulator: Emulator
) -> None:
    """The browser loads a page of another origin, which tries a frame, a request and a form."""
    own = new_own_page()
    other = own.origin.replace("127.0.0.1", "localhost")
    own.page.goto(f"{other}/assets/icon.svg")
    script = """async (origin) => {
      const results = [];
      for (const [path, options] of [['/', {}], ['/dashboard/time/freeze', { method: 'POST' }]]) {
        try { await fetch(origin + path, { credentials: 'include', ...options }); results.push('read'); }
        catch { results.push('refused'); }
      }
      return results;
    }"""
    assert own.page.evaluate(script, own.origin) == ["refused", "refused"]
    own.problems.clear()  # the browser reports that it has refused the responses
    assert not clerk_emulator.clock.is_frozen
