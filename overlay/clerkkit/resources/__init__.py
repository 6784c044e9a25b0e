"""The resources that the overlay adds to, in place of the generated ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import clerk_bapi

if TYPE_CHECKING:
    from clerkkit.resources.email_addresses import EmailAddresses
    from clerkkit.resources.invitations import Invitations
    from clerkkit.resources.jwt_templates import JwtTemplates
    from clerkkit.resources.oauth_applications import OauthApplications
    from clerkkit.resources.organization_invitations import OrganizationInvitations
    from clerkkit.resources.organization_memberships import OrganizationMemberships
    from clerkkit.resources.organizations import Organizations
    from clerkkit.resources.sessions import Sessions
    from clerkkit.resources.users import Users


class Resources(clerk_bapi.Client):
    """The generated client, with our resources."""

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
