"""Finds the organization that a URL asks for, by patterns of paths such as `/orgs/:slug` and `/orgs/:slug/(.*)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from clerk_core import InvalidArgument
from clerk_core.guards import is_collection
from clerkkit.auth.tokens.claims import SessionClaims

_PIECE = re.compile(r":(\w+)|(\(\.\*\))|([^:(){}?*+\\]+)", re.ASCII)


class Target(NamedTuple):
    """The organization that a URL asks for; the personal account if it has neither id nor slug."""

    id: str | None = None
    slug: str | None = None

    @property
    def id_or_slug(self) -> str:
        """The id or slug; empty for the personal account."""
        return self.id or self.slug or ""

    def is_active(self, claims: SessionClaims) -> bool:
        """Return whether this organization, or the personal account, is active in the session."""
        if self.id:
            return claims.org_id == self.id
        if self.slug:
            return claims.org_slug == self.slug
        return claims.org_id is None


class PathPatterns(NamedTuple):
    """The compiled patterns of `organization_patterns` and `personal_account_patterns`."""

    organizations: tuple[re.Pattern[str], ...]
    personal: tuple[re.Pattern[str], ...]

    def find_target(self, path: str) -> Target | None:
        """Return the target of a path; None if no pattern matches."""
        for pattern in self.organizations:
            match = pattern.fullmatch(path)
            if match is not None:
                params = match.groupdict()
                if params.get("id"):
                    return Target(id=params["id"])
                if params.get("slug"):
                    return Target(slug=params["slug"])
                break
        return Target() if any(pattern.fullmatch(path) for pattern in self.personal) else None


def compile_patterns(argument: str, patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Compile patterns: `:name` matches one segment, `(.*)` the rest. Upper and lower case match each other.

    Raises:
        InvalidArgument: a pattern contains other syntax.
    """
    if isinstance(patterns, str):
        raise InvalidArgument(argument, "expected a list of patterns, got one string")
    if not is_collection(patterns) or not all(isinstance(pattern, str) for pattern in patterns):
        raise InvalidArgument(argument, "expected a list of patterns, which are strings")
    return tuple(_compile(argument, pattern) for pattern in patterns)


def _compile(argument: str, pattern: str) -> re.Pattern[str]:
    expression, end = "", 0
    for piece in _PIECE.finditer(pattern):
        if piece.start() != end:
            break
        name, rest, text = piece.groups()
        if name:
            expression += f"(?P<{name}>[^/#?]+?)"
        else:
            expression += "(?:.*)" if rest else re.escape(text)
        end = piece.end()
    if end != len(pattern) or not pattern.startswith("/"):
        raise InvalidArgument(argument, f"expected paths that contain only :id, :slug and (.*), got {pattern!r}")
    try:
        return re.compile(f"{expression}[/#?]?", re.IGNORECASE)
    except re.error:
        raise InvalidArgument(argument, f"cannot be compiled: {pattern!r}") from None
