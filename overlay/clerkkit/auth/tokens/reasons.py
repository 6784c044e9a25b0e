"""Why a token or a request is refused: Clerk's own reason codes, and what to do about each."""

from __future__ import annotations

EXPIRED = "token-expired"
INVALID = "token-invalid"
INVALID_ALGORITHM = "token-invalid-algorithm"
INVALID_ISSUER = "token-invalid-issuer"
INVALID_PARTY = "token-invalid-authorized-parties"
INVALID_SIGNATURE = "token-invalid-signature"
NOT_YET = "token-not-active-yet"
ISSUED_LATER = "token-iat-in-the-future"
FAILED = "token-verification-failed"
SECRET_KEY = "secret-key-invalid"  # noqa: S105  # a reason, no secret
NO_LOCAL_KEY = "jwk-local-missing"
NOT_LOADED = "jwk-remote-failed-to-load"
UNKNOWN_KEY = "jwk-kid-mismatch"
NO_KEY = "jwk-failed-to-resolve"
UNEXPECTED = "unexpected-error"

TYPE_MISMATCH = "token-type-mismatch"
NOT_IN_HEADER = "No token in header"
NOTHING = "session-token-and-uat-missing"
NO_SESSION_TOKEN = "session-token-missing"  # noqa: S105
NO_CLIENT = "session-token-but-no-client-uat"
NO_SESSION = "client-uat-but-no-session-token"
OLDER_THAN_CLIENT = "session-token-iat-before-client-uat"
SESSION_EXPIRED = "session-token-expired-refresh-"
SESSION_NOT_YET = "session-token-nbf"
SESSION_ISSUED_LATER = "session-token-iat-in-the-future"
DEV_BROWSER_MISSING = "dev-browser-missing"
DEV_BROWSER_SYNC = "dev-browser-sync"
SATELLITE = "satellite-needs-syncing"
PRIMARY = "primary-responds-to-syncing"
CROSS_ORIGIN = "primary-domain-cross-origin-sync"
ORGANIZATION = "active-organization-mismatch"

_NOT_CLERKS = "Send a token that Clerk made for this kind of use."
_CLOCK = "If the client's token is fresh, set this machine's clock."

HINTS = {
    EXPIRED: f"Have the client fetch a new token. {_CLOCK}",
    INVALID: _NOT_CLERKS,
    INVALID_ALGORITHM: _NOT_CLERKS,
    INVALID_ISSUER: "If tokens of that issuer are wanted, add it to issuer.",
    INVALID_PARTY: "If requests from that origin are wanted, add it to authorized_parties.",
    INVALID_SIGNATURE: "Make sure that the token and this key are of the same Clerk instance.",
    NOT_YET: _CLOCK,
    ISSUED_LATER: _CLOCK,
    FAILED: _NOT_CLERKS,
    TYPE_MISMATCH: _NOT_CLERKS,
    SECRET_KEY: "Set CLERK_SECRET_KEY to the key in Clerk's dashboard.",
    NO_LOCAL_KEY: "Set CLERK_JWT_KEY to the PEM public key in Clerk's dashboard.",
    NOT_LOADED: "See whether Clerk's API can be reached with this secret key.",
    UNKNOWN_KEY: "Make sure that the token and the secret key are of the same Clerk instance.",
    NO_KEY: "Pass jwt_key, the PEM public key of the instance (CLERK_JWT_KEY), or verify with a client.",
    UNEXPECTED: "Try again; if it lasts, see whether Clerk's API can be reached.",
}
