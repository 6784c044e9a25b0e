"""Tasks of the official SDK, with its code for responses: `official.py USERS.json USER.json BASE_URL`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from clerk_backend_api import Clerk, models
from clerk_backend_api.utils.unmarshal_json_response import unmarshal_json_response
from loop import Task, awaited, check, each, repeated, serve


def _response(content: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "application/json"}, content=content)


def _decoding(kind: Any, content: bytes) -> Task:
    # A response caches its text, so each repetition uses a new one, as after a call.
    return each(
        lambda response: unmarshal_json_response(kind, response),
        lambda count: [_response(content) for _ in range(count)],
    )


def main(runner: asyncio.Runner) -> None:
    many, one = (Path(name).read_bytes() for name in sys.argv[1:3])
    clerk = Clerk(bearer_auth="sk_test_x", server_url=sys.argv[3])

    check("users", len(unmarshal_json_response(list[models.User], _response(many))), len(json.loads(many)))
    check("user", clerk.users.get(user_id="user_1").id, json.loads(one)["id"])
    check("async user", runner.run(clerk.users.get_async(user_id="user_1")).id, json.loads(one)["id"])
    serve(
        {
            "users": _decoding(list[models.User], many),
            "user": _decoding(models.User, one),
            "call": repeated(lambda: clerk.users.get(user_id="user_1")),
            "async call": awaited(runner, lambda: clerk.users.get_async(user_id="user_1")),
        }
    )


if __name__ == "__main__":
    with asyncio.Runner() as runner:
        main(runner)
