"""Endpoint functions and flows for memberships of organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_bapi.api import organization_memberships as bapi
from clerk_bapi.models import OrganizationMembership
from clerk_core import UNSET, Request, Unset
from clerk_core.guards import is_list
from clerkkit.api.lookup import include, require_text
from clerkkit.api.mapped_request import MappedRequest
from clerkkit.api.metadata import merge_patch
from clerkkit.flow import Flow


def get(organization_id: str, user_id: str) -> Request[OrganizationMembership | None]:
    """`GET /organizations/{organization_id}/memberships`; see `clerk.organization_memberships.get`."""
    wanted = require_text("user_id", user_id)
    listed = bapi.list_organization_memberships(organization_id, user_id=[include(wanted)])
    return MappedRequest(listed, lambda page: _find_membership(wanted, page))


def _find_membership(user_id: str, page: object) -> OrganizationMembership | None:
    rows = getattr(page, "data", None)
    for row in rows if is_list(rows) else ():
        if getattr(getattr(row, "public_user_data", None), "user_id", None) == user_id:
            membership: OrganizationMembership = row
            return membership
    return None


def replace_metadata(
    organization_id: str,
    user_id: str,
    *,
    public_metadata: Mapping[str, Any] | Unset = UNSET,
    private_metadata: Mapping[str, Any] | Unset = UNSET,
) -> Flow[OrganizationMembership]:
    """Return a flow of two requests; see `clerk.organization_memberships.replace_metadata`."""
    # If there is no membership, the second request fails with the error that says so.
    old: OrganizationMembership | None = yield get(organization_id, user_id)

    def changes(name: str, new: Mapping[str, Any] | Unset) -> Mapping[str, Any] | Unset:
        return new if isinstance(new, Unset) else merge_patch(name, getattr(old, name, None), new)

    membership: OrganizationMembership = yield bapi.update_organization_membership_metadata(
        organization_id,
        user_id,
        public_metadata=changes("public_metadata", public_metadata),
        private_metadata=changes("private_metadata", private_metadata),
    )
    return membership
