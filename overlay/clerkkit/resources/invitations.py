"""Invitations to sign up, with bulk creation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from clerk_bapi.models import Invitation
from clerk_bapi.resources.invitations import AsyncInvitationsResource, InvitationsResource
from clerk_core import ClerkError
from clerkkit.api import invitations as api
from clerkkit.flow import send_flows, send_flows_async


class Invitations(InvitationsResource):
    """The operations of `invitations`, with bulk creation."""

    def create_many(self, invitations: Iterable[api.Row]) -> Iterator[Invitation | ClerkError]:
        """Invite any number of email addresses to sign up. Yields a result for each, in order: invitation or error.

        Invitations are sent in batches of ten; a batch is sent when the results before it were consumed. If Clerk
        rejects a batch because of one invitation, its invitations are sent one by one, so that each has a result of
        its own. Any other error, such as a timeout, is the result of the whole batch. `error.failed_request` is the
        request that failed, which can be sent again.

        Clerk allows 25 batches and 100 single invitations an hour. The client waits until a limit is reset if its
        `deadline` allows it, as in `clerk.with_options(deadline=7200)`. Otherwise the remaining invitations are not
        sent, and each of their results is a `TooManyRequests`.

        `POST /invitations/bulk`, `POST /invitations`

        Args:
            invitations: Any number of invitations; may be a generator.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return send_flows(self._client, api.create_many(invitations))


class AsyncInvitations(AsyncInvitationsResource):
    """The operations of `invitations`, with bulk creation."""

    def create_many(self, invitations: Iterable[api.Row]) -> AsyncIterator[Invitation | ClerkError]:
        """Invite any number of email addresses to sign up. Yields a result for each, in order: invitation or error.

        Invitations are sent in batches of ten; a batch is sent when the results before it were consumed. If Clerk
        rejects a batch because of one invitation, its invitations are sent one by one, so that each has a result of
        its own. Any other error, such as a timeout, is the result of the whole batch. `error.failed_request` is the
        request that failed, which can be sent again.

        Clerk allows 25 batches and 100 single invitations an hour. The client waits until a limit is reset if its
        `deadline` allows it, as in `clerk.with_options(deadline=7200)`. Otherwise the remaining invitations are not
        sent, and each of their results is a `TooManyRequests`.

        `POST /invitations/bulk`, `POST /invitations`

        Args:
            invitations: Any number of invitations; may be a generator.

        Raises:
            InvalidArgument: `invitations` is not an iterable of objects.
        """
        return send_flows_async(self._client, api.create_many(invitations))
