"""Page loads that bring a browser back to the application: the handshake of servers, and the sync of satellites."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.access import origins
from clerk_emulator.domain.sessions import browsers, client_tokens, handshakes, session_selection
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.storage.tables import CLIENTS, DOMAINS

_LINK = "client_link"
_LINK_SECONDS = 60


@frontend_operation("handshakeClient", anonymous=True, plain=True)
def handshake(call: BrowserCall) -> BrowserResponse:
    """Send the browser back with the cookies that its server needs, in a token, or under a nonce."""
    query = call.query
    url = origins.require_redirect_url(call.store, query.get("redirect_url"))
    form = query.get("format") or "token"
    if form not in ("nonce", "token"):
        raise errors.invalid("format", "must be nonce or token")
    origin = origins.of_page(url)
    session = session_selection.session_of_client(call.store, call.keys, call.client, query.get("__session"))
    if session is not None and "organization_id" in query:
        session = session_selection.activate_organization(call.store, session, query["organization_id"])
    dev_browser_id = call.browser.dev_browser_id
    if dev_browser_id is None and call.keys.uses_dev_browsers:
        # Without one, the server would ask again.
        dev_browser_id = browsers.create_dev_browser(call.store)
    if form == "nonce":
        session_id = session["id"] if session else None
        nonce = handshakes.start(call.store, session_id, dev_browser_id=dev_browser_id, origin=origin)
        return BrowserResponse.redirect(origins.with_parameters(url, __clerk_handshake_nonce=nonce))
    cookies = handshakes.cookies(call.store, call.keys, session, dev_browser_id=dev_browser_id, origin=origin)
    token = handshakes.token(call.keys, cookies)
    return BrowserResponse.redirect(origins.with_parameters(url, __clerk_handshake=token))


@frontend_operation("syncClient", anonymous=True)
def sync_client(call: BrowserCall) -> BrowserResponse:
    """Send the browser to the Frontend API of a satellite, with a token that names its client."""
    domain = (call.query["link_domain"] or "").lower()
    satellite = call.store.find(DOMAINS, DOMAINS.c.name == domain)
    if satellite is None or not satellite["is_satellite"]:
        message = "link_domain must be the name of one of the instance's satellite domains."
        raise ClerkAPIError(422, "domain_mismatch", "is not a satellite", message, param_name="link_domain")
    claims = {
        "st": _LINK,
        "client_id": call.browser.client_id,
        "url": _require_url_of(call, domain),
        **jwts.lifetime(call.store, _LINK_SECONDS),
    }
    # The Frontend API of the satellite is this emulator too.
    link = f"{call.cause.origin}/v1/client/link"
    return BrowserResponse.redirect(origins.with_parameters(link, __clerk_token=jwts.sign(call.keys, claims)))


@frontend_operation("linkClient", anonymous=True)
def link_client(call: BrowserCall) -> BrowserResponse:
    """Give the browser the client that a token names, and send it back to the satellite."""
    claims = jwts.read(call.keys, call.query["__clerk_token"] or "") or {}
    if claims.get("st") != _LINK or claims["exp"] * 1000 <= call.clock.now():
        message = "__clerk_token must be a token that /v1/client/sync has made in the last minute."
        raise ClerkAPIError(400, "invalid_handshake", "is invalid", message)
    client = call.store.get(CLIENTS, claims["client_id"] or "")
    if call.keys.uses_dev_browsers:
        dev_browser_id = browsers.create_dev_browser(call.store, client["id"] if client else None)
        url = origins.with_parameters(claims["url"], __clerk_synced="true", __clerk_db_jwt=dev_browser_id)
        return BrowserResponse.redirect(url)
    cookies: tuple[str, ...] = ()
    if client is not None:
        token = client_tokens.create(call.store, call.keys, client["id"])
        secure = "; Secure" if call.cause.origin.startswith("https://") else ""
        cookies = (f"__client={token}; Path=/; SameSite=Lax; HttpOnly; Max-Age=315360000{secure}",)
    return BrowserResponse.redirect(origins.with_parameters(claims["url"], __clerk_synced="true"), cookies=cookies)


def _require_url_of(call: BrowserCall, domain: str) -> str:
    """Return the URL to come back to. Raises Clerk's 422 if it is neither at the satellite nor an application's."""
    url = call.query["redirect_url"] or ""
    origin = origins.of_page(url)
    if origin is not None and origin.partition("://")[2] == domain:
        return url
    return origins.require_redirect_url(call.store, url)
