"""The resources that the overlay adds to, in place of the generated ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import clerk_bapi

if TYPE_CHECKING:
    from clerkkit.async_resources.email_addresses import AsyncEmailAddresses
    from clerkkit.async_resources.invitations import AsyncInvitations
    from clerkkit.async_resources.jwt_templates import AsyncJwtTemplates
    from clerkkit.async_resources.oauth_applications import AsyncOauthApplications
    from clerkkit.async_resources.organization_invitations import AsyncOrganizationInvitations
    from clerkkit.async_resources.organization_memberships import AsyncOrganizationMemberships
    from clerkkit.async_resources.organizations import AsyncOrganizations
    from clerkkit.async_resources.sessions import AsyncSessions
    from clerkkit.async_resources.users import AsyncUsers


class AsyncResources(clerk_bapi.AsyncClient):
    """The generated client, with our resources."""

    @cached_property
    def email_addresses(self) -> AsyncEmailAddresses:
        """The operations of `email_addresses`."""
        from clerkkit.async_resources.email_addresses import AsyncEmailAddresses

        return AsyncEmailAddresses(self)

    @cached_property
    def invitations(self) -> AsyncInvitations:
        """The operations of `invitations`."""
        from clerkkit.async_resources.invitations import AsyncInvitations

        return AsyncInvitations(self)

    @cached_property
    def jwt_templates(self) -> AsyncJwtTemplates:
        """The operations of `jwt_templates`."""
        from clerkkit.async_resources.jwt_templates import AsyncJwtTemplates

        return AsyncJwtTemplates(self)

    @cached_property
    def oauth_applications(self) -> AsyncOauthApplications:
        """The operations of `oauth_applications`."""
        from clerkkit.async_resources.oauth_applications import AsyncOauthApplications

        return AsyncOauthApplications(self)

    @cached_property
    def organization_invitations(self) -> AsyncOrganizationInvitations:
        """The operations of `organization_invitations`."""
        from clerkkit.async_resources.organization_invitations import AsyncOrganizationInvitations

        return AsyncOrganizationInvitations(self)

    @cached_property
    def organization_memberships(self) -> AsyncOrganizationMemberships:
        """The operations of `organization_memberships`."""
        from clerkkit.async_resources.organization_memberships import AsyncOrganizationMemberships

        return AsyncOrganizationMemberships(self)

    @cached_property
    def organizations(self) -> AsyncOrganizations:
        """The operations of `organizations`."""
        from clerkkit.async_resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self)

    @cached_property
    def sessions(self) -> AsyncSessions:
        """The operations of `sessions`."""
        from clerkkit.async_resources.sessions import AsyncSessions

        return AsyncSessions(self)

    @cached_property
    def users(self) -> AsyncUsers:
        """The operations of `users`."""
        from clerkkit.async_resources.users import AsyncUsers

        return AsyncUsers(self)
