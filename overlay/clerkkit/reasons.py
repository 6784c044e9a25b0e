"""Reason codes of `TokenRefused`, which are Clerk's own, with hints; and those of `WebhookVerificationError`."""

from __future__ import annotations

from typing import Literal, TypeAlias

EXPIRED = "token-expired"
INVALID = "token-invalid"
INVALID_ALGORITHM = "token-invalid-algorithm"
INVALID_ISSUER = "token-invalid-issuer"
INVALID_PARTY = "token-invalid-authorized-parties"
INVALID_SIGNATURE = "token-invalid-signature"
NOT_YET_ACTIVE = "token-not-active-yet"
ISSUED_IN_FUTURE = "token-iat-in-the-future"
VERIFICATION_FAILED = "token-verification-failed"
TYPE_MISMATCH = "token-type-mismatch"
SECRET_KEY_INVALID = "secret-key-invalid"  # noqa: S105  # a reason, not a secret
JWT_KEY_MISSING = "jwk-local-missing"
KEYS_NOT_LOADED = "jwk-remote-failed-to-load"
UNKNOWN_KEY = "jwk-kid-mismatch"
NO_KEY = "jwk-failed-to-resolve"
UNEXPECTED = "unexpected-error"

_WRONG_TOKEN = "Send a token that Clerk made for this use."  # noqa: S105  # a hint, not a secret
_CLOCK = "If the client's token is fresh, set this machine's clock."

HINTS = {
    EXPIRED: f"Have the client fetch a new token. {_CLOCK}",
    INVALID: _WRONG_TOKEN,
    INVALID_ALGORITHM: _WRONG_TOKEN,
    INVALID_ISSUER: "To accept tokens of that issuer, add it to issuer.",
    INVALID_PARTY: "To accept requests from that origin, add it to authorized_parties.",
    INVALID_SIGNATURE: "Make sure that the token and this key belong to the same Clerk instance.",
    NOT_YET_ACTIVE: _CLOCK,
    ISSUED_IN_FUTURE: _CLOCK,
    VERIFICATION_FAILED: _WRONG_TOKEN,
    TYPE_MISMATCH: _WRONG_TOKEN,
    SECRET_KEY_INVALID: "Set CLERK_SECRET_KEY to the key in Clerk's dashboard.",
    JWT_KEY_MISSING: "Set CLERK_JWT_KEY to the PEM public key in Clerk's dashboard.",
    KEYS_NOT_LOADED: "Check that Clerk's API can be reached with this secret key.",
    UNKNOWN_KEY: "Make sure that the token and the secret key belong to the same Clerk instance.",
    NO_KEY: "Pass jwt_key, the PEM public key of the instance (CLERK_JWT_KEY), or verify with a client.",
    UNEXPECTED: "Try again; if the error persists, check that Clerk's API can be reached.",
}
"""What to do about each reason."""

WebhookReason: TypeAlias = Literal[
    "secret-missing",
    "secret-invalid",
    "option-invalid",
    "body-not-raw",
    "headers-invalid",
    "headers-missing",
    "timestamp-invalid",
    "timestamp-too-old",
    "timestamp-too-new",
    "signature-mismatch",
    "body-invalid",
]
"""Why a webhook is rejected. `secret-...` and `option-invalid` are configuration errors of the receiver, `body-not-raw`
and `headers-invalid` errors in its code; the others concern the request."""
