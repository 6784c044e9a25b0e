"""Email addresses."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain import contacts, identifications
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation

_KIND = "email_address"
_ID = "email_address_id"


@operation("CreateEmailAddress")
def create_email_address(call: Call) -> Json:
    return identifications.serialize_identification(contacts.create(call, _KIND))


@operation("GetEmailAddress")
def get_email_address(call: Call) -> Json:
    return identifications.serialize_identification(identifications.require(call.store, _KIND, call.path[_ID]))


@operation("UpdateEmailAddress")
def update_email_address(call: Call) -> Json:
    return identifications.serialize_identification(
        contacts.update(call, identifications.require(call.store, _KIND, call.path[_ID]))
    )


@operation("DeleteEmailAddress")
def delete_email_address(call: Call) -> Json:
    return contacts.delete(call, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("PrepareEmailAddressVerification")
def prepare_verification(call: Call) -> Json:
    return contacts.prepare(call, identifications.require(call.store, _KIND, call.path[_ID]), "email_code")


@operation("AttemptEmailAddressVerification")
def attempt_verification(call: Call) -> Json:
    return contacts.attempt(call, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("ReplaceUserEmailAddress")
def replace_email_address(call: Call) -> Json:
    return identifications.serialize_identification(contacts.replace(call, _KIND))
