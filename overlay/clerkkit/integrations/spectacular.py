"""The security scheme of `ClerkAuthentication` for drf-spectacular, which discovers it automatically.

Needs drf-spectacular: `pip install drf-spectacular`.
"""

from __future__ import annotations

from typing import Any

try:
    from drf_spectacular.drainage import set_override
    from drf_spectacular.extensions import OpenApiAuthenticationExtension
except ImportError as missing:
    raise ImportError(
        "clerkkit.integrations.spectacular needs drf-spectacular: pip install drf-spectacular"
    ) from missing

from clerkkit.integrations.shared.openapi import SCHEME_DESCRIPTION, SCHEME_NAME

__all__ = ["ClerkScheme"]


class ClerkScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `ClerkAuthentication` and its subclasses as bearer tokens."""

    target: Any  # an authenticator
    target_class: Any = "clerkkit.integrations.drf.ClerkAuthentication"
    match_subclasses = True
    name = SCHEME_NAME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002  # the base's signature
        """Return the security scheme object."""
        # Subclasses have the same component. Other schemes of this name still cause drf-spectacular's warning.
        if type(self.target) is not self.target_class:
            set_override(type(self.target), "suppress_collision_warning", True)
        return {"type": "http", "scheme": "bearer", "description": SCHEME_DESCRIPTION}
