"""JWT templates, with the method names of Clerk Ex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.jwt_templates import AsyncJwtTemplatesResource, JwtTemplatesResource
from clerk_core.public_dir import aliases


class JwtTemplates(JwtTemplatesResource):
    """The operations of `jwt_templates`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = JwtTemplatesResource.get
        delete_id = JwtTemplatesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")


class AsyncJwtTemplates(AsyncJwtTemplatesResource):
    """The operations of `jwt_templates`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncJwtTemplatesResource.get
        delete_id = AsyncJwtTemplatesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
