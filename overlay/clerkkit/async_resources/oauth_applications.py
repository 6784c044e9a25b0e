"""OAuth applications, with uploads."""

from __future__ import annotations

from clerk_bapi.models.oauth_applications import OAuthApplication
from clerk_bapi.resources.oauth_applications import AsyncOauthApplicationsResource
from clerk_core import UNSET, Unset
from clerkkit.api import oauth_applications as api
from clerkkit.api.images import Image


class AsyncOauthApplications(AsyncOauthApplicationsResource):
    """The operations of `oauth_applications`, and what makes them handy."""

    async def upload_logo(
        self, oauth_application_id: str, file: Image, *, uploader_user_id: str | Unset = UNSET
    ) -> OAuthApplication:
        """Upload the logo of an OAuth application, in place of the one there is.

        `PUT /oauth_applications/{oauth_application_id}/logo`

        Args:
            oauth_application_id: Id of the OAuth application.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. JPEG,
                PNG, GIF or WebP, at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or no such image; nothing was sent.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(api.upload_logo(oauth_application_id, file, uploader_user_id=uploader_user_id))
