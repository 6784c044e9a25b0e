"""The requests that clerkkit's calls send, and how those of Clerk's SDK differ from them."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx

from clerkkit import ApiError, Clerk
from tests.sdks.calls.samples import Json

_REFUSAL = {"errors": [{"code": "x", "message": "x", "long_message": "x"}]}


class _Values(defaultdict[str, Any]):
    """The names in a call: the client, and a text for each variable."""

    def __missing__(self, name: str) -> str:
        return f"{name}_1"


def send(call: str) -> Json:
    """Return the one request that a call sends, deprecated or not."""
    sent: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(404, json=_REFUSAL)

    names = _Values(None, {"claims": {}, "image": b"\x89PNG\r\n\x1a\n"})
    with (
        httpx.Client(transport=httpx.MockTransport(refuse)) as http_client,
        Clerk("sk_test_x", http_client=http_client) as clerk,
        warnings.catch_warnings(action="ignore", category=DeprecationWarning),
        contextlib.suppress(ApiError),
    ):
        names["clerk"] = clerk
        eval(call, {}, names)  # the project's own page
    assert len(sent) == 1, call
    return describe(sent[0])


def describe(request: httpx.Request) -> Json:
    """Return what a request says, as JSON."""
    content = request.read()
    is_json = "json" in request.headers.get("content-type", "")
    return {
        "method": request.method,
        "path": request.url.path,
        "query": {name: request.url.params.get_list(name) for name in request.url.params},
        "body": json.loads(content) if is_json and content else {},
    }


def differences(ours: Json, theirs: Json) -> Iterator[str]:
    """Yield how a request of Clerk's SDK differs. It may add what our call leaves out: defaults of the document."""
    if "error" in theirs:
        yield theirs["error"]
        return
    for name in ("method", "path"):
        if ours[name] != theirs[name]:
            yield f"{name} {theirs[name]}, not {ours[name]}"
    for name in ("query", "body"):
        if isinstance(ours[name], list):
            pairs = zip(ours[name], theirs[name], strict=True)
            yield from (f"{name} {other}, not {own}" for own, other in pairs if not own.items() <= other.items())
        else:
            changed = {key: one for key, one in ours[name].items() if theirs[name].get(key) != one}
            if changed:
                yield f"{name} {theirs[name]} instead of {changed}"
