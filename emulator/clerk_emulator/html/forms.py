"""Forms: their fields, and the token that shows that a page of the emulator sent them.

A page of another site can send a form too, with the cookies of the browser. It cannot read the token, which belongs to
a cookie of the browser and to this process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from urllib.parse import parse_qsl, urlsplit

from clerk_emulator import errors
from clerk_emulator.request.incoming import IncomingRequest

FIELD = "csrf_token"
COOKIE = "__emulator_form"

_LIMIT = 256 * 1024
"""Largest form in bytes."""
_KEY = secrets.token_bytes(32)
_VALUE = re.compile(r"[\w-]{20,100}", re.ASCII)


class FormError(Exception):
    """A form that cannot be accepted."""


class FormToken:
    """The token of the forms of one browser, with the cookie that it belongs to."""

    def __init__(self, request: IncomingRequest) -> None:
        held = request.cookies.get(COOKIE, "")
        self._is_new = not _VALUE.fullmatch(held)
        self._cookie = secrets.token_urlsafe(24) if self._is_new else held

    @property
    def value(self) -> str:
        """The value of the hidden field."""
        return hmac.new(_KEY, self._cookie.encode(), hashlib.sha256).hexdigest()

    @property
    def set_cookies(self) -> tuple[str, ...]:
        """The values of `Set-Cookie`; none if the browser has the cookie."""
        return (f"{COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Lax",) if self._is_new else ()

    def require(self, form: dict[str, str]) -> None:
        """Raise FormError unless a page of the emulator sent the form."""
        if self._is_new or not hmac.compare_digest(form.pop(FIELD, ""), self.value):
            raise FormError("This form is out of date. Go back, reload the page and try again.")


def _is_from_own_page(request: IncomingRequest) -> bool:
    # Browsers know the origin also where a proxy of the application has changed the host.
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == urlsplit(request.origin).netloc.lower()


async def read(request: IncomingRequest) -> dict[str, str]:
    """Return the fields of a form, the last value of each.

    Raises FormError unless a page of the emulator's own origin sent it as a form of HTML, ClerkAPIError for one that is
    too large, and ClientDisconnectedError.
    """
    if not _is_from_own_page(request):
        raise FormError("The form was sent by a page of another origin.")
    raw = await request.read(_LIMIT)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise errors.unsupported_content_type("application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise FormError("The form cannot be read.") from None
    return dict(pairs)
