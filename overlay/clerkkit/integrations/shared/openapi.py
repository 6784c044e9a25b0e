"""The security scheme in OpenAPI documents."""

from __future__ import annotations

SCHEME_NAME = "Clerk"
SCHEME_DESCRIPTION = (
    "A token issued by Clerk, of a session or a machine. Browsers can send that of a session in a cookie instead."
)
