"""Invitations to sign up: many of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from clerk_bapi.models.shared import Invitation
from clerk_bapi.resources.invitations import AsyncInvitationsResource
from clerk_core import ClerkError
from clerkkit.api import invitations as api
from clerkkit.flow import run_each_async


class AsyncInvitations(AsyncInvitationsResource):
    """The operations of `invitations`, and what makes them handy."""

    def create_many(self, invitations: Iterable[api.Row]) -> AsyncIterator[Invitation | ClerkError]:
        """Invite any number of email addresses to sign up: a result for each, in order.

        A result is the invitation, or the error. Ten invitations are sent at a time, when the results before theirs
        were taken. If Clerk refuses a batch, its invitations are sent one by one, so that an error belongs to its
        invitation; any other error, such as a timeout, stands for the whole batch. `error.failed_request` is the
        request that brought an error, to send it again.

        Clerk takes 25 batches and 100 single invitations an hour. The client waits for the end of a limit if its
        `deadline` allows it, as with `clerk.with_options(deadline=7200)`. Otherwise the rest is not sent, and each of
        its results is a `TooManyRequests`.

        `POST /invitations/bulk`, `POST /invitations`

        Args:
            invitations: The invitations, any number of them, a generator too.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return run_each_async(self._client, api.create_many(invitations))
