"""The pages of the dashboard, and what their functions receive and return."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from clerk_emulator.control.controls import Controls
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State
from clerk_emulator.storage.store import Store

PREFIX = "/dashboard"

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class View:
    """A page to render: its template and the values in it."""

    template: str
    values: Json


@dataclass(frozen=True)
class Redirect:
    """The page to show after a form was accepted. `notice` says what has happened."""

    path: str
    notice: str


@dataclass(frozen=True)
class PageCall:
    """A request for a page, or a form that was sent."""

    state: State = field(repr=False)
    controls: Controls = field(repr=False)
    origin: str
    """The origin of the request URL, such as http://127.0.0.1:4010."""
    path: dict[str, str]
    """The path parameters by name."""
    query: dict[str, str]
    form: dict[str, str] = field(default_factory=dict[str, str])
    """The fields of the form, without spaces around their values; empty for a page."""

    @property
    def store(self) -> Store:
        """The store. Use it within a transaction."""
        return self.state.store


Handler = Callable[[PageCall], View | Redirect]


@dataclass(frozen=True)
class PageRoute:
    """A page, or what a form of a page does."""

    method: str
    pattern: re.Pattern[str]
    handle: Handler
    form_of: Handler | None
    """The page with the form, which is shown again with an error."""


_ROUTES: list[PageRoute] = []


class NotFound(Exception):
    """There is no page at a path, or nothing with the id in it."""


def page(path: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the page at a path below the prefix, with parameters such as `{user_id}`."""
    return _register("GET", path, None)


def action(path: str, form_of: Handler) -> Callable[[Handler], Handler]:
    """Register the decorated function as what a form of a page does. It raises ValueError or ClerkAPIError."""
    return _register("POST", path, form_of)


def _register(method: str, path: str, form_of: Handler | None) -> Callable[[Handler], Handler]:
    pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path))

    def register(handle: Handler) -> Handler:
        _ROUTES.append(PageRoute(method, pattern, handle, form_of))
        return handle

    return register


def find(method: str, path: str) -> tuple[PageRoute, dict[str, str]]:
    """Return the route of a path below the prefix, and the values of its parameters. Raises NotFound."""
    for route in _ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    raise NotFound(f"There is no page {PREFIX}{path}.")


def view(template: str, **values: Any) -> View:
    """Return a page to render."""
    return View(template, values)
