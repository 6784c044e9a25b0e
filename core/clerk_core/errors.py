"""The hierarchy of the errors that clerkkit raises. The class in parentheses is a second base.

    ClerkError
    ├── InvalidArgument (ValueError)            an argument is invalid; nothing was sent
    ├── ClientClosed (RuntimeError)             the client was closed before this call
    ├── TransportError                          no complete response arrived
    │   ├── ConnectionFailed (ConnectionError)  no connection could be made, or it broke
    │   └── TimedOut (TimeoutError)             the response took longer than the timeout or the deadline
    ├── ApiError                                the server returned an error
    │   ├── BadRequest                          400
    │   ├── Unauthorized                        401
    │   ├── PaymentRequired                     402
    │   ├── Forbidden                           403
    │   ├── NotFound                            404
    │   ├── Conflict                            409
    │   ├── PayloadTooLarge                     413
    │   ├── UnprocessableEntity                 422
    │   ├── Locked                              423
    │   ├── TooManyRequests                     429
    │   ├── ServerError                         500-599, undocumented ones such as 520 included
    │   └── InvalidResponse                     2xx with a body that is not JSON, or not a page of a list
    ├── TokenRefused                            a token was rejected
    ├── WebhookVerificationError                a webhook was rejected
    └── DriftDetected                           a response differs from the contract (`strict=True`)

The package `clerkkit` raises the last three; its module `clerkkit.errors` has all of them. Errors can be pickled and
copied, and contain neither the secret key nor the request's body.

`ConnectionError` and `TimeoutError` are OSErrors. Their `errno` is None: the error of the operating system, if there is
one, is among the causes (`__cause__`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from clerk_core.guards import is_list, is_object
from clerk_core.request import Request, RequestInfo
from clerk_core.response import Response, decode

if TYPE_CHECKING:
    from clerk_core.models.error_detail import ErrorDetail

_MAX_SHOWN = 20
"""Errors of one response that `str()` contains."""


class ClerkError(Exception):
    """The base of all errors that this library raises."""

    @property
    def failed_request(self) -> Request[Any] | None:
        """The request that failed, if it was sent by a bulk call. It can be sent again; it is not pickled or copied."""
        return _failed_requests.get(self)

    @failed_request.setter
    def failed_request(self, request: Request[Any]) -> None:
        _failed_requests[self] = request


# Not in the errors' `__dict__`, so that the body of a request is not pickled, copied or logged with its error. Not in a
# slot, since a class with slots cannot be combined with OSError.
_failed_requests: WeakKeyDictionary[ClerkError, Request[Any]] = WeakKeyDictionary()


class InvalidArgument(ClerkError, ValueError):
    """An argument is invalid; `argument` is its name. Nothing was sent."""

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem

    def __str__(self) -> str:
        return _printable(f"{self.argument}: {self.problem}")


class ClientClosed(ClerkError, RuntimeError):
    """The client was closed before this call. Create a new one, or close it later."""


class TransportError(ClerkError):
    """No complete response arrived. Unless `reached` is False, the server may have processed the request."""

    def __init__(self, problem: str, request: RequestInfo, *, reached: bool = True) -> None:
        # Not `super()`: OSError, a base of both subclasses, takes two arguments for `errno` and `strerror`.
        Exception.__init__(self, problem, request)
        self.problem = problem
        self.request = request
        self.reached = reached
        """False if no connection was made, so that the server cannot have received the request."""
        self.attempts = 1
        """The number of attempts to send the request."""

    def __str__(self) -> str:
        tries = f", after {self.attempts} tries" if self.attempts > 1 else ""
        return _printable(f"{self.request.operation}: {self.problem}{tries}")


class ConnectionFailed(TransportError, ConnectionError):
    """No connection could be made, or it broke before the response was complete. `errno` is None."""


class TimedOut(TransportError, TimeoutError):
    """The response took longer than the client's timeout, or the call longer than its deadline. `errno` is None."""


