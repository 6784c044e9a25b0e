"""Reads the events that AWS Lambda functions receive from API Gateway (REST and HTTP), function URLs and ALBs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from clerk_core.guards import is_list, is_mapping
from clerkkit.auth.requests.adapters import urls

_IN_PATH = "/:@!$&'()*+,;=~%"


class LambdaRequest(NamedTuple):
    """The request that an event describes."""

    method: str
    url: str
    headers: Mapping[str, Any]


def read_lambda_event(event: Mapping[Any, Any]) -> LambdaRequest | None:
    """Return the request that an event describes; None if the mapping is not an event of an HTTP request.

    Supports the formats of REST APIs (1.0, with `httpMethod`), of HTTP APIs and function URLs (2.0, with
    `requestContext.http` and `cookies`), and of load balancers, whose query is still encoded.
    """
    context = event.get("requestContext")
    if context is None or not is_mapping(context):  # mostly None; the second test is slow for it
        return None
    http = context.get("http")
    if is_mapping(http):
        method, path, query = http.get("method"), event.get("rawPath"), event.get("rawQueryString")
    elif "httpMethod" in event:
        # This path includes the stage or the base path of a custom domain. A load balancer has neither.
        method, path = event["httpMethod"], context.get("path") or event.get("path")
        query = _build_query(event, encoded="elb" in context)
    else:
        return None
    headers = dict(_get_mapping(event, "multiValueHeaders") or _get_mapping(event, "headers"))
    cookies = event.get("cookies")
    if is_list(cookies):
        headers["cookie"] = "; ".join(str(cookie) for cookie in cookies)
    hosts = {str(name).lower(): value for name, value in headers.items()}.get("host")
    host = hosts[0] if is_list(hosts) and hosts else hosts
    url = urls.build_url(
        "https",
        host if isinstance(host, str) else None,
        str(context.get("domainName") or ""),
        quote(str(path or "/"), _IN_PATH),
        str(query or ""),
    )
    return LambdaRequest(str(method), url, headers)


def _get_mapping(event: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    value = event.get(name)
    return value if is_mapping(value) else {}


def _build_query(event: Mapping[Any, Any], *, encoded: bool) -> str:
    params = _get_mapping(event, "multiValueQueryStringParameters") or _get_mapping(event, "queryStringParameters")
    pairs = [
        (str(name), str(value))
        for name, values in params.items()
        for value in (values if is_list(values) else [values])
    ]
    return "&".join(f"{name}={value}" for name, value in pairs) if encoded else urls.encode_params(pairs)
