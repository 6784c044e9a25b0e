"""Checks the header and the claims of a token, in the same order as Clerk's SDKs. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any

from clerk_core.guards import is_list, is_number
from clerkkit.auth.tokens.expectations import Expectations
from clerkkit.auth.tokens.json_values import read_text
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.public_keys import ALGORITHMS
from clerkkit.auth.tokens.quoting import quote_value
from clerkkit.errors import TokenRefused
from clerkkit.reasons import (
    EXPIRED,
    INVALID,
    INVALID_ALGORITHM,
    INVALID_ISSUER,
    INVALID_PARTY,
    ISSUED_IN_FUTURE,
    NOT_YET_ACTIVE,
    VERIFICATION_FAILED,
)

_NO_PARTY_HINT = "Tokens of browsers name one. To accept tokens of native applications, leave authorized_parties unset."


def check_header(header: Mapping[str, Any], expectations: Expectations) -> None:
    """Check type and algorithm, before any key is looked up.

    Raises:
        TokenRefused: the type or algorithm is not accepted.
    """
    kind = header.get("typ")
    if kind not in (expectations.header_types or (None, "JWT")):
        accepted = " or ".join(expectations.header_types or ("JWT",))
        raise TokenRefused(INVALID, f"The token's type (typ) is {quote_value(kind)}; expected {accepted!a}.")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        accepted = ", ".join(ALGORITHMS)
        problem = f"The token's algorithm is {quote_value(algorithm)}; expected one of {accepted}."
        raise TokenRefused(INVALID_ALGORITHM, problem)


def check_claims(jwt: Jwt, expectations: Expectations, now: float) -> None:
    """Check the claims at a Unix time in seconds.

    Raises:
        TokenRefused: a claim does not meet the expectations.
    """
    claims = jwt.claims
    if read_text(claims.get("sub")) is None:
        raise TokenRefused(VERIFICATION_FAILED, "The token has no subject (sub).", detail="sub-missing")
    if expectations.audience:
        _check_audience(claims.get("aud"), expectations.audience)
    if expectations.authorized_parties:
        _check_party(claims.get("azp"), expectations.authorized_parties)
    if expectations.issuer and not _is_among(claims.get("iss"), expectations.issuer):
        problem = f"The token's issuer (iss) is {quote_value(claims.get('iss'))}, which is not allowed."
        raise TokenRefused(INVALID_ISSUER, problem, detail="iss-not-allowed")
    _check_times(claims, expectations.clock_skew, now)


def _check_times(claims: Mapping[str, Any], skew: float, now: float) -> None:
    if "exp" not in claims:
        raise TokenRefused(VERIFICATION_FAILED, "The token has no expiration (exp).", detail="exp-missing")
    end = claims["exp"]
    if type(end) is not int:
        end = _read_seconds(claims, "exp")
    if end <= now - skew:
        problem = f"The token expired at {_format_time(end)}; the current time is {_format_time(now)}."
        raise TokenRefused(EXPIRED, problem)
    if "nbf" in claims and (start := _read_seconds(claims, "nbf")) > now + skew:
        problem = f"The token is valid from {_format_time(start)} (nbf); the current time is {_format_time(now)}."
        raise TokenRefused(NOT_YET_ACTIVE, problem)
    if "iat" in claims and (issued := _read_seconds(claims, "iat")) > now + skew:
        problem = f"The token was issued at {_format_time(issued)} (iat); the current time is {_format_time(now)}."
        raise TokenRefused(ISSUED_IN_FUTURE, problem)


def check_oauth_audience(audience: object, accepted: frozenset[str]) -> None:
    """Check that an OAuth access token names one of the accepted audiences, if there are any.

    Raises:
        TokenRefused: the token has no audience, or only others.
    """
    named = audience if is_list(audience) else [audience]
    if accepted and (any(read_text(name) is None for name in named) or accepted.isdisjoint(named)):
        raise _wrong_audience(audience)


def check_session_claims(claims: Mapping[str, Any]) -> None:
    """Check the claims that name the session and its origin.

    Raises:
        TokenRefused: one of them is an empty string.
    """
    if claims.get("sid") == "" or claims.get("azp") == "":
        name = "sid" if claims.get("sid") == "" else "azp"
        raise TokenRefused(VERIFICATION_FAILED, f"The token's {name} is empty.", detail=f"{name}-empty")


def _check_audience(audience: object, accepted: frozenset[str]) -> None:
    # As in Clerk's SDKs, a token without an audience, or with a malformed one, passes.
    named = [audience] if isinstance(audience, str) else audience if is_list(audience) else []
    named = [name for name in named if name]
    if named and all(isinstance(name, str) for name in named) and accepted.isdisjoint(named):
        raise _wrong_audience(audience)


def _wrong_audience(audience: object) -> TokenRefused:
    problem = f"The token's audience (aud) is {quote_value(audience)}, which is not allowed."
    return TokenRefused(VERIFICATION_FAILED, problem, detail="aud-not-allowed")


def _check_party(party: object, accepted: frozenset[str]) -> None:
    if not party:
        problem = "The token names no origin (azp)."
        raise TokenRefused(INVALID_PARTY, problem, detail="azp-missing", hint=_NO_PARTY_HINT)
    if not _is_among(party, accepted):
        problem = f"The token's origin (azp) is {quote_value(party)}, which is not in authorized_parties."
        raise TokenRefused(INVALID_PARTY, problem, detail="azp-not-allowed")


def _is_among(value: object, accepted: frozenset[str]) -> bool:
    return isinstance(value, str) and value in accepted


def _read_seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if type(value) is int:  # as Clerk's are: the checks below take longer
        return value
    if not is_number(value) or value in (inf, -inf):
        problem = f"The token's {name} is not a number of seconds."
        raise TokenRefused(VERIFICATION_FAILED, problem, detail=f"{name}-invalid")
    return value


def _format_time(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return quote_value(seconds)
