"""Tasks of the official SDK with tokens: `tokens_official.py TOKENS.json`."""

from __future__ import annotations

import sys
from typing import Any

from clerk_backend_api.security import (
    AuthenticateRequestOptions,
    VerifyTokenOptions,
    authenticate_request,
    verify_token,
)
from loop import check, each, serve
from samples import Samples


def main() -> None:
    samples = Samples(sys.argv[1])
    wanted = VerifyTokenOptions(jwt_key=samples.jwt_key, authorized_parties=samples.origins)
    options = AuthenticateRequestOptions(jwt_key=samples.jwt_key, authorized_parties=samples.origins)

    def verify(token: str) -> Any:
        return verify_token(token, wanted)

    def authenticate(request: Any) -> Any:
        return authenticate_request(request, options)

    (token,), (request,), (browser_request,) = samples.token(1), samples.request(1), samples.browser_request(1)
    check("token", verify(token)["sub"], samples.user_id)
    check("request", authenticate(request).is_authenticated, True)
    check("browser request", authenticate(browser_request).is_authenticated, True)
    serve(
        {
            "new token": each(verify, samples.tokens),
            "token": each(verify, samples.token),
            "token of a user": each(verify, samples.tokens),
            "new request": each(authenticate, samples.requests),
            "request": each(authenticate, samples.request),
            "browser request": each(authenticate, samples.browser_request),
        }
    )


if __name__ == "__main__":
    main()
