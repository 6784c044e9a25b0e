"""Settings of the instance. A parameter that is null leaves what it names as it is: Clerk does not say; our choice."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.domain import countries, roles, value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, operation
from clerk_emulator.storage.settings import (
    COMMUNICATION,
    INSTANCE,
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
        "environment_type": "development",
        "allowed_origins": INSTANCE.read(call.store)["allowed_origins"],
        "workspace_id": None,
    }


@operation("UpdateInstance")
def update_instance(call: Call) -> None:
    changes = _given(call)
    for origin in changes.get("allowed_origins", ()):
        _origin("allowed_origins", origin)
    if changes.get("development_origin"):
        _origin("development_origin", changes["development_origin"])
    if changes.get("support_email"):
        changes["support_email"] = value_rules.email("support_email", changes["support_email"])
    if "test_mode" in changes:
        USER_SETTINGS.change(call.store, test_mode=changes.pop("test_mode"))
    INSTANCE.change(call.store, **changes)


@operation("UpdateInstanceAuthConfig")
def update_sign_in_settings(call: Call) -> Json:
    changes = _given(call)
    address = changes.get("from_email_address", "")
    if not re.fullmatch("[A-Za-z0-9]*", address):
        raise errors.malformed("from_email_address", "made of letters and digits: what stands before the @")
    if "test_mode" in changes:
        USER_SETTINGS.change(call.store, test_mode=changes.pop("test_mode"))
    if "restricted_to_allowlist" in changes:
        RESTRICTIONS.change(call.store, allowlist=changes.pop("restricted_to_allowlist"))
    settings = INSTANCE.change(call.store, **changes)
    return {
        "object": "instance_settings",
        "id": call.keys.instance_id,
        "restricted_to_allowlist": RESTRICTIONS.read(call.store)["allowlist"],
        "from_email_address": settings["from_email_address"],
        "progressive_sign_up": settings["progressive_sign_up"],
        "enhanced_email_deliverability": False,
    }


@operation("UpdateInstanceRestrictions")
def update_restrictions(call: Call) -> Json:
    return _changed(call, RESTRICTIONS, _given(call))


@operation("GetInstanceCommunication")
def get_communication(call: Call) -> Json:
    return _shown(call, COMMUNICATION)


@operation("UpdateInstanceCommunication")
def update_communication(call: Call) -> Json:
    changes = _given(call)
    if "blocked_country_codes" in changes:
        changes["blocked_country_codes"] = [one for one in changes["blocked_country_codes"] if one in countries.CODES]
    return _changed(call, COMMUNICATION, changes)


@operation("GetInstanceProtect")
def get_protect(call: Call) -> Json:
    return _shown(call, PROTECT)


@operation("UpdateInstanceProtect")
def update_protect(call: Call) -> Json:
    return _changed(call, PROTECT, _given(call))


@operation("GetInstanceOrganizationSettings")
def get_organization_settings(call: Call) -> Json:
    return _shown(call, ORGANIZATION_SETTINGS)


@operation("UpdateInstanceOrganizationSettings")
def update_organization_settings(call: Call) -> Json:
    changes = _given(call)
    if changes.get("max_allowed_memberships", 0) < 0:
        raise errors.invalid("max_allowed_memberships", "must be at least 0, which stands for no limit")
    _among("domains_enrollment_modes", changes.get("domains_enrollment_modes", ()), ENROLLMENT_MODES)
    if "creator_role_id" in changes:
        role = _role(call, "creator_role_id", changes.pop("creator_role_id"))
        if not roles.is_elevated(role):
            raise roles.lacks_permissions(role["key"])
        changes["creator_role"] = role["key"]
    if "domains_default_role_id" in changes:
        role = _role(call, "domains_default_role_id", changes.pop("domains_default_role_id"))
        changes["domains_default_role"] = role["key"]
    return _changed(call, ORGANIZATION_SETTINGS, changes)


@operation("GetInstanceOAuthApplicationSettings")
def get_oauth_application_settings(call: Call) -> Json:
    return _shown(call, OAUTH_APPLICATION_SETTINGS)


@operation("UpdateInstanceOAuthApplicationSettings")
def update_oauth_application_settings(call: Call) -> Json:
    changes = _given(call)
    if "default_scopes" in call.body:
        # Here null does say something: Clerk's own default.
        changes["default_scopes"] = call.body["default_scopes"]
        _among("default_scopes", call.body["default_scopes"] or (), _SCOPES)
    return _changed(call, OAUTH_APPLICATION_SETTINGS, changes)


def _given(call: Call) -> Json:
    return {name: value for name, value in call.body.items() if value is not None}


def _shown(call: Call, section: Section) -> Json:
    return {"object": section.name, **section.read(call.store)}


def _changed(call: Call, section: Section, changes: Json) -> Json:
    return {"object": section.name, **section.change(call.store, **changes)}


def _among(name: str, values: Collection[str], allowed: Collection[str]) -> None:
    for value in values:
        if value not in allowed:
            raise errors.invalid(name, f"can only hold {', '.join(allowed)}")
    if len(set(values)) < len(values):
        raise errors.duplicate(name)


def _role(call: Call, name: str, role_id: str) -> Json:
    """A role that new organizations have, by its id. Raises Refusal for any other."""
    role = call.store.get(ROLES, role_id)
    if role is None:
        refusal = errors.not_found("role", role_id)
        refusal.errors[0]["meta"]["param_name"] = name
        raise refusal
    initial = call.store.find(roles.ROLE_SETS, roles.ROLE_SETS.c.type == "initial")
    if initial is None or role["key"] not in initial["_roles"]:
        raise errors.invalid(name, "must be a role of the initial role set")
    return role


def _origin(name: str, value: str) -> None:
    """Raises for what is no origin: a scheme and a host, and nothing else."""
    try:
        parts = urlsplit(value)
        valid = bool(parts.scheme and parts.netloc) and value == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        valid = False
    if not valid or re.search(r"\s", value):
        message = f"{name} must be made of origins, such as https://example.com."
        raise Refusal(422, "form_invalid_origin", "is invalid", message, param_name=name)
