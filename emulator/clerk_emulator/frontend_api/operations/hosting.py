"""What surrounds the Frontend API: its health, proxies, the account portal, redirects and cookies."""

from __future__ import annotations

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.sessions import browsers
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import DISPLAY
from clerk_emulator.storage.tables import DOMAINS

_ACCOUNT_PORTAL_URLS = (
    *("after_sign_in_url", "after_sign_up_url", "after_create_organization_url"),
    *("after_leave_organization_url", "after_join_waitlist_url", "logo_link_url"),
)


@frontend_operation("getHealth", anonymous=True, public=True)
def get_health(_call: BrowserCall) -> Json:
    return {"status": "healthy"}


@frontend_operation("getProxyHealth", anonymous=True)
def get_proxy_health(call: BrowserCall) -> Json:
    call.store.require(DOMAINS, call.query["domain_id"])
    for name in ("clerk-proxy-url", "clerk-secret-key", "x-forwarded-for"):
        if not call.headers.get(name):
            return {"status": "unhealthy", "message": f"The proxy does not send the header {name}."}
    return {"status": "healthy", "x_forwarded_for": call.headers["x-forwarded-for"]}


@frontend_operation("getAccountPortal", anonymous=True)
def get_account_portal(call: BrowserCall) -> Json:
    display = DISPLAY.read(call.store)
    colors = ("primary_color_light", "primary_color_dark", "background_color_light", "background_color_dark")
    return {
        "object": "account_portal",
        "enabled": True,
        "allowed": True,
        "internal_linking": True,
        "customization": {"appearance": "auto", **dict.fromkeys(colors)},
        **{name: display.get(name, display["home_url"]) for name in _ACCOUNT_PORTAL_URLS},
    }


@frontend_operation("clearSiteData", anonymous=True)
def clear_site_data(_call: BrowserCall) -> BrowserResponse:
    return BrowserResponse(headers={"Clear-Site-Data": '"*"'}, content=b"")


@frontend_operation("redirectToUrl", anonymous=True)
def redirect(call: BrowserCall) -> BrowserResponse:
    if not call.query["redirect_url"]:
        return BrowserResponse.redirect(DISPLAY.value(call.store, "home_url"))
    return BrowserResponse.redirect(origins.require_redirect_url(call.store, call.query["redirect_url"]))


@frontend_operation("postDevBrowserInitSetCookie")
def set_dev_browser_cookie(call: BrowserCall) -> BrowserResponse:
    if call.browser.dev_browser_id is None:
        # An instance without development browsers.
        raise browsers.unauthenticated()
    cookie = f"{browsers.DEV_BROWSER}={call.browser.dev_browser_id}; Path=/; SameSite=Lax; Max-Age=31536000"
    return BrowserResponse(content=b"", cookies=(cookie,))


@frontend_operation("getWebAuthnRelatedOrigins", anonymous=True, public=True)
def get_related_origins(_call: BrowserCall) -> Json:
    # Passkeys of this instance are for the host of the page.
    raise ClerkAPIError(404, "resource_not_found", "not found", "This instance has no related origins for passkeys.")
