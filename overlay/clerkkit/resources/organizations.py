"""Organizations, with uploads and metadata."""

from __future__ import annotations

from clerk_bapi.models.organizations import OrganizationWithLogo
from clerk_bapi.models.shared import Organization
from clerk_bapi.resources.organizations import OrganizationsResource
from clerk_core import UNSET, Unset
from clerkkit.api import organizations as api
from clerkkit.images import Image
from clerkkit.metadata import Metadata


class Organizations(OrganizationsResource):
    """The operations of `organizations`, and what makes them handy."""

    def upload_logo(
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
        return self._client.send(api.upload_logo(organization_id, file, uploader_user_id=uploader_user_id))

    def merge_and_update_organization_metadata(
        self,
        organization_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
    ) -> Organization:
        """Merge values into the metadata of an organization, at every depth; a key set to None is removed.

        `PATCH /organizations/{organization_id}/metadata`

        Args:
            organization_id: Id of the organization.
            metadata: One mapping with `public_metadata` and `private_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.

        Raises:
            InvalidArgument: nothing to merge, another key, a field given twice or that is no mapping.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return self._client.send(api.update_metadata(organization_id, metadata, public=public, private=private))

    def replace_metadata(
        self,
        organization_id: str,
        metadata: Metadata | Unset = UNSET,
        *,
        public: Metadata | Unset = UNSET,
        private: Metadata | Unset = UNSET,
        **named: Metadata | Unset,
    ) -> Organization:
        """Overwrite whole metadata fields of an organization; those left out stay, an empty mapping clears.

        `PUT /organizations/{organization_id}/metadata`

        Args:
            organization_id: Id of the organization.
            metadata: One mapping with `public_metadata` and `private_metadata` as its keys.
            public: What backend and frontend read, and the backend alone writes. Each field holds 8 KB at most.
            private: What the backend alone reads.
            **named: The same by the API's names, `public_metadata` and so on.

        Raises:
            InvalidArgument: nothing to write, another key, a field given twice or that is no mapping.
            ApiError: the answer is no success.
            TransportError: no whole answer came.
        """
        return self._client.send(
            api.replace_metadata(organization_id, metadata, public=public, private=private, **named)
        )
