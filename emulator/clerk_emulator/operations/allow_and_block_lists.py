"""The allow-list and the block-list."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain.access import restrictions
from clerk_emulator.domain.access.restrictions import ALLOWED, BLOCKED
from clerk_emulator.domain.invitations import application_invitations
from clerk_emulator.domain.messaging import messages
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import ResourceTable


@operation("CreateAllowlistIdentifier")
def create_allowed(call: Call) -> Json:
    row = _create(call, ALLOWED)
    if call.body.get("notify") and restrictions.is_address(row):
        invitation = application_invitations.invite(call.store, call.keys, {"email_address": row["identifier"]})
        row = call.store.update(ALLOWED, row, invitation_id=invitation["id"], updated_at=row["updated_at"])
        application_invitations.send(call.store, invitation)
    elif call.body.get("notify") and row["identifier_type"] == "phone_number":
        # A person is invited by email only; the text message contains the address of the application.
        url = f"{call.keys.issuer}/sign-up"
        messages.send_sms(call.store, "invitation", row["identifier"], {"action_url": url})
    return public_fields(row)


@operation("ListAllowlistIdentifiers")
def list_allowed(call: Call) -> Response:
    _require_in_plan(call, ALLOWED)
    return list_resources(call, ALLOWED)


@operation("DeleteAllowlistIdentifier")
def delete_allowed(call: Call) -> Json:
    return _delete(call, ALLOWED)


@operation("CreateBlocklistIdentifier")
def create_blocked(call: Call) -> Json:
    return public_fields(_create(call, BLOCKED))


@operation("ListBlocklistIdentifiers")
def list_blocked(call: Call) -> Response:
    _require_in_plan(call, BLOCKED)
    return list_resources(call, BLOCKED)


@operation("DeleteBlocklistIdentifier")
def delete_blocked(call: Call) -> Json:
    return _delete(call, BLOCKED)


def _require_in_plan(call: Call, table: ResourceTable) -> None:
    """Raise Clerk's 402 if the plan of the instance does not include the lists.

    What Clerk calls the two features in `unsupported_features` is our choice.
    """
    if not USER_SETTINGS.value(call.store, "allowlist_and_blocklist"):
        feature, name = ("allowlist", "the allowlist") if table is ALLOWED else ("blocklist", "the blocklist")
        raise errors.not_in_plan(feature, name)


def _create(call: Call, table: ResourceTable) -> Json:
    _require_in_plan(call, table)
    entry = restrictions.parse_entry(call.body["identifier"])
    if call.store.find(table, table.c.identifier == entry["identifier"]):
        raise ClerkAPIError(
            400, "duplicate_record", "is already listed", f"{entry['identifier']} is already on the list."
        )
    return call.store.create(table, {**entry, "instance_id": call.keys.instance_id})


def _delete(call: Call, table: ResourceTable) -> Json:
    _require_in_plan(call, table)
    row = call.path_resource(table, "identifier_id")
    call.store.delete(table, table.c.id == row["id"])
    return deleted_object(row)
