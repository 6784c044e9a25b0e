"""llms.txt, the list of pages for language models, and llms-full.txt, the text of those that are written by hand."""

from __future__ import annotations

from tools.site import navigation
from tools.site.pages import Page

_INTRODUCTION = """\
# clerkkit

> The Python SDK for Clerk's Backend API that Clerk's own changes cannot break: typed operations, sync and async,
> webhooks, authentication of requests, and a local Clerk for tests.

Each page is Markdown. The page of an operation has its parameters, errors, events, and code with its output.
"""


def index(sections: dict[str, list[Page]], base: str = "") -> str:
    """Return llms.txt: each page with its first sentence. Links are relative unless the site's URL is known."""
    parts = [_INTRODUCTION]
    for name, listed in sections.items():
        rows = [f"- [{page.title}]({base}{page.path}){_note(page)}" for page in listed]
        parts.append(f"## {name}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def full(sections: dict[str, list[Page]]) -> str:
    """Return the text of all pages except those of the reference and the project."""
    texts = [
        f"<!-- {page.path} -->\n\n{page.text.strip()}\n"
        for name, listed in sections.items()
        for page in listed
        if name != "Project" and not navigation.is_reference(page)
    ]
    return "\n".join(texts)


def _note(page: Page) -> str:
    return f": {page.summary}" if page.summary else ""
