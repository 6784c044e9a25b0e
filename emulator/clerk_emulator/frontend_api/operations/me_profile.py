"""The user: profile, metadata, image, password and deletion."""

from __future__ import annotations

import json

from clerk_emulator import errors
from clerk_emulator.contract import versions
from clerk_emulator.domain import images, metadata
from clerk_emulator.domain.access import lockout
from clerk_emulator.domain.factors import passwords
from clerk_emulator.domain.lifecycle import user_lifecycle, user_profiles
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.users.user_accounts import update_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.uploads import uploaded_file
from clerk_emulator.frontend_api.views.users import serialize_user
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION, USER_SETTINGS
from clerk_emulator.storage.tables import USERS

_NAMES = ("first_name", "last_name")
_SENSITIVE = ("username", "primary_email_address_id", "primary_phone_number_id", "primary_web3_wallet_id")
"""What can be changed only after a recent verification."""


@frontend_operation("getUser")
def get_user(call: BrowserCall) -> Json:
    return serialize_user(call, call.require_user())


@frontend_operation("patchUser")
def update_profile(call: BrowserCall) -> Json:
    user = call.require_user()
    body = {name: call.body[name] for name in (*_NAMES, *_SENSITIVE) if name in call.body}
    if any(name in body for name in _SENSITIVE):
        require_verified_user(call)
    _require_changeable(call, user, body)
    former = versions.removed_parameters(call.operation.qualified_id, call.version)
    if "unsafe_metadata" in former and "unsafe_metadata" in call.body:
        body["unsafe_metadata"] = _metadata(call)
    user_lifecycle.update(call.store, user, body)
    return _current(call, user)


def _require_changeable(call: BrowserCall, user: Json, body: Json) -> None:
    """Raise Clerk's error for an attribute that users cannot change, or must have."""
    attributes = ATTRIBUTES.read(call.store)
    for name in (*_NAMES, "username"):
        if name in body and (body[name] or None) != user[name]:
            if attributes[name]["immutable"]:
                message = f"{name} cannot be changed."
                raise ClerkAPIError(403, "immutable_attribute_modification_not_allowed", "is immutable", message)
            if attributes[name]["required"] and not body[name]:
                raise errors.null(name)


@frontend_operation("patchUserMetadata")
def merge_metadata(call: BrowserCall) -> Json:
    user = call.require_user()
    merged = metadata.merged_fields(user, {"unsafe_metadata": _metadata(call)}, ("unsafe_metadata",))
    update_user(call.store, user, **merged)
    return _current(call, user)


def _metadata(call: BrowserCall) -> Json:
    """Return the metadata that a body has as JSON in a text. Raises ClerkAPIError."""
    try:
        values = json.loads(call.body["unsafe_metadata"])
    except (ValueError, RecursionError):
        raise errors.malformed("unsafe_metadata", "a JSON object") from None
    if not is_object(values):
        raise metadata.not_object("unsafe_metadata")
    return values


@frontend_operation("deleteUser")
def delete_user(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    if not (user["delete_self_enabled"] and AUTHENTICATION.value(call.store, "delete_self")):
        message = "Users may not delete their account."
        raise ClerkAPIError(403, "user_delete_self_not_enabled", "not enabled", message)
    deleted = user_lifecycle.delete(call.store, user)
    return {name: deleted[name] for name in ("object", "id", "deleted")}


@frontend_operation("updateProfileImage")
def update_image(call: BrowserCall) -> Json:
    user = call.require_user()
    image_id = images.store_upload(call.store, uploaded_file(call), user)
    update_user(call.store, user, _image=image_id)
    return {
        "object": "image",
        "id": image_id,
        "name": "profile",
        "public_url": images.url(call.store, {"_image": image_id}),
    }


@frontend_operation("deleteProfileImage")
def delete_image(call: BrowserCall) -> Json:
    user = call.require_user()
    if user["_image"] is None:
        raise ClerkAPIError(404, "image_not_found", "not found", "This user has no image.")
    images.delete(call.store, user)
    update_user(call.store, user, _image=None)
    return {"object": "image", "id": user["_image"], "deleted": True}


@frontend_operation("changePassword")
def change_password(call: BrowserCall) -> Json:
    session, user = call.require_session(), require_verified_user(call)
    if not USER_SETTINGS.value(call.store, "passwords"):
        message = "Passwords are disabled for this instance."
        raise ClerkAPIError(403, "password_disabled", "passwords are disabled", message)
    new = call.body.get("new_password")
    if not new:
        raise errors.missing("new_password")
    _require_current_password(call, user)
    user_profiles.validate_password(call.store, user, new, "new_password")
    if user["_password_digest"] and passwords.matches(new, user["_password_hasher"], user["_password_digest"]):
        code, message = "form_new_password_matches_current", "The new password must differ from the current one."
        raise ClerkAPIError(422, code, "is the current one", message, param_name="new_password")
    changes = user_profiles.new_password(call.store, *passwords.hash_password(new))
    update_user(call.store, user, **changes)
    messages.notify_user(call.store, user["id"], "password_changed")
    if call.body.get("sign_out_of_other_sessions"):
        session_lifecycle.revoke_all(call.store, user["id"], keep=session["id"])
    session_lifecycle.finish_tasks(call.store, session)
    return _current(call, user)


@frontend_operation("removePassword")
def remove_password(call: BrowserCall) -> Json:
    user = require_verified_user(call)
    if user["_password_digest"] is None:
        raise ClerkAPIError(400, "no_password_set", "no password set", "This user has no password.")
    if ATTRIBUTES.value(call.store, "password")["required"]:
        message = "Users of this instance must have a password."
        raise ClerkAPIError(400, "password_required", "is required", message)
    _require_current_password(call, user)
    update_user(call.store, user, **user_profiles.NO_PASSWORD)
    messages.notify_user(call.store, user["id"], "password_removed")
    return _current(call, user)


def _require_current_password(call: BrowserCall, user: Json) -> None:
    """Raise Clerk's error if the current password is wrong, or missing.

    It may be missing where a recent verification replaces it, and if a compromised password is reset.
    """
    current = call.body.get("current_password")
    if user["_password_digest"] is None or user["_compromised"]:
        return
    if not current:
        if AUTHENTICATION.value(call.store, "reverification"):
            return
        raise errors.missing("current_password")
    lockout.require_unlocked(call.store, user)
    if not passwords.matches(current, user["_password_hasher"], user["_password_digest"]):
        message = "The current password is incorrect."
        wrong = ClerkAPIError(422, "form_password_incorrect", "is incorrect", message, param_name="current_password")
        raise lockout.count_failure(call.store, user["id"], wrong)


def _current(call: BrowserCall, user: Json) -> Json:
    return serialize_user(call, call.store.require(USERS, user["id"]))
