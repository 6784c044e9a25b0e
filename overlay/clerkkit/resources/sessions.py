"""Sessions, with `revoke_all` and the method names of Clerk Ex."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from clerk_bapi.models import Session
from clerk_bapi.resources.sessions import AsyncSessionsResource, SessionsResource
from clerk_core.public_dir import aliases
from clerkkit.api import sessions as api
from clerkkit.flow import send_flow, send_flow_async


class Sessions(SessionsResource):
    """The operations of `sessions`, with `revoke_all`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = SessionsResource.get
        create_from_jwt_template = SessionsResource.create_token_from_template
    else:
        __getattr__ = aliases(get_id="get", create_from_jwt_template="create_token_from_template")

    def revoke_all(self, user_id: str) -> builtins.list[Session]:
        """Sign a user out everywhere: revoke all active and pending sessions, and return the revoked ones.

        All sessions are listed first. If one cannot be revoked, the others still are, and the first error is raised at
        the end. Session tokens stay valid until they expire, by default 60 seconds after they were issued.

        `GET /sessions`, `POST /sessions/{session_id}/revoke`

        Args:
            user_id: Id of the user.

        Raises:
            InvalidArgument: the id is blank.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return send_flow(self._client, api.revoke_all(user_id))


class AsyncSessions(AsyncSessionsResource):
    """The operations of `sessions`, with `revoke_all`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncSessionsResource.get
        create_from_jwt_template = AsyncSessionsResource.create_token_from_template
    else:
        __getattr__ = aliases(get_id="get", create_from_jwt_template="create_token_from_template")

    async def revoke_all(self, user_id: str) -> builtins.list[Session]:
        """Sign a user out everywhere: revoke all active and pending sessions, and return the revoked ones.

        All sessions are listed first. If one cannot be revoked, the others still are, and the first error is raised at
        the end. Session tokens stay valid until they expire, by default 60 seconds after they were issued.

        `GET /sessions`, `POST /sessions/{session_id}/revoke`

        Args:
            user_id: Id of the user.

        Raises:
            InvalidArgument: the id is blank.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await send_flow_async(self._client, api.revoke_all(user_id))
