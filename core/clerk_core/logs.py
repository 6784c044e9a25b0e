"""Keep the URLs of requests out of httpx's log: they may contain email addresses, phone numbers and nonces."""

from __future__ import annotations

import logging


class Unlogged:
    """A mixin that marks the URLs of this library's requests."""


class HttpxLogFilter(logging.Filter):
    """Drops httpx's records of requests that this library sends, and keeps all others."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to keep a record: it is not about a request of this library."""
        return not (isinstance(record.args, tuple) and any(isinstance(value, Unlogged) for value in record.args))


httpx_log_filter = HttpxLogFilter()
"""The filter of the logger `httpx`. To log all requests, pass it to that logger's `removeFilter`."""

logging.getLogger("httpx").addFilter(httpx_log_filter)
