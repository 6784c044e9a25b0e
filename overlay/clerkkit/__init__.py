"""The client for Clerk's Backend API: `from clerkkit import Clerk, AsyncClerk`, and its models: `User` and the others.

Clients, models and modules (`clerkkit.auth`, `clerkkit.errors` and others) are loaded when they are first named:
webhooks and tokens are verified without an HTTP client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import clerk_bapi.models as _models
    from clerk_bapi.models import *  # noqa: F403  # loaded by name below
    from clerk_core.logs import httpx_log_filter
    from clerkkit import auth as auth
    from clerkkit import codes as codes
    from clerkkit import errors as errors
    from clerkkit import events as events
    from clerkkit import integrations as integrations
    from clerkkit import models as models
    from clerkkit import testing as testing
    from clerkkit import webhooks as webhooks
    from clerkkit.clerk import AsyncClerk, Clerk

from clerk_bapi import (
    API_VERSION,
    UNSET,
    ApiError,
    BadRequest,
    ClerkError,
    ClientClosed,
    Conflict,
    ConnectionFailed,
    Detailed,
    ErrorDetail,
    File,
    Forbidden,
    InvalidArgument,
    InvalidResponse,
    Locked,
    Model,
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
    __version__,
    to_datetime,
)
from clerk_core.lazy import lazy
from clerkkit.drift import Drift, DriftDetected
from clerkkit.rate_limit import RateLimitOptions

__all__ = [
    "API_VERSION",
    "UNSET",
    "ApiError",
    "AsyncClerk",
    "BadRequest",
    "Clerk",
    "ClerkError",
    "ClientClosed",
    "Conflict",
    "ConnectionFailed",
    "Detailed",
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

_MODULES = ("auth", "codes", "errors", "events", "integrations", "models", "testing", "webhooks")

if TYPE_CHECKING:
    __all__ += _models.__all__
else:
    _LATE = {"AsyncClerk": "clerkkit.clerk", "Clerk": "clerkkit.clerk", "httpx_log_filter": "clerk_core.logs"}
    _load = lazy(__name__, _LATE)
    _own = __all__
    del __all__  # `__getattr__` adds the models, whose names `import clerkkit` need not load

    def __getattr__(name: str) -> Any:
        if name in _LATE:
            return _load(name)
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        import clerk_bapi.models

        if name == "__all__":
            return [*{*_own, *clerk_bapi.models.__all__}]
        if name not in clerk_bapi.models.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(clerk_bapi.models, name)

    def __dir__() -> list[str]:
        import clerk_bapi.models

        return [*{*_own, *_MODULES, *clerk_bapi.models.__all__}]
