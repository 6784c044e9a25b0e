"""Call each method of Clerk's SDK for Python, make the checks, and print the results as JSON.

With an argument, only the methods and checks whose names contain it.

This runs in an environment with that SDK and without this project.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

import httpx
from argument_makers import ARGUMENT_MAKERS
from checks import CHECKS
from refused import Refused
from sdk import RECORDED, clerk, error_code, error_status


def methods() -> list[str]:
    """Return the names of all methods of all groups, such as `users.get`, without those for asyncio."""
    return [
        f"{group}.{name}"
        for group in clerk._sub_sdk_map
        for name, _ in inspect.getmembers(getattr(clerk, group), inspect.ismethod)
        if not name.startswith("_") and not name.endswith("_async") and name != "do_request"
    ]


def call(name: str) -> dict[str, Any]:
    """Call a method, and return its requests and its error or documented refusal."""
    group, method = name.split(".")
    try:
        given = ARGUMENT_MAKERS[name]()
    except Exception as error:
        return {"name": name, "requests": [], "error": f"its state cannot be prepared: {error}", "refusal": None}
    refusal = given if isinstance(given, Refused) else None
    sdk = given.pop("sdk", clerk) if isinstance(given, dict) else clerk
    RECORDED.clear()
    failure: str | None = None
    refused = False
    try:
        result = getattr(getattr(sdk, group), method)(**(refusal.given if refusal else given))
        failure = difference(result, RECORDED[-1])
    except Exception as error:
        failure = f"{type(error).__name__}: {str(error)[:400]}"
        refused = refusal is not None and (error_status(error), error_code(error)) == (refusal.status, refusal.code)
    requests = [
        {"method": one.request.method, "path": one.request.url.path, "status": one.status_code} for one in RECORDED
    ]
    return {
        "name": name,
        "requests": requests,
        "error": failure,
        "refusal": refusal.code if refusal and refused else None,
    }


def difference(result: Any, response: httpx.Response) -> str | None:
    """Return how the result differs from the response: in its id, or in the number of items."""
    body = response.json() if "json" in response.headers.get("content-type", "") else None
    if isinstance(body, dict) and "id" in body and getattr(result, "id", None) != body["id"]:
        return f"returned the id {getattr(result, 'id', None)} for {body['id']}"
    items = body.get("data") if isinstance(body, dict) else body
    returned = result if isinstance(result, list) else getattr(result, "data", None)
    if isinstance(items, list) and isinstance(returned, list) and len(items) != len(returned):
        return f"returned {len(returned)} items of {len(items)}"
    return None


def check(name: str) -> dict[str, Any]:
    """Run a check, and return its failure."""
    try:
        passed = CHECKS[name]()
    except Exception as error:
        return {"name": name, "error": f"{type(error).__name__}: {error}"}
    return {"name": name, "error": None if passed else "it is not so"}


def main() -> None:
    """Print the report."""
    text = "".join(sys.argv[1:])
    names = [name for name in methods() if text in name]
    entries = [name for name in ARGUMENT_MAKERS if text in name]
    calls = [call(name) for name in names if name in entries]
    checks = [check(name) for name in CHECKS if text in name]
    print(json.dumps({"methods": names, "entries": entries, "calls": calls, "checks": checks}))


main()
