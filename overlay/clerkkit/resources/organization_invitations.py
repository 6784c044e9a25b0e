"""Invitations to organizations, with bulk creation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from clerk_bapi.models import OrganizationInvitation
from clerk_bapi.resources.organization_invitations import (
    AsyncOrganizationInvitationsResource,
    OrganizationInvitationsResource,
)
from clerk_core import ClerkError
from clerkkit.api import organization_invitations as api
from clerkkit.flow import send_flows, send_flows_async


class OrganizationInvitations(OrganizationInvitationsResource):
    """The operations of `organization_invitations`, with bulk creation."""

    def create_many(
        self, organization_id: str, invitations: Iterable[api.Row]
    ) -> Iterator[OrganizationInvitation | ClerkError]:
        """Invite any number of email addresses to an organization. Yields an invitation or an error for each, in order.

        Invitations are sent in batches of ten; a batch is sent when the results before it were consumed. If Clerk
        rejects a batch because of one invitation, its invitations are sent one by one, so that each has a result of
        its own. Any other error, such as a timeout, is the result of the whole batch. `error.failed_request` is the
        request that failed, which can be sent again.

        Clerk allows 50 batches and 250 single invitations an hour for an organization. The client waits until a limit
        is reset if its `deadline` allows it, as in `clerk.with_options(deadline=7200)`. Otherwise the remaining
        invitations are not sent, and each of their results is a `TooManyRequests`.

        `POST /organizations/{organization_id}/invitations/bulk`, `POST /organizations/{organization_id}/invitations`

        Args:
            organization_id: Id of the organization.
            invitations: Any number of invitations; may be a generator.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return send_flows(self._client, api.create_many(organization_id, invitations))


class AsyncOrganizationInvitations(AsyncOrganizationInvitationsResource):
    """The operations of `organization_invitations`, with bulk creation."""

    def create_many(
        self, organization_id: str, invitations: Iterable[api.Row]
    ) -> AsyncIterator[OrganizationInvitation | ClerkError]:
        """Invite any number of email addresses to an organization. Yields an invitation or an error for each, in order.

        Invitations are sent in batches of ten; a batch is sent when the results before it were consumed. If Clerk
        rejects a batch because of one invitation, its invitations are sent one by one, so that each has a result of
        its own. Any other error, such as a timeout, is the result of the whole batch. `error.failed_request` is the
        request that failed, which can be sent again.

        Clerk allows 50 batches and 250 single invitations an hour for an organization. The client waits until a limit
        is reset if its `deadline` allows it, as in `clerk.with_options(deadline=7200)`. Otherwise the remaining
        invitations are not sent, and each of their results is a `TooManyRequests`.

        `POST /organizations/{organization_id}/invitations/bulk`, `POST /organizations/{organization_id}/invitations`

        Args:
            organization_id: Id of the organization.
            invitations: Any number of invitations; may be a generator.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return send_flows_async(self._client, api.create_many(organization_id, invitations))
