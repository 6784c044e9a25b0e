"""JWT templates, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.jwt_templates import JwtTemplatesResource
from clerkkit.aliases import aliases


class JwtTemplates(JwtTemplatesResource):
    """The operations of `jwt_templates`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = JwtTemplatesResource.get
        delete_id = JwtTemplatesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
