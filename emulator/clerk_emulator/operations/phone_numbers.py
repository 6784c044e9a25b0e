"""Phone numbers."""

from __future__ import annotations

from clerk_emulator.call import Call
from clerk_emulator.domain import contacts, identifications
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation

_KIND = "phone_number"
_ID = "phone_number_id"


@operation("CreatePhoneNumber")
def create_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(contacts.create(call, _KIND))


@operation("GetPhoneNumber")
def get_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(identifications.require(call.store, _KIND, call.path[_ID]))


@operation("UpdatePhoneNumber")
def update_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(
        contacts.update(call, identifications.require(call.store, _KIND, call.path[_ID]))
    )


@operation("DeletePhoneNumber")
def delete_phone_number(call: Call) -> Json:
    return contacts.delete(call, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("PreparePhoneNumberVerification")
def prepare_verification(call: Call) -> Json:
    return contacts.prepare(call, identifications.require(call.store, _KIND, call.path[_ID]), "phone_code")


@operation("AttemptPhoneNumberVerification")
def attempt_verification(call: Call) -> Json:
    return contacts.attempt(call, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("ReplaceUserPhoneNumber")
def replace_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(contacts.replace(call, _KIND))
