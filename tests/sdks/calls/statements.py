"""Try what docs/guides/migrate-from-the-official-sdk.md says about Clerk's SDK, and print what is not so, as JSON.

This runs in an environment with that SDK and without this project. Nothing leaves the machine.
"""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import httpx
from clerk_backend_api import Clerk, models
from clerk_backend_api.security.types import AuthenticateRequestOptions, VerifyTokenOptions
from clerk_backend_api.types import UNSET
from pydantic import ValidationError

TEMPLATE = {
    "object": "jwt_template",
    "id": "jtmp_1",
    "name": "mine",
    "claims": {"plan": "pro"},
    "lifetime": 60,
    "allowed_clock_skew": 5,
    "custom_signing_key": False,
    "signing_algorithm": "RS256",
    "created_at": 0,
    "updated_at": 0,
}
TOKEN = {
    "object": "sign_in_token",
    "id": "sit_1",
    "status": "pending",
    "user_id": "user_1",
    "created_at": 0,
    "updated_at": 0,
}
REFUSAL = {"errors": [{"code": "resource_not_found", "message": "x", "long_message": "x"}]}


def call(answer: Any, send: Callable[[Clerk], Any]) -> tuple[Any, list[httpx.Request]]:
    """Return the result or the error of a call, and its requests; each of which gets an answer, or the last one."""
    answers = list(answer) if isinstance(answer, list) else [answer]
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        request.read()
        requests.append(request)
        one = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(one, Exception):
            raise one
        status, body = one
        return httpx.Response(status, json=body)

    with httpx.Client(transport=httpx.MockTransport(respond)) as http, mock.patch.object(time, "sleep"):
        try:
            return send(Clerk(bearer_auth="sk_test_x", client=http)), requests
        except Exception as error:
            return error, requests


def create(clerk: Clerk) -> Any:
    """Send a POST, which a second try would repeat."""
    return clerk.users.create(first_name="Ada")


def get(clerk: Clerk) -> Any:
    """Send a GET."""
    return clerk.users.get(user_id="user_1")


def revoke(clerk: Clerk) -> Any:
    """Revoke a sign-in token, whose `url` Clerk may leave out."""
    return clerk.sign_in_tokens.revoke(sign_in_token_id="sit_1")


def get_template(clerk: Clerk) -> Any:
    """Read a JWT template."""
    return clerk.jwt_templates.get(template_id="jtmp_1")


def main() -> None:
    """Print the statements that are not true."""
    unavailable, limited, missing, broken = (503, {}), (429, REFUSAL), (404, REFUSAL), (200, {"id": "user_1"})
    _, posts = call([unavailable, unavailable, missing], create)
    _, reconnected = call([httpx.ConnectError("x"), missing], create)
    error, limits = call(limited, get)
    not_found, _ = call(missing, get)
    incomplete, _ = call(broken, get)
    without_url, _ = call((200, TOKEN), revoke)
    new_status, _ = call((200, TOKEN | {"status": "paused"}), revoke)
    template, _ = call((200, TEMPLATE | {"new_key": 1}), get_template)
    _, updates = call(missing, lambda clerk: clerk.oauth_applications.update(oauth_application_id="x", name="Engines"))
    invalid, _ = call(missing, lambda clerk: clerk.users.list(request={"limit": "x"}))
    clerk = Clerk(bearer_auth="sk_test_x")
    options = {*inspect.signature(Clerk).parameters, *AuthenticateRequestOptions.__dataclass_fields__}
    statements = {
        "has the options that the page names": {
            *("bearer_auth", "server_url", "client", "async_client", "timeout_ms", "retry_config"),
            *("authorized_parties", "audience", "jwt_key", "accepts_token", "clock_skew_in_ms"),
        }
        <= options,
        "accepts all types of tokens by default": AuthenticateRequestOptions().accepts_token == ["any"],
        "verifies at most 5 seconds after a token has expired": VerifyTokenOptions().clock_skew_in_ms == 5000,
        "retries a POST after a 5xx": len(posts) == 3,
        "retries a POST after a failed connection": len(reconnected) == 2,
        "raises a 429 at once": len(limits) == 1 and error.status_code == 429,
        "raises a 429 as SDKError": isinstance(error, models.SDKError),
        "names a documented error's code": isinstance(not_found, models.ClerkErrors)
        and not_found.data.errors[0].code == "resource_not_found",
        "raises ResponseValidationError for an incomplete response": isinstance(
            incomplete, models.ResponseValidationError
        ),
        "raises ResponseValidationError for an unknown enum value": isinstance(
            new_status, models.ResponseValidationError
        ),
        "reads an absent key as UNSET": without_url.url is not None and without_url.url == UNSET,
        "raises pydantic's errors for invalid arguments": isinstance(invalid, ValidationError),
        "retries for up to an hour": "BackoffStrategy(500, 60000, 1.5, 3600000)"
        in inspect.getsource(clerk.users.create),
        "drops unknown keys": "new_key" not in template.model_dump(),
        "reads the claims of a JWT template as an empty object": template.model_dump()["claims"] == {},
        "resets the scopes of an OAuth application with each update": json.loads(updates[0].content)["scopes"]
        == "profile email",
    }
    print(json.dumps([statement for statement, is_true in statements.items() if not is_true]))


main()
