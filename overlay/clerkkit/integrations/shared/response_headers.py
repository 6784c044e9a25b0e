"""The headers of a response to an authenticated request: those of the state, `Vary` and `Cache-Control`."""

from __future__ import annotations

from collections.abc import Iterable

from clerkkit.auth import RequestState

VARY = ("Cookie", "Authorization")
"""Request headers that determine the caller, and so the response."""

NO_STORE = "private, no-store"
"""The `Cache-Control` of responses that set Clerk's cookies or redirect the browser."""

_REPEATABLE = frozenset({"set-cookie"})
"""Headers that the application and the state may both set."""


def is_personal(state: RequestState) -> bool:
    """Return whether the response sets Clerk's cookies or redirects, so that caches must not store it."""
    return any(name in ("set-cookie", "location") for name, _ in state.headers)


def response_headers(state: RequestState, own: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """Return all headers of a response for which the application sets `own`.

    `Vary` is merged. Of other headers, the application's value wins, except for `Cache-Control` if the response is
    personal.
    """
    replaced = {"vary", "cache-control"} if is_personal(state) else {"vary"}
    kept: list[tuple[str, str]] = []
    vary_values: list[str] = []
    for name, value in own:
        if name.lower() == "vary":
            vary_values.append(value)
        if name.lower() not in replaced:
            kept.append((name, value))
    names = {name.lower() for name, _ in kept} - _REPEATABLE | replaced
    added = [(name, value) for name, value in state.headers if name not in names]
    if is_personal(state):
        added.append(("cache-control", NO_STORE))
    return [*kept, *added, ("vary", merge_vary(vary_values))]


def merge_vary(values: Iterable[str]) -> str:
    """Return a `Vary` with the names in `values` and in `VARY`, without duplicates; `*` if `values` contain it."""
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if "*" in names:
        return "*"
    known = {name.lower() for name in names}
    return ", ".join([*names, *(name for name in VARY if name.lower() not in known)])
