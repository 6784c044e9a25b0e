"""Who is calling? Tokens and requests, verified: `clerk.auth`, and `verify_token` without a client.

Needs the extra `auth`: `pip install "clerkkit[auth]"`.
"""

from typing import TYPE_CHECKING

from clerk_core.lazy import lazy
from clerkkit.auth.claims import SessionClaims
from clerkkit.auth.kinds import TokenType
from clerkkit.auth.machine import MachineToken
from clerkkit.auth.offline import verify_token
from clerkkit.errors import TokenRefused

if TYPE_CHECKING:
    from clerkkit.auth.client import AsyncAuth, Auth, AuthState
    from clerkkit.auth.options import AuthOptions
    from clerkkit.auth.state import Handshake, RequestState, SignedIn, SignedOut
else:
    __getattr__ = lazy(
        __name__,
        {
            **dict.fromkeys(("AsyncAuth", "Auth", "AuthState"), "clerkkit.auth.client"),
            **dict.fromkeys(("Handshake", "RequestState", "SignedIn", "SignedOut"), "clerkkit.auth.state"),
            "AuthOptions": "clerkkit.auth.options",
        },
    )

__all__ = [
    "AsyncAuth",
    "Auth",
    "AuthOptions",
    "AuthState",
    "Handshake",
    "MachineToken",
    "RequestState",
    "SessionClaims",
    "SignedIn",
    "SignedOut",
    "TokenRefused",
    "TokenType",
    "verify_token",
]


def __dir__() -> list[str]:
    return __all__
