"""Settings of the instance. A parameter that is null changes nothing: our choice, because Clerk does not say."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain import formats
from clerk_emulator.domain.access import countries
from clerk_emulator.domain.organizations import roles
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.settings import (
    COMMUNICATION,
    INSTANCE,
    OAUTH,
    OAUTH_APPLICATION_SETTINGS,
    ORGANIZATION_SETTINGS,
    PROTECT,
    RESTRICTIONS,
    USER_SETTINGS,
    Section,
)
from clerk_emulator.storage.tables import ROLES

ENROLLMENT_MODES = ("manual_invitation", "automatic_invitation", "automatic_suggestion")
_SCOPES = ("profile", "email", "public_metadata", "private_metadata", "openid", "offline_access")


@operation("GetInstance")
def get_instance(call: Call) -> Json:
    return {
        "object": "instance",
        "id": call.keys.instance_id,
        "environment_type": "production" if call.keys.is_production else "development",
        "allowed_origins": INSTANCE.value(call.store, "allowed_origins"),
        "workspace_id": None,
    }


@operation("UpdateInstance")
def update_instance(call: Call) -> None:
    changes = _sent_values(call)
    for origin in changes.get("allowed_origins", ()):
        _validate_origin("allowed_origins", origin)
    if changes.get("development_origin"):
        _validate_origin("development_origin", changes["development_origin"])
    if changes.get("support_email"):
        changes["support_email"] = formats.email("support_email", changes["support_email"])
    if "test_mode" in changes:
        USER_SETTINGS.update(call.store, test_mode=changes.pop("test_mode"))
    INSTANCE.update(call.store, **changes)


@operation("UpdateInstanceAuthConfig")
def update_sign_in_settings(call: Call) -> Json:
    changes = _sent_values(call)
    address = changes.get("from_email_address", "")
    if not re.fullmatch("[A-Za-z0-9]*", address):
        raise errors.malformed("from_email_address", "made of letters and digits: the part before the @")
    if "test_mode" in changes:
        USER_SETTINGS.update(call.store, test_mode=changes.pop("test_mode"))
    if "restricted_to_allowlist" in changes:
        RESTRICTIONS.update(call.store, allowlist=changes.pop("restricted_to_allowlist"))
    settings = INSTANCE.update(call.store, **changes)
    return {
        "object": "instance_settings",
        "id": call.keys.instance_id,
        "restricted_to_allowlist": RESTRICTIONS.value(call.store, "allowlist"),
        "from_email_address": settings["from_email_address"],
        "progressive_sign_up": settings["progressive_sign_up"],
        "enhanced_email_deliverability": False,
    }


@operation("UpdateInstanceRestrictions")
def update_restrictions(call: Call) -> Json:
    return _update_section(call, RESTRICTIONS, _sent_values(call))


@operation("GetInstanceCommunication")
def get_communication(call: Call) -> Json:
    return _get_section(call, COMMUNICATION)


@operation("UpdateInstanceCommunication")
def update_communication(call: Call) -> Json:
    changes = _sent_values(call)
    if "blocked_country_codes" in changes:
        changes["blocked_country_codes"] = [one for one in changes["blocked_country_codes"] if one in countries.CODES]
    return _update_section(call, COMMUNICATION, changes)


@operation("GetInstanceProtect")
def get_protect(call: Call) -> Json:
    return _get_section(call, PROTECT)


@operation("UpdateInstanceProtect")
def update_protect(call: Call) -> Json:
    return _update_section(call, PROTECT, _sent_values(call))


@operation("GetInstanceOrganizationSettings")
def get_organization_settings(call: Call) -> Json:
    return _get_section(call, ORGANIZATION_SETTINGS)


@operation("UpdateInstanceOrganizationSettings")
def update_organization_settings(call: Call) -> Json:
    changes = _sent_values(call)
    if changes.get("max_allowed_memberships", 0) < 0:
        raise errors.invalid("max_allowed_memberships", "must be at least 0, which means no limit")
    _validate_choices("domains_enrollment_modes", changes.get("domains_enrollment_modes", ()), ENROLLMENT_MODES)
    if "creator_role_id" in changes:
        role = _require_role(call, "creator_role_id", changes.pop("creator_role_id"))
        if not roles.is_elevated(role):
            raise roles.lacks_permissions(role["key"])
        changes["creator_role"] = role["key"]
    if "domains_default_role_id" in changes:
        role = _require_role(call, "domains_default_role_id", changes.pop("domains_default_role_id"))
        changes["domains_default_role"] = role["key"]
    return _update_section(call, ORGANIZATION_SETTINGS, changes)


@operation("GetInstanceOAuthApplicationSettings")
def get_oauth_application_settings(call: Call) -> Json:
    return _get_section(call, OAUTH_APPLICATION_SETTINGS)


@operation("UpdateInstanceOAuthApplicationSettings")
def update_oauth_application_settings(call: Call) -> Json:
    changes = _sent_values(call)
    if "default_scopes" in call.body:
        # Null is meaningful here: it sets Clerk's default.
        changes["default_scopes"] = call.body["default_scopes"]
        _validate_choices(
            "default_scopes", call.body["default_scopes"] or (), (*_SCOPES, *OAUTH.value(call.store, "custom_scopes"))
        )
    return _update_section(call, OAUTH_APPLICATION_SETTINGS, changes)


def _sent_values(call: Call) -> Json:
    return {name: value for name, value in call.body.items() if value is not None}


def _get_section(call: Call, section: Section) -> Json:
    return {"object": section.name, **section.read(call.store)}


def _update_section(call: Call, section: Section, changes: Json) -> Json:
    return {"object": section.name, **section.update(call.store, **changes)}


def _validate_choices(name: str, values: Collection[str], allowed: Collection[str]) -> None:
    for value in values:
        if value not in allowed:
            raise errors.invalid(name, f"can only contain {', '.join(allowed)}")
    if len(set(values)) < len(values):
        raise errors.duplicate(name)


def _require_role(call: Call, name: str, role_id: str) -> Json:
    """Return the role with this id. Raises ClerkAPIError if the initial role set does not contain it."""
    role = call.store.get(ROLES, role_id)
    if role is None:
        error = errors.not_found("role", role_id)
        error.errors[0]["meta"]["param_name"] = name
        raise error
    initial = call.store.find(roles.ROLE_SETS, roles.ROLE_SETS.c.type == "initial")
    if initial is None or role["key"] not in initial["_roles"]:
        raise errors.invalid(name, "must be a role of the initial role set")
    return role


def _validate_origin(name: str, value: str) -> None:
    """Raise ClerkAPIError unless a value is an origin: a scheme and a host."""
    try:
        parts = urlsplit(value)
        valid = bool(parts.scheme and parts.netloc) and value == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        valid = False
    if not valid or re.search(r"\s", value):
        message = f"{name} must be origins, such as https://example.com."
        raise ClerkAPIError(422, "form_invalid_origin", "is invalid", message, param_name=name)
