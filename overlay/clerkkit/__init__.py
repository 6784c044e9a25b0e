"""Clerk's Backend API: the clients `Clerk` and `AsyncClerk`, the models such as `User`, and the errors.

Clients, models and modules (`clerkkit.auth`, `clerkkit.errors`, ...) are imported when they are first used, so that
verifying webhooks and tokens loads no HTTP client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import clerk_bapi.models as _models
    from clerk_bapi import ErrorDetail, File, Model, __version__, to_datetime
    from clerk_bapi.models import *  # noqa: F403  # imported lazily below
    from clerk_core.logs import httpx_log_filter
    from clerkkit import auth as auth
    from clerkkit import codes as codes
    from clerkkit import drift as drift
    from clerkkit import errors as errors
    from clerkkit import events as events
    from clerkkit import integrations as integrations
    from clerkkit import models as models
    from clerkkit import testing as testing
    from clerkkit import webhooks as webhooks
    from clerkkit.call_attempts import CallAttempt
    from clerkkit.clerk import AsyncClerk, Clerk
    from clerkkit.drift import Drift, DriftDetected
    from clerkkit.rate_limit import RateLimitOptions

from clerk_bapi import (
    API_VERSION,
    UNSET,
    ApiError,
    BadRequest,
    ClerkError,
    ClientClosed,
    Conflict,
    ConnectionFailed,
    DetailedResponse,
    Forbidden,
    InvalidArgument,
    InvalidResponse,
    Locked,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    Request,
    RequestInfo,
    Response,
    ServerError,
    TimedOut,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnprocessableEntity,
    Unset,
)
from clerk_core.lazy import lazy

__all__ = [
    "API_VERSION",
    "UNSET",
    "ApiError",
    "AsyncClerk",
    "BadRequest",
    "CallAttempt",
    "Clerk",
    "ClerkError",
    "ClientClosed",
    "Conflict",
    "ConnectionFailed",
    "DetailedResponse",
    "Drift",
    "DriftDetected",
    "ErrorDetail",
    "File",
    "Forbidden",
    "InvalidArgument",
    "InvalidResponse",
    "Locked",
    "Model",
    "NotFound",
    "PayloadTooLarge",
    "PaymentRequired",
    "RateLimitOptions",
    "Request",
    "RequestInfo",
    "Response",
    "ServerError",
    "TimedOut",
    "TooManyRequests",
    "TransportError",
    "Unauthorized",
    "UnprocessableEntity",
    "Unset",
    "__version__",
    "httpx_log_filter",
    "to_datetime",
]

_MODULES = ("auth", "codes", "drift", "errors", "events", "integrations", "models", "testing", "webhooks")

if TYPE_CHECKING:
    __all__ += _models.__all__
else:
    _LAZY = {
        "AsyncClerk": "clerkkit.clerk",
        "CallAttempt": "clerkkit.call_attempts",
        "Clerk": "clerkkit.clerk",
        "__version__": "clerk_bapi",
        "Drift": "clerkkit.drift",
        "DriftDetected": "clerkkit.drift",
        "ErrorDetail": "clerk_bapi",
        "File": "clerk_bapi",
        "Model": "clerk_bapi",
        "RateLimitOptions": "clerkkit.rate_limit",
        "httpx_log_filter": "clerk_core.logs",
        "to_datetime": "clerk_bapi",
    }
    _load = lazy(__name__, _LAZY)
    _names = __all__
    del __all__  # `__getattr__` adds the names of the models, which `import clerkkit` does not load

    def __getattr__(name: str) -> Any:
        if name in _LAZY:
            return _load(name)
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        import clerk_bapi.models

        if name == "__all__":
            return [*{*_names, *clerk_bapi.models.__all__}]
        if name not in clerk_bapi.models.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(clerk_bapi.models, name)

    def __dir__() -> list[str]:
        import clerk_bapi.models

        return [*{*_names, *_MODULES, *clerk_bapi.models.__all__}]
