"""Describe the methods of Clerk's SDK for Python (`signatures`), or send calls of them (`requests`); print JSON.

This runs in an environment with that SDK and without this project. Nothing leaves the machine.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import defaultdict
from typing import Any, get_args

import httpx
from clerk_backend_api import Clerk

OPTIONS = {"retries", "server_url", "timeout_ms", "http_headers"}
REFUSAL = {"errors": [{"code": "x", "message": "x", "long_message": "x"}]}
RECORDED: list[httpx.Request] = []


class Values(defaultdict[str, Any]):
    """The names in a call: the client, and a text for each variable."""

    def __missing__(self, name: str) -> str:
        return f"{name}_1"


def refuse(request: httpx.Request) -> httpx.Response:
    """Record a request, and respond with an error, which ends the call."""
    request.read()
    RECORDED.append(request)
    return httpx.Response(404, json=REFUSAL)


clerk = Clerk(bearer_auth="sk_test_x", client=httpx.Client(transport=httpx.MockTransport(refuse)))


def signatures() -> list[dict[str, Any]]:
    """Return the name, the operation and the parameters of each method of each group."""
    found: list[dict[str, Any]] = []
    for group in clerk._sub_sdk_map:
        for name, method in inspect.getmembers(getattr(clerk, group), inspect.ismethod):
            if name.startswith("_") or name.endswith("_async") or name == "do_request":
                continue
            (operation,) = set(re.findall(r'operation_id="(\w+)"', inspect.getsource(method)))
            parameters = [one for one in inspect.signature(method).parameters.values() if one.name not in OPTIONS]
            found.append(
                {
                    "name": f"{group}.{name}",
                    "operation": operation,
                    "parameters": {one.name: one.default is one.empty for one in parameters},
                    "request": _fields(method) if "request" in [one.name for one in parameters] else {},
                }
            )
    return found


def _fields(method: Any) -> dict[str, bool]:
    """Return the fields of the model that a method takes as `request`, and whether each is required."""
    models = _alternatives(inspect.get_annotations(method, eval_str=True)["request"])
    forms = [one.model_fields for one in models if hasattr(one, "model_fields")]
    newest = forms[-1] if forms else {}
    return {name: field.is_required() for name, field in newest.items()}


def _alternatives(hint: Any) -> list[Any]:
    """Return the types of a union, within which there can be other unions."""
    hint = getattr(hint, "__value__", hint)
    return [hint, *(deeper for one in get_args(hint) for deeper in _alternatives(one))]


def send(call: str) -> dict[str, Any]:
    """Return the request that a call sends, or the error of a call that sends none."""
    RECORDED.clear()
    error = "it sends nothing"
    try:
        eval(call, {}, Values(None, {"clerk": clerk, "image": b"\x89PNG\r\n\x1a\n"}))  # the project's own page
    except Exception as raised:
        error = f"{type(raised).__name__}: {str(raised)[:200]}"
    if len(RECORDED) != 1:
        return {"error": error}
    return describe(RECORDED[0])


def describe(request: httpx.Request) -> dict[str, Any]:
    """Return what a request says, as JSON."""
    is_json = "json" in request.headers.get("content-type", "")
    return {
        "method": request.method,
        "path": request.url.path,
        "query": {name: request.url.params.get_list(name) for name in request.url.params},
        "body": json.loads(request.content) if is_json and request.content else {},
    }


if __name__ == "__main__":
    print(json.dumps(signatures() if sys.argv[1:] == ["signatures"] else [send(call) for call in json.load(sys.stdin)]))
