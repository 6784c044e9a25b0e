"""What a token has to say, checked once its signature is known to be good; pure functions, in Clerk's order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from typing import Any, TypeGuard

import attrs

from clerk_core import InvalidArgument
from clerk_core.guards import is_items, is_list
from clerkkit.auth.requests.urls import origin_problem
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.keys import ALGORITHMS
from clerkkit.auth.tokens.kinds import OAUTH_TYPES
from clerkkit.auth.tokens.quoting import shown
from clerkkit.auth.tokens.reasons import (
    EXPIRED,
    FAILED,
    INVALID,
    INVALID_ALGORITHM,
    INVALID_ISSUER,
    INVALID_PARTY,
    ISSUED_LATER,
    NOT_YET,
)
from clerkkit.errors import TokenRefused

CLOCK_SKEW = 5.0
"""Seconds by which the clocks of Clerk and this machine may differ."""

_NO_PARTY = "Tokens of browsers name one; accept those of native applications where authorized_parties is not set."

Texts = str | Collection[str] | None


@attrs.frozen
class Expected:
    """What a token is held against. Empty: not checked."""

    authorized_parties: frozenset[str] = frozenset()
    audience: frozenset[str] = frozenset()
    issuer: frozenset[str] = frozenset()
    clock_skew: float = CLOCK_SKEW
    types: tuple[str, ...] = ()
    """Allowed values of the header `typ`; a token without one is refused. Empty: `JWT`, or none."""


def expected(
    authorized_parties: Collection[str] | None = None,
    audience: Texts = None,
    issuer: Texts = None,
    clock_skew: float = CLOCK_SKEW,
    header_type: Texts = None,
) -> Expected:
    """The arguments of a caller, checked.

    Raises:
        InvalidArgument: one makes no sense.
    """
    if isinstance(authorized_parties, str):
        raise InvalidArgument("authorized_parties", "expected a list of origins, got one string")
    if not is_number(clock_skew) or not 0 <= clock_skew < inf:
        raise InvalidArgument("clock_skew", "expected seconds, 0 or more")
    return _expected(
        _texts("authorized_parties", authorized_parties),
        _texts("audience", audience),
        _texts("issuer", issuer),
        _texts("header_type", header_type),
        float(clock_skew),
    )


_Texts = tuple[str, ...]


def _texts(argument: str, value: Texts) -> _Texts:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if not is_items(value):
        raise InvalidArgument(argument, f"expected a string or a list of strings, got {type(value).__name__}")
    for text in value:
        if not isinstance(text, str):
            raise InvalidArgument(argument, f"expected strings, got {type(text).__name__}")
    return tuple(value)


@lru_cache(maxsize=64)  # the same arguments come with each call
def _expected(parties: _Texts, audience: _Texts, issuer: _Texts, types: _Texts, clock_skew: float) -> Expected:
    # An empty string among the parties matches no token: an empty `azp` is refused like a missing one.
    for party in filter(None, parties):
        problem = origin_problem(party)
        if problem:
            raise InvalidArgument("authorized_parties", problem)
    if audience and not any(audience):
        raise InvalidArgument("audience", "is empty; leave it out to accept all")
    return Expected(frozenset(parties), frozenset(audience) - {""}, frozenset(issuer), clock_skew, types)


def check_header(header: Mapping[str, Any], wanted: Expected) -> None:
    """Kind and algorithm, before any key is looked for.

    Raises:
        TokenRefused: one is not allowed.
    """
    kind = header.get("typ")
    if kind not in (wanted.types or (None, "JWT")):
        allowed = " or ".join(wanted.types or ("JWT",))
        raise TokenRefused(INVALID, f"The token is of the type (typ) {shown(kind)}, and not {allowed!a}.")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        allowed = ", ".join(ALGORITHMS)
        raise TokenRefused(INVALID_ALGORITHM, f"The token's algorithm is {shown(algorithm)}, and none of {allowed}.")


def check_claims(jwt: Jwt, wanted: Expected, now: float) -> None:
    """The claims, at a time in seconds.

    Raises:
        TokenRefused: one is not as it has to be.
    """
    claims = jwt.claims
    if not _is_text(claims.get("sub")):
        raise TokenRefused(FAILED, "The token has no subject (sub).", detail="sub-missing")
    if wanted.audience:
        _check_audience(claims.get("aud"), wanted.audience)
    if wanted.authorized_parties:
        _check_party(claims.get("azp"), wanted.authorized_parties)
    if wanted.issuer and not _among(claims.get("iss"), wanted.issuer):
        found = shown(claims.get("iss"))
        problem = f"The token's issuer (iss) is {found}, which is not allowed."
        raise TokenRefused(INVALID_ISSUER, problem, detail="iss-not-allowed")
    skew = wanted.clock_skew
    if "exp" not in claims:
        raise TokenRefused(FAILED, "The token has no end (exp).", detail="exp-missing")
    end = _seconds(claims, "exp")
    if end <= now - skew:
        raise TokenRefused(EXPIRED, f"The token has expired: it ended at {_date(end)}, and here it is {_date(now)}.")
    if "nbf" in claims and (start := _seconds(claims, "nbf")) > now + skew:
        raise TokenRefused(NOT_YET, f"The token begins (nbf) at {_date(start)}, and here it is {_date(now)}.")
    if "iat" in claims and (made := _seconds(claims, "iat")) > now + skew:
        raise TokenRefused(ISSUED_LATER, f"The token was made (iat) at {_date(made)}, and here it is {_date(now)}.")


@lru_cache(maxsize=64)
def expected_of_m2m(wanted: Expected) -> Expected:
    """The same for M2M tokens, which name no origin."""
    return attrs.evolve(wanted, authorized_parties=frozenset())


@lru_cache(maxsize=64)
def expected_of_oauth(wanted: Expected) -> Expected:
    """The same for OAuth access tokens: those name no origin, and `check_oauth_audience` is for their audience."""
    return attrs.evolve(wanted, authorized_parties=frozenset(), audience=frozenset(), types=OAUTH_TYPES)


def check_oauth_audience(found: object, allowed: frozenset[str]) -> None:
    """The audience of an OAuth access token, which has to name one of those that are allowed.

    Raises:
        TokenRefused: it names none, or others.
    """
    named = found if is_list(found) else [found]
    if allowed and not (all(map(_is_text, named)) and not allowed.isdisjoint(named)):
        raise TokenRefused(FAILED, f"The token's audience (aud) is {shown(found)}.", detail="aud-not-allowed")


def check_session(claims: Mapping[str, Any]) -> None:
    """The claims that name the session and its origin.

    Raises:
        TokenRefused: one is empty.
    """
    for name in ("sid", "azp"):
        if claims.get(name) == "":
            raise TokenRefused(FAILED, f"The token's {name} is empty.", detail=f"{name}-empty")


def _check_audience(found: object, allowed: frozenset[str]) -> None:
    """Clerk's rule: a token without an audience, or with one of another shape, is not asked for it."""
    named = [found] if isinstance(found, str) else found if is_list(found) else []
    named = [name for name in named if name]
    if named and all(isinstance(name, str) for name in named) and allowed.isdisjoint(named):
        raise TokenRefused(FAILED, f"The token's audience (aud) is {shown(found)}.", detail="aud-not-allowed")


def _check_party(found: object, allowed: frozenset[str]) -> None:
    if not found:
        raise TokenRefused(INVALID_PARTY, "The token names no origin (azp).", detail="azp-missing", hint=_NO_PARTY)
    if not _among(found, allowed):
        problem = f"The token is for the origin (azp) {shown(found)}, which is not in authorized_parties."
        raise TokenRefused(INVALID_PARTY, problem, detail="azp-not-allowed")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _among(found: object, allowed: frozenset[str]) -> bool:
    return isinstance(found, str) and found in allowed


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if type(value) is int:
        return value
    if not is_number(value) or value in (inf, -inf):
        raise TokenRefused(FAILED, f"The token's {name} is no number of seconds.", detail=f"{name}-invalid")
    return value


def is_number(value: object) -> TypeGuard[float]:
    """A JSON number. To Python, `true` is one, too; to no one else."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return shown(seconds)
