"""Errors can be pickled, copied and sent to other processes without loss."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import clerkkit.errors
from clerk_bapi import ApiError, ClerkError, ConnectionFailed, RequestInfo, Response, TransportError
from clerkkit import Drift
from tests.core.error_samples import BODY, GET_USER, drawn_tree, failure, through_pickle
from tests.loopback import refused, respond, send_by


def sample(name: str) -> ClerkError:
    """Return an error of the class, with all attributes set."""
    kind = getattr(clerkkit.errors, name)
    info = RequestInfo("GET", "/users/user_1", "GET /users/{user_id}")
    if issubclass(kind, ApiError):
        headers = httpx.Headers({"CF-Ray": "ray", "Retry-After": "7"})
        return kind(info, Response(418, headers, json.dumps(BODY).encode()))
    if issubclass(kind, TransportError):
        return kind("broke", info, reached=False)
    made: dict[str, Callable[[], ClerkError]] = {
        "InvalidArgument": lambda: kind("name", "is wrong"),
        "TokenRefused": lambda: kind("token-expired", "It is old.", detail="finer", hint="Wait.", status=401),
        "WebhookVerificationError": lambda: kind("body-invalid", "is wrong"),
        "DriftDetected": lambda: kind([Drift("GET /users", "/id", "missing key", "string", "nothing", 1)]),
    }
    return made.get(name, lambda: kind("some text"))()


PUBLIC = (
    *("status_code", "errors", "trace_id", "retry_after", "text", "problem", "argument", "reached", "request"),
    *("code", "message", "param_name", "errno", "strerror", "filename", "args"),
    *("reason", "detail", "hint", "status", "drifts"),
)
COPIERS: dict[str, Callable[[Any], Any]] = {
    **{f"pickle {number}": lambda error, number=number: through_pickle(error, number) for number in range(2, 6)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def assert_same(one: ClerkError, other: ClerkError) -> None:
    assert type(one) is type(other)
    assert one is not other
    assert (str(one), repr(one)) == (str(other), repr(other))
    for name in PUBLIC:
        if name == "args" and isinstance(one, ApiError):  # the response is compared below
            continue
        assert getattr(one, name, "nothing") == getattr(other, name, "nothing"), name
    if isinstance(one, ApiError) and isinstance(other, ApiError):
        assert one.response.content == other.response.content
        assert one.response.headers == other.response.headers
        assert one.response.headers["cf-ray"] == other.response.headers["CF-RAY"]


@pytest.mark.parametrize("copier", COPIERS)
@pytest.mark.parametrize("name", drawn_tree())
def test_errors_of_all_classes_can_be_copied(name: str, copier: str) -> None:
    error = sample(name)
    error.add_note("by the way")
    assert_same(error, COPIERS[copier](error))
    str(error)  # caches what is parsed from the body
    assert_same(error, COPIERS[copier](error))
    assert COPIERS[copier](error).__notes__ == ["by the way"]


@pytest.mark.parametrize("script", [respond(422, BODY, {"CF-Ray": "ray"}), respond(200, b"<html>", {"CF-Ray": "ray"})])
def test_raised_api_error_can_be_copied(script: bytes) -> None:
    error = failure(script)
    for copier in COPIERS.values():
        assert_same(error, copier(error))


def test_raised_transport_error_can_be_copied() -> None:
    with refused() as url, pytest.raises(ConnectionFailed) as caught:
        send_by("sync", GET_USER, url)
    for copier in COPIERS.values():
        assert_same(caught.value, copier(caught.value))


def test_error_with_a_deep_body_can_be_copied() -> None:
    """The body is too deep for pickle and deepcopy, which therefore must copy the bytes only."""
    depth = 500
    error = failure(
        respond(400, b'{"errors": [{"code": "a", "meta": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]}")
    )
    assert error.errors[0].code == "a"
    for copier in COPIERS.values():
        other = copier(error)
        assert other.response.content == error.response.content
        assert [detail.code for detail in other.errors] == ["a"]
