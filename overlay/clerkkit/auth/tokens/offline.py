"""Verification without client and network, by the PEM public key of the instance."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, NoReturn

from clerkkit.auth.tokens.checks import CLOCK_SKEW, Texts, expected
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.reasons import FAILED
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.errors import TokenRefused
from clerkkit.flow import drive


def verify_token(
    token: str,
    *,
    jwt_key: str | None,
    authorized_parties: Collection[str] | None = None,
    audience: Texts = None,
    issuer: Texts = None,
    clock_skew: float = CLOCK_SKEW,
    header_type: Texts = None,
    now: float | None = None,
) -> SessionClaims:
    """Verify a session token; the arguments are those of `clerk.auth.verify_token`.

    Raises:
        TokenRefused: the token is not accepted; its `reason` tells why.
        InvalidArgument: an option makes no sense.
    """
    wanted = expected(authorized_parties, audience, issuer, clock_skew, header_type)
    verifier = Verifier(jwt_key=jwt_key, clock=time.time if now is None else lambda: now)
    return drive(_offline, verifier.claims(token, wanted))


def _offline(step: Any) -> NoReturn:
    raise TokenRefused(FAILED, f"There is no network here for {step!r}.")