class ApiError(ClerkError):
    """The server returned an error. `str()` is one line; `text` is the whole body."""

    def __init__(self, request: RequestInfo, response: Response) -> None:
        super().__init__(request, response)
        self.request = request
        self.response = response

    def __reduce__(self) -> tuple[Any, ...]:
        # The parsed body can be parsed again, and may be nested deeper than pickle and deepcopy recurse.
        kept = {name: value for name, value in vars(self).items() if name not in ("errors", "_body")}
        return type(self), (self.request, self.response), kept

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """The body as text."""
        return self.response.text

    @cached_property
    def errors(self) -> list[ErrorDetail]:
        """The errors in the body; empty if the body does not have Clerk's form."""
        listed = self._body.get("errors")
        return [_read_detail(item) for item in listed if is_object(item)] if is_list(listed) else []

    @property
    def code(self) -> str | None:
        """The code of the first of `errors`, such as `form_identifier_exists`; None if there is none.

        A response may contain several errors: `has_code` checks all of them.
        """
        return (self.errors[0].code or None) if self.errors else None

    @property
    def message(self) -> str:
        """The message of the first of `errors`, or else a summary of the response. Never empty."""
        return (self.errors[0].message if self.errors else "") or self._summary()

    @property
    def param_name(self) -> str | None:
        """The parameter that caused the first of `errors`; None if the server names none."""
        return self.errors[0].param_name if self.errors else None

    def has_code(self, *codes: str) -> bool:
        """Return whether one of `errors` has one of these codes, as in `has_code("form_identifier_exists")`."""
        return any(detail.code in codes for detail in self.errors)

    @property
    def trace_id(self) -> str | None:
        """The id that Clerk's support asks for: `clerk_trace_id` of the body, or the `cf-ray` header."""
        named = self._body.get("clerk_trace_id")
        return named if isinstance(named, str) and named else self.response.headers.get("cf-ray")

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before the next attempt, if the server sent `Retry-After`."""
        return parse_retry_after(self.response.headers.get("retry-after"))

    @cached_property
    def _body(self) -> Mapping[str, Any]:
        try:
            body = decode(self.response.content)
        except ValueError:
            return {}
        return body if is_object(body) else {}

    def _summary(self) -> str:
        if self.errors:
            more = len(self.errors) - _MAX_SHOWN
            return "; ".join(map(_describe, self.errors[:_MAX_SHOWN])) + (f" (and {more} more)" if more > 0 else "")
        text = " ".join(self.text.split())
        shown = text if len(text) <= 200 else f"{text[:200]}..."
        return f"unexpected body: {shown}" if shown else "no body"

    def __str__(self) -> str:
        trace = f", trace id {self.trace_id}" if self.trace_id else ""
        line = f"{self.status_code} {self._summary()} [{self.request.operation}{trace}]"
        return _printable(" ".join(line.split()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class BadRequest(ApiError):
    """400: the request is malformed."""


class Unauthorized(ApiError):
    """401: the secret key is missing, wrong or revoked."""


class PaymentRequired(ApiError):
    """402: the instance's plan does not include this."""


class Forbidden(ApiError):
    """403: the key is valid, but this is not allowed."""


class NotFound(ApiError):
    """404: there is no such object."""


class Conflict(ApiError):
    """409: the request conflicts with the current state."""


class PayloadTooLarge(ApiError):
    """413: the body is too large."""


class UnprocessableEntity(ApiError):
    """422: a parameter is missing, malformed or not allowed; `param_name` names it."""


class Locked(ApiError):
    """423: the object is locked for now."""


class TooManyRequests(ApiError):
    """429: the rate limit was exceeded; `retry_after` is the number of seconds to wait."""


class ServerError(ApiError):
    """500-599: the server failed."""


class InvalidResponse(ApiError):
    """A success with an unexpected body: a proxy between here and Clerk sent it, or the API has changed."""

    def __init__(self, request: RequestInfo, response: Response, problem: str = "") -> None:
        super().__init__(request, response)
        self.problem = problem
        """The problem of a body that is JSON; empty for one that is not."""

    def _summary(self) -> str:
        if self.problem:  # without the body, which may contain personal data
            return f"is a success, but its body {self.problem}"
        return f"is a success, but its body is not JSON: {super()._summary()}"


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: PayloadTooLarge,
    422: UnprocessableEntity,
    423: Locked,
    429: TooManyRequests,
}


def api_error(request: RequestInfo, response: Response) -> ApiError:
    """Return the error for an unsuccessful response."""
    status = response.status_code
    kind = _BY_STATUS.get(status, ServerError if 500 <= status <= 599 else ApiError)
    return kind(request, response)


def _read_detail(item: dict[str, Any]) -> ErrorDetail:
    from clerk_core.models.error_detail import ErrorDetail  # imported when needed, as all models

    code, message, long_message = (
        item[key] if isinstance(item.get(key), str) else "" for key in ("code", "message", "long_message")
    )
    meta = item.get("meta")
    return ErrorDetail(code=code, message=message, long_message=long_message, meta=meta if is_object(meta) else {})


def _describe(detail: ErrorDetail) -> str:
    """Return one error as text, with the parameter that caused it."""
    parameter = f" ({detail.param_name})" if detail.param_name else ""
    return f"{detail.code or 'no code'}{parameter}: {detail.long_message or detail.message or 'no message'}"


def _printable(text: str) -> str:
    """Escape lone surrogates, which JSON can contain but terminals and log files cannot."""
    return text.encode(errors="backslashreplace").decode()


def deadline_message(limit: float) -> str:
    """Return the text of a `TimedOut` for a response that took longer than `limit` seconds."""
    return f"timed out after {limit:.3g} s waiting for the complete response"


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds to wait for a `Retry-After` header, which contains seconds or a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            date = parsedate_to_datetime(value)
            # The oldest format of HTTP dates has no time zone; all of them are in UTC.
            seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None
