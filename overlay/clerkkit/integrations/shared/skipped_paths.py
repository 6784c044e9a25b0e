"""Paths that a middleware skips."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from clerk_core import InvalidArgument
from clerkkit.auth import AuthOptions


def parse_skipped_paths(skip: Sequence[str]) -> tuple[str, ...]:
    """Return the paths without slashes at their ends.

    Raises:
        InvalidArgument: a path does not begin with a slash, or `skip` is a string instead of a list.
    """
    if isinstance(skip, str) or not all(path.startswith("/") for path in skip):
        raise InvalidArgument("skip", "expected a list of paths such as /health")
    return tuple(path.rstrip("/") for path in skip)


def add_proxy_path(skip: tuple[str, ...], options: AuthOptions) -> tuple[str, ...]:
    """Add the path of the Frontend API's proxy: its handshakes must not be redirected to another handshake."""
    path = urlsplit(options.proxy_url).path.rstrip("/")
    return (*skip, path) if path else skip


def is_skipped(path: str, skip: tuple[str, ...]) -> bool:
    """Return whether a path of the application is one of these paths, or below one.

    `path` must not include the prefix under which the application is mounted (`root_path`, `SCRIPT_NAME`).
    """
    return any(path == one or path.startswith(f"{one}/") for one in skip)
