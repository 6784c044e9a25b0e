"""The pages to which a browser is redirected to sign in, to sign up, or to finish the tasks of a pending session."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth.requests.names import DEV_BROWSER, SYNCED
from clerkkit.auth.requests.urls import Url, parse_url

_ANY_ORIGIN = "https://site.invalid"
"""Stands for the site's own origin while that is unknown."""


@attrs.frozen
class SignInPages:
    """The pages of an instance, as seen from one request. All URLs are for `Location`."""

    sign_in_url: str
    sign_up_url: str
    find_origin: Callable[[Url], str | None]
    """Returns the origin of `authorized_parties` that a URL is on; None if it is on none of them."""
    page: Url | None = None
    """The page that the browser loads, to which it may return; None if it is unknown."""
    loads_page: bool = False
    """Whether the browser loads a page or a frame, and so can be redirected."""
    dev_browser: str | None = None
    """The token of the development browser; None in production."""
    is_satellite: bool = False

    def build_sign_in_url(self, return_url: str | None, *, path: str = "") -> str:
        """Return the URL of the sign-in page, or of a `path` below it."""
        return self._build(self.sign_in_url, path, return_url)

    def build_sign_up_url(self, return_url: str | None, *, path: str = "") -> str:
        """Return the URL of the sign-up page, or of a `path` below it."""
        if self.sign_up_url:
            return self._build(self.sign_up_url, path, return_url)
        return self._build(self.sign_in_url, f"/create{path}", return_url)

    def is_sign_in_page(self) -> bool:
        """Return whether the browser loads the sign-in page, so that a redirect to it would never end."""
        target = self._resolve(self.sign_in_url)
        return self.page is not None and (target.origin, target.path) == (self.page.origin, self.page.path)

    def _build(self, url: str, path: str, return_url: str | None) -> str:
        target = self._resolve(url)
        target = target._replace(path=target.path.rstrip("/") + path if path else target.path)
        is_elsewhere = self.page is None or target.authority != self.page.authority
        back = self._find_return_url(return_url)
        params: list[tuple[str, str]] = []
        if back is not None:
            if self.is_satellite and is_elsewhere:
                back = back.with_params((SYNCED, "false"))
            params.append(("redirect_url", str(back)))
        if self.dev_browser and is_elsewhere:
            params.append((DEV_BROWSER, self.dev_browser))
        return str(target.with_params(*params) if params else target).removeprefix(_ANY_ORIGIN)

    def _resolve(self, url: str) -> Url:
        """Return a URL; a path is one on this site."""
        resolved = parse_url(f"{self.page.origin if self.page else _ANY_ORIGIN}{url}" if url.startswith("/") else url)
        assert resolved is not None, "AuthOptions has checked the URL"
        return resolved

    def _find_return_url(self, given: str | None) -> Url | None:
        if given is None:
            return self.page
        is_path = given.startswith("/") and not given.startswith(("//", "/\\"))
        if is_path and self.page is None:
            raise InvalidArgument("return_url", f"expected an absolute URL, since the page is unknown, got {given!r}")
        url = parse_url(f"{self.page.origin}{given}" if is_path and self.page else given)
        is_own = url is not None and (self.page is not None and url.origin == self.page.origin)
        if url is None or not (is_own or self.find_origin(url) == url.origin):
            raise InvalidArgument(
                "return_url", f"expected a path, or a URL on this site or one of authorized_parties, got {given!r}"
            )
        return url
