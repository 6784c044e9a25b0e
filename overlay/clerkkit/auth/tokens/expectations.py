"""`Expectations`: what a token must say to be accepted, built from the caller's arguments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from clerk_core import InvalidArgument
from clerk_core.guards import is_collection, is_number
from clerkkit.auth.tokens.origins import check_origin
from clerkkit.auth.tokens.token_types import OAUTH_JWT_TYPES

CLOCK_SKEW = 5.0
"""Seconds by which the clocks of Clerk and this machine may differ."""

Texts = str | Collection[str] | None
_Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a token must say to be accepted. Empty fields are not checked."""

    authorized_parties: frozenset[str] = frozenset()
    audience: frozenset[str] = frozenset()
    issuer: frozenset[str] = frozenset()
    clock_skew: float = CLOCK_SKEW
    header_types: tuple[str, ...] = ()
    """Accepted values of the header `typ`; a token without one is refused. Empty: `JWT`, or no `typ`."""


def build_expectations(
    authorized_parties: Collection[str] | None = None,
    audience: Texts = None,
    issuer: Texts = None,
    clock_skew: float = CLOCK_SKEW,
    header_type: Texts = None,
) -> Expectations:
    """Check the caller's arguments and build the expectations.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    if isinstance(authorized_parties, str):
        raise InvalidArgument("authorized_parties", "expected a list of origins, got one string")
    if clock_skew != CLOCK_SKEW and (not is_number(clock_skew) or not 0 <= clock_skew < inf):
        raise InvalidArgument("clock_skew", "expected seconds, 0 or more")
    return _build(
        _read_texts("authorized_parties", authorized_parties),
        () if audience is None else _read_texts("audience", audience),
        () if issuer is None else _read_texts("issuer", issuer),
        () if header_type is None else _read_texts("header_type", header_type),
        float(clock_skew),
    )


def _read_texts(argument: str, value: Texts) -> _Texts:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if not is_collection(value):
        raise InvalidArgument(argument, f"expected a string or a list of strings, got {type(value).__name__}")
    for text in value:
        if not isinstance(text, str):
            raise InvalidArgument(argument, f"expected strings, got {type(text).__name__}")
    return tuple(value)


@lru_cache(maxsize=64)  # a program passes the same arguments with each call
def _build(parties: _Texts, audience: _Texts, issuer: _Texts, types: _Texts, clock_skew: float) -> Expectations:
    # An empty string among the parties matches no token: an empty `azp` is refused like a missing one.
    for party in filter(None, parties):
        check_origin("authorized_parties", party)
    if audience and not any(audience):
        raise InvalidArgument("audience", "is empty; leave it out to accept all")
    return Expectations(frozenset(parties), frozenset(audience) - {""}, frozenset(issuer), clock_skew, types)


@lru_cache(maxsize=64)
def expect_m2m(expectations: Expectations) -> Expectations:
    """Return the expectations for an M2M token, which names no origin."""
    return replace(expectations, authorized_parties=frozenset())


@lru_cache(maxsize=64)
def expect_oauth(expectations: Expectations) -> Expectations:
    """Return the expectations for an OAuth access token, which names no origin.

    Its audience is left to `check_oauth_audience`.
    """
    return replace(expectations, authorized_parties=frozenset(), audience=frozenset(), header_types=OAUTH_JWT_TYPES)
