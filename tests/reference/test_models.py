"""The pages of docs/reference/models."""

from __future__ import annotations

import re

import pytest

import clerk_bapi.events
import clerk_bapi.models
from clerk_bapi import Model, Page
from tests.reference import pages
from tools.reference import models
from tools.reference.models import meanings
from tools.reference.models.catalog import classes

PAGES = pages.read("models")


def test_new_pages_equal_the_committed_ones() -> None:
    made = models.build()
    assert made.pages == PAGES


def test_every_class_has_a_section_that_the_links_of_operations_find() -> None:
    expected = {
        value
        for module in (clerk_bapi.models, clerk_bapi.events)
        for name in module.__all__
        if isinstance(value := getattr(module, name), type) and issubclass(value, Model) and value not in (Model, Page)
    } - set(clerk_bapi.events.EVENTS.values())
    assert {cls.__name__ for cls in expected} == set(classes())
    for one in classes().values():
        assert f"\n## {one.name}\n" in PAGES[one.page]
    anchors = [one.target for one in classes().values()]
    assert len(anchors) == len(set(anchors))
    assert list(pages.broken_links(PAGES)) == []


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("User", "| `first_name` | `str` | may be null |"),
        ("User", "| `created_at` | `int` | always | "),
        ("User", "| `email_addresses` | `list[`[`EmailAddress`](shared.md#emailaddress)`]` | always |"),
        ("Session", "| `status` | `str` | always | "),
        ("CreateAgentTaskOnBehalfOf", "| `user_id` | `str` | optional | Id of the user. |"),
        ("CreateBulkInvitationsItem", "| `email_address` | `str` | required | Address to invite. |"),
    ],
)
def test_attributes_have_their_type_and_presence(name: str, row: str) -> None:
    assert row in section(name)


def test_sections_say_where_a_class_is_used() -> None:
    assert "[`users.get`](../operations/users/get.md)" in section("User")
    assert "Data of the events [`user.created`](../events/user.created.md)" in section("User")
    assert "Part of [`SessionEventData`](events.md#sessioneventdata)" in section("User")
    assert "Passed to [`agent_tasks.create`]" in section("CreateAgentTaskOnBehalfOf")
    assert "`full_name`" in section("User")


def test_choices_are_values_and_not_types() -> None:
    assert "One of `abandoned`, `active`," in section("Session")
    assert not re.search(r"`Literal\[", "".join(PAGES.values()))


def section(name: str) -> str:
    one = classes()[name]
    return PAGES[one.page].partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("name", "key", "text"),
    [
        ("Session", "client_id", "The client, which is a browser or an app."),
        ("OAuthApplication", "client_id", "The OAuth client."),
        ("EmailEventData", "data", "The values of the template's variables, such as `otp_code`."),
        ("WaitlistEntryPage", "data", "The rows of this page."),
        ("User", "created_at", "When it was created. In Unix milliseconds."),
    ],
)
def test_meaning_of_a_class_takes_precedence(name: str, key: str, text: str) -> None:
    row = next(line for line in section(name).splitlines() if line.startswith(f"| `{key}` | "))
    assert text in row


def test_meaning_without_an_attribute_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "read", lambda: {"User.none_such": "Nothing.", "id": "Its id."})
    assert models.build().problems == ["meanings.yaml: there is no attribute User.none_such"]
