"""The base of clerkkit: models, requests, errors and clients, independent of Clerk's operations."""

from typing import TYPE_CHECKING

from clerk_core._unset import UNSET, Unset
from clerk_core.errors import (
    ApiError,
    BadRequest,
    ClerkError,
    ClientClosed,
    Conflict,
    ConnectionFailed,
    Forbidden,
    InvalidArgument,
    InvalidResponse,
    Locked,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    ServerError,
    TimedOut,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnprocessableEntity,
)
from clerk_core.lazy import lazy
from clerk_core.request import Request, RequestInfo
from clerk_core.response import DetailedResponse, Response

if TYPE_CHECKING:
    from clerk_core._version import __version__
    from clerk_core.client import AsyncClient, Client
    from clerk_core.files import File
    from clerk_core.models.error_detail import ErrorDetail
    from clerk_core.models.model import Model
    from clerk_core.models.page import Page
    from clerk_core.requests.times import to_datetime
else:
    __getattr__ = lazy(
        __name__,
        {
            "AsyncClient": "clerk_core.client",
            "Client": "clerk_core.client",
            "__version__": "clerk_core._version",
            "ErrorDetail": "clerk_core.models.error_detail",
            "File": "clerk_core.files",
            "Model": "clerk_core.models.model",
            "Page": "clerk_core.models.page",
            "to_datetime": "clerk_core.requests.times",
        },
    )

__all__ = [
    "UNSET",
    "ApiError",
    "AsyncClient",
    "BadRequest",
    "ClerkError",
    "Client",
    "ClientClosed",
    "Conflict",
    "ConnectionFailed",
    "DetailedResponse",
    "ErrorDetail",
    "File",
    "Forbidden",
    "InvalidArgument",
    "InvalidResponse",
    "Locked",
    "Model",
    "NotFound",
    "Page",
    "PayloadTooLarge",
    "PaymentRequired",
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
    "to_datetime",
]


def __dir__() -> list[str]:
    return __all__
