"""Which organization a URL asks for: patterns of paths, such as `/orgs/:slug` and `/orgs/:slug/(.*)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from clerk_core import InvalidArgument
from clerk_core.guards import is_items

_PIECE = re.compile(r":(\w+)|(\(\.\*\))|([^:(){}?*+\\]+)", re.ASCII)


class Target(NamedTuple):
    """What a URL asks for. Neither id nor slug: the personal account."""

    id: str | None = None
    slug: str | None = None


class Patterns(NamedTuple):
    """The compiled patterns of the two options."""

    organizations: tuple[re.Pattern[str], ...]
    personal: tuple[re.Pattern[str], ...]

    def target(self, path: str) -> Target | None:
        """What the path asks for; None for nothing."""
        for pattern in self.organizations:
            found = pattern.fullmatch(path)
            if found is not None:
                named = found.groupdict()
                if named.get("id"):
                    return Target(id=named["id"])
                if named.get("slug"):
                    return Target(slug=named["slug"])
                break
        return Target() if any(pattern.fullmatch(path) for pattern in self.personal) else None


def compiled(argument: str, patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """The patterns as regular expressions: `:name` is one segment, `(.*)` the rest, in any case of letters.

    Raises:
        InvalidArgument: one has something else in it.
    """
    if isinstance(patterns, str):
        raise InvalidArgument(argument, "expected a list of patterns, got one string")
    if not is_items(patterns) or not all(isinstance(pattern, str) for pattern in patterns):
        raise InvalidArgument(argument, "expected a list of patterns, which are strings")
    return tuple(_compiled(argument, pattern) for pattern in patterns)


def _compiled(argument: str, pattern: str) -> re.Pattern[str]:
    expression, end = "", 0
    for piece in _PIECE.finditer(pattern):
        if piece.start() != end:
            break
        name, rest, text = piece.groups()
        expression += f"(?P<{name}>[^/#?]+?)" if name else "(?:.*)" if rest else re.escape(text)
        end = piece.end()
    if end != len(pattern) or not pattern.startswith("/"):
        raise InvalidArgument(argument, f"expected paths with :id, :slug and (.*) alone, got {pattern!r}")
    try:
        return re.compile(f"{expression}[/#?]?", re.IGNORECASE)
    except re.error:
        raise InvalidArgument(argument, f"cannot be read: {pattern!r}") from None
