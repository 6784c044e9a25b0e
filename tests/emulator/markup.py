"""Check HTML pages: with html5lib, whether they are valid, and what browsers and assistive technology need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import html5lib
import httpx

NAMED = ("input", "select", "textarea")
URL_ATTRIBUTES = ("href", "src", "action", "formaction")


class Page:
    """A page that was parsed as browsers do."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.root: Any = parser.parse(response.text)
        self.errors = [str(error) for error in parser.errors]

    def all(self, tag: str) -> list[Any]:
        return list(self.root.iter(tag))

    def text(self, element: Any = None) -> str:
        """Return the text that is read out, with a space between elements."""
        return " ".join(" ".join(_texts(self.root if element is None else element)).split())

    def links(self) -> list[str]:
        return [link.get("href") for link in self.all("a")]

    def form(self, action: str) -> Any:
        """Return the form with this action."""
        return next(form for form in self.all("form") if form.get("action") == action)

    def fields(self, action: str) -> dict[str, str]:
        """Return the fields of a form as a browser sends them if nobody changes them."""
        found = {}
        for field in self.form(action).iter("input"):
            if field.get("name") and field.get("type") != "checkbox":
                found[field.get("name")] = field.get("value", "")
        for field in self.form(action).iter("select"):
            options = list(field.iter("option"))
            chosen = next((one for one in options if one.get("selected") is not None), options[0])
            found[field.get("name")] = chosen.get("value", self.text(chosen))
        return found

    @property
    def alerts(self) -> list[str]:
        return [self.text(one) for one in self.root.iter() if one.get("role") == "alert"]

    @property
    def notices(self) -> list[str]:
        return [self.text(one) for one in self.root.iter() if one.get("role") == "status"]


def _texts(element: Any) -> Iterator[str]:
    if element.get("aria-hidden") != "true" and isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def violations(page: Page) -> list[str]:
    """Return what is wrong with a page, apart from its content."""
    return [*page.errors, *_headers(page.response), *_active_content(page), *_accessibility(page)]


def _headers(response: httpx.Response) -> Iterator[str]:
    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in response.headers.get("content-security-policy", "").split(";")
    )
    expected = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    yield from (f"CSP: {name}" for name, value in expected.items() if policy.get(name) != value)
    if not policy.get("form-action", "").startswith("'self'") or "*" in policy["form-action"].split():
        yield "CSP: form-action"
    if response.headers.get("x-frame-options") != "DENY":
        yield "X-Frame-Options"
    if response.headers.get("x-content-type-options") != "nosniff":
        yield "X-Content-Type-Options"
    if response.headers.get("cache-control") != "no-store":
        yield "Cache-Control"


def _active_content(page: Page) -> Iterator[str]:
    """Yield scripts, styles and handlers within the page, and addresses of other servers for what it loads."""
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in ("script", "style") and (element.text or "").strip():
            yield f"content of <{element.tag}>"
        if element.tag in ("iframe", "object", "embed", "base", "template", "math"):
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                yield f"{name} of <{element.tag}>"
            if name in URL_ATTRIBUTES and re.match(r"[\s\x00-\x20]*(javascript|data|vbscript):", value, re.IGNORECASE):
                yield f"{name}={value}"
            if element.tag in ("script", "link", "img") and name in ("src", "href") and not re.match(r"/[^/]", value):
                yield f"<{element.tag}> loads {value}"


def _accessibility(page: Page) -> Iterator[str]:
    ids = [element.get("id") for element in page.root.iter() if element.get("id")]
    yield from (f"two elements with the id {one}" for one in sorted({one for one in ids if ids.count(one) > 1}))
    (html,) = page.all("html")
    if html.get("lang") != "en":
        yield "no language"
    if len(page.all("main")) != 1 or "main" not in ids or page.links()[:1] != ["#main"]:
        yield "no main part with a link to it"
    if not page.all("title") or not page.text(page.all("title")[0]):
        yield "no title"
    levels = [
        int(one.tag[1]) for one in page.root.iter() if isinstance(one.tag, str) and re.fullmatch("h[1-6]", one.tag)
    ]
    if levels.count(1) != 1 or levels[0] != 1 or any(after > before + 1 for before, after in pairwise(levels)):
        yield f"headings {levels}"
    labelled = {one.get("for") for one in page.all("label")} | {
        id(field) for label in page.all("label") for tag in NAMED for field in label.iter(tag)
    }
    for tag in NAMED:
        for field in page.all(tag):
            if field.get("type") != "hidden" and field.get("id") not in labelled and id(field) not in labelled:
                yield f"<{tag} name={field.get('name')}> has no label"
    for tag in ("button", "a"):
        yield from (
            f"<{tag}> has no text: {ElementTree.tostring(one, encoding='unicode')}"
            for one in page.all(tag)
            if not (page.text(one) or one.get("aria-label"))
        )
    for one in page.root.iter():
        referred = (one.get("aria-labelledby") or "").split()
        yield from (f"aria-labelledby={name}" for name in referred if name not in ids)
    yield from (f"<img src={one.get('src')}> has no alt" for one in page.all("img") if one.get("alt") is None)
    yield from ("a form with POST has no token" for form in page.all("form") if not _is_protected(form))


def _is_protected(form: Any) -> bool:
    return form.get("method", "get") == "get" or any(field.get("name") == "csrf_token" for field in form.iter("input"))
