"""Endpoint functions about organizations."""

from __future__ import annotations

from clerk_bapi.api import organizations as bapi
from clerk_bapi.models.organizations import OrganizationWithLogo
from clerk_bapi.models.shared import Organization
from clerk_core import UNSET, Request, Unset
from clerkkit.images import Image, image
from clerkkit.metadata import OF_ORGANIZATIONS, Metadata, fields


def upload_logo(
    organization_id: str, file: Image, *, uploader_user_id: str | Unset = UNSET
) -> Request[OrganizationWithLogo]:
    """`PUT /organizations/{organization_id}/logo`; see `clerk.organizations.upload_logo`."""
    return bapi.upload_organization_logo(organization_id, file=image("file", file), uploader_user_id=uploader_user_id)


def update_metadata(
    organization_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset
) -> Request[Organization]:
    """`PATCH /organizations/{organization_id}/metadata`.

    See `clerk.organizations.merge_and_update_organization_metadata`.
    """
    return bapi.update_organization_metadata(organization_id, **fields(OF_ORGANIZATIONS, metadata, **named))


def replace_metadata(
    organization_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset
) -> Request[Organization]:
    """`PUT /organizations/{organization_id}/metadata`; see `clerk.organizations.replace_metadata`."""
    return bapi.replace_organization_metadata(organization_id, **fields(OF_ORGANIZATIONS, metadata, **named))
