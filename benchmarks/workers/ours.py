"""Tasks of clerkkit, plain httpx and json, in one process: `ours.py USERS.json USER.json BASE_URL`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from loop import awaited, check, repeated, serve

from clerk_bapi import Client
from clerk_bapi.api import get_user, list_users
from clerkkit import AsyncClerk, Clerk, Response


def main(runner: asyncio.Runner) -> None:
    many, one = (Path(name).read_bytes() for name in sys.argv[1:3])
    base_url = sys.argv[3]
    headers = {"content-type": "application/json"}
    list_request, user_request = list_users(), get_user("user_1")
    client = Client("sk_test_x", base_url=base_url)
    clerk = Clerk("sk_test_x", base_url=base_url)
    async_clerk = AsyncClerk("sk_test_x", base_url=base_url)
    watched = Clerk("sk_test_x", base_url=base_url, on_drift=list)
    plain, async_plain = httpx.Client(), httpx.AsyncClient()
    url, authorization = f"{base_url}/users/user_1", {"Authorization": "Bearer sk_test_x"}

    async def async_plain_call() -> Any:
        return json.loads((await async_plain.get(url, headers=authorization)).content)

    user = json.loads(one)
    check("users", len(list_request.decode(Response(200, headers, many))), len(json.loads(many)))
    check("Client", client.send(get_user("user_1")).to_dict(), user)
    check("Clerk", clerk.users.get("user_1").to_dict(), user)
    check("AsyncClerk", runner.run(async_clerk.users.get("user_1")).to_dict(), user)
    check("plain", json.loads(plain.get(url, headers=authorization).content), user)
    check("async plain", runner.run(async_plain_call()), user)
    serve(
        {
            "users": repeated(lambda: list_request.decode(Response(200, headers, many))),
            # Without network, which would hide a part of the cost.
            "drift": repeated(lambda: watched._read(list_request, Response(200, headers, many))),
            "plain drift": repeated(lambda: clerk._read(list_request, Response(200, headers, many))),
            "user": repeated(lambda: user_request.decode(Response(200, headers, one))),
            "call by Client": repeated(lambda: client.send(get_user("user_1"))),
            "call": repeated(lambda: clerk.users.get("user_1")),
            "async call": awaited(runner, lambda: async_clerk.users.get("user_1")),
            "plain users": repeated(lambda: json.loads(many)),
            "plain user": repeated(lambda: json.loads(one)),
            "plain call": repeated(lambda: json.loads(plain.get(url, headers=authorization).content)),
            "plain async call": awaited(runner, async_plain_call),
        }
    )


if __name__ == "__main__":
    with asyncio.Runner() as runner:
        main(runner)
