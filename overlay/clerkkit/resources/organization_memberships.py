"""Memberships of organizations, with `get` and `replace_metadata`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_bapi.models import OrganizationMembership
from clerk_bapi.resources.organization_memberships import (
    AsyncOrganizationMembershipsResource,
    OrganizationMembershipsResource,
)
from clerk_core import UNSET, Unset
from clerkkit.api import organization_memberships as api
from clerkkit.flow import send_flow, send_flow_async


class OrganizationMemberships(OrganizationMembershipsResource):
    """The operations of `organization_memberships`, with `get` and `replace_metadata`."""

    def get(self, organization_id: str, user_id: str) -> OrganizationMembership | None:
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
        return self._client.send(api.get(organization_id, user_id))

    def replace_metadata(
        self,
        organization_id: str,
        user_id: str,
        *,
        public_metadata: Mapping[str, Any] | Unset = UNSET,
        private_metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> OrganizationMembership:
        """Replace whole metadata fields of a membership. Fields that are left out stay; an empty mapping clears one.

        The API can only merge metadata, so this reads the membership and merges the difference. Keys that others write
        in between may remain.

        `GET /organizations/{organization_id}/memberships`,
        `PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`

        Args:
            organization_id: Id of the organization.
            user_id: Id of the member's user.
            public_metadata: JSON data that the frontend can read and only the backend can write.
            private_metadata: JSON data that only the backend can read. Each field holds at most 8 KB.

        Raises:
            InvalidArgument: a field is not a mapping, or holds a null, which a merge cannot store.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        flow = api.replace_metadata(
            organization_id, user_id, public_metadata=public_metadata, private_metadata=private_metadata
        )
        return send_flow(self._client, flow)


class AsyncOrganizationMemberships(AsyncOrganizationMembershipsResource):
    """The operations of `organization_memberships`, with `get` and `replace_metadata`."""

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
        """Replace whole metadata fields of a membership. Fields that are left out stay; an empty mapping clears one.

        The API can only merge metadata, so this reads the membership and merges the difference. Keys that others write
        in between may remain.

        `GET /organizations/{organization_id}/memberships`,
        `PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`

        Args:
            organization_id: Id of the organization.
            user_id: Id of the member's user.
            public_metadata: JSON data that the frontend can read and only the backend can write.
            private_metadata: JSON data that only the backend can read. Each field holds at most 8 KB.

        Raises:
            InvalidArgument: a field is not a mapping, or holds a null, which a merge cannot store.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        flow = api.replace_metadata(
            organization_id, user_id, public_metadata=public_metadata, private_metadata=private_metadata
        )
        return await send_flow_async(self._client, flow)
