"""Convert httpx's errors to `TransportError`s that describe the problem and do not contain the secret key."""

from __future__ import annotations

import httpx

from clerk_core.errors import ConnectionFailed, TimedOut, TransportError
from clerk_core.request import RequestInfo

FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError)
"""The errors of a failed exchange. httpx parses the target of a redirect even if it does not follow it, and does not
convert the errors of idna, which are ValueErrors."""

SECRET_KEY_MASK = "[secret key]"  # noqa: S105  # a placeholder

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PHASES: dict[type[Exception], tuple[str, str]] = {
    httpx.PoolTimeout: ("pool", "waiting for a free connection to"),
    httpx.ConnectTimeout: ("connect", "connecting to"),
    httpx.WriteTimeout: ("write", "sending the request to"),
    httpx.ReadTimeout: ("read", "waiting for the response of"),
}
"""The phase that each timeout limits: its name in httpx's settings, and a description."""


class DeadlineExceeded(httpx.ReadTimeout):
    """The deadline passed before the response was complete, although each of its parts arrived in time."""


def transport_error(info: RequestInfo, sent: httpx.Request, error: Exception, secret_key: str) -> TransportError:
    """Return the `TransportError` for one of `FAILURES`. Removes the secret key from the error and its causes."""
    if isinstance(error, httpx.HTTPError):
        error.request = httpx.Request(sent.method, sent.url.copy_with(path="/", query=None))  # without headers
    cause: BaseException | None = error
    while cause is not None:  # the message of a parser quotes what it cannot parse
        if any(isinstance(argument, str) and secret_key in argument for argument in cause.args):
            cause.args = tuple(str(argument).replace(secret_key, SECRET_KEY_MASK) for argument in cause.args)
        cause = cause.__cause__ or cause.__context__
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
    return kind(_describe(error, sent), info, reached=not isinstance(error, _NEVER_CONNECTED))


def _describe(error: Exception, sent: httpx.Request) -> str:
    """Return the problem, with the host and, for a timeout, the phase and its seconds."""
    host = sent.url.netloc.decode("ascii")
    name = type(error).__name__
    if type(error) in _PHASES:
        phase, doing = _PHASES[type(error)]
        limit = sent.extensions["timeout"][phase]
        after = "" if limit is None else f" after {limit:.3g} s"
        return f"timed out{after} {doing} {host} ({name})"
    if isinstance(error, DeadlineExceeded):
        return str(error)
    text = f"{error} ({name})" if str(error) else name
    return f"no connection to {host}: {text}" if isinstance(error, httpx.ConnectError) else text
