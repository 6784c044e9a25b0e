"""Invitations to organizations: many of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from clerk_bapi.models.shared import OrganizationInvitation
from clerk_bapi.resources.organization_invitations import AsyncOrganizationInvitationsResource
from clerk_core import ClerkError
from clerkkit.api import organization_invitations as api
from clerkkit.flow import run_each_async


class AsyncOrganizationInvitations(AsyncOrganizationInvitationsResource):
    """The operations of `organization_invitations`, and what makes them handy."""

    def create_many(
        self, organization_id: str, invitations: Iterable[api.Row]
    ) -> AsyncIterator[OrganizationInvitation | ClerkError]:
        """Invite any number of email addresses to an organization: a result for each, in order.

        A result is the invitation, or the error. Ten invitations are sent at a time, when the results before theirs
        were taken. If Clerk refuses a batch, its invitations are sent one by one, so that an error belongs to its
        invitation; any other error, such as a timeout, stands for the whole batch. `error.failed_request` is the
        request that brought an error, to send it again.

        Clerk takes 50 batches and 250 single invitations an hour for an organization. The client waits for the end of a
        limit if its `deadline` allows it, as with `clerk.with_options(deadline=7200)`. Otherwise the rest is not sent,
        and each of its results is a `TooManyRequests`.

        `POST /organizations/{organization_id}/invitations/bulk`, `POST /organizations/{organization_id}/invitations`

        Args:
            organization_id: Id of the organization.
            invitations: The invitations, any number of them, a generator too.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return run_each_async(self._client, api.create_many(organization_id, invitations))
