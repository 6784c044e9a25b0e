"""The settings of the instance: named sections, each a JSON object with defaults."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clerk_emulator.json_types import Json, from_json, to_json
from clerk_emulator.storage.store import Store


@dataclass(frozen=True)
class Section:
    """A group of settings. Only changed sections are stored."""

    name: str
    defaults: Json

    def read(self, store: Store) -> Json:
        """Return the settings."""
        return {**from_json(self._packed), **(store.setting(self.name) or {})}

    def value(self, store: Store, name: str) -> Any:
        """Return one setting, which must not be changed. Faster than reading all."""
        stored = store.setting(self.name)
        return self.defaults[name] if stored is None else stored.get(name, self.defaults[name])

    @functools.cached_property
    def _packed(self) -> str:
        return to_json(self.defaults)

    def update(self, store: Store, **changes: Any) -> Json:
        """Change settings and return all of the section; those not named do not change."""
        changed = {**self.read(store), **changes}
        store.set_setting(self.name, changed)
        return changed


USER_SETTINGS = Section(
    "user_settings",
    {
        # Whether the plan of the instance includes them.
        "banning": True,
        "allowlist_and_blocklist": True,
        "lockout": True,
        "lockout_attempts": 10,
        "lockout_seconds": 3600,
        "passwords": True,
        "totp": True,
        "backup_codes": True,
        "create_organizations_limit": 100,
        "session_seconds": 7 * 24 * 3600,
        "test_mode": True,
        # Whether a sign-in causes `user.updated` besides `session.created`: reports of Clerk's behaviour differ.
        "user_updated_at_sign_in": False,
    },
)
"""Settings of Clerk's dashboard. No operation of the Backend API changes them, except for the test mode."""


INSTANCE = Section(
    "instance",
    {
        "allowed_origins": [],
        "clerk_js_version": None,
        "cookieless_dev": True,
        "development_origin": "",
        "hibp": True,
        "preferred_sign_in_strategy_when_password_required": "password",
        "support_email": None,
        "url_based_session_syncing": True,
        "from_email_address": "noreply",
        "progressive_sign_up": True,
    },
)

RESTRICTIONS = Section(
    "instance_restrictions",
    {
        "allowlist": False,
        "blocklist": False,
        "allowlist_blocklist_disabled_on_sign_in": False,
        "block_email_subaddresses": False,
        "block_disposable_email_domains": False,
    },
)

COMMUNICATION = Section("instance_communication", {"blocked_country_codes": []})
"""Country codes of two letters whose phone numbers are rejected."""

PROTECT = Section("instance_protect", {"rules_enabled": False, "specter_enabled": False, "checks_bypassed": False})

ORGANIZATION_SETTINGS = Section(
    "organization_settings",
    {
        # A new instance of Clerk has organizations, slugs and domains off. Here they are on, so that everything can be
        # tried.
        "enabled": True,
        "slug_disabled": False,
        "domains_enabled": True,
        "domains_enrollment_modes": ["manual_invitation", "automatic_invitation", "automatic_suggestion"],
        "max_allowed_memberships": 5,
        "max_allowed_roles": 10,
        "max_allowed_permissions": 50,
        "max_allowed_domains": 10,
        "max_role_sets_allowed": 10,
        "creator_role": "org:admin",
        "domains_default_role": "org:member",
        "admin_delete_enabled": True,
        "initial_role_set_key": "role_set:default",
    },
)
"""Roles are referred to by key. `max_allowed_memberships` 0 means no limit."""

OAUTH_APPLICATION_SETTINGS = Section(
    "oauth_application_settings",
    {
        "dynamic_oauth_client_registration": False,
        "oauth_jwt_access_tokens": False,
        "default_scopes": None,
        "client_id_metadata_documents_advertised": False,
        "client_id_metadata_documents_block_implicitly_allowed_clients": False,
        "client_id_metadata_documents_only_allow_pre_registered_clients": False,
    },
)

OAUTH = Section("oauth", {"custom_scopes": []})
"""`custom_scopes` are scopes of the instance's own, such as `reports:read`, which applications can ask for."""

SVIX = Section("svix", {"app_id": None})
"""The Svix app, which the emulator itself does not need for webhooks."""


def _attribute(
    *,
    enabled: bool = True,
    required: bool = False,
    first_factors: Sequence[str] = (),
    second_factors: Sequence[str] = (),
    verifications: Sequence[str] = (),
    identifies: bool = False,
) -> Json:
    """Return the settings of an attribute of users. One that `identifies` can be typed in to sign in."""
    return {
        "enabled": enabled,
        "required": required,
        "used_for_first_factor": identifies or bool(first_factors),
        "first_factors": list(first_factors),
        "used_for_second_factor": bool(second_factors),
        "second_factors": list(second_factors),
        "verifications": list(verifications),
        "verify_at_sign_up": bool(verifications),
        "immutable": False,
    }


ATTRIBUTES = Section(
    "attributes",
    {
        "email_address": _attribute(required=True, first_factors=["email_code"], verifications=["email_code"]),
        "phone_number": _attribute(
            first_factors=["phone_code"], second_factors=["phone_code"], verifications=["phone_code"]
        ),
        "username": _attribute(identifies=True),
        "first_name": _attribute(),
        "last_name": _attribute(),
        "password": _attribute(required=True, first_factors=["password"]),
        "web3_wallet": _attribute(enabled=False),
        "passkey": _attribute(enabled=False, first_factors=["passkey"], verifications=["passkey"]),
        "authenticator_app": _attribute(second_factors=["totp"], verifications=["totp"]),
        "backup_code": _attribute(second_factors=["backup_code"]),
        "ticket": _attribute(first_factors=["ticket"]),
    },
)
"""What users have, and what they sign in with. A new instance of Clerk has phone numbers and names off; here they are
on, so that everything can be tried."""

AUTHENTICATION = Section(
    "authentication",
    {
        "single_session_mode": False,
        # Whether a browser in which the user has not signed in before must confirm a right password.
        "client_trust": False,
        "second_factor_required": False,
        "reverification": True,
        "enumeration_protection": False,
        "email_link_requires_same_client": False,
        "sign_up_mode": "public",
        "legal_consent": False,
        "delete_self": True,
        "create_organization": True,
        "social_providers": ["google", "github"],
        "passkey_autofill": True,
        "passkey_sign_in_button": True,
        # Whether members with the permission set up the enterprise connections of their organization.
        "self_serve_sso": False,
        # Whether a signed-in user must choose an organization before anything else.
        "force_organization_selection": False,
        # Seconds after which a session that is not used ends; 0 means never.
        "inactivity_seconds": 0,
    },
)
"""How people sign in and up."""

PASSWORDS = Section(
    "password_settings",
    {
        "min_length": 8,
        "max_length": 72,
        "require_special_char": False,
        "require_numbers": False,
        "require_uppercase": False,
        "require_lowercase": False,
        "enforce_hibp_on_sign_in": False,
    },
)
"""Rules for new passwords. Whether leaked ones are rejected is `hibp` of the instance."""

DISPLAY = Section(
    "display",
    {
        "branded": True,
        "home_url": "http://localhost:3000",
        "after_sign_in_url": "http://localhost:3000",
        "after_sign_up_url": "http://localhost:3000",
        "logo_url": None,
        "favicon_url": None,
        "terms_url": None,
        "privacy_policy_url": None,
        "help_url": None,
        "theme": {},
    },
)
"""What prebuilt pages show, and where they lead."""
