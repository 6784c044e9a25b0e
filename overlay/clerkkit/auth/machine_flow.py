"""How machine tokens are verified: JWTs by their signature, all others by Clerk's API."""

from __future__ import annotations

from typing import Any

from clerk_bapi import api
from clerk_core import ApiError, Request, TransportError
from clerk_core.model import Model
from clerkkit.auth import jwts
from clerkkit.auth.checks import Expected, check_oauth_audience, expected_of_m2m, expected_of_oauth
from clerkkit.auth.errors import TokenRefused
from clerkkit.auth.kinds import API_KEY, M2M, OAUTH, TokenType, has_jwt_form, is_m2m, is_oauth, opaque_kind
from clerkkit.auth.machine import MachineToken, of_answer, of_m2m_jwt, of_oauth_jwt
from clerkkit.auth.reasons import FAILED, INVALID, SECRET_KEY, UNEXPECTED
from clerkkit.auth.steps import Keyed, Steps
from clerkkit.auth.verify import Verifier

_NAMES: dict[TokenType, str] = {M2M: "M2M token", OAUTH: "OAuth access token", API_KEY: "API key"}


def machine_token(
    verifier: Verifier, token: object, wanted: Expected, machine_secret_key: str | None
) -> Steps[MachineToken]:
    """Verify a machine token of any kind.

    Raises:
        TokenRefused: it is not accepted.
    """
    if isinstance(token, str) and len(token) <= jwts.LONGEST:
        if has_jwt_form(token):
            return (yield from _jwt(verifier, token, wanted))
        kind = opaque_kind(token)
        if kind is not None:
            found = yield from _opaque(kind, token, machine_secret_key)
            if kind == OAUTH:
                check_oauth_audience((found.claims or {}).get("aud"), wanted.audience)
            return found
    raise TokenRefused(INVALID, "The token is none of a machine: those begin with mt_, oat_ or ak_, or are JWTs.")


def _jwt(verifier: Verifier, token: str, wanted: Expected) -> Steps[MachineToken]:
    jwt = verifier.parse(token)
    if is_m2m(jwt) and not jwts.is_of_machine(jwt.header.get("cat")):
        raise TokenRefused(INVALID, "The token is of a category (cat) that is not for machines.")
    try:
        if is_m2m(jwt):
            return of_m2m_jwt((yield from verifier.verified(token, expected_of_m2m(wanted), jwts.is_of_machine)))
        if is_oauth(jwt):
            jwt = yield from verifier.verified(token, expected_of_oauth(wanted), _any)
            check_oauth_audience(jwt.claims.get("aud"), wanted.audience)
            return of_oauth_jwt(jwt)
    except TokenRefused as error:
        # What the machine side of Clerk's SDKs says of each failed check, whatever it was.
        raise TokenRefused(FAILED, error.problem, detail=error.detail or error.reason, hint=error.hint) from error
    raise TokenRefused(FAILED, "The token is a JWT, and neither one of a machine nor an OAuth access token.")


def _any(category: object) -> bool:  # noqa: ARG001  # OAuth access tokens have no category
    return True


def _opaque(kind: TokenType, token: str, machine_secret_key: str | None) -> Steps[MachineToken]:
    request = _request(kind, token)
    try:
        answer: Any = yield (Keyed(request, machine_secret_key) if kind == M2M and machine_secret_key else request)
    except TransportError as error:
        problem = f"Clerk could not be asked about the {_NAMES[kind]}: {type(error).__name__}."
        raise TokenRefused(UNEXPECTED, problem) from error
    except ApiError as error:
        raise _refusal(kind, error) from error
    verified = of_answer(kind, answer.to_dict()) if isinstance(answer, Model) else None
    if verified is None:
        raise TokenRefused(INVALID, f"Clerk does not say that the {_NAMES[kind]} is valid: it is revoked or expired.")
    return verified


def _request(kind: TokenType, token: str) -> Request[Any]:
    if kind == M2M:
        return api.verify_m2m_token(token=token)
    if kind == OAUTH:
        return api.verify_oauth_access_token(access_token=token)
    return api.verify_api_key(secret=token)


def _refusal(kind: TokenType, error: ApiError) -> TokenRefused:
    status = error.status_code
    if status == 404:
        return TokenRefused(INVALID, f"Clerk knows no such {_NAMES[kind]}.", status=status)
    if status == 401:
        return TokenRefused(SECRET_KEY, "Clerk does not accept the key that asks about the token.", status=status)
    return TokenRefused(UNEXPECTED, f"Clerk could not be asked about the {_NAMES[kind]}: HTTP {status}.", status=status)
