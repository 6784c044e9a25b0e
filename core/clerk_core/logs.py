"""Keep the URLs of our requests out of httpx's log: they hold email addresses, phone numbers and nonces."""

from __future__ import annotations

import logging


class Unlogged:
    """Marks the URLs of this library's requests, which tells them from those of other users of httpx."""


class HttpxLogFilter(logging.Filter):
    """Drops httpx's records of requests that this library sends, and passes all others."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is about somebody else's request."""
        return not (isinstance(record.args, tuple) and any(isinstance(value, Unlogged) for value in record.args))


httpx_log_filter = HttpxLogFilter()
"""Set on the logger `httpx`; pass it to that logger's `removeFilter` to have all requests logged."""

logging.getLogger("httpx").addFilter(httpx_log_filter)
