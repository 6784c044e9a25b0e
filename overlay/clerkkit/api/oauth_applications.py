"""Endpoint functions for OAuth applications."""

from __future__ import annotations

from clerk_bapi.api import oauth_applications as bapi
from clerk_bapi.models import OAuthApplication
from clerk_core import UNSET, Request, Unset
from clerk_core.files import AnyFile
from clerkkit.api.images import check_image


def upload_logo(
    oauth_application_id: str, file: AnyFile, *, uploader_user_id: str | Unset = UNSET
) -> Request[OAuthApplication]:
    """`PUT /oauth_applications/{oauth_application_id}/logo`; see `clerk.oauth_applications.upload_logo`."""
    return bapi.upload_oauth_application_logo(
        oauth_application_id, file=check_image("file", file), uploader_user_id=uploader_user_id
    )
