"""Read calls as JSON, and print those that Clerk's SDK for Python does not accept, with the reasons, as JSON.

This runs in an environment with that SDK and without this project. It binds arguments and sends nothing.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from clerk_backend_api import Clerk

PLACEHOLDERS: dict[str, Any] = {"id": "x_1", "user_id": "user_1", "claims": {}}


class Group:
    """Replaces a group of methods, such as `users`: its methods bind their arguments instead of sending a request."""

    def __init__(self, group: object) -> None:
        self._group = group

    def __getattr__(self, name: str) -> Callable[..., inspect.BoundArguments]:
        return inspect.signature(getattr(self._group, name)).bind


class Groups(defaultdict[str, Any]):
    """The names in a call: the groups of the SDK, and placeholders for values."""

    def __missing__(self, name: str) -> Group:
        return Group(getattr(clerk, name))


clerk = Clerk(bearer_auth="sk_test_x")
problems: list[str] = []
for call in json.load(sys.stdin):
    try:
        eval(call, {"__builtins__": {}}, Groups(None, PLACEHOLDERS))  # the project's own page
    except Exception as error:
        problems.append(f"{call}: {error}")
print(json.dumps(problems))
