"""Phone numbers."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.contacts import contacts
from clerk_emulator.domain.users import identifications
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.tables import USERS

_KIND = "phone_number"
_ID = "phone_number_id"


@operation("CreatePhoneNumber")
def create_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(contacts.create(call.store, _user(call), _KIND, call.body))


@operation("GetPhoneNumber")
def get_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(identifications.require(call.store, _KIND, call.path[_ID]))


@operation("UpdatePhoneNumber")
def update_phone_number(call: Call) -> Json:
    return identifications.serialize_identification(
        contacts.update(call.store, identifications.require(call.store, _KIND, call.path[_ID]), call.body)
    )


@operation("DeletePhoneNumber")
def delete_phone_number(call: Call) -> Json:
    return contacts.delete(call.store, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("PreparePhoneNumberVerification")
def prepare_verification(call: Call) -> Json:
    return contacts.prepare(call.store, identifications.require(call.store, _KIND, call.path[_ID]), "phone_code")


@operation("AttemptPhoneNumberVerification")
def attempt_verification(call: Call) -> Json:
    row = identifications.require(call.store, _KIND, call.path[_ID])
    return contacts.attempt(call.store, row, call.body["verification_id"], call.body["code"])


@operation("ReplaceUserPhoneNumber")
def replace_phone_number(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return identifications.serialize_identification(contacts.replace(call.store, user, _KIND, call.body))


def _user(call: Call) -> Json:
    user = call.store.get(USERS, call.body["user_id"])
    if user is None:
        raise errors.not_found("user", call.body["user_id"])
    return user
