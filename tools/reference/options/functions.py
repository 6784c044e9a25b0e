"""Write the pages about the options of webhooks, of the copy in a database, and of helpers for tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from clerkkit.sync import Sync
from clerkkit.testing import FakeInstance, auth_headers, instance, signed_webhook, webhook_secret
from clerkkit.webhooks import verify_webhook
from tools.reference import docstrings, execution, markdown
from tools.reference.options import tables

_WEBHOOKS = """\
from clerkkit.testing import signed_webhook, webhook_secret
from clerkkit.webhooks import WebhookVerificationError, verify_webhook

secret = webhook_secret()
hook = signed_webhook({"type": "user.created", "data": {"id": "user_1"}}, secret)
print(verify_webhook(hook.body, hook.headers, secret, tolerance=30).type)

try:
    verify_webhook(hook.body + b" ", hook.headers, secret)
except WebhookVerificationError as error:
    print(error.reason)
"""
_SYNC = """\
import sqlalchemy as sa

from clerkkit.sync import Sync

sync = Sync(sa.create_engine("sqlite://"), instance_id="ins_1", outbox=True)
sync.create_all()
event = {"type": "user.created", "instance_id": "ins_1", "timestamp": 1778587200000, "data": {"id": "user_1"}}
print(sync.apply(event, "msg_1"), sync.apply(event, "msg_1"))
"""
_TESTING = """\
from clerkkit.auth import verify_token
from clerkkit.testing import instance

fake = instance()
token = fake.session_token("user_1", org_id="org_1", org_role="org:admin")
claims = verify_token(token, jwt_key=fake.jwt_key)
print(claims.user_id, claims.org_role)
"""


def build() -> dict[str, str]:
    """Return the pages."""
    return {
        "webhook-options.md": _page(
            "Webhook options",
            "`verify_webhook` needs no client. `clerk.webhooks.verify` takes the same arguments, except for `now`: it "
            "uses the clock of the client. [Receive webhooks](../webhooks.md) explains the reasons of a rejection.",
            _WEBHOOKS,
            {"verify_webhook": verify_webhook},
            {"secret": "CLERK_WEBHOOK_SIGNING_SECRET"},
        ),
        "sync-options.md": _page(
            "Sync options",
            "The arguments and methods of `Sync`. `AsyncSync` has the same, with an `AsyncEngine` and an `AsyncClerk`; "
            "await its methods. [Copy Clerk's data](../sync.md) explains them.",
            _SYNC,
            {"Sync": Sync.__init__, **_methods(Sync, "sync")},
            {"secret": "CLERK_WEBHOOK_SIGNING_SECRET"},
        ),
        "testing-options.md": _page(
            "Testing options",
            "Helpers of `clerkkit.testing`, which need no network. [Tests](../testing.md) shows how to use them, and "
            "the fixtures for the local Clerk.",
            _TESTING,
            {
                "signed_webhook": signed_webhook,
                "webhook_secret": webhook_secret,
                "auth_headers": auth_headers,
                "instance": instance,
                **_methods(FakeInstance, "instance"),
            },
            {},
        ),
    }


def _page(
    title: str, intro: str, code: str, functions: Mapping[str, Callable[..., Any]], variables: Mapping[str, str]
) -> str:
    output = execution.run(code, title, {})
    return markdown.page(
        f"# {title}",
        intro,
        "## Example",
        markdown.fence(code, "python"),
        "It prints:",
        markdown.fence(output, "text"),
        *(block for name, function in functions.items() for block in _function(name, function, variables)),
    )


def _methods(cls: type[Any], called: str) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a class, in alphabetical order."""
    found = inspect.getmembers(cls, inspect.isfunction)
    return {f"{called}.{name}": method for name, method in found if not name.startswith("_")}


def _function(name: str, function: Callable[..., Any], variables: Mapping[str, str]) -> list[str]:
    parameters = docstrings.parameters(function)
    result = str(inspect.signature(function).return_annotation)
    errors = [f"- `{error}`: {text}" for error, text in docstrings.section(function, "Raises").items()]
    used = {key: value for key, value in variables.items() if any(one.name == key for one in parameters)}
    return [
        f"## {name}",
        docstrings.summary(function),
        *docstrings.description(function),
        tables.render(parameters, variables=used) if parameters else "",
        f"Returns `{result}`." if result not in ("None", "<class 'inspect._empty'>") else "",
        "\n".join(["Raises:", "", *errors]) if errors else "",
    ]
