"""The pages to which a browser is redirected to sign in, to sign up, or to finish the tasks of a pending session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth.requests.adapters.urls import Url, parse_url
from clerkkit.auth.requests.names import DEV_BROWSER, DEV_SESSION, HANDSHAKE, HANDSHAKE_NONCE, SYNCED

_ANY_ORIGIN = "https://site.invalid"
"""The site's own origin, while that is unknown."""
_INTERNAL_PARAMS = (DEV_BROWSER, DEV_SESSION, HANDSHAKE, HANDSHAKE_NONCE)
"""Parameters that pages to return to do not have."""


class Visit(Protocol):
    """The part of a `RequestContext` that the pages depend on."""

    @property
    def url(self) -> Url:
        """The URL that the browser shows. Its authority is empty if it is unknown."""
        ...

    @property
    def can_go_to_sign_in(self) -> bool:
        """Whether a browser loads a page or a frame, so that it can be sent to the sign-in page and come back."""
        ...

    @property
    def is_production(self) -> bool:
        """Whether this is a production instance."""
        ...

    @property
    def dev_browser(self) -> str | None:
        """The token of the development browser."""
        ...


@attrs.frozen
class SignInPages:
    """The pages of an instance, as seen from one request. All URLs are for `Location`.

    What depends on the request is computed when it is needed, since most refused requests need none of it.
    """

    sign_in_url: str
    sign_up_url: str
    find_origin: Callable[[Url], str | None]
    """Returns the origin of `authorized_parties` that a URL is on; None if it is on none of them."""
    is_satellite: bool
    visit: Visit | None = None
    """The request; None if it is unknown."""

    @property
    def page(self) -> Url | None:
        """The page that the browser loads, to which it may return; None if it is unknown."""
        if self.visit is None or not self.visit.url.authority:
            return None
        return self.visit.url.without_params(_INTERNAL_PARAMS)

    @property
    def loads_page(self) -> bool:
        """Whether the browser loads a page or a frame, and so can be redirected."""
        return self.visit is not None and self.visit.can_go_to_sign_in

    @property
    def dev_browser(self) -> str | None:
        """The token of the development browser; None in production."""
        return None if self.visit is None or self.visit.is_production else self.visit.dev_browser

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
        target, page = self._resolve(self.sign_in_url), self.page
        return page is not None and (target.origin, target.path) == (page.origin, page.path)

    def _build(self, url: str, path: str, return_url: str | None) -> str:
        target, page = self._resolve(url), self.page
        target = target._replace(path=target.path.rstrip("/") + path if path else target.path)
        is_elsewhere = page is None or target.authority != page.authority
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
        page = self.page
        resolved = parse_url(f"{page.origin if page else _ANY_ORIGIN}{url}" if url.startswith("/") else url)
        assert resolved is not None, "AuthOptions has checked the URL"
        return resolved

    def _find_return_url(self, given: str | None) -> Url | None:
        page = self.page
        if given is None:
            return page
        is_path = given.startswith("/") and not given.startswith(("//", "/\\"))
        if is_path and page is None:
            raise InvalidArgument("return_url", f"expected an absolute URL, since the page is unknown, got {given!r}")
        url = parse_url(f"{page.origin}{given}" if is_path and page else given)
        is_own = url is not None and page is not None and url.origin == page.origin
        if url is None or not (is_own or self.find_origin(url) == url.origin):
            raise InvalidArgument(
                "return_url", f"expected a path, or a URL on this site or one of authorized_parties, got {given!r}"
            )
        return url
