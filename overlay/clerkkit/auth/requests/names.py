"""Names of Clerk's cookies and query parameters; some are both."""

from __future__ import annotations

SESSION = "__session"
CLIENT_UAT = "__client_uat"
DEV_BROWSER = "__clerk_db_jwt"
DEV_SESSION = "__dev_session"
REFRESH = "__refresh"
HANDSHAKE = "__clerk_handshake"
HANDSHAKE_NONCE = "__clerk_handshake_nonce"
HELP = "__clerk_help"
REDIRECT_COUNT = "__clerk_redirect_count"
REDIRECT_URL = "__clerk_redirect_url"
SYNCED = "__clerk_synced"
