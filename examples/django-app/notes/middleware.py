"""Limits what a page can do, and answers with pages if Clerk cannot be reached."""

from __future__ import annotations

import logging
from collections.abc import Callable

from clerkkit import ApiError, InvalidArgument, TransportError, errors
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

Respond = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger(__name__)
# Not `form-action`: browsers apply it to redirects too, and after a form a visit can lead to Clerk and back.
_POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"


def content_security_policy(get_response: Respond) -> Respond:
    """Let pages load nothing from other sites."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        return response

    return respond


class ClerkErrorMiddleware:
    """Answers 503 if a call to Clerk failed, and 404 for ids that Clerk does not know."""

    def __init__(self, get_response: Respond) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve one request."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the response for an error of a view; None for other errors."""
        if isinstance(error, errors.NotFound | InvalidArgument):  # an id in the path is unknown, or is none
            raise Http404 from error
        if not isinstance(error, ApiError | TransportError):
            return None
        _log.error("a call to Clerk failed: %s", error)
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = "5"
        return response
