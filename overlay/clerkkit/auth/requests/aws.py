"""Reads the events that AWS Lambda functions receive from an API Gateway (REST and HTTP), a function URL, or an ALB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from clerk_core.guards import is_list, is_mapping
from clerkkit.auth.requests import urls

_IN_PATH = "/:@!$&'()*+,;=~%"


class LambdaRequest(NamedTuple):
    """The request in an event."""

    method: str
    url: str
    headers: Mapping[str, Any]


def lambda_request(event: Mapping[Any, Any]) -> LambdaRequest | None:
    """Return the request in an event; None for what is no event of an HTTP request.

    The formats: that of REST APIs (1.0, with `httpMethod`), that of HTTP APIs and function URLs (2.0, with
    `requestContext.http` and `cookies`), and that of load balancers, whose query is not decoded.
    """
    context = event.get("requestContext")
    if not is_mapping(context):
        return None
    http = context.get("http")
    if is_mapping(http):
        method, path, query = http.get("method"), event.get("rawPath"), event.get("rawQueryString")
    elif "httpMethod" in event:
        # With the stage, or the base path of a custom domain, as the browser has it; a load balancer has neither.
        method, path = event["httpMethod"], context.get("path") or event.get("path")
        query = _query(event, encoded="elb" in context)
    else:
        return None
    headers = dict(_mapping(event, "multiValueHeaders") or _mapping(event, "headers"))
    cookies = event.get("cookies")
    if is_list(cookies):
        headers["cookie"] = "; ".join(str(cookie) for cookie in cookies)
    named = {str(name).lower(): value for name, value in headers.items()}.get("host")
    host = named[0] if is_list(named) and named else named
    url = urls.build(
        "https",
        host if isinstance(host, str) else None,
        str(context.get("domainName") or ""),
        quote(str(path or "/"), _IN_PATH),
        str(query or ""),
    )
    return LambdaRequest(str(method), url, headers)


def _mapping(event: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    value = event.get(name)
    return value if is_mapping(value) else {}


def _query(event: Mapping[Any, Any], *, encoded: bool) -> str:
    several = _mapping(event, "multiValueQueryStringParameters")
    given = several or _mapping(event, "queryStringParameters")
    pairs = [
        (str(name), str(value)) for name, found in given.items() for value in (found if is_list(found) else [found])
    ]
    return "&".join(f"{name}={value}" for name, value in pairs) if encoded else urls.form(pairs)
