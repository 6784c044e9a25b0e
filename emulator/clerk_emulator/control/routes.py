"""The table of the control API's routes. Requests are validated by it, and the OpenAPI document is made from it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from clerk_emulator.control.controls import Controls
from clerk_emulator.json_types import Json

PREFIX = "/_emulator"

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ControlCall:
    """A validated request to the control API."""

    controls: Controls
    path: Json
    """The path parameters by name."""
    query: Json
    """The query parameters that were sent, with their types."""
    body: Json
    """The body; empty if it is optional and was not sent."""
    origin: str
    """The origin of the request URL, such as http://127.0.0.1:4010."""


Handler = Callable[[ControlCall], Json | Awaitable[Json | None] | None]
"""Returns the body of the response, or None for a response without one."""


@dataclass(frozen=True)
class Route:
    """A route of the control API."""

    method: str
    path: str
    """The path below `/_emulator`, with parameters such as `{user_id}`."""
    name: str
    """The name of the operation in the OpenAPI document."""
    description: str = field(repr=False)
    handle: Handler = field(repr=False)
    python: tuple[str, ...]
    """The members of `Emulator` that do the same, such as `clock.freeze`."""
    query: dict[str, Json] = field(repr=False)
    """The schemas of the query parameters by name."""
    body: Json | None = field(repr=False)
    """The schema of the body; None if there is none."""
    result: Json | None = field(repr=False)
    """The schema of the response; None if it has no body."""
    waits: bool = False
    """Whether it responds with a 504 if something has not happened in time."""

    @property
    def path_parameters(self) -> list[str]:
        """The names of the parameters in the path, in order."""
        return _PARAMETER.findall(self.path)

    @property
    def body_is_required(self) -> bool:
        """Whether a request must have a body."""
        return bool(self.body and self.body.get("required"))


ROUTES: list[Route] = []


def route(
    method: str,
    path: str,
    *,
    python: str = "",
    query: dict[str, Json] | None = None,
    body: Json | None = None,
    result: Json | None = None,
    waits: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a route. Its docstring describes the route.

    `python` are the members of `Emulator` that do the same, separated by spaces. `query`, `body` and `result` are
    schemas. `waits` is whether it responds with a 504 if something has not happened in time. Raises ValueError if the
    route already has a handler.
    """
    if any((one.method, one.path) == (method, path) for one in ROUTES):
        raise ValueError(f"route: {method} {path} already has a handler")

    def register(handle: Handler) -> Handler:
        ROUTES.append(
            Route(
                method=method,
                path=path,
                name=handle.__name__,
                description=" ".join((handle.__doc__ or "").split()),
                handle=handle,
                python=tuple(python.split()),
                query=query or {},
                body=body,
                result=result,
                waits=waits,
            )
        )
        return handle

    return register


def find(path: str) -> tuple[dict[str, Route], dict[str, str]]:
    """Return the routes at a path below `/_emulator` by method, and the values of its parameters.

    Literal segments take precedence over parameters.
    """
    found: dict[str, Route] = {}
    values: dict[str, str] = {}
    for one in sorted(ROUTES, key=lambda route: len(route.path_parameters)):
        match = re.fullmatch(_PARAMETER.sub(r"(?P<\1>[^/]+)", one.path), path)
        if match and (not found or match.groupdict().keys() == values.keys()):
            found[one.method] = one
            values = match.groupdict()
    return found, values
