"""Users: finding one, uploads, checks of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from clerk_bapi.models.users import User
from clerk_bapi.resources.users import AsyncUsersResource
from clerk_core import UNSET, Unset
from clerkkit.aliases import aliases
from clerkkit.api import users as api
from clerkkit.api.images import Image
from clerkkit.api.metadata import keywords


class AsyncUsers(AsyncUsersResource):
    """The operations of `users`, and what makes them handy."""

    @overload
    async def find(self, *, email_address: str) -> User | None: ...
    @overload
    async def find(self, *, phone_number: str) -> User | None: ...
    @overload
    async def find(self, *, username: str) -> User | None: ...
    @overload
    async def find(self, *, external_id: str) -> User | None: ...
    async def find(
        self,
        *,
        email_address: str | Unset = UNSET,
        phone_number: str | Unset = UNSET,
        username: str | Unset = UNSET,
        external_id: str | Unset = UNSET,
    ) -> User | None:
        """Return the user who has this email address, phone number, username or external id; None if there is none.

        The value is compared with that of the user who is found, so that a filter that is looser finds nobody else.
        Email addresses and usernames are compared without regard to case, phone numbers without spaces, dots, hyphens
        and parentheses, external ids as they are, with any sign in front. An address that is not verified counts, too;
        a user who has verified it goes before others.

        `GET /users`

        Args:
            email_address: An email address of the user.
            phone_number: A phone number of the user in E.164 form, such as `+15555550100`.
            username: The username of the user.
            external_id: The id of the user in a system of yours.

        Raises:
            TypeError: not exactly one argument is given.
            InvalidArgument: the value is not a string, or is blank.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        request = api.find(
            email_address=email_address, phone_number=phone_number, username=username, external_id=external_id
        )
        return await self._client.send(request)

    async def set_profile_image(self, user_id: str, file: Image) -> User:
        """Upload a profile picture for a user, in place of the one there is.

        `POST /users/{user_id}/profile_image`

        Args:
            user_id: Id of the user.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. JPEG,
                PNG, GIF or WebP, at most 10 MB.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or no such image; nothing was sent.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(api.set_profile_image(user_id, file))

    async def password_matches(self, user_id: str, password: str) -> bool:
        """Whether this is the user's password.

        `POST /users/{user_id}/verify_password`

        Args:
            user_id: Id of the user.
            password: The password to try.

        Raises:
            ApiError: anything but a wrong password, such as a user without one (`no_password_set`).
            TransportError: no whole answer came.
        """
        return await self._client.send(api.password_matches(user_id, password))

    async def totp_matches(self, user_id: str, code: str) -> bool:
        """Whether this is the code that the user's authenticator shows, or one of the backup codes, which is used up.

        `POST /users/{user_id}/verify_totp`

        Args:
            user_id: Id of the user.
            code: The code to try; one of another length than the API wants is wrong, too.

        Raises:
            ApiError: anything but a wrong code, such as a user without an authenticator (`totp_disabled`).
            TransportError: no whole answer came.
        """
        return await self._client.send(api.totp_matches(user_id, code))

    async def _merge_metadata(
        self, user_id: str, metadata: Mapping[str, Any] = MappingProxyType({}), **fields: Any
    ) -> User:
        """Merge values into the metadata of a user: `update_metadata` under the name and in the form of Clerk Ex.

        `PATCH /users/{user_id}/metadata`

        Args:
            user_id: Id of the user.
            metadata: One mapping with fields as its keys: `public_metadata` and so on.
            **fields: Fields by keyword.

        Raises:
            TypeError: a field is given twice, or users have no such field.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await self.update_metadata(user_id, **keywords(metadata, fields))

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncUsersResource.get
        delete_id = AsyncUsersResource.delete
        oauth_access_token = AsyncUsersResource.list_oauth_access_tokens
        list_memberships = AsyncUsersResource.list_organization_memberships
        list_invitations = AsyncUsersResource.list_organization_invitations
        merge_and_update_user_metadata = _merge_metadata
    else:
        __getattr__ = aliases(
            get_id="get",
            delete_id="delete",
            oauth_access_token="list_oauth_access_tokens",  # noqa: S106  # a name
            list_memberships="list_organization_memberships",
            list_invitations="list_organization_invitations",
            merge_and_update_user_metadata="_merge_metadata",
        )
