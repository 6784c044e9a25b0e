"""The settings of the instance, which Clerk's dashboard has: read and change them."""

from __future__ import annotations

from typing import Any

from clerk_emulator.contract import schemas
from clerk_emulator.contract.integers import INT64
from clerk_emulator.contract.specification import FRONTEND_FILE
from clerk_emulator.domain.social.social_providers import NAMES
from clerk_emulator.frontend_api.views.environment import serialize_environment
from clerk_emulator.json_types import Json, is_list, is_object
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import (
    ATTRIBUTES,
    AUTHENTICATION,
    DISPLAY,
    INSTANCE,
    OAUTH,
    ORGANIZATION_SETTINGS,
    PASSWORDS,
    RESTRICTIONS,
    USER_SETTINGS,
)
from clerk_emulator.storage.store import Store

SECTIONS = {
    "authentication": AUTHENTICATION,
    "attributes": ATTRIBUTES,
    "passwords": PASSWORDS,
    "display": DISPLAY,
    "users": USER_SETTINGS,
    "restrictions": RESTRICTIONS,
    "organizations": ORGANIZATION_SETTINGS,
    "instance": INSTANCE,
    "oauth": OAUTH,
}

_CHOICES: dict[str, tuple[str, ...]] = {
    "attributes.email_address.first_factors": ("email_code", "email_link"),
    "attributes.email_address.verifications": ("email_code", "email_link"),
    "attributes.phone_number.first_factors": ("phone_code",),
    "attributes.phone_number.second_factors": ("phone_code",),
    "attributes.phone_number.verifications": ("phone_code",),
    "authentication.social_providers": tuple(NAMES),
}
"""The values that lists can have, where the document does not say it."""
_ENVIRONMENT = f"{FRONTEND_FILE}#/components/schemas/Client.Environment"


def read(store: Store) -> Json:
    """Return all settings by section."""
    return {name: section.read(store) for name, section in SECTIONS.items()}


def changed(store: Store) -> Json:
    """Return the settings that are not the default, by section."""
    found = {
        name: {key: value for key, value in section.read(store).items() if value != section.defaults.get(key)}
        for name, section in SECTIONS.items()
    }
    return {name: values for name, values in found.items() if values}


def update(store: Store, keys: Keys, changes: Json) -> Json:
    """Change settings by section, and return all. Those that are not named stay as they are. Within a transaction.

    Raises ValueError, which names the setting, for one that does not exist or has another type, and for an environment
    that Clerk's document does not allow.
    """
    for name, values in changes.items():
        if name not in SECTIONS:
            raise ValueError(f"{name}: there is no such section of settings; the sections are {', '.join(SECTIONS)}")
        section = SECTIONS[name]
        section.update(store, **_merged(name, section.defaults, section.read(store), values))
    for violation in schemas.violations(_ENVIRONMENT, serialize_environment(store, keys)):
        place = ".".join(map(str, violation.path))
        raise ValueError(f"{place}: {violation.message}")
    return read(store)


def _merged(place: str, defaults: Json, before: Json, values: Any) -> Json:
    """Return settings with changes. Raises ValueError for a change of another type than the default."""
    if not is_object(values):
        raise ValueError(f"{place}: {values!r} is not an object with settings")
    merged = dict(before)
    for key, value in values.items():
        at = f"{place}.{key}"
        if key not in defaults:
            raise ValueError(f"{at}: there is no such setting; the settings are {', '.join(defaults)}")
        default = defaults[key]
        if is_object(default) and default:
            merged[key] = _merged(at, default, before[key], value)
        else:
            _require_type(at, default, value)
            merged[key] = value
    return merged


def _require_type(place: str, default: Any, value: Any) -> None:
    """Raise ValueError unless a value can replace that of a setting."""
    if is_list(default):
        expected = "a list of texts"
        valid = is_list(value) and all(isinstance(one, str) for one in value)
    elif default is None or isinstance(default, str):
        expected, valid = "a text", isinstance(value, str) or (value is None and default is None)
    elif isinstance(default, bool):
        expected, valid = "true or false", isinstance(value, bool)
    elif is_object(default):
        expected, valid = "an object", is_object(value)
    else:
        expected = f"a whole number from 0 to {INT64[-1]}"
        valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INT64[-1]
    if not valid:
        raise ValueError(f"{place}: {value!r} is not {expected}")
    allowed = _CHOICES.get(place)
    unknown = [one for one in value if one not in allowed] if allowed and is_list(value) else []
    if unknown:
        raise ValueError(f"{place}: {unknown[0]!r} is not one of {', '.join(allowed or ())}")
