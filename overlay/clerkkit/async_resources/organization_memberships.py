"""Memberships of organizations: one of them, and replacing metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_bapi.models.shared import OrganizationMembership
from clerk_bapi.resources.organization_memberships import AsyncOrganizationMembershipsResource
from clerk_core import UNSET, Unset
from clerkkit.api import organization_memberships as api
from clerkkit.flow import run_async


class AsyncOrganizationMemberships(AsyncOrganizationMembershipsResource):
    """The operations of `organization_memberships`, and what makes them handy."""

    async def get(self, organization_id: str, user_id: str) -> OrganizationMembership | None:
        """Return the membership of a user in an organization; None if the user is not a member.

        `GET /organizations/{organization_id}/memberships`

        Args:
            organization_id: Id of the organization.
            user_id: Id of the user.

        Raises:
            InvalidArgument: an id is blank.
            ApiError: the server returned an error, such as `NotFound` for an organization that does not exist.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.get(organization_id, user_id))

    async def replace_metadata(
        self,
        organization_id: str,
        user_id: str,
        *,
        public_metadata: Mapping[str, Any] | Unset = UNSET,
        private_metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> OrganizationMembership:
        """Overwrite whole metadata fields of a membership; those left out stay, an empty mapping clears.

        The API can only merge: this reads the membership, and merges what turns the old metadata into the new. What
        others write in between may stay.

        `GET /organizations/{organization_id}/memberships`,
        `PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`

        Args:
            organization_id: Id of the organization.
            user_id: Id of the member's user.
            public_metadata: Your own JSON data; backend and frontend read it, only the backend writes it.
            private_metadata: Your own JSON data; only the backend reads it. Each field holds 8 KB at most.

        Raises:
            InvalidArgument: a field is not a mapping, or holds a null, which a merge cannot store.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        flow = api.replace_metadata(
            organization_id, user_id, public_metadata=public_metadata, private_metadata=private_metadata
        )
        return await run_async(self._client, flow)
