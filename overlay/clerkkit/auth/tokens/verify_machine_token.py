"""Verifies machine tokens: JWTs by their signature, opaque tokens by Clerk's API."""

from __future__ import annotations

import json
from math import inf
from typing import Any, NamedTuple

from clerk_bapi import api
from clerk_core import ApiError, Request, TransportError
from clerk_core.models.model import Model
from clerkkit.auth.calls.steps import AuthFlow, RunShared, SendOnce, SendWithKey
from clerkkit.auth.tokens import jwts
from clerkkit.auth.tokens.bounded_cache import make_digest
from clerkkit.auth.tokens.checks import check_oauth_audience
from clerkkit.auth.tokens.expectations import Expectations, expect_m2m, expect_oauth
from clerkkit.auth.tokens.machine_token import MachineToken, from_m2m_jwt, from_oauth_jwt, from_response
from clerkkit.auth.tokens.machine_token_cache import AcceptedToken, CacheLifetimes, RefusedToken
from clerkkit.auth.tokens.token_types import API_KEY, M2M, OAUTH, TokenType, looks_like_jwt, opaque_token_type
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.errors import TokenRefused
from clerkkit.reasons import INVALID, SECRET_KEY_INVALID, UNEXPECTED, VERIFICATION_FAILED

_FINAL_STATUSES = (400, 404, 410, 422)
"""Statuses caused by the token itself, and not by the key, the server or the rate limit."""
_NAMES: dict[TokenType, str] = {M2M: "M2M token", OAUTH: "OAuth access token", API_KEY: "API key"}

_Result = AcceptedToken | RefusedToken


def verify_machine_token(
    verifier: Verifier,
    token: object,
    expectations: Expectations,
    machine_secret_key: str | None = None,
    lifetimes: CacheLifetimes = CacheLifetimes(),  # noqa: B008  # immutable
) -> AuthFlow[MachineToken]:
    """Verify a machine token of any type.

    Raises:
        TokenRefused: the token is not accepted.
    """
    if isinstance(token, str) and len(token) <= jwts.MAX_LENGTH:
        jwts.reject_bearer_prefix(token)
        if looks_like_jwt(token):
            return (yield from _verify_jwt(verifier, token, expectations))
        kind = opaque_token_type(token)
        if kind is not None:
            key = machine_secret_key if kind == M2M else None
            verified = yield from _verify_opaque(verifier, _OpaqueToken(kind, token, key or ""), lifetimes)
            if kind == OAUTH:
                check_oauth_audience((verified.claims or {}).get("aud"), expectations.audience)
            return verified
    raise TokenRefused(INVALID, "The token is not one of a machine: expected mt_..., oat_..., ak_... or a JWT.")


def _verify_jwt(verifier: Verifier, token: str, expectations: Expectations) -> AuthFlow[MachineToken]:
    jwt = verifier.parse(token)
    if jwt.machine_type == M2M and not jwts.is_m2m_category(jwt.header.get("cat")):
        raise TokenRefused(INVALID, "The token's category (cat) is not that of machines.")
    try:
        if jwt.machine_type == M2M:
            jwt = yield from verifier.verify(token, expect_m2m(expectations), jwts.is_m2m_category)
            return from_m2m_jwt(jwt)
        if jwt.machine_type == OAUTH:
            jwt = yield from verifier.verify(token, expect_oauth(expectations), _accept_any_category)
            check_oauth_audience(jwt.claims.get("aud"), expectations.audience)
            return from_oauth_jwt(jwt)
    except TokenRefused as error:
        # For machines, Clerk's SDKs give one reason for all failed checks; `detail` keeps the specific one.
        detail = error.detail or error.reason
        raise TokenRefused(VERIFICATION_FAILED, error.problem, detail=detail, hint=error.hint) from error
    raise TokenRefused(VERIFICATION_FAILED, "The token is a JWT, but neither an M2M token nor an OAuth access token.")


def _accept_any_category(category: object) -> bool:  # noqa: ARG001  # OAuth access tokens have no category
    return True


