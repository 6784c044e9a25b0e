"""Our tasks and those of plain httpx and json, in one process: `ours.py USERS.json USER.json BASE_URL`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx
from loop import check, repeated, serve

from clerk_bapi import Client, Response
from clerk_bapi.api import get_user, get_user_list


def main() -> None:
    many, one = (Path(name).read_bytes() for name in sys.argv[1:3])
    base_url = sys.argv[3]
    headers = {"content-type": "application/json"}
    list_request, user_request = get_user_list(), get_user("user_1")
    client = Client("sk_test_x", base_url=base_url)
    plain = httpx.Client()
    url, authorization = f"{base_url}/users/user_1", {"Authorization": "Bearer sk_test_x"}

    check("users", len(list_request.decode(Response(200, headers, many))), len(json.loads(many)))
    check("user", client.send(get_user("user_1")).to_dict(), json.loads(one))
    check("plain", json.loads(plain.get(url, headers=authorization).content), json.loads(one))
    serve(
        {
            "users": repeated(lambda: list_request.decode(Response(200, headers, many))),
            "user": repeated(lambda: user_request.decode(Response(200, headers, one))),
            "call": repeated(lambda: client.send(get_user("user_1"))),
            "plain users": repeated(lambda: json.loads(many)),
            "plain user": repeated(lambda: json.loads(one)),
            "plain call": repeated(lambda: json.loads(plain.get(url, headers=authorization).content)),
        }
    )


if __name__ == "__main__":
    main()
