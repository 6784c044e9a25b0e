"""The environment: the settings that prebuilt pages need."""

from __future__ import annotations

from clerk_emulator.domain.billing.catalog.settings import PayerType, is_on
from clerk_emulator.domain.billing.catalog.tables import PLANS
from clerk_emulator.domain.factors import password_rules
from clerk_emulator.domain.messaging.templates import APPLICATION_NAME
from clerk_emulator.domain.sign_in import identifiers
from clerk_emulator.domain.social.social_providers import serialize_providers
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.settings import (
    ATTRIBUTES,
    AUTHENTICATION,
    DISPLAY,
    INSTANCE,
    ORGANIZATION_SETTINGS,
    PASSWORDS,
    RESTRICTIONS,
    USER_SETTINGS,
)
from clerk_emulator.storage.store import Store

_LEGACY_STATES = ("email_address", "phone_number", "username", "first_name", "last_name", "password")


def serialize_environment(store: Store, keys: Keys) -> Json:
    """Return the settings of the instance."""
    return {
        "auth_config": _auth_config(store, keys),
        "display_config": _display_config(store, keys),
        "user_settings": _user_settings(store),
        "organization_settings": _organization_settings(store),
        "fraud_settings": {"object": "fraud_settings", "native": {"device_attestation_mode": "disabled"}},
        "commerce_settings": _commerce_settings(store),
        "api_keys_settings": {"enabled": True, "user_api_keys_enabled": True, "orgs_api_keys_enabled": True},
        "protect_config": {"loaders": []},
        "maintenance_mode": False,
        "client_debug_mode": False,
        "partitioned_cookies": False,
    }


def _auth_config(store: Store, keys: Keys) -> Json:
    attributes, settings = ATTRIBUTES.read(store), AUTHENTICATION.read(store)
    enabled = [one for one in attributes.values() if one["enabled"]]
    kinds = [kind for kind in identifiers.supported(store) if kind != "passkey"]
    return {
        "object": "auth_config",
        "id": f"aconf_{keys.instance_id.removeprefix('ins_')}",
        **{name: _state_of(attributes[name]) for name in _LEGACY_STATES},
        "identification_requirements": [[name] for name in kinds if attributes[name]["required"]],
        "identification_strategies": kinds,
        "first_factors": sorted({factor for one in enabled for factor in one["first_factors"]}),
        "second_factors": sorted({factor for one in enabled for factor in one["second_factors"]}),
        "email_address_verification_strategies": attributes["email_address"]["verifications"],
        "single_session_mode": settings["single_session_mode"],
        "reverification": settings["reverification"],
        "enhanced_email_deliverability": False,
        "test_mode": USER_SETTINGS.value(store, "test_mode"),
        "cookieless_dev": INSTANCE.value(store, "cookieless_dev"),
        "url_based_session_syncing": INSTANCE.value(store, "url_based_session_syncing"),
        "claimed_at": None,
        "native_settings": {
            "object": "native_settings",
            "api_enabled": False,
            "trusted_device_sign_in_enabled": False,
            "trusted_device_enrollment_prompt_after_sign_in_enabled": False,
            "trusted_device_enrollment_prompt_after_sign_up_enabled": False,
        },
    }


def _state_of(attribute: Json) -> str:
    return "required" if attribute["required"] and attribute["enabled"] else "on" if attribute["enabled"] else "off"


def _display_config(store: Store, keys: Keys) -> Json:
    origin = store.origin
    display, instance = DISPLAY.read(store), INSTANCE.read(store)
    home = display["home_url"]
    return {
        "object": "display_config",
        "id": f"display_config_{keys.instance_id.removeprefix('ins_')}",
        "instance_environment_type": "production" if keys.is_production else "development",
        "application_name": APPLICATION_NAME,
        "preferred_sign_in_strategy": instance["preferred_sign_in_strategy_when_password_required"] or "password",
        "sign_in_url": f"{origin}/sign-in",
        "sign_up_url": f"{origin}/sign-up",
        "waitlist_url": f"{origin}/waitlist",
        "oauth_consent_url": f"{origin}/oauth-consent",
        "user_profile_url": f"{origin}/user",
        "organization_profile_url": f"{origin}/organization",
        "create_organization_url": f"{origin}/create-organization",
        "home_url": home,
        "logo_link_url": home,
        "after_sign_in_url": display["after_sign_in_url"],
        "after_sign_up_url": display["after_sign_up_url"],
        **{
            f"after_{act}_url": home
            for act in (
                *("sign_out_all", "sign_out_one", "switch_session", "create_organization"),
                *("leave_organization", "join_waitlist"),
            )
        },
        **{name: display[name] for name in ("branded", "logo_url", "favicon_url", "help_url", "theme")},
        **{name: display[name] for name in ("terms_url", "privacy_policy_url")},
        "logo_image": None,
        "logo_image_url": display["logo_url"],
        "favicon_image": None,
        "favicon_image_url": display["favicon_url"],
        "support_email": instance["support_email"],
        "clerk_js_version": instance["clerk_js_version"],
        "show_devmode_warning": False,
        "experimental_force_oauth_first": False,
        "google_one_tap_client_id": None,
        "captcha_provider": None,
        "captcha_public_key": None,
        "captcha_public_key_invisible": None,
        "captcha_widget_type": None,
        "captcha_oauth_bypass": [],
        "captcha_heartbeat": None,
    }


