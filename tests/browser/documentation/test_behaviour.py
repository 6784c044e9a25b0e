"""What readers do: search, switch from sync to async, copy code, move by keyboard, and choose dark pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.documentation.site_page import SitePage

OPERATION = "reference/operations/users/list/"
PHONE = {"width": 390, "height": 844}

# What shows that an element has the focus. A radio button is invisible: labels stand for it.
_OUTLINE = """() => {
  const focused = document.activeElement
  const labels = [focused.nextElementSibling, document.querySelector(`label[for="${focused.id}"]`)?.parentElement]
  const outlines = (focused.tagName == "INPUT" ? labels : [focused])
    .filter(shown => shown?.checkVisibility())
    .map(shown => getComputedStyle(shown).outlineStyle)
  return outlines.find(outline => outline != "none") ?? `${focused.tagName} ${focused.id}: none`
}"""


def tab_to(page: Page, wanted: str) -> list[str]:
    """Press Tab until an element with a text or an id has the focus, and return the outlines of all on the way."""
    outlines: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        outlines.append(page.evaluate(_OUTLINE))
        if wanted in page.evaluate("[document.activeElement.innerText.trim(), document.activeElement.id]"):
            return outlines
    raise AssertionError(f"Tab does not reach {wanted!r}")


def open_menu(page: Page) -> None:
    """Open the menu of a narrow window with the keyboard."""
    page.wait_for_load_state("networkidle")
    tab_to(page, "Navigation")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("words", ["users.list", "list users", "/users"])
def test_search_by_keyboard_finds_an_operation(new_site_page: Callable[..., SitePage], words: str) -> None:
    page = new_site_page().open("client/")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    results = page.get_by_role("listbox", name="Search results").get_by_role("option")
    expect(results.filter(has_text="users.list").first).to_be_visible()
    if words == "users.list":
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("users.list")


def test_all_tabs_follow_the_chosen_one_on_later_pages_too(new_site_page: Callable[..., SitePage]) -> None:
    site_page = new_site_page()
    page = site_page.open("")
    page.get_by_text("Async", exact=True).click()
    expect(page.get_by_text("AsyncClerk(emulator", exact=False)).to_be_visible()
    site_page.open(OPERATION)
    expect(page.get_by_text("async with AsyncClerk()", exact=False).first).to_be_visible()
    expect(page.get_by_text("with Clerk()", exact=False).first).to_be_hidden()


def test_copy_button_copies_the_code(new_site_page: Callable[..., SitePage]) -> None:
    site_page = new_site_page(permissions=["clipboard-read", "clipboard-write"])
    page = site_page.open("")
    page.get_by_title("Copy to clipboard").first.click()
    copied = "async (expected) => (await navigator.clipboard.readText()).trim() === expected"
    page.wait_for_function(copied, arg='pip install "clerkkit[emulator]"')


def test_the_first_link_leads_to_the_content(new_site_page: Callable[..., SitePage]) -> None:
    page = new_site_page().open(OPERATION)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


def test_sections_search_and_tabs_of_code_are_reached_by_keyboard(new_site_page: Callable[..., SitePage]) -> None:
    page = new_site_page().open("")
    outlines = [outline for wanted in ("Search", "Reference", "__tabbed_1_1") for outline in tab_to(page, wanted)]
    assert [outline for outline in outlines if outline.endswith("none")] == []
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("AsyncClerk(emulator", exact=False)).to_be_visible()


def test_the_chosen_colours_are_kept(new_site_page: Callable[..., SitePage]) -> None:
    page = new_site_page(color_scheme="light").open("")
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    for name in ("Switch to light mode", "Switch to dark mode"):
        page.get_by_title(name).click()
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.goto(f"{page.url}client/")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")


def test_the_menu_of_a_phone_leads_to_every_section(new_site_page: Callable[..., SitePage]) -> None:
    page = new_site_page(viewport=PHONE).open("")
    navigation = page.locator(".md-sidebar--primary")
    open_menu(page)
    for section in ("Guides", "Topics", "Emulator", "Reference", "Project"):
        expect(navigation.get_by_role("link", name=section, exact=True)).to_be_in_viewport()
    navigation.get_by_role("link", name="Topics", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The client")
    open_menu(page)
    navigation.get_by_role("link", name="Receive webhooks").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receive webhooks")


def test_each_page_names_its_markdown(new_site_page: Callable[..., SitePage]) -> None:
    page = new_site_page().open(OPERATION)
    link = page.get_by_role("link", name="Markdown", exact=True)
    response = page.request.get(link.evaluate("link => link.href"))
    assert response.text().startswith("<!-- Generated") or response.text().startswith("# users.list")
    assert "## Parameters" in response.text()
