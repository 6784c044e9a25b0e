"""Email addresses."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain.contacts import contacts
from clerk_emulator.domain.users import identifications
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.tables import USERS

_KIND = "email_address"
_ID = "email_address_id"


@operation("CreateEmailAddress")
def create_email_address(call: Call) -> Json:
    return identifications.serialize_identification(contacts.create(call.store, _user(call), _KIND, call.body))


@operation("GetEmailAddress")
def get_email_address(call: Call) -> Json:
    return identifications.serialize_identification(identifications.require(call.store, _KIND, call.path[_ID]))


@operation("UpdateEmailAddress")
def update_email_address(call: Call) -> Json:
    return identifications.serialize_identification(
        contacts.update(call.store, identifications.require(call.store, _KIND, call.path[_ID]), call.body)
    )


@operation("DeleteEmailAddress")
def delete_email_address(call: Call) -> Json:
    return contacts.delete(call.store, identifications.require(call.store, _KIND, call.path[_ID]))


@operation("PrepareEmailAddressVerification")
def prepare_verification(call: Call) -> Json:
    return contacts.prepare(call.store, identifications.require(call.store, _KIND, call.path[_ID]), "email_code")


@operation("AttemptEmailAddressVerification")
def attempt_verification(call: Call) -> Json:
    row = identifications.require(call.store, _KIND, call.path[_ID])
    return contacts.attempt(call.store, row, call.body["verification_id"], call.body["code"])


@operation("ReplaceUserEmailAddress")
def replace_email_address(call: Call) -> Json:
    user = call.path_resource(USERS, "user_id")
    return identifications.serialize_identification(contacts.replace(call.store, user, _KIND, call.body))


def _user(call: Call) -> Json:
    user = call.store.get(USERS, call.body["user_id"])
    if user is None:
        raise errors.not_found("user", call.body["user_id"])
    return user
