"""The official SDK's tasks, by the code that it runs after a response: `official.py USERS.json USER.json BASE_URL`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from clerk_backend_api import Clerk, models
from clerk_backend_api.utils.unmarshal_json_response import unmarshal_json_response
from loop import Task, check, repeated, serve


def _decoding(kind: Any, content: bytes) -> Task:
    def prepare(count: int) -> Callable[[], object]:
        # A response keeps its text once it was asked for it: a fresh one for each time, as after a call.
        responses = iter(
            [httpx.Response(200, headers={"content-type": "application/json"}, content=content) for _ in range(count)]
        )
        return lambda: unmarshal_json_response(kind, next(responses))

    return prepare


def main() -> None:
    many, one = (Path(name).read_bytes() for name in sys.argv[1:3])
    clerk = Clerk(bearer_auth="sk_test_x", server_url=sys.argv[3])
    users, user = _decoding(list[models.User], many), _decoding(models.User, one)

    read: Any = users(1)()
    check("users", len(read), len(json.loads(many)))
    check("user", clerk.users.get(user_id="user_1").id, json.loads(one)["id"])
    serve({"users": users, "user": user, "call": repeated(lambda: clerk.users.get(user_id="user_1"))})


if __name__ == "__main__":
    main()
