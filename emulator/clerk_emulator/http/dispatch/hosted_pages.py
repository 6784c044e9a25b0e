"""Handle requests for hosted pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from clerk_emulator.call import Response
from clerk_emulator.control import access
from clerk_emulator.domain.messaging.templates import APPLICATION_NAME
from clerk_emulator.domain.sessions import browsers
from clerk_emulator.domain.sessions.browsers import DEV_BROWSER, Browser
from clerk_emulator.domain.sessions.handshakes import cookie_suffix
from clerk_emulator.domain.social import flows
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api import operations
from clerk_emulator.html import forms, responses
from clerk_emulator.html.forms import FormError, FormToken
from clerk_emulator.json_types import Json
from clerk_emulator.pages import destinations
from clerk_emulator.pages.views import consent, provider, sign_in, sign_out, sign_up, tasks, user
from clerk_emulator.pages.visit import Redirect, View, Visit
from clerk_emulator.request.incoming import ClientDisconnectedError, IncomingRequest
from clerk_emulator.request.state import State

operations.load()


@dataclass(frozen=True)
class HostedPage:
    """What a hosted page shows, and what its forms do."""

    show: Callable[[Visit], View | Redirect]
    act: Callable[[Visit], Redirect | Response]


_TASKS = HostedPage(tasks.show, tasks.act)
_SIGN_UP = HostedPage(sign_up.show, sign_up.act)
_USER = HostedPage(user.show, user.act)
PAGES = {
    "/create-organization": _USER,
    "/oauth-consent": HostedPage(consent.show, consent.act),
    "/organization": _USER,
    "/sign-in": HostedPage(sign_in.show, sign_in.act),
    "/sign-in/create": _SIGN_UP,
    "/sign-in/tasks": _TASKS,
    "/sign-up": _SIGN_UP,
    "/sign-up/tasks": _TASKS,
    "/tasks": _TASKS,
    flows.PAGE: HostedPage(provider.show, provider.act),
    "/sign-out": HostedPage(sign_out.show, sign_out.act),
    "/user": _USER,
    "/waitlist": _SIGN_UP,
}
"""The hosted pages by path. Clerk's SDKs add `/tasks` and `/create` to the address of the sign-in page."""


def serves(path: str) -> bool:
    """Return whether there is a hosted page at a path."""
    return path.rstrip("/") in PAGES


async def respond(state: State, request: IncomingRequest) -> Response:
    """Return the response to a request for a hosted page. Raises ClientDisconnectedError."""
    token = FormToken(request)
    try:
        visit = _visit(state, request)
        response = await _respond(visit, PAGES[request.path.rstrip("/")], token)
        cookies = (*token.set_cookies, *_dev_browser_cookies(visit), *visit.cookies)
        return Response(None, response.status, response.headers, response.content, cookies)
    except FormError as error:
        return _error(request, 403, "Not accepted", str(error))
    except ClerkAPIError as error:
        return _error(request, error.status, "This does not work", error.errors[0]["long_message"])
    except ClientDisconnectedError:
        raise
    except Exception as error:  # a browser never sees a traceback
        state.record_crash(f"{request.method} {request.path}", error)
        return _error(request, 500, "Failed", "The emulator has failed; see its log.")


async def _respond(visit: Visit, page: HostedPage, token: FormToken) -> Response:
    method = visit.request.method
    if method not in ("GET", "HEAD", "POST"):
        raise ClerkAPIError(405, "method_not_allowed", "not allowed", f"Pages do not support {method}.")
    if method != "POST":
        return _render(visit, page.show(visit), token)
    visit.form = await forms.read(visit.request)
    token.require(visit.form)
    try:
        result = page.act(visit)
        return responses.redirect(result.location) if isinstance(result, Redirect) else result
    except ClerkAPIError as error:
        return _render(visit, page.show(visit), token, error)


def _render(visit: Visit, shown: View | Redirect, token: FormToken, error: ClerkAPIError | None = None) -> Response:
    if isinstance(shown, Redirect):
        return responses.redirect(shown.location)
    url = visit.destination("sign_in")
    with visit.state.store.transaction():
        targets = destinations.form_targets(visit.state.store, shown.values.get("destination") or url)
    values: Json = {
        "base": visit.base,
        "application": APPLICATION_NAME,
        "csrf_token": token.value,
        "error": error.errors[0]["long_message"] if error else None,
        "field": error.errors[0]["meta"].get("param_name") if error else None,
        "form": visit.form,
        "is_trusted": visit.is_trusted,
        "address": visit.address,
    }
    status = 200 if error is None else error.status
    return responses.page(shown.template, values | shown.values, status=status, form_targets=targets)


def _visit(state: State, request: IncomingRequest) -> Visit:
    query = dict(request.query)
    sent_cookies = request.cookies
    with state.store.transaction():
        browser = browsers.identify(state.store, state.keys, query, sent_cookies)
        if state.keys.uses_dev_browsers and browser.dev_browser_id is None:
            # The address or the cookie may name one of an earlier run.
            known = browsers.identify(state.store, state.keys, {}, sent_cookies).dev_browser_id
            dev_browser_id = known or browsers.create_dev_browser(state.store)
            browser = browsers.identify(state.store, state.keys, {DEV_BROWSER: dev_browser_id}, {})
    refusal = access.refusal(_own_headers(request), request.client_ip, state.control_hosts)
    return Visit(state, request, browser, query, refusal is None)


def _own_headers(request: IncomingRequest) -> dict[str, str]:
    """Return the headers that say where a request comes from, without those that say which page has caused it."""
    return {name: value for name, value in request.headers.items() if name not in ("origin", "sec-fetch-site")}


def _dev_browser_cookies(visit: Visit) -> list[str]:
    """Return the cookies that keep the development browser, as far as the browser does not have them."""
    browser: Browser = visit.browser
    if browser.dev_browser_id is None:
        return []
    # Scripts of applications on this host read them too: browsers share cookies between ports.
    names = (DEV_BROWSER, f"{DEV_BROWSER}_{cookie_suffix(visit.state.keys)}")
    sent = visit.request.cookies
    return [
        f"{name}={browser.dev_browser_id}; Path=/; SameSite=Lax; Max-Age=31536000"
        for name in names
        if sent.get(name) != browser.dev_browser_id
    ]


def _error(request: IncomingRequest, status: int, title: str, message: str) -> Response:
    values = {"base": urlsplit(request.origin).path, "title": title, "message": message}
    return responses.page("html/error.html", values, status=status)
