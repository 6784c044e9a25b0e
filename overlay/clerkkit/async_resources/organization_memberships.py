"""Memberships of organizations, with metadata."""

from __future__ import annotations

from clerk_bapi.async_resources.organization_memberships import AsyncOrganizationMembershipsResource
from clerk_bapi.models.shared import OrganizationMembership
from clerk_core import UNSET, Unset
from clerkkit.api import organization_memberships as api
from clerkkit.flow import run_async
from clerkkit.metadata import Metadata


class AsyncOrganizationMemberships(AsyncOrganizationMembershipsResource):
    """The operations of `organization_memberships`, and what makes them handy."""

    async def merge_and_update_membership_metadata(
        self,
        organization_id: str,
        user_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
    ) -> OrganizationMembership:
        """Merge values into the metadata of a membership, at every depth; a key set to None is removed.

        `PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`

        Args:
            organization_id: Id of the organization.
            user_id: Id of the member's user.
            metadata: One mapping with `public_metadata` and `private_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.

        Raises:
            InvalidArgument: nothing to merge, another key, a field given twice or that is no mapping.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(
            api.update_metadata(organization_id, user_id, metadata, public=public, private=private)
        )

    async def replace_metadata(
        self,
        organization_id: str,
        user_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
    ) -> OrganizationMembership:
        """Overwrite whole metadata fields of a membership; those left out stay, an empty mapping clears.

        The API can merge alone: this reads what there is (`GET /organizations/{organization_id}/memberships`), and
        merges what makes the new out of it (`PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`).
        What somebody else writes in between may stay.

        Args:
            organization_id: Id of the organization.
            user_id: Id of the member's user.
            metadata: One mapping with `public_metadata` and `private_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.

        Raises:
            InvalidArgument: nothing to write, another key, a field given twice or that is no mapping, or a null in it,
                which a merge cannot store.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        flow = api.replace_metadata(organization_id, user_id, metadata, public=public, private=private)
        return await run_async(self._client, flow)
