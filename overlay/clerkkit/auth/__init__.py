"""Verify tokens and authenticate requests: `clerk.auth`, and `verify_token` without a client.

Needs the extra `auth`: `pip install "clerkkit[auth]"`.
"""

from typing import TYPE_CHECKING, Any

from clerk_core.deprecation import superseded
from clerk_core.lazy import lazy
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.auth.tokens.offline import verify_token
from clerkkit.auth.tokens.reverification import Reverification, reverification_error
from clerkkit.auth.tokens.token_types import TokenType
from clerkkit.errors import TokenRefused

if TYPE_CHECKING:
    from clerkkit.auth.client import AsyncAuth, Auth, AuthState
    from clerkkit.auth.requests.options import AuthOptions
    from clerkkit.auth.requests.state import HandshakeState, RequestState, SignedInState, SignedOutState

    SignedIn = SignedInState
else:
    _load = lazy(
        __name__,
        {
            **dict.fromkeys(("AsyncAuth", "Auth", "AuthState"), "clerkkit.auth.client"),
            **dict.fromkeys(
                ("HandshakeState", "RequestState", "SignedInState", "SignedOutState"), "clerkkit.auth.requests.state"
            ),
            "AuthOptions": "clerkkit.auth.requests.options",
        },
    )

    def __getattr__(name: str) -> Any:
        if name == "SignedIn":
            superseded("`SignedIn` was renamed to `SignedInState`")
            name = "SignedInState"
        return _load(name)


__all__ = [
    "AsyncAuth",
    "Auth",
    "AuthOptions",
    "AuthState",
    "HandshakeState",
    "MachineToken",
    "RequestState",
    "Reverification",
    "SessionClaims",
    "SignedInState",
    "SignedOutState",
    "TokenRefused",
    "TokenType",
    "reverification_error",
    "verify_token",
]


def __dir__() -> list[str]:
    return __all__
