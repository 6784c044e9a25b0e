"""Write the page that lists Clerk's documents, with what each of them has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tools.reference import markdown, revisions
from tools.reference.models.catalog import classes
from tools.reference.operations.catalog import operations
from tools.reference.section import Section

PAGE = "documents.md"

_INTRO = """\
Clerk publishes a document for each version of its Backend API, and revises all of them. This page lists the recorded
revisions of each version, newest first, with the operations and models that have changed; their pages say how. The
commits are those of [clerk/openapi-specs](https://github.com/clerk/openapi-specs).

`clerkkit` is made from the newest revision of the newest version, and works with the others:
[When Clerk's API changes](../updating.md). The version 2025-03-12 is left out, because its document has only half of
the API."""


def build() -> Section:
    """Return the page."""
    blocks = [block for label in reversed(revisions.labels()) for block in _document(label)]
    return Section({PAGE: markdown.page("# Clerk's documents", _INTRO, *blocks)})


def _document(label: str) -> list[str]:
    """Return the section of a document, or of a version as compared with the one before it."""
    found = revisions.changes_of(label)
    version, _, commit = label.partition("@")
    added = [one for one, kinds in found.operations.items() if "operation-added" in kinds]
    changed = [one for one in found.operations if one not in added]
    lines = [
        _line("New operations", _operation_links(added)),
        _line("Removed operations", [f"`{address}`" for address in found.removed]),
        _line("Changed operations", _operation_links(changed)),
        _line("Changed models", _class_links(found.classes)),
    ]
    listed = "\n".join(filter(None, lines))
    if commit:
        nothing = "The first recorded revision." if revisions.is_first(label) else "Nothing that callers notice."
        return [f"### {version} ({commit})", listed or nothing]
    before = revisions.version_before(version)
    # The first version has no difference, but a heading for its revisions.
    text = f"What is different from {before}:\n\n{listed}" if before else "The first version."
    return [f"## {version}", text]


def _line(title: str, links: Sequence[str]) -> str:
    return f"- {title} ({len(links)}): {', '.join(links)}" if links else ""


def _operation_links(ids: Iterable[str]) -> list[str]:
    known = operations()
    found = sorted((known[name] for name in ids if name in known), key=lambda one: one.name)
    return [markdown.link(markdown.code(one.name), one.page, source=PAGE) for one in found]


def _class_links(names: Mapping[str, object]) -> list[str]:
    known = classes()
    return [
        markdown.link(markdown.code(name), known[name].target, source=PAGE) for name in sorted(names) if name in known
    ]
