"""Users, with uploads, metadata and checks of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.async_resources.users import AsyncUsersResource
from clerk_bapi.models.users import User
from clerk_core import UNSET, Unset
from clerkkit.aliases import aliases
from clerkkit.api import users as api
from clerkkit.images import Image
from clerkkit.metadata import Metadata


class AsyncUsers(AsyncUsersResource):
    """The operations of `users`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncUsersResource.get
        delete_id = AsyncUsersResource.delete
        oauth_access_token = AsyncUsersResource.list_oauth_access_tokens
        list_memberships = AsyncUsersResource.list_organization_memberships
        list_invitations = AsyncUsersResource.list_organization_invitations
    else:
        __getattr__ = aliases(
            get_id="get",
            delete_id="delete",
            oauth_access_token="list_oauth_access_tokens",  # noqa: S106  # a name
            list_memberships="list_organization_memberships",
            list_invitations="list_organization_invitations",
        )

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

    async def merge_and_update_user_metadata(
        self,
        user_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
        unsafe: Metadata | Unset = UNSET,
    ) -> User:
        """Merge values into the metadata of a user, at every depth; a key set to None is removed.

        `PATCH /users/{user_id}/metadata`

        Args:
            user_id: Id of the user.
            metadata: One mapping with `public_metadata`, `private_metadata`, `unsafe_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.
            unsafe: What the frontend may write, too.

        Raises:
            InvalidArgument: nothing to merge, another key, a field given twice or that is no mapping.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(
            api.update_metadata(user_id, metadata, public=public, private=private, unsafe=unsafe)
        )

    async def replace_metadata(
        self,
        user_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
        unsafe: Metadata | Unset = UNSET,
        **named: Metadata | Unset,
    ) -> User:
        """Overwrite whole metadata fields of a user; those left out stay, an empty mapping clears.

        `PUT /users/{user_id}/metadata`

        Args:
            user_id: Id of the user.
            metadata: One mapping with `public_metadata`, `private_metadata`, `unsafe_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.
            unsafe: What the frontend may write, too.
            **named: The same by the API's names, `public_metadata` and so on.

        Raises:
            InvalidArgument: nothing to write, another key, a field given twice or that is no mapping.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return await self._client.send(
            api.replace_metadata(user_id, metadata, public=public, private=private, unsafe=unsafe, **named)
        )

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
