"""The pages of docs/reference/events."""

from __future__ import annotations

import pytest

from clerk_bapi.events import EVENTS
from tests.reference import pages
from tools import event_causes
from tools.reference import events
from tools.reference.events import delivery, example_data, handlers, ordering, scenarios
from tools.reference.events.scenarios import SCENARIOS

PAGES = pages.read("events")


def test_every_event_has_a_page() -> None:
    """`python -m tools.reference --check` reports events without an example, which an update can bring."""
    assert PAGES.keys() == {"events/index.md", *(f"events/{name}.md" for name in EVENTS)}


def test_new_pages_equal_the_committed_ones() -> None:
    """`python -m tools.reference --check` compares all of them."""
    made = events.build(only=["user.created", "subscriptionItem.pastDue"])
    assert made.pages == {name: PAGES[name] for name in made.pages}
    assert len(made.pages) == 3


@pytest.mark.parametrize("event_type", sorted(EVENTS.keys() & SCENARIOS.keys()))
def test_page_has_both_handlers_what_they_printed_and_every_cause(event_type: str) -> None:
    page = PAGES[f"events/{event_type}.md"]
    sync, asynchronous, cause = pages.blocks(page, "python")
    assert (sync, asynchronous) == handlers.write(event_type)
    for code in (sync, asynchronous, cause):
        compile(code, event_type, "exec", dont_inherit=True)
    assert cause == f"{delivery.source_of(SCENARIOS[event_type])}\n"
    (printed,) = pages.blocks(page, "text")
    assert printed.strip()
    assert f'"type": "{event_type}"' in pages.blocks(page, "json")[0]
    acts = [one.act for one in event_causes.causes() if event_type in (event.rstrip("?*") for event in one.events)]
    assert acts
    assert all(f"| {act} |" in page for act in acts)


def test_links_lead_to_pages_and_headings() -> None:
    assert list(pages.broken_links(PAGES)) == []


def test_event_that_does_not_follow_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCENARIOS, "user.created", scenarios.update_user)
    with example_data.populated_world() as world, pytest.raises(delivery.DeliveryFailed, match="update_user does not"):
        delivery.deliver(world, "user.created")


def test_handler_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "PRINTED", {"user": ("none_such",)})
    with example_data.populated_world() as world, pytest.raises(handlers.HandlerFailed, match="responded with 500"):
        delivery.deliver(world, "user.created")


@pytest.mark.parametrize(
    ("event_type", "text"),
    [
        ("user.updated", "`user.deleted` is final"),
        ("user.deleted", "remember the id"),
        ("organizationInvitation.revoked", "`pending`, then `accepted` or `revoked` or `expired`"),
        ("email.created", "need no ordering"),
        ("session.ended", "`clerkkit.sync` has no table"),
    ],
)
def test_order_of_events_is_the_rule_of_sync(event_type: str, text: str) -> None:
    assert text in ordering.render(event_type)
