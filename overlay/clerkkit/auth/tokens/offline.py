"""`verify_token` without a client: needs the PEM public key of the instance, and no network."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, NoReturn

from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.expectations import CLOCK_SKEW, Texts, build_expectations
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.errors import TokenRefused
from clerkkit.flow import run_flow
from clerkkit.reasons import VERIFICATION_FAILED


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
    """Verify a session token or a token of a JWT template with the PEM public key of the instance, without the network.

    A token of a JWT template does not prove that the user is signed in: it has no `session_id`, and it can outlive the
    session. The arguments are those of `clerk.auth.verify_token`.

    Raises:
        TokenRefused: the token is not accepted; see its `reason`.
        InvalidArgument: an argument is invalid.
    """
    expectations = build_expectations(authorized_parties, audience, issuer, clock_skew, header_type)
    verifier = Verifier(jwt_key=jwt_key, clock=time.time if now is None else lambda: now)
    return run_flow(_refuse_to_send, verifier.verify_claims(token, expectations))


def _refuse_to_send(step: Any) -> NoReturn:
    raise TokenRefused(VERIFICATION_FAILED, f"There is no network here for {step!r}.")
