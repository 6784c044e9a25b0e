"""The ground floor of clerkkit: models, requests, errors and clients. It knows nothing of Clerk's operations."""

from typing import TYPE_CHECKING

from clerk_core._unset import UNSET, Unset
from clerk_core._version import __version__
from clerk_core.error_detail import ErrorDetail
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
    RequestInfo,
    ServerError,
    TimedOut,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnprocessableEntity,
)
from clerk_core.files import File
from clerk_core.lazy import lazy
from clerk_core.model import Model
from clerk_core.page import Page
from clerk_core.request import Request
from clerk_core.response import Detailed, Response
from clerk_core.times import to_datetime

if TYPE_CHECKING:
    from clerk_core.client import AsyncClient, Client
else:
    __getattr__ = lazy(__name__, dict.fromkeys(("AsyncClient", "Client"), "clerk_core.client"))

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
    "Detailed",
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
