"""The resources with additional methods, which replace the generated ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import clerk_bapi

if TYPE_CHECKING:
    from clerkkit.resources.email_addresses import AsyncEmailAddresses, EmailAddresses
    from clerkkit.resources.invitations import AsyncInvitations, Invitations
    from clerkkit.resources.jwt_templates import AsyncJwtTemplates, JwtTemplates
    from clerkkit.resources.oauth_applications import AsyncOauthApplications, OauthApplications
    from clerkkit.resources.organization_invitations import AsyncOrganizationInvitations, OrganizationInvitations
    from clerkkit.resources.organization_memberships import AsyncOrganizationMemberships, OrganizationMemberships
    from clerkkit.resources.organizations import AsyncOrganizations, Organizations
    from clerkkit.resources.sessions import AsyncSessions, Sessions
    from clerkkit.resources.users import AsyncUsers, Users


class Resources(clerk_bapi.Client):
    """The generated client with these resources."""

    @cached_property
    def email_addresses(self) -> EmailAddresses:
        """The operations of `email_addresses`."""
        from clerkkit.resources.email_addresses import EmailAddresses

        return EmailAddresses(self)

    @cached_property
    def invitations(self) -> Invitations:
        """The operations of `invitations`."""
        from clerkkit.resources.invitations import Invitations

        return Invitations(self)

    @cached_property
    def jwt_templates(self) -> JwtTemplates:
        """The operations of `jwt_templates`."""
        from clerkkit.resources.jwt_templates import JwtTemplates

        return JwtTemplates(self)

    @cached_property
    def oauth_applications(self) -> OauthApplications:
        """The operations of `oauth_applications`."""
        from clerkkit.resources.oauth_applications import OauthApplications

        return OauthApplications(self)

    @cached_property
    def organization_invitations(self) -> OrganizationInvitations:
        """The operations of `organization_invitations`."""
        from clerkkit.resources.organization_invitations import OrganizationInvitations

        return OrganizationInvitations(self)

    @cached_property
    def organization_memberships(self) -> OrganizationMemberships:
        """The operations of `organization_memberships`."""
        from clerkkit.resources.organization_memberships import OrganizationMemberships

        return OrganizationMemberships(self)

    @cached_property
    def organizations(self) -> Organizations:
        """The operations of `organizations`."""
        from clerkkit.resources.organizations import Organizations

        return Organizations(self)

    @cached_property
    def sessions(self) -> Sessions:
        """The operations of `sessions`."""
        from clerkkit.resources.sessions import Sessions

        return Sessions(self)

    @cached_property
    def users(self) -> Users:
        """The operations of `users`."""
        from clerkkit.resources.users import Users

        return Users(self)


class AsyncResources(clerk_bapi.AsyncClient):
    """The generated client with these resources."""

    @cached_property
    def email_addresses(self) -> AsyncEmailAddresses:
        """The operations of `email_addresses`."""
        from clerkkit.resources.email_addresses import AsyncEmailAddresses

        return AsyncEmailAddresses(self)

    @cached_property
    def invitations(self) -> AsyncInvitations:
        """The operations of `invitations`."""
        from clerkkit.resources.invitations import AsyncInvitations

        return AsyncInvitations(self)

    @cached_property
    def jwt_templates(self) -> AsyncJwtTemplates:
        """The operations of `jwt_templates`."""
        from clerkkit.resources.jwt_templates import AsyncJwtTemplates

        return AsyncJwtTemplates(self)

    @cached_property
    def oauth_applications(self) -> AsyncOauthApplications:
        """The operations of `oauth_applications`."""
        from clerkkit.resources.oauth_applications import AsyncOauthApplications

        return AsyncOauthApplications(self)

    @cached_property
    def organization_invitations(self) -> AsyncOrganizationInvitations:
        """The operations of `organization_invitations`."""
        from clerkkit.resources.organization_invitations import AsyncOrganizationInvitations

        return AsyncOrganizationInvitations(self)

    @cached_property
    def organization_memberships(self) -> AsyncOrganizationMemberships:
        """The operations of `organization_memberships`."""
        from clerkkit.resources.organization_memberships import AsyncOrganizationMemberships

        return AsyncOrganizationMemberships(self)

    @cached_property
    def organizations(self) -> AsyncOrganizations:
        """The operations of `organizations`."""
        from clerkkit.resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self)

    @cached_property
    def sessions(self) -> AsyncSessions:
        """The operations of `sessions`."""
        from clerkkit.resources.sessions import AsyncSessions

        return AsyncSessions(self)

    @cached_property
    def users(self) -> AsyncUsers:
        """The operations of `users`."""
        from clerkkit.resources.users import AsyncUsers

        return AsyncUsers(self)
