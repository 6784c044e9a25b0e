"""Reason codes of requests that are not signed in. They are Clerk's own."""

from __future__ import annotations

from clerkkit.reasons import EXPIRED, ISSUED_IN_FUTURE, NOT_YET_ACTIVE

NO_TOKEN_IN_HEADER = "No token in header"  # noqa: S105  # a reason, not a secret
NO_SESSION_OR_CLIENT = "session-token-and-uat-missing"
NO_SESSION_TOKEN = "session-token-missing"  # noqa: S105
NO_CLIENT_UAT = "session-token-but-no-client-uat"
CLIENT_UAT_ONLY = "client-uat-but-no-session-token"
OLDER_THAN_CLIENT_UAT = "session-token-iat-before-client-uat"
SESSION_EXPIRED = "session-token-expired-refresh-"
"""A prefix: the reason why the session was not refreshed follows."""
SESSION_NOT_YET_ACTIVE = "session-token-nbf"
SESSION_ISSUED_IN_FUTURE = "session-token-iat-in-the-future"
DEV_BROWSER_MISSING = "dev-browser-missing"
DEV_BROWSER_SYNC = "dev-browser-sync"
SATELLITE_NEEDS_SYNC = "satellite-needs-syncing"
PRIMARY_RESPONDS = "primary-responds-to-syncing"
CROSS_ORIGIN_SYNC = "primary-domain-cross-origin-sync"
ORGANIZATION_MISMATCH = "active-organization-mismatch"

CLOCK_REASONS = {
    EXPIRED: SESSION_EXPIRED,
    NOT_YET_ACTIVE: SESSION_NOT_YET_ACTIVE,
    ISSUED_IN_FUTURE: SESSION_ISSUED_IN_FUTURE,
}
"""Reasons of tokens that a wrong clock can cause -> the reason with which Clerk is asked for the session."""
