"""Links in emails."""

from __future__ import annotations

from clerk_emulator.domain.contacts import email_links
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation


@frontend_operation("verify", anonymous=True)
def open_link(call: BrowserCall) -> BrowserResponse:
    # The token is signed, and its URL was checked when the link was prepared.
    link = email_links.read(call.keys, call.query["token"])
    visit = email_links.visit(call.store, link, call.client)
    return BrowserResponse.redirect(visit.target(link.redirect_url), 303)