def _user_settings(store: Store) -> Json:
    settings, users = AUTHENTICATION.read(store), USER_SETTINGS.read(store)
    instance, restrictions = INSTANCE.read(store), RESTRICTIONS.read(store)
    enterprise_sso = {"enabled": True, "self_serve_sso": settings["self_serve_sso"]}
    return {
        "attributes": ATTRIBUTES.read(store),
        "social": serialize_providers(store),
        "enterprise_sso": enterprise_sso,
        "saml": enterprise_sso,
        "sign_in": {"second_factor": {"required": settings["second_factor_required"]}},
        "sign_up": {
            "mode": settings["sign_up_mode"],
            "progressive": instance["progressive_sign_up"],
            "legal_consent_enabled": settings["legal_consent"],
            "captcha_enabled": False,
            "captcha_widget_type": "smart",
            "custom_action_required": False,
        },
        "restrictions": {name: {"enabled": enabled} for name, enabled in restrictions.items()},
        "password_settings": {
            **PASSWORDS.read(store),
            "disable_hibp": not instance["hibp"],
            "allowed_special_characters": password_rules.SPECIAL_CHARACTERS,
            "disable_password_reverification": False,
            "show_zxcvbn": False,
            "min_zxcvbn_strength": 0,
        },
        "username_settings": {
            "min_length": 4,
            "max_length": 64,
            "allow_extended_special_characters": False,
            "allow_numeric_usernames": False,
        },
        "actions": {
            "delete_self": settings["delete_self"],
            "create_organization": settings["create_organization"],
            "create_organizations_limit": None,
        },
        "attack_protection": {
            "user_lockout": {
                "enabled": users["lockout"],
                "max_attempts": users["lockout_attempts"],
                "duration_in_minutes": users["lockout_seconds"] // 60,
            },
            "pii": {"enabled": True},
            "email_link": {"require_same_client": settings["email_link_requires_same_client"]},
            "enumeration_protection": {"enabled": settings["enumeration_protection"]},
        },
        "passkey_settings": {
            "allow_autofill": settings["passkey_autofill"],
            "show_sign_in_button": settings["passkey_sign_in_button"],
            "satisfies_second_factor": True,
        },
    }


def _organization_settings(store: Store) -> Json:
    settings = ORGANIZATION_SETTINGS.read(store)
    forced = AUTHENTICATION.value(store, "force_organization_selection")
    return {
        "enabled": settings["enabled"],
        "max_allowed_memberships": settings["max_allowed_memberships"],
        "creator_role": settings["creator_role"],
        # The document does not have it.
        **({"force_organization_selection": True} if forced else {}),
        "actions": {"admin_delete": settings["admin_delete_enabled"]},
        "domains": {
            "enabled": settings["domains_enabled"],
            "enrollment_modes": settings["domains_enrollment_modes"],
            "default_role": settings["domains_default_role"],
        },
        "slug": {"disabled": settings["slug_disabled"]},
    }


def _commerce_settings(store: Store) -> Json:
    return {
        "billing": {
            "stripe_publishable_key": None,
            "free_trial_requires_payment_method": True,
            "user": _billing_settings(store, "user"),
            "organization": _billing_settings(store, "org"),
        }
    }


def _billing_settings(store: Store, payer_type: PayerType) -> Json:
    paid = PLANS.c.for_payer_type == payer_type
    plans = [one for one in store.all(PLANS, paid) if one["is_recurring"] and one["publicly_visible"]]
    return {"enabled": is_on(store, payer_type), "has_paid_plans": bool(plans)}
