"""The user's email addresses and phone numbers."""

from __future__ import annotations

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.contacts import contact_verification, contacts
from clerk_emulator.domain.factors import backup_codes
from clerk_emulator.domain.sessions import session_lifecycle, session_tasks
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import serialize_identification
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json

_EMAIL, _PHONE = "email_address", "phone_number"
_IDS = {_EMAIL: "email_id", _PHONE: "phone_number_id"}


@frontend_operation("getEmailAddresses")
def list_email_addresses(call: BrowserCall) -> list[Json]:
    return _list(call, _EMAIL)


@frontend_operation("createEmailAddresses")
def create_email_address(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    contact_verification.require_may_add(call.store, user, _EMAIL)
    return serialize_identification(contacts.create(call.store, user, _EMAIL, {_EMAIL: call.body[_EMAIL]}))


@frontend_operation("getEmailAddress")
def get_email_address(call: BrowserCall) -> Json:
    return serialize_identification(_row(call, _EMAIL))


@frontend_operation("sendVerificationEmail")
def prepare_email_address(call: BrowserCall) -> Json:
    row = _row(call, _EMAIL)
    if call.body["strategy"] == "email_link":
        redirect_url = origins.require_redirect_url(call.store, call.body.get("redirect_url"))
        client_id = call.require_client()["id"]
        row = contact_verification.prepare_link(call.store, call.keys, row, redirect_url, client_id)
    else:
        row = contact_verification.prepare(call.store, row, call.body["strategy"])
    return serialize_identification(row)


@frontend_operation("verifyEmailAddress")
def verify_email_address(call: BrowserCall) -> Json:
    return serialize_identification(contact_verification.attempt(call.store, _row(call, _EMAIL), call.body["code"]))


@frontend_operation("DeleteEmailAddress")
def delete_email_address(call: BrowserCall) -> Json:
    require_verified_user(call)
    return contacts.delete_own(call.store, _row(call, _EMAIL))


@frontend_operation("getPhoneNumbers")
def list_phone_numbers(call: BrowserCall) -> list[Json]:
    return _list(call, _PHONE)


@frontend_operation("postPhoneNumbers")
def create_phone_number(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    contact_verification.require_may_add(call.store, user, _PHONE)
    names = (_PHONE, "reserved_for_second_factor")
    body = {name: call.body[name] for name in names if name in call.body}
    return serialize_identification(contacts.create(call.store, user, _PHONE, body))


@frontend_operation("ReadPhoneNumber")
def get_phone_number(call: BrowserCall) -> Json:
    return serialize_identification(_row(call, _PHONE))


@frontend_operation("sendVerificationSMS")
def prepare_phone_number(call: BrowserCall) -> Json:
    row = contact_verification.prepare(call.store, _row(call, _PHONE), call.body["strategy"])
    return serialize_identification(row)


@frontend_operation("verifyPhoneNumber")
def verify_phone_number(call: BrowserCall) -> Json:
    return serialize_identification(contact_verification.attempt(call.store, _row(call, _PHONE), call.body["code"]))


@frontend_operation("UpdatePhoneNumber")
def update_phone_number(call: BrowserCall) -> Json:
    session, user, row = call.require_session(), require_verified_user(call), _row(call, _PHONE)
    reserved, default = (call.body.get(f"{name}_second_factor") for name in ("reserved_for", "default"))
    codes = None
    if reserved is not None:
        if reserved and not session_tasks.has_second_factor(call.store, user):
            _, codes = backup_codes.give_first(call.store, user)
        row = contacts.update(call.store, row, {"reserved_for_second_factor": reserved})
        session_lifecycle.finish_tasks(call.store, session)
    if default:
        row = contacts.make_default_second_factor(call.store, row)
    return {**serialize_identification(row), "backup_codes": codes}


@frontend_operation("DeletePhoneNumber")
def delete_phone_number(call: BrowserCall) -> Json:
    require_verified_user(call)
    return contacts.delete_own(call.store, _row(call, _PHONE))


def _list(call: BrowserCall, kind: str) -> list[Json]:
    rows = identifications.of_user(call.store, call.require_user()["id"])
    return [serialize_identification(row) for row in rows if row["object"] == kind]


def _row(call: BrowserCall, kind: str) -> Json:
    """Return the address or number in the path. Raises Clerk's 404 for one of another user."""
    return identifications.require(call.store, kind, call.path[_IDS[kind]], call.require_user()["id"])
