"""JWT templates, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.async_resources.jwt_templates import AsyncJwtTemplatesResource


class AsyncJwtTemplates(AsyncJwtTemplatesResource):
    """The operations of `jwt_templates`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = AsyncJwtTemplatesResource.get
    delete_id = AsyncJwtTemplatesResource.delete
