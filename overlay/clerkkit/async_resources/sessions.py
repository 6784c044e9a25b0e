"""Sessions, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.async_resources.sessions import AsyncSessionsResource
from clerkkit.aliases import aliases


class AsyncSessions(AsyncSessionsResource):
    """The operations of `sessions`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncSessionsResource.get
        create_from_jwt_template = AsyncSessionsResource.create_token_from_template
    else:
        __getattr__ = aliases(get_id="get", create_from_jwt_template="create_token_from_template")
