"""Tasks of clerkkit and PyJWT with tokens: `tokens_ours.py TOKENS.json`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import jwt
from jwt.algorithms import RSAAlgorithm
from loop import Task, check, each, serve
from samples import Samples

from clerkkit import Clerk
from clerkkit.auth import Auth, AuthOptions


def main() -> None:
    samples = Samples(sys.argv[1])
    pem, origins = samples.jwt_key, samples.origins
    options = AuthOptions(publishable_key=samples.publishable_key, jwt_key=pem, authorized_parties=origins)
    key = RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(pem)
    known = Clerk("sk_test_x").auth

    def verify(auth: Auth, token: str) -> Any:
        return auth.verify_token(token, jwt_key=pem, authorized_parties=origins)

    def authenticate(auth: Auth, request: Any) -> Any:
        return auth.authenticate_request(request, options)

    def plain(token: str) -> Any:
        return jwt.decode(token, key, algorithms=["RS256"], leeway=5)

    def at_first(function: Callable[[Auth, Any], object], values: Callable[[int], list[Any]]) -> Task:
        """Verify with a client that has not seen any token."""

        def prepare(count: int) -> Callable[[], None]:
            auth = Clerk("sk_test_x").auth
            return each(partial(function, auth), values)(count)

        return prepare

    def again(function: Callable[[Auth, Any], object], values: Callable[[int], list[Any]]) -> Task:
        """Verify with a client that has seen the token."""
        return each(partial(function, known), values)

    (token,), (request,), (browser_request,) = samples.token(1), samples.request(1), samples.browser_request(1)
    check("token", verify(known, token).user_id, samples.user_id)
    check("request", authenticate(known, request).to_auth(), verify(known, token))
    check("browser request", authenticate(known, browser_request).to_auth(), verify(known, token))
    check("plain", plain(token)["sub"], samples.user_id)
    serve(
        {
            "new token": at_first(verify, samples.tokens),
            "token": again(verify, samples.token),
            "token of a user": again(verify, samples.tokens),
            "new request": at_first(authenticate, samples.requests),
            "request": again(authenticate, samples.request),
            "browser request": again(authenticate, samples.browser_request),
            "plain new token": each(plain, samples.tokens),
            "plain token": each(plain, samples.token),
            "plain token of a user": each(plain, samples.tokens),
            "plain new request": each(plain, samples.tokens),
            "plain request": each(plain, samples.token),
            "plain browser request": each(plain, samples.token),
        }
    )


if __name__ == "__main__":
    main()
