"""Endpoint functions for organizations."""

from __future__ import annotations

from clerk_bapi.api import organizations as bapi
from clerk_bapi.models import OrganizationWithLogo
from clerk_core import UNSET, Request, Unset
from clerk_core.files import AnyFile
from clerkkit.api.images import check_image


def upload_logo(
    organization_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
) -> Request[OrganizationWithLogo]:
    """`PUT /organizations/{organization_id}/logo`; see `clerk.organizations.upload_logo`."""
    return bapi.upload_organization_logo(
        organization_id, file=check_image("file", file), uploader_user_id=uploader_user_id
    )
