"""Tokens of links to the admin portal, where the IT department of a customer sets up single sign-on."""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.tokens import opaque_tokens
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import ORGANIZATIONS

LINK_TOKENS = ResourceTable(
    "admin_portal_link_token",
    "aplt",
    {**opaque_tokens.COLUMNS, "admin_portal_link_id": str, "it_contact_id": str},
    owners={"organization_id": "organization"},
)

_ID = re.compile(r"aplt_[0-9A-Fa-f]{32}")


@operation("createAdminPortalLinkToken")
def create_link_token(call: Call) -> Json:
    body = call.body
    organization_id = body.get("organization_id")
    if organization_id and call.store.get(ORGANIZATIONS, organization_id) is None:
        # The document has neither 404 nor 422 here.
        raise errors.not_found("organization", organization_id, status=400)
    seconds = body.get("seconds_until_expiration", 3600)
    row = call.store.create(
        LINK_TOKENS,
        {
            "id": call.ids.new_hex(LINK_TOKENS.prefix),
            "admin_portal_link_id": _link_id(call, organization_id, body.get("it_contact_id")),
            "instance_id": call.keys.instance_id,
            "organization_id": organization_id,
            "it_contact_id": body.get("it_contact_id"),
            "scopes": body.get("scopes"),
            "revoked": False,
            "revocation_reason": None,
            "expiration": opaque_tokens.expiration(call.store, "seconds_until_expiration", seconds),
            "_secret": f"aplt_{call.ids.hex()}",
        },
    )
    return {**opaque_tokens.serialize(call.store, row), "token": row["_secret"]}


@operation("revokeAdminPortalLinkToken")
def revoke_link_token(call: Call) -> Json:
    token_id = call.path["adminPortalLinkTokenID"]
    if not _ID.fullmatch(token_id):
        message = f"{token_id} is not the id of a link token, which is aplt_ and 32 hexadecimal digits."
        raise ClerkAPIError(400, "bad_request", "bad request", message)
    row = call.store.require(LINK_TOKENS, token_id)
    revoked = opaque_tokens.revoke(call.store, LINK_TOKENS, row, call.body.get("revocation_reason"))
    return opaque_tokens.serialize(call.store, revoked)


def _link_id(call: Call, organization_id: str | None, it_contact_id: str | None) -> str:
    """Return the id of the link, which all tokens for an organization and a contact share."""
    table = LINK_TOKENS
    sibling = call.store.find(table, table.c.organization_id == organization_id, table.c.it_contact_id == it_contact_id)
    return sibling["admin_portal_link_id"] if sibling else call.ids.new("apl")
