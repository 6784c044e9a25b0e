"""Organizations, with uploads."""

from __future__ import annotations

from clerk_bapi.models.organizations import OrganizationWithLogo
from clerk_bapi.resources.organizations import AsyncOrganizationsResource
from clerk_core import UNSET, Unset
from clerkkit.api import organizations as api
from clerkkit.api.images import Image


class AsyncOrganizations(AsyncOrganizationsResource):
    """The operations of `organizations`, and what makes them handy."""

    async def upload_logo(
        self, organization_id: str, file: Image, *, uploader_user_id: str | Unset = UNSET
    ) -> OrganizationWithLogo:
        """Upload the logo of an organization, in place of the one there is.

        `PUT /organizations/{organization_id}/logo`

        Args:
            organization_id: Id of the organization.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. JPEG,
                PNG, GIF or WebP, at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or no such image; nothing was sent.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(api.upload_logo(organization_id, file, uploader_user_id=uploader_user_id))