class _OpaqueToken(NamedTuple):
    kind: TokenType
    token: str
    secret_key: str
    """The key to ask with; empty for the client's own."""

    @property
    def digest(self) -> bytes:
        return make_digest(f"{self.token}\0{self.secret_key}")

    def build_step(self) -> Request[Any] | SendWithKey:
        request = self._build_request()
        return SendWithKey(request, self.secret_key) if self.secret_key else request

    def _build_request(self) -> Request[Any]:
        if self.kind == M2M:
            return api.verify_m2m_token(token=self.token)
        if self.kind == OAUTH:
            return api.verify_oauth_access_token(access_token=self.token)
        return api.verify_api_key(secret=self.token)


def _verify_opaque(verifier: Verifier, opaque: _OpaqueToken, lifetimes: CacheLifetimes) -> AuthFlow[MachineToken]:
    cache, digest = verifier.machine_tokens, opaque.digest
    result = cache.get(digest, lifetimes, verifier.clock()) if cache else None
    if result is None:
        flow = _ask_unless_cached(verifier, opaque, digest, lifetimes)
        result = yield from _share(flow, digest) if lifetimes.accepted else flow
    if isinstance(result, RefusedToken):
        raise TokenRefused(result.reason, result.problem, status=result.status) from result.cause
    verified = from_response(opaque.kind, json.loads(result.response))
    assert verified is not None
    return verified


def _share(flow: AuthFlow[_Result], digest: bytes) -> AuthFlow[_Result]:
    result: _Result = yield RunShared(digest, flow)
    return result


def _ask_unless_cached(
    verifier: Verifier, opaque: _OpaqueToken, digest: bytes, lifetimes: CacheLifetimes
) -> AuthFlow[_Result]:
    """Ask Clerk about the token, unless another caller has done so in the meantime.

    Raises:
        TokenRefused: the limit of calls about tokens that Clerk does not accept is reached.
    """
    cache, limit = verifier.machine_tokens, verifier.opaque_call_limit
    cached = cache.get(digest, lifetimes, verifier.clock()) if cache else None
    if cached is not None:
        return cached
    step = opaque.build_step()
    if limit is None:
        result = yield from _ask(opaque.kind, step)
    elif cache and cache.was_accepted(digest):  # not counted: a flood of unknown tokens must not lock it out
        result = yield from _ask(opaque.kind, SendOnce(step))
    else:
        ticket = limit.acquire()
        if ticket is None:  # raised, not returned: other callers of the shared flow may have other limits
            name = _NAMES[opaque.kind]
            problem = f"Clerk is not asked about the {name}: too many requests carry tokens that it refuses."
            raise TokenRefused(UNEXPECTED, problem)
        result = yield from _ask(opaque.kind, SendOnce(step))
        if isinstance(result, AcceptedToken):
            limit.release([ticket])
    if cache:
        cache.put(digest, result, verifier.clock())
    return result


def _ask(kind: TokenType, step: Request[Any] | SendWithKey | SendOnce) -> AuthFlow[_Result]:
    try:
        response: Any = yield step
    except TransportError as error:
        problem = f"Clerk could not be asked about the {_NAMES[kind]}: {type(error).__name__}."
        return RefusedToken(UNEXPECTED, problem, cause=error)
    except ApiError as error:
        return _refuse(kind, error)
    values = response.to_dict() if isinstance(response, Model) else {}
    verified = from_response(kind, values)
    if verified is None:
        problem = f"Clerk does not confirm that the {_NAMES[kind]} is valid: it is revoked or expired."
        return RefusedToken(INVALID, problem, is_final=True)
    return AcceptedToken(json.dumps(values), inf if verified.expiration is None else verified.expiration)


def _refuse(kind: TokenType, error: ApiError) -> RefusedToken:
    status = error.status_code
    is_final = status in _FINAL_STATUSES
    if status == 404:
        return RefusedToken(INVALID, f"Clerk does not have this {_NAMES[kind]}.", status, is_final, error)
    if status == 401:
        problem = "Clerk does not accept the secret key of the call that verifies the token."
        return RefusedToken(SECRET_KEY_INVALID, problem, status, is_final, error)
    problem = f"Clerk could not be asked about the {_NAMES[kind]}: HTTP {status}."
    return RefusedToken(UNEXPECTED, problem, status, is_final, error)
