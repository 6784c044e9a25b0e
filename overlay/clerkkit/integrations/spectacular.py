"""The security scheme of `ClerkAuthentication` for drf-spectacular, which discovers it automatically."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from clerkkit.integrations.shared.openapi import SCHEME_DESCRIPTION, SCHEME_NAME

__all__ = ["ClerkScheme"]


class ClerkScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `ClerkAuthentication` and its subclasses as bearer tokens."""

    target_class = "clerkkit.integrations.drf.ClerkAuthentication"
    match_subclasses = True
    name = SCHEME_NAME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002  # the base's signature
        """Return the security scheme object."""
        return {"type": "http", "scheme": "bearer", "description": SCHEME_DESCRIPTION}
