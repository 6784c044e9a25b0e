"""Webhooks keep the copy of Clerk's users and organizations up to date."""

from __future__ import annotations

from typing import Any

from clerkkit.testing import webhook_secret
from django.test import Client

from tests.site import Site

ADA = "ada@example.com"


def write_note(site: Site) -> dict[str, str]:
    ada = site.sign_in(ADA, site.engines)
    site.write_note(ada)
    return ada


def author_of_note(site: Site, headers: dict[str, str]) -> str:
    (note,) = site.get("/api/notes", headers=headers).json()
    author: str = note["author"]
    return author


def rename(site: Site, *last_names: str) -> list[dict[str, Any]]:
    """Return the events of changes of Ada's name."""
    for last_name in last_names:
        site.emulator.clock.advance(1)
        site.clerk.users.update(site.user(ADA).id, last_name=last_name)
    return [event for event in site.emulator.events if event["type"] == "user.updated"][-len(last_names) :]


def test_forged_webhooks_are_rejected(site: Site) -> None:
    ada = write_note(site)
    (event,) = rename(site, "Evil")
    assert site.deliver(event, secret=webhook_secret()) == 400
    assert site.send_json("/webhooks/clerk", event, headers={}).status_code == 400
    assert site.get("/webhooks/clerk").status_code == 405
    assert author_of_note(site, ada) == "Ada Lovelace"


def test_repeated_message_has_one_effect(site: Site) -> None:
    ada = write_note(site)
    first, second = rename(site, "Byron", "King")
    assert [site.deliver(first, "msg_1"), site.deliver(second, "msg_2")] == [204, 204]
    assert [site.deliver(first, "msg_1"), site.deliver(first, "msg_3")] == [204, 204]
    assert author_of_note(site, ada) == "Ada King"


def test_message_that_was_overtaken_changes_nothing(site: Site) -> None:
    ada = write_note(site)
    first, second = rename(site, "Byron", "King")
    assert [site.deliver(second), site.deliver(first)] == [204, 204]
    assert author_of_note(site, ada) == "Ada King"


def test_deleted_user_stays_deleted(site: Site) -> None:
    write_note(site)
    (event,) = rename(site, "King")
    site.clerk.users.delete(site.user(ADA).id)
    site.deliver_all()
    assert site.deliver(event) == 204
    charles = site.sign_in("charles@example.com", site.engines)
    assert author_of_note(site, charles) == "Deleted user"


def test_notes_of_a_deleted_organization_are_deleted(site: Site) -> None:
    ada = write_note(site)
    site.clerk.organizations.delete(site.engines)
    assert len(site.get("/api/notes", headers=ada).json()) == 1
    site.deliver_all()
    assert site.get("/api/notes", headers=ada).json() == []


def test_webhooks_need_no_csrf_token_and_no_session(site: Site) -> None:
    site.browser = Client(HTTP_HOST="localhost:8000", enforce_csrf_checks=True)
    (event,) = rename(site, "King")
    assert site.deliver(event) == 204


def test_message_that_was_recorded_long_ago_is_rejected(site: Site) -> None:
    ada = write_note(site)
    (event,) = rename(site, "Evil")
    assert site.deliver(event, age=3600) == 400
    assert author_of_note(site, ada) == "Ada Lovelace"


def test_webhooks_of_other_instances_are_rejected(site: Site) -> None:
    ada = write_note(site)
    (event,) = rename(site, "Evil")
    assert site.deliver({**event, "instance_id": "ins_other"}) == 400
    assert author_of_note(site, ada) == "Ada Lovelace"
