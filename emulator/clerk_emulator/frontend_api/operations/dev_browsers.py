"""Development browsers, which name a browser where its cookies do not arrive."""

from __future__ import annotations

from clerk_emulator.domain.sessions import browsers
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation


@frontend_operation("createDevBrowser", anonymous=True)
def create_dev_browser(call: BrowserCall) -> BrowserResponse:
    dev_browser_id = browsers.create_dev_browser(call.store)
    return BrowserResponse({"id": dev_browser_id}, headers={"Clerk-Db-Jwt": dev_browser_id})
