"""Organizations, with uploads of logos."""

from __future__ import annotations

from clerk_bapi.models import OrganizationWithLogo
from clerk_bapi.resources.organizations import AsyncOrganizationsResource, OrganizationsResource
from clerk_core import UNSET, Unset
from clerk_core.files import AnyFile
from clerkkit.api import organizations as api


class Organizations(OrganizationsResource):
    """The operations of `organizations`, with uploads from paths and open files."""

    def upload_logo(
        self, organization_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
    ) -> OrganizationWithLogo:
        """Upload the logo of an organization, replacing the current one.

        `PUT /organizations/{organization_id}/logo`

        Args:
            organization_id: Id of the organization.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return self._client.send(api.upload_logo(organization_id, file, uploader_user_id=uploader_user_id))


class AsyncOrganizations(AsyncOrganizationsResource):
    """The operations of `organizations`, with uploads from paths and open files."""

    async def upload_logo(
        self, organization_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
    ) -> OrganizationWithLogo:
        """Upload the logo of an organization, replacing the current one.

        `PUT /organizations/{organization_id}/logo`

        Args:
            organization_id: Id of the organization.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.upload_logo(organization_id, file, uploader_user_id=uploader_user_id))
