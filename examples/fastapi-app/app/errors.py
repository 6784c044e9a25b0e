"""Answers errors: JSON below /api, pages elsewhere."""

from __future__ import annotations

import logging

from clerkkit import ApiError, ClerkError, InvalidArgument, errors
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from app.pages import render_error

_log = logging.getLogger(__name__)
_UNAVAILABLE = "The service that knows the accounts cannot be reached at the moment. Try again in a few seconds."


def add_error_handlers(app: FastAPI) -> None:
    """Let an application answer with pages, and with 503 if Clerk cannot be reached."""
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(ClerkError, _answer_clerk_error)


def describe(error: ApiError) -> str:
    """Return the message of Clerk for people.

    Raises:
        ApiError: Clerk has failed, and has nothing to say to people.
    """
    if error.status_code >= 500:
        raise error
    return next((one.long_message or one.message for one in error.errors), None) or error.message


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _is_api(request):
        return await http_exception_handler(request, error)
    message = "Sign in first." if error.status_code == 401 else str(error.detail)
    response = render_error(request, error.status_code, message)
    response.headers.update(error.headers or {})
    return response


async def _answer_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _is_api(request):
        # Without the values, which are the caller's, and may be no text that can be encoded.
        problems = [{name: problem[name] for name in ("loc", "msg", "type")} for problem in error.errors()]
        return JSONResponse({"detail": problems}, 422)
    fields = ", ".join(str(problem["loc"][-1]) for problem in error.errors())
    return render_error(request, 422, f"Something is missing or too long: {fields}.")


async def _answer_clerk_error(request: Request, error: Exception) -> Response:
    if isinstance(error, errors.NotFound | InvalidArgument):  # an id in the path is unknown, or is none
        status, message, headers = 404, "There is no such page.", {}
    else:
        _log.error("a call to Clerk failed: %s", error)
        status, message, headers = 503, _UNAVAILABLE, {"Retry-After": "5"}
    if _is_api(request):
        return JSONResponse({"detail": message}, status, headers)
    response = render_error(request, status, message)
    response.headers.update(headers)
    return response
