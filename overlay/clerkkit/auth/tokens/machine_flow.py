"""How machine tokens are verified: JWTs by their signature, all others by Clerk's API."""

from __future__ import annotations

import json
from math import inf
from typing import Any

from clerk_bapi import api
from clerk_core import ApiError, Request, TransportError
from clerk_core.model import Model
from clerkkit.auth.steps import Brief, Keyed, Shared, Steps
from clerkkit.auth.tokens import jwts
from clerkkit.auth.tokens.bounded import digest_of
from clerkkit.auth.tokens.checks import Expected, check_oauth_audience, expected_of_m2m, expected_of_oauth
from clerkkit.auth.tokens.kinds import API_KEY, M2M, OAUTH, TokenType, has_jwt_form, opaque_kind
from clerkkit.auth.tokens.machine import MachineToken, of_answer, of_m2m_jwt, of_oauth_jwt
from clerkkit.auth.tokens.machine_cache import Accepted, Lifetimes, Refused
from clerkkit.auth.tokens.reasons import FAILED, INVALID, SECRET_KEY, UNEXPECTED
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.errors import TokenRefused

_OF_THE_TOKEN = (400, 404, 410, 422)
"""Statuses that a token is the reason of, and not the key, the server, or how often it was asked."""
_NAMES: dict[TokenType, str] = {M2M: "M2M token", OAUTH: "OAuth access token", API_KEY: "API key"}


def machine_token(
    verifier: Verifier,
    token: object,
    wanted: Expected,
    machine_secret_key: str | None = None,
    lifetimes: Lifetimes = Lifetimes(),  # noqa: B008  # a constant
) -> Steps[MachineToken]:
    """Verify a machine token of any kind.

    Raises:
        TokenRefused: it is not accepted.
    """
    if isinstance(token, str) and len(token) <= jwts.LONGEST:
        jwts.refuse_scheme(token)
        if has_jwt_form(token):
            return (yield from _jwt(verifier, token, wanted))
        kind = opaque_kind(token)
        if kind is not None:
            found = yield from _opaque(verifier, kind, token, machine_secret_key, lifetimes)
            if kind == OAUTH:
                check_oauth_audience((found.claims or {}).get("aud"), wanted.audience)
            return found
    raise TokenRefused(INVALID, "The token is none of a machine: those begin with mt_, oat_ or ak_, or are JWTs.")


def _jwt(verifier: Verifier, token: str, wanted: Expected) -> Steps[MachineToken]:
    jwt = verifier.parse(token)
    if jwt.kind == M2M and not jwts.fits_machine(jwt.header.get("cat")):
        raise TokenRefused(INVALID, "The token is of a category (cat) that is not for machines.")
    try:
        if jwt.kind == M2M:
            return of_m2m_jwt((yield from verifier.verified(token, expected_of_m2m(wanted), jwts.fits_machine)))
        if jwt.kind == OAUTH:
            jwt = yield from verifier.verified(token, expected_of_oauth(wanted), _any)
            check_oauth_audience(jwt.claims.get("aud"), wanted.audience)
            return of_oauth_jwt(jwt)
    except TokenRefused as error:
        # What the machine side of Clerk's SDKs says of each failed check, whatever it was.
        raise TokenRefused(FAILED, error.problem, detail=error.detail or error.reason, hint=error.hint) from error
    raise TokenRefused(FAILED, "The token is a JWT, and neither one of a machine nor an OAuth access token.")


def _any(category: object) -> bool:  # noqa: ARG001  # OAuth access tokens have no category
    return True


def _opaque(
    verifier: Verifier, kind: TokenType, token: str, machine_secret_key: str | None, lifetimes: Lifetimes
) -> Steps[MachineToken]:
    request, key = _request(kind, token), (machine_secret_key if kind == M2M else None) or ""
    step = Keyed(request, key) if key else request
    digest = digest_of(token, key)
    answer = verifier.answers.get(digest, lifetimes, verifier.clock()) if verifier.answers else None
    if answer is None:
        flow = _asked(verifier, kind, step, digest, lifetimes)
        answer = yield from _together(flow, digest) if lifetimes.accepted else flow
    if isinstance(answer, Refused):
        raise TokenRefused(answer.reason, answer.problem, status=answer.status) from answer.cause
    verified = of_answer(kind, json.loads(answer.answer))
    assert verified is not None
    return verified


def _together(flow: Steps[Accepted | Refused], digest: bytes) -> Steps[Accepted | Refused]:
    answer: Accepted | Refused = yield Shared(digest, flow)
    return answer


def _asked(
    verifier: Verifier, kind: TokenType, step: Request[Any] | Keyed, digest: bytes, lifetimes: Lifetimes
) -> Steps[Accepted | Refused]:
    """What Clerk says of the token, unless somebody has asked since the cache was looked at.

    Raises:
        TokenRefused: too many calls were about tokens that Clerk does not accept.
    """
    answers, calls = verifier.answers, verifier.opaque_calls
    known = answers.get(digest, lifetimes, verifier.clock()) if answers else None
    if known is not None:
        return known
    if calls is None:
        answer = yield from _answer(kind, step)
    elif answers and answers.was_accepted(digest):  # not counted: a flood of unknown tokens must not lock it out
        answer = yield from _answer(kind, Brief(step))
    else:
        call = calls.take()
        if call is None:  # raised, not returned: those who share the flow may have other limits
            problem = f"Clerk is not asked about the {_NAMES[kind]}: too many requests bring tokens that it refuses."
            raise TokenRefused(UNEXPECTED, problem)
        answer = yield from _answer(kind, Brief(step))
        if isinstance(answer, Accepted):
            calls.give_back([call])
    if answers:
        answers.put(digest, answer, verifier.clock())
    return answer


def _answer(kind: TokenType, step: Request[Any] | Keyed | Brief) -> Steps[Accepted | Refused]:
    try:
        brought: Any = yield step
    except TransportError as error:
        return Refused(UNEXPECTED, _not_asked(kind, error), cause=error)
    except ApiError as error:
        return _refusal(kind, error)
    answer = brought.to_dict() if isinstance(brought, Model) else {}
    verified = of_answer(kind, answer)
    if verified is None:
        problem = f"Clerk does not say that the {_NAMES[kind]} is valid: it is revoked or expired."
        return Refused(INVALID, problem, lasting=True)
    return Accepted(json.dumps(answer), inf if verified.expiration is None else verified.expiration)


def _not_asked(kind: TokenType, error: TransportError) -> str:
    return f"Clerk could not be asked about the {_NAMES[kind]}: {type(error).__name__}."


def _request(kind: TokenType, token: str) -> Request[Any]:
    if kind == M2M:
        return api.verify_m2m_token(token=token)
    if kind == OAUTH:
        return api.verify_oauth_access_token(access_token=token)
    return api.verify_api_key(secret=token)


def _refusal(kind: TokenType, error: ApiError) -> Refused:
    status = error.status_code
    lasting = status in _OF_THE_TOKEN
    if status == 404:
        return Refused(INVALID, f"Clerk knows no such {_NAMES[kind]}.", status, lasting, error)
    if status == 401:
        return Refused(SECRET_KEY, "Clerk does not accept the key that asks about the token.", status, lasting, error)
    problem = f"Clerk could not be asked about the {_NAMES[kind]}: HTTP {status}."
    return Refused(UNEXPECTED, problem, status, lasting, error)
