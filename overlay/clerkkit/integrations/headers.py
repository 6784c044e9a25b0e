"""The headers of a response to an authenticated request: what the state adds, and what caches are told."""

from __future__ import annotations

from collections.abc import Iterable

from clerkkit.auth import RequestState

VARY = ("Cookie", "Authorization")
"""Request headers that decide who is signed in, and so what a response says."""

UNCACHED = "private, no-store"
"""The `Cache-Control` of responses that hold a visitor's cookies or send a browser to Clerk."""

_SEVERAL = frozenset({"set-cookie"})
"""Headers that both the application and the state may set."""


def is_personal(state: RequestState) -> bool:
    """Return whether the response sets Clerk's cookies or redirects, so that no cache may keep it."""
    return any(name in ("set-cookie", "location") for name, _ in state.headers)


def response_headers(state: RequestState, own: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """Return all headers of a response whose application sets `own`.

    `Vary` is merged. Of other headers the application's value is kept, except `Cache-Control` where the response is
    personal.
    """
    replaced = {"vary", "cache-control"} if is_personal(state) else {"vary"}
    kept: list[tuple[str, str]] = []
    varying: list[str] = []
    for name, value in own:
        if name.lower() == "vary":
            varying.append(value)
        if name.lower() not in replaced:
            kept.append((name, value))
    names = {name.lower() for name, _ in kept} - _SEVERAL | replaced
    added = [(name, value) for name, value in state.headers if name not in names]
    if is_personal(state):
        added.append(("cache-control", UNCACHED))
    return [*kept, *added, ("vary", merged_vary(varying))]


def merged_vary(values: Iterable[str]) -> str:
    """Return a `Vary` that has `VARY` and the names in `values`, each once; `*` if that is one of them."""
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if "*" in names:
        return "*"
    known = {name.lower() for name in names}
    return ", ".join([*names, *(name for name in VARY if name.lower() not in known)])
