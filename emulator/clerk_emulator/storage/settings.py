"""The settings of the instance: named sections, each a JSON object with defaults."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


@dataclass(frozen=True)
class Section:
    """A group of settings. Only changed sections are stored."""

    name: str
    defaults: Json

    def read(self, store: Store) -> Json:
        """Return the settings."""
        return {**json.loads(self._packed), **(store.setting(self.name) or {})}

    @functools.cached_property
    def _packed(self) -> str:
        return json.dumps(self.defaults)

    def update(self, store: Store, **changes: Any) -> Json:
        """Change settings and return all of the section; those not named do not change."""
        changed = {**self.read(store), **changes}
        store.set_setting(self.name, changed)
        return changed


USER_SETTINGS = Section(
    "user_settings",
    {
        "banning": True,
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


def _attribute(
    *,
    required: bool = False,
    first_factors: tuple[str, ...] = (),
    second_factors: tuple[str, ...] = (),
    verifications: tuple[str, ...] = (),
) -> Json:
    return {
        "enabled": True,
        "required": required,
        "used_for_first_factor": bool(first_factors),
        "first_factors": list(first_factors),
        "used_for_second_factor": bool(second_factors),
        "second_factors": list(second_factors),
        "verifications": list(verifications),
        "verify_at_sign_up": bool(verifications),
        "immutable": False,
    }


_WALLETS = ("web3_metamask_signature",)

ATTRIBUTES = Section(
    "attributes",
    {
        "email_address": _attribute(
            required=True, first_factors=("email_code",), verifications=("email_code", "email_link")
        ),
        "phone_number": _attribute(
            first_factors=("phone_code",), second_factors=("phone_code",), verifications=("phone_code",)
        ),
        "username": _attribute(first_factors=("password",)),
        "web3_wallet": _attribute(first_factors=_WALLETS, verifications=_WALLETS),
        "first_name": _attribute(),
        "last_name": _attribute(),
        "password": _attribute(required=True),
        "authenticator_app": _attribute(second_factors=("totp",)),
        "ticket": _attribute(first_factors=("ticket",)),
        "backup_code": _attribute(second_factors=("backup_code",)),
        "passkey": _attribute(first_factors=("passkey",), verifications=("passkey",)),
    },
)
"""What users have and prove, as Clerk's dashboard sets it. `required` and `verify_at_sign_up` decide what a sign-up
needs; an attribute that is not `enabled` is unknown to the Frontend API."""

SIGN_UP_SETTINGS = Section(
    "sign_up_settings",
    {
        "mode": "public",
        "legal_consent_enabled": False,
    },
)
"""`mode` is `public`, `restricted` (only with an invitation) or `waitlist`."""

SESSION_SETTINGS = Section(
    "session_settings",
    {
        # Users who have not verified a factor for ten minutes verify one again before they change their account.
        "reverification": True,
        # A session is pending until its user has chosen an organization.
        "force_organization_selection": False,
        # A session is pending until its user has set up a second factor.
        "second_factor_required": False,
        # Seconds after which a session that is not used ends; 0 means never.
        "inactivity_seconds": 0,
    },
)
"""Settings of Clerk's dashboard for sessions. No operation of the Backend API changes them."""

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

SVIX = Section("svix", {"app_id": None})
"""The Svix app, which the emulator itself does not need for webhooks."""
