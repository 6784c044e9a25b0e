"""Pages of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from clerk_emulator.dashboard.paging import PAGE_SIZE, Page, link, number
from clerk_emulator.storage import ledger
from clerk_emulator.storage.ledger import LedgerEntry
from clerk_emulator.storage.store import Store


def event_page(
    store: Store, query: Mapping[str, str], *, types: Collection[str] = (), text: str = ""
) -> Page[LedgerEntry]:
    """Return the page of events that a query selects with `before` or `after`, which are positions in the ledger."""
    older_than, newer_than = number(query.get("after")), number(query.get("before"))
    backwards = older_than is None and newer_than is not None
    found = ledger.search(store, types=types, text=text, before=older_than, after=newer_than, limit=PAGE_SIZE + 1)
    more = len(found) > PAGE_SIZE
    entries = found[-PAGE_SIZE:] if backwards else found[:PAGE_SIZE]
    has_newer, has_older = (more, True) if backwards else (older_than is not None, more)
    return Page(
        entries,
        link(query, before=str(entries[0].number)) if entries and has_newer else None,
        link(query, after=str(entries[-1].number)) if entries and has_older else None,
    )
