"""Emails and text messages that would have been sent."""

from __future__ import annotations

from clerk_emulator.dashboard import paging
from clerk_emulator.dashboard.message_list import TYPES, find_message, message_page
from clerk_emulator.dashboard.routes import NotFound, PageCall, View, page, view


@page("/messages")
def list_messages(call: PageCall) -> View:
    """List messages, the newest first."""
    with call.store.transaction():
        messages = message_page(call.store, call.query)
    return view(
        "dashboard/messages.html",
        current="messages",
        messages=messages,
        kinds=TYPES,
        kind=call.query.get("kind", ""),
        text=call.query.get("q", "").strip(),
    )


@page("/messages/{number}")
def show_message(call: PageCall) -> View:
    """Show a message."""
    number = call.path["number"]
    with call.store.transaction():
        message = find_message(call.store, paging.number(number) or 0)
    if message is None:
        raise NotFound(f"There is no message {number}.")
    return view("dashboard/message.html", current="messages", message=message)
