"""OAuth applications, with uploads of logos."""

from __future__ import annotations

from clerk_bapi.models import OAuthApplication
from clerk_bapi.resources.oauth_applications import AsyncOauthApplicationsResource, OauthApplicationsResource
from clerk_core import UNSET, Unset
from clerk_core.files import AnyFile
from clerkkit.api import oauth_applications as api


class OauthApplications(OauthApplicationsResource):
    """The operations of `oauth_applications`, with uploads from paths and open files."""

    def upload_logo(
        self, oauth_application_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
    ) -> OAuthApplication:
        """Upload the logo of an OAuth application, replacing the current one.

        `PUT /oauth_applications/{oauth_application_id}/logo`

        Args:
            oauth_application_id: Id of the OAuth application.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return self._client.send(api.upload_logo(oauth_application_id, file, uploader_user_id=uploader_user_id))


class AsyncOauthApplications(AsyncOauthApplicationsResource):
    """The operations of `oauth_applications`, with uploads from paths and open files."""

    async def upload_logo(
        self, oauth_application_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
    ) -> OAuthApplication:
        """Upload the logo of an OAuth application, replacing the current one.

        `PUT /oauth_applications/{oauth_application_id}/logo`

        Args:
            oauth_application_id: Id of the OAuth application.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.
            uploader_user_id: Id of the user recorded as the uploader.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.upload_logo(oauth_application_id, file, uploader_user_id=uploader_user_id))
