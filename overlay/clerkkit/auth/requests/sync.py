"""Decides on redirects between satellites and their primary domain, and for the development browser."""

from __future__ import annotations

from clerkkit.auth.requests import reasons
from clerkkit.auth.requests.adapters import urls
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.decisions import Redirect, SignOut, redirect_or_sign_out
from clerkkit.auth.requests.names import DEV_BROWSER, REDIRECT_URL, SYNCED


def decide_sync(context: RequestContext) -> Redirect | SignOut | None:
    """Decide what must happen before the session cookie counts; None if nothing must."""
    return _decide_satellite(context) or (None if context.is_production else _decide_development(context))


def _decide_satellite(context: RequestContext) -> Redirect | SignOut | None:
    """Redirect a page load on a satellite to the primary domain, unless it has a session or was synced."""
    options, url = context.options, context.url
    synced = url.get(SYNCED)
    if not options.is_satellite or not context.loads_document or synced == "true":
        return None
    has_cookies = bool(context.session_cookie or context.client_uat)
    if synced != "false":
        if has_cookies:
            return None
        if not options.satellite_auto_sync:
            return SignOut(reasons.NO_SESSION_OR_CLIENT)
    sign_in = None if context.is_production else urls.parse_url(options.sign_in_url)
    location = str(sign_in.with_params((REDIRECT_URL, str(url)))) if sign_in else None
    return redirect_or_sign_out(context, reasons.SATELLITE_NEEDS_SYNC, location=location)


def _decide_development(context: RequestContext) -> Redirect | SignOut | None:
    """Redirect back to a satellite that requests a session, and to Clerk if there is no development browser."""
    url = context.url
    satellite = None if context.options.is_satellite else urls.parse_url(url.get(REDIRECT_URL))
    if satellite is not None:
        location = str(_build_return_url(satellite, context.dev_browser))
        return redirect_or_sign_out(context, reasons.PRIMARY_RESPONDS, location=location)
    if url.get(DEV_BROWSER) is not None:
        return redirect_or_sign_out(context, reasons.DEV_BROWSER_SYNC)
    return None if context.dev_browser else redirect_or_sign_out(context, reasons.DEV_BROWSER_MISSING)


def _build_return_url(url: urls.Url, dev_browser: str | None) -> urls.Url:
    """Return a satellite's URL with the development browser, marked as synced."""
    params = [(key, "true" if key == SYNCED else value) for key, value in url.params]
    if dev_browser:
        params.append((DEV_BROWSER, dev_browser))
    if url.get(SYNCED) is None:
        params.append((SYNCED, "true"))
    return url._replace(query=urls.encode_params(params))
