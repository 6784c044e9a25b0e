"""Sessions, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.async_resources.sessions import AsyncSessionsResource


class AsyncSessions(AsyncSessionsResource):
    """The operations of `sessions`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = AsyncSessionsResource.get
    create_from_jwt_template = AsyncSessionsResource.create_token_from_template
