"""Handle requests to the dashboard."""

from __future__ import annotations

import dataclasses

from clerk_emulator.call import Response
from clerk_emulator.control import access
from clerk_emulator.control.controls import Controls
from clerk_emulator.dashboard import views
from clerk_emulator.dashboard.links import linked, path_of
from clerk_emulator.dashboard.navigation import NOTICES, SECTIONS
from clerk_emulator.dashboard.people import display_name, identifier
from clerk_emulator.dashboard.routes import PREFIX, NotFound, PageCall, Redirect, View, find
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.html import forms, responses
from clerk_emulator.html.forms import FormError, FormToken
from clerk_emulator.request.incoming import ClientDisconnectedError, IncomingRequest
from clerk_emulator.request.state import State

views.load()


def serves(path: str) -> bool:
    """Return whether a path belongs to the dashboard."""
    return path in ("/", PREFIX) or path.startswith(PREFIX + "/")


async def respond(state: State, request: IncomingRequest) -> Response:
    """Return the response to a request to the dashboard. Raises ClientDisconnectedError."""
    if reason := access.refusal(_without_navigation(request), request.client_ip, state.control_hosts):
        return _error(403, "No access", reason.replace("control API", "dashboard"))
    token = FormToken(request)
    try:
        response = await _respond(state, request, token)
    except NotFound as error:
        response = _error(404, "Not found", str(error))
    except FormError as error:
        response = _error(403, "Not accepted", str(error))
    except ClerkAPIError as error:
        response = _error(error.status, "Not accepted", error.errors[0]["long_message"])
    except ClientDisconnectedError:
        raise
    except Exception as error:  # a browser never sees a traceback
        state.record_crash(f"{request.method} {request.path}", error)
        response = _error(500, "Failed", "The emulator has failed; see its log.")
    return dataclasses.replace(response, cookies=token.set_cookies)


async def _respond(state: State, request: IncomingRequest, token: FormToken) -> Response:
    """Return a page, or the result of a form. Raises NotFound, FormError and ClerkAPIError."""
    path = "" if request.path == "/" else request.path.removeprefix(PREFIX)
    if request.method not in ("GET", "HEAD", "POST"):
        return _error(405, "Not supported", f"The dashboard does not support {request.method}.")
    route, values = find("POST" if request.method == "POST" else "GET", path)
    call = PageCall(state, Controls(state), request.origin, values, dict(request.query))
    status, error = 200, None
    if route.form_of is None:
        result = route.handle(call)
    else:
        form = await forms.read(request)
        token.require(form)
        call = dataclasses.replace(call, form={name: value.strip() for name, value in form.items()})
        try:
            result = route.handle(call)
        except (ClerkAPIError, ValueError) as failure:
            status = 422
            error = failure.errors[0]["long_message"] if isinstance(failure, ClerkAPIError) else str(failure)
            result = route.form_of(call)
    if isinstance(result, Redirect):
        separator = "&" if "?" in result.path else "?"
        return responses.redirect(f"{result.path}{separator}notice={result.notice}")
    return _page(call, result, token, status, error)


def _page(call: PageCall, shown: View, token: FormToken, status: int, error: str | None) -> Response:
    clock = call.state.clock
    frame = {
        "sections": SECTIONS,
        "linked": linked,
        "path_of": path_of,
        "display_name": display_name,
        "identifier": identifier,
        "now": clock.now(),
        "clock_is_frozen": clock.is_frozen,
        "csrf_token": token.value,
        "notice": NOTICES.get(call.query.get("notice", "")),
        "error": error,
        "form": call.form,
    }
    return responses.page(shown.template, frame | shown.values, status=status)


def _error(status: int, title: str, message: str) -> Response:
    return responses.page("html/error.html", {"title": title, "message": message}, status=status)


def _without_navigation(request: IncomingRequest) -> dict[str, str]:
    """Return the headers to check. A link of another site may open a page, which that site cannot read or frame."""
    headers = dict(request.headers)
    opens = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    if request.method == "GET" and opens == ("navigate", "document"):
        headers.pop("sec-fetch-site", None)
    return headers
