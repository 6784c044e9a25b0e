"""Requests that fail, for the tests of errors."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest

import clerk_core.errors
from clerk_bapi import ApiError, Client, ErrorDetail, Request, api
from tests.loopback import KEY, respond, serve

PASSWORD = "correct horse battery staple"
GET_USER = api.get_user("user_1")

ERROR = {
    "code": "form_param_format_invalid",
    "message": "is invalid",
    "long_message": "Email address must be a valid email address.",
    "meta": {"param_name": "email_address"},
}
DETAIL = ErrorDetail(**ERROR)
BODY = {"errors": [ERROR], "clerk_trace_id": "trace_of_body"}


def failure(script: Any, request: Request[Any] = GET_USER) -> ApiError:
    """Return the error of a request to which the server responds with `script`."""
    with serve(script) as server, Client(KEY, base_url=server.url) as client, pytest.raises(ApiError) as caught:
        client.send(request)
    return caught.value


Tree = dict[str, set[str]]


def drawn_tree() -> Tree:
    """Return the classes in the documented tree, each with its bases: its parent, and the class in parentheses."""
    tree: Tree = {}
    above: list[str] = []
    for line in (clerk_core.errors.__doc__ or "").splitlines():
        if found := re.match(r"    (?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: \((?P<also>\w+)\))?(?: {2,}|$)", line):
            above[len(found["branch"]) // 4 :] = [found["name"]]
            tree[found["name"]] = {*above[-2:-1], *filter(None, [found["also"]])} or {"Exception"}
    return tree


CUT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: applic"
NO_HTTP = b"SSH-2.0-OpenSSH_9.9\r\n\r\n"
CUT_BODY = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": "us'
CUT_CHUNK = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"id": "us'
BROKEN_GZIP = respond(200, b"\x1f\x8b" + b"no gzip at all", {"Content-Encoding": "gzip"})

# If a body cannot be decompressed, httpx leaves its unfinished generator to trio.
httpx_leaves_a_generator = pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")


def through_pickle(error: Any, protocol: int = pickle.DEFAULT_PROTOCOL) -> Any:
    return pickle.loads(pickle.dumps(error, protocol))
