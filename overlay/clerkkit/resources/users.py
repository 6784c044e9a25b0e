"""Users, with lookups, uploads, checks of passwords and codes, and the method names of Clerk Ex."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from clerk_bapi.models import User
from clerk_bapi.resources.users import AsyncUsersResource, UsersResource
from clerk_core import UNSET, Unset
from clerk_core.files import AnyFile
from clerk_core.lazy import LazyModule
from clerk_core.public_dir import aliases

if TYPE_CHECKING:
    from clerkkit.api import metadata as metadata_api
    from clerkkit.api import users as api
else:
    api = LazyModule("clerkkit.api.users")
    metadata_api = LazyModule("clerkkit.api.metadata")


class Users(UsersResource):
    """The operations of `users`, with lookups, uploads and checks of passwords and codes."""

    @overload
    def find(self, *, email_address: str) -> User | None: ...
    @overload
    def find(self, *, phone_number: str) -> User | None: ...
    @overload
    def find(self, *, username: str) -> User | None: ...
    @overload
    def find(self, *, external_id: str) -> User | None: ...
    def find(
        self,
        *,
        email_address: str | Unset = UNSET,
        phone_number: str | Unset = UNSET,
        username: str | Unset = UNSET,
        external_id: str | Unset = UNSET,
    ) -> User | None:
        """Return the user who has this email address, phone number, username or external id; None if there is none.

        The value must match exactly, unlike in the filters of `list`. Email addresses and usernames are compared
        case-insensitively, phone numbers without spaces, dots, hyphens and parentheses, external ids unchanged,
        including a sign at their start. Unverified addresses and numbers match too; a user who has verified one is
        preferred.

        `GET /users`

        Args:
            email_address: An email address of the user.
            phone_number: A phone number of the user in E.164 form, such as `+15555550100`.
            username: The username of the user.
            external_id: The id of the user in your own system.

        Raises:
            TypeError: not exactly one argument is given.
            InvalidArgument: the value is not a string, or is blank.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        request = api.find(
            email_address=email_address, phone_number=phone_number, username=username, external_id=external_id
        )
        return self._client.send(request)

    def set_profile_image(self, user_id: str, file: AnyFile) -> User:
        """Upload the profile image of a user, replacing the current one.

        `POST /users/{user_id}/profile_image`

        Args:
            user_id: Id of the user.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return self._client.send(api.set_profile_image(user_id, file))

    def password_matches(self, user_id: str, password: str) -> bool:
        """Return whether a password is the user's password.

        `POST /users/{user_id}/verify_password`

        Args:
            user_id: Id of the user.
            password: The password to check.

        Raises:
            ApiError: the server returned another error, such as `no_password_set` for a user without a password.
            TransportError: no complete response arrived.
        """
        return self._client.send(api.password_matches(user_id, password))

    def totp_matches(self, user_id: str, code: str) -> bool:
        """Return whether a code is the user's current TOTP code, or a backup code, which is consumed.

        `POST /users/{user_id}/verify_totp`

        Args:
            user_id: Id of the user.
            code: The code to check. Codes of the wrong length are incorrect.

        Raises:
            ApiError: the server returned another error, such as `totp_disabled` for a user without an authenticator.
            TransportError: no complete response arrived.
        """
        return self._client.send(api.totp_matches(user_id, code))

    def _merge_metadata(self, user_id: str, metadata: Mapping[str, Any] = MappingProxyType({}), **fields: Any) -> User:
        """Merge values into the metadata of a user: `update_metadata` with the name and arguments of Clerk Ex.

        `PATCH /users/{user_id}/metadata`

        Args:
            user_id: Id of the user.
            metadata: A mapping of fields: `public_metadata` and so on.
            **fields: Fields as keyword arguments.

        Raises:
            TypeError: a field is given twice or does not exist.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return self.update_metadata(user_id, **metadata_api.expand_keywords(metadata, fields))

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = UsersResource.get
        delete_id = UsersResource.delete
        oauth_access_token = UsersResource.list_oauth_access_tokens
        list_memberships = UsersResource.list_organization_memberships
        list_invitations = UsersResource.list_organization_invitations
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


class AsyncUsers(AsyncUsersResource):
    """The operations of `users`, with lookups, uploads and checks of passwords and codes."""

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

        The value must match exactly, unlike in the filters of `list`. Email addresses and usernames are compared
        case-insensitively, phone numbers without spaces, dots, hyphens and parentheses, external ids unchanged,
        including a sign at their start. Unverified addresses and numbers match too; a user who has verified one is
        preferred.

        `GET /users`

        Args:
            email_address: An email address of the user.
            phone_number: A phone number of the user in E.164 form, such as `+15555550100`.
            username: The username of the user.
            external_id: The id of the user in your own system.

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

    async def set_profile_image(self, user_id: str, file: AnyFile) -> User:
        """Upload the profile image of a user, replacing the current one.

        `POST /users/{user_id}/profile_image`

        Args:
            user_id: Id of the user.
            file: A path, which is opened, streamed and closed; bytes; or an open binary file, which stays open. A JPEG,
                PNG, GIF or WebP image of at most 10 MB.

        Raises:
            InvalidArgument: the file is missing, unreadable, empty, too large, or not such an image.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.set_profile_image(user_id, file))

    async def password_matches(self, user_id: str, password: str) -> bool:
        """Return whether a password is the user's password.

        `POST /users/{user_id}/verify_password`

        Args:
            user_id: Id of the user.
            password: The password to check.

        Raises:
            ApiError: the server returned another error, such as `no_password_set` for a user without a password.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.password_matches(user_id, password))

    async def totp_matches(self, user_id: str, code: str) -> bool:
        """Return whether a code is the user's current TOTP code, or a backup code, which is consumed.

        `POST /users/{user_id}/verify_totp`

        Args:
            user_id: Id of the user.
            code: The code to check. Codes of the wrong length are incorrect.

        Raises:
            ApiError: the server returned another error, such as `totp_disabled` for a user without an authenticator.
            TransportError: no complete response arrived.
        """
        return await self._client.send(api.totp_matches(user_id, code))

    async def _merge_metadata(
        self, user_id: str, metadata: Mapping[str, Any] = MappingProxyType({}), **fields: Any
    ) -> User:
        """Merge values into the metadata of a user: `update_metadata` with the name and arguments of Clerk Ex.

        `PATCH /users/{user_id}/metadata`

        Args:
            user_id: Id of the user.
            metadata: A mapping of fields: `public_metadata` and so on.
            **fields: Fields as keyword arguments.

        Raises:
            TypeError: a field is given twice or does not exist.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        return await self.update_metadata(user_id, **metadata_api.expand_keywords(metadata, fields))

    # The method names of Clerk Ex.
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
