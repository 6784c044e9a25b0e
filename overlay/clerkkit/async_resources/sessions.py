"""Sessions: revoking all of a user, and the names of Clerk Ex."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from clerk_bapi.models.shared import Session
from clerk_bapi.resources.sessions import AsyncSessionsResource
from clerkkit.aliases import aliases
from clerkkit.api import sessions as api
from clerkkit.flow import run_async


class AsyncSessions(AsyncSessionsResource):
    """The operations of `sessions`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncSessionsResource.get
        create_from_jwt_template = AsyncSessionsResource.create_token_from_template
    else:
        __getattr__ = aliases(get_id="get", create_from_jwt_template="create_token_from_template")

    async def revoke_all(self, user_id: str) -> builtins.list[Session]:
        """Sign a user out everywhere: revoke all active and pending sessions; return those that were revoked.

        The sessions are listed before the first one is revoked. One that cannot be revoked does not stop the others:
        the first error is raised after the last session. Session tokens stay valid until they expire, 60 seconds after
        they were issued unless configured otherwise.

        `GET /sessions`, `POST /sessions/{session_id}/revoke`

        Args:
            user_id: Id of the user.

        Raises:
            InvalidArgument: the id is blank.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await run_async(self._client, api.revoke_all(user_id))
