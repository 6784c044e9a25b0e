"""Tools that print objects hide the same secrets as `repr`: rich, its tracebacks, structlog, pprint and help()."""

from __future__ import annotations

import base64
import importlib
import inspect
import io
import json
import math
import os
import pkgutil
import pprint
import traceback
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import attrs
import httpx
import pytest
import structlog
from rich.console import Console
from rich.traceback import Traceback

import clerk_bapi
import clerk_core
import clerkkit
from clerk_bapi.models import JWKSSymmetricKey, SignInToken, User
from clerk_core import Model
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions, SessionClaims
from clerkkit.testing import signed_webhook
from clerkkit.webhooks import WebhookVerificationError, verify_webhook
from tests.core.test_model import SECRET
from tests.generated.json_samples import attributes, classes

each = pytest.mark.parametrize
KEY = "".join(("sk_test_", "confidential"))
NEED_SETTINGS = {"drf", "ninja", "spectacular"}
"""Modules that can be imported only if Django is configured."""


def by_rich(shown: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(shown)
    printed: Any = console.file
    return str(printed.getvalue())


def by_structlog(shown: object) -> str:
    rendered = structlog.processors.JSONRenderer()(None, "info", {"event": "x", "shown": [shown]})
    return f"{rendered!r}{structlog.dev.ConsoleRenderer()(None, 'info', {'event': 'x', 'shown': shown})}"


PRINTERS: list[Callable[[object], str]] = [repr, pprint.pformat, by_rich, by_structlog]


@each("show", PRINTERS)
def test_secrets_of_models_are_hidden(show: Callable[[object], str]) -> None:
    for kind in classes():
        for attribute, key in attributes(kind).items():
            if SECRET.search(key):
                model = kind.from_dict({attribute: "confidential", "id": "shown", "x": [{"token": ["confidential"]}]})
                text = show([model, {"inside": model}])
                assert "confidential" not in text
                assert text.count("shown") >= 2


@each("show", PRINTERS)
def test_links_and_keys_are_hidden(show: Callable[[object], str]) -> None:
    token = SignInToken.from_dict({"url": "https://x.example/?ticket=confidential", "nested": {"jwt": "confidential"}})
    key = JWKSSymmetricKey.from_dict({"kty": "oct", "k": "confidential", "__rich_repr__": 1, "__attrs_attrs__": 2})
    for model in (token, key, Model.from_dict({"keys": [{"kty": "oct", "d": "confidential"}]})):
        assert "confidential" not in show(model)
        assert type(model).__name__ in show(model)


def test_rich_shows_the_same_as_repr() -> None:
    user = User.from_dict({"id": "user_1", "email_addresses": [{"id": "idn_1"}], "unknown": {"a": 1}})
    assert "".join(by_rich(user).split()) == "".join(repr(user).split())
    assert by_rich(Model.from_dict({"deep": {"a": [{}]}})).strip() == "Model(deep={'a': [{}]})"


def holders() -> Iterator[object]:
    """Yield objects whose secrets `repr` hides."""
    private = {"jwt_key": None, "machine_secret_key": "ak_confidential"}
    clerk = Clerk(KEY)
    yield from (clerk, AsyncClerk(KEY), clerk_bapi.Client(KEY), clerk.users, clerk.auth)
    yield AuthOptions(publishable_key="pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", **private)
    yield clerk_bapi.api.create_user(password="confidential")
    yield clerk_core.Response(200, {"x": "confidential"}, b"confidential")
    yield clerk_core.File(b"confidential", "name.txt")
    yield signed_webhook({"type": "user.created", "data": {}}, "whsec_Y29uZmlkZW50aWFsY29uZmlkZW50aWFs")


@each("show", PRINTERS)
def test_secrets_of_other_objects_are_hidden(show: Callable[[object], str]) -> None:
    for holder in holders():
        assert "confidential" not in show(holder), type(holder)
        assert "whsec_" not in show(holder), type(holder)


# -- every class and function --------------------------------------------------------------------------------------


def members() -> Iterator[tuple[str, Any]]:
    """Yield every class and function of all modules, including integrations."""
    for package in (clerk_core, clerk_bapi, clerkkit):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.startswith("clerkkit.sync.django."):  # needs an installed app
                continue
            if not NEED_SETTINGS.intersection(found.name.split(".")):
                module = importlib.import_module(found.name)
                for name, member in vars(module).items():
                    if getattr(member, "__module__", None) == module.__name__:
                        yield f"{module.__name__}.{name}", member


MEMBERS = list(dict(members()).items())


def test_classes_with_their_own_repr_define_rich_repr() -> None:
    kinds = [kind for _, kind in MEMBERS if isinstance(kind, type) and (is_dataclass(kind) or attrs.has(kind))]
    own = [kind for kind in kinds if inspect.getsourcefile(kind.__repr__) == inspect.getsourcefile(_home(kind))]
    assert len(own) > 250  # models, and claims
    assert SessionClaims in own
    assert [kind for kind in own if not hasattr(kind, "__rich_repr__")] == []


def _home(kind: type) -> type:
    """Return the class that defines `__repr__`."""
    return next(base for base in kind.__mro__ if "__repr__" in vars(base))


def test_no_default_argument_is_the_environment() -> None:
    functions = [(name, member) for name, member in MEMBERS if callable(member)]
    functions += [
        (f"{name}.{attribute}", getattr(kind, attribute))
        for name, kind in MEMBERS
        if isinstance(kind, type) and not issubclass(kind, Model)
        for attribute, member in vars(kind).items()
        if inspect.isfunction(member) or isinstance(member, classmethod | staticmethod)
    ]
    looked_at = 0
    for name, function in functions:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            continue
        looked_at += 1
        assert not any(parameter.default is os.environ for parameter in parameters), name
    assert looked_at > 500


# -- tracebacks ----------------------------------------------------------------------------------------------------


def respond(status: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, text=f"<html>{request.headers['Authorization']}", request=request)


def break_off(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("broke", request=request)


@each("handler", [respond(404), respond(500), respond(200), respond(302), break_off])
def test_traceback_with_variables_does_not_show_the_key(handler: Callable[[httpx.Request], httpx.Response]) -> None:
    http = httpx.Client(transport=httpx.MockTransport(handler))
    with http, Clerk(KEY, http_client=http, max_retries=0) as clerk, pytest.raises(clerkkit.ClerkError) as caught:
        clerk.users.get("user_1")
    text = traceback_with_variables(caught.value)
    assert "user_1" in text
    assert "users.py" in text
    assert KEY not in text


def traceback_with_variables(error: Exception) -> str:
    """Return the traceback with the local variables of all frames, as three tools print it."""
    found = (type(error), error, error.__traceback__)
    text = by_rich(Traceback.from_exception(*found, show_locals=True, locals_max_string=1000, locals_max_length=100))
    text += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=True, locals_max_string=1000)(found)
    return (text + json.dumps(frames, default=repr)).replace("\n", "")


MALFORMED = {
    "CLERK_SECRET_KEY": f'"{KEY}"',
    "CLERK_MACHINE_SECRET_KEY": KEY,
    "CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
    "CLERK_WEBHOOK_SIGNING_SECRET": f'"{KEY}"',
}
SIGNING = {"CLERK_WEBHOOK_SIGNING_SECRET": f"whsec_{base64.b64encode(KEY.encode()).decode()}"}
OLD = {"svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": "v1,x"}
FUTURE = {**OLD, "svix-timestamp": "999999999999"}


@each(
    "variables, function",
    [
        (MALFORMED, Clerk),
        (MALFORMED, AsyncClerk),
        (MALFORMED, AuthOptions.from_environment),
        (MALFORMED, lambda: clerk_bapi.Client(MALFORMED["CLERK_SECRET_KEY"])),
        (MALFORMED, lambda: clerk_bapi.AsyncClient(MALFORMED["CLERK_SECRET_KEY"])),
        (MALFORMED, lambda: Clerk(MALFORMED["CLERK_SECRET_KEY"])),
        (MALFORMED, lambda: AuthOptions(machine_secret_key=KEY, accepts_token="m2m_token")),
        (MALFORMED, lambda: verify_webhook(b"{}", OLD)),
        (SIGNING, lambda: verify_webhook(b"{}", {})),
        (SIGNING, lambda: verify_webhook(b"{}", OLD)),
        (SIGNING, lambda: verify_webhook(b"{}", FUTURE)),
        (SIGNING, lambda: verify_webhook(b"{}", OLD, tolerance=math.inf)),
        (SIGNING, lambda: verify_webhook(b"{}", OLD, SIGNING["CLERK_WEBHOOK_SIGNING_SECRET"])),
        (SIGNING, lambda: Clerk("sk_test_x").webhooks.verify(b"{}", OLD)),
    ],
)
def test_traceback_with_variables_does_not_show_configured_secrets(
    variables: dict[str, str], function: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    del variables, name, value
    with pytest.raises(clerkkit.ClerkError) as caught:
        function()
    text = traceback_with_variables(caught.value)
    assert "test_secrets_shown.py" in text
    assert KEY not in text
    assert SIGNING["CLERK_WEBHOOK_SIGNING_SECRET"] not in text


def test_hiding_variables_keeps_the_traceback_of_the_error_in_hand() -> None:
    def verify_after_failing(given: dict[str, str]) -> None:
        try:
            print(given["missing"])
        except KeyError:
            verify_webhook(b"{}", {}, "whsec_eA==")

    with pytest.raises(WebhookVerificationError) as caught:
        verify_after_failing({})
    assert isinstance(caught.value.__context__, KeyError)
    assert caught.value.__context__.__traceback__ is not None
