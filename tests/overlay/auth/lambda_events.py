"""AWS Lambda events in their documented forms: the same request from each event source."""

from __future__ import annotations

from typing import Any

HEADERS = {"Host": "shop.test", "Cookie": "__session=a; b=c", "Authorization": "Bearer x", "Sec-Fetch-Dest": "document"}
SMALL = {name.lower(): value for name, value in HEADERS.items()}
PATH = "/caf%C3%A9/a%20b"


def rest(**more: Any) -> dict[str, Any]:
    """Return an event of a REST API (format 1.0), whose query is decoded."""
    return {
        "resource": "/{proxy+}",
        "path": PATH,
        "httpMethod": "GET",
        "headers": HEADERS,
        "multiValueHeaders": {name: [value] for name, value in HEADERS.items()},
        "queryStringParameters": {"x": " y", "z": ""},
        "multiValueQueryStringParameters": {"x": [" y"], "z": [""]},
        "pathParameters": {"proxy": "x"},
        "stageVariables": None,
        "requestContext": {
            "path": PATH,
            "stage": "prod",
            "domainName": "id.execute-api.eu-west-1.amazonaws.com",
            "httpMethod": "GET",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": None,
        "isBase64Encoded": False,
        **more,
    }


def http(**more: Any) -> dict[str, Any]:
    """Return an event of an HTTP API or a function URL (format 2.0), whose cookies are not in the headers."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": PATH,
        "rawQueryString": "x=%20y&z",
        "cookies": ["__session=a", "b=c"],
        "headers": {name: value for name, value in SMALL.items() if name != "cookie"},
        "queryStringParameters": {"x": " y", "z": ""},
        "requestContext": {
            "domainName": "id.execute-api.eu-west-1.amazonaws.com",
            "http": {"method": "GET", "path": PATH, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "stage": "$default",
        },
        "isBase64Encoded": False,
        **more,
    }


def balancer(**more: Any) -> dict[str, Any]:
    """Return an event of an Application Load Balancer, whose query is encoded."""
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1"}},
        "httpMethod": "GET",
        "path": PATH,
        "queryStringParameters": {"x": "%20y", "z": ""},
        "headers": {**SMALL, "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"},
        "body": "",
        "isBase64Encoded": False,
        **more,
    }


def balancer_with_lists() -> dict[str, Any]:
    """Return an event of a load balancer with multi-value headers, which replace the single-value ones."""
    event = balancer()
    headers, query = event.pop("headers"), event.pop("queryStringParameters")
    event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    return event


EVENTS = {"REST API": rest, "HTTP API": http, "load balancer": balancer, "load balancer, lists": balancer_with_lists}
