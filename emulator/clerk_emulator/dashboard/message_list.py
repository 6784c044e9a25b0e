"""Emails and text messages that would have been sent, read from the events that describe them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from clerk_emulator.dashboard.event_list import event_page
from clerk_emulator.dashboard.paging import Page
from clerk_emulator.json_types import Json
from clerk_emulator.storage import ledger
from clerk_emulator.storage.ledger import LedgerEntry
from clerk_emulator.storage.store import Store

TYPES = {"email": "email.created", "sms": "sms.created"}
"""The kinds of messages, and the types of their events."""

_WEB_LINK = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Message:
    """An email or a text message."""

    number: int
    """The position of its event in the ledger."""
    kind: str
    """`email` or `sms`."""
    time: int
    to: str
    subject: str
    """The subject of an email, or the text of a text message."""
    text: str
    source: str | None
    """The HTML of an email."""
    code: str | None
    """The verification code in it."""
    links: list[str]
    """The addresses of web pages in it."""
    user_id: str | None
    template: str
    data: Json
    """What the event says about it."""


def message_page(store: Store, query: Mapping[str, str]) -> Page[Message]:
    """Return the page of messages that a query selects: `kind`, `q` for a text in it, and a cursor."""
    types = [TYPES[query["kind"]]] if query.get("kind") in TYPES else list(TYPES.values())
    found = event_page(store, query, types=types, text=query.get("q", "").strip())
    return Page([_message(entry) for entry in found.items], found.newer, found.older)


def latest_messages(store: Store, limit: int) -> list[Message]:
    """Return the last messages, the newest first."""
    return [_message(entry) for entry in ledger.search(store, types=list(TYPES.values()), limit=limit)]


def find_message(store: Store, number: int) -> Message | None:
    """Return the message whose event is at a position of the ledger; None if there is none."""
    try:
        entry = ledger.get(store, number)
    except LookupError:
        return None
    return _message(entry) if entry.type in TYPES.values() else None


def _message(entry: LedgerEntry) -> Message:
    data = json.loads(entry.data)
    is_email = entry.type == TYPES["email"]
    text = data["body_plain"] if is_email else data["message"]
    links = _WEB_LINK.findall(data["body"] if is_email else text)
    return Message(
        number=entry.number,
        kind="email" if is_email else "sms",
        time=entry.timestamp,
        to=data["to_email_address"] if is_email else data["to_phone_number"],
        subject=data["subject"] if is_email else text,
        text=text,
        source=data["body"] if is_email else None,
        code=data["data"].get("otp_code"),
        links=list(dict.fromkeys(links)),
        user_id=data["user_id"],
        template=data["slug"],
        data=data,
    )
