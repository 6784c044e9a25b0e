"""JWT templates, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.jwt_templates import AsyncJwtTemplatesResource
from clerkkit.aliases import aliases


class AsyncJwtTemplates(AsyncJwtTemplatesResource):
    """The operations of `jwt_templates`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncJwtTemplatesResource.get
        delete_id = AsyncJwtTemplatesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
