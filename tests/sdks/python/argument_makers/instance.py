"""Arguments for the instance: its settings, domains, lists, invitations and webhooks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

from api import email, get, post, send, unique


def _identifiers(group: str) -> dict[str, Callable[[], Any]]:
    return {
        f"{group}.create": lambda: {"request": {"identifier": email()}},
        f"{group}.list": dict,
        f"{group}.delete": lambda: {"identifier_id": post(f"/{group}", {"identifier": email()})["id"]},
    }


def _entry() -> Any:
    return {"waitlist_entry_id": post("/waitlist_entries", {"email_address": email()})["id"]}


def _redirect_url() -> Any:
    return {"id": post("/redirect_urls", {"url": unique("https://py.dev/")})["id"]}


def _domain() -> dict[str, Any]:
    return {"domain_id": post("/domains", {"name": unique("sat", ".py.dev"), "is_satellite": True})["id"]}


def _proxy_check() -> Any:
    return {"domain_id": get("/domains")["data"][0]["id"], "proxy_url": "https://example.com/__clerk"}


def _svix_app(*, exists: bool) -> dict[str, Any]:
    with contextlib.suppress(RuntimeError):  # it may exist
        post("/webhooks/svix")
    if not exists:
        send("DELETE", "/v1/webhooks/svix")
    return {}


MAKERS = {
    **_identifiers("allowlist_identifiers"),
    **_identifiers("blocklist_identifiers"),
    "invitations.create": lambda: {"request": {"email_address": email(), "public_metadata": {"plan": "pro"}}},
    "invitations.bulk_create": lambda: {"request": [{"email_address": email()}, {"email_address": email()}]},
    "invitations.list": lambda: {"limit": 5},
    "invitations.revoke": lambda: {"invitation_id": post("/invitations", {"email_address": email()})["id"]},
    "waitlist_entries.create": lambda: {"request": {"email_address": email()}},
    "waitlist_entries.bulk_create": lambda: {"request": [{"email_address": email()}, {"email_address": email()}]},
    "waitlist_entries.list": lambda: {"limit": 5},
    "waitlist_entries.invite": _entry,
    "waitlist_entries.reject": _entry,
    "waitlist_entries.delete": _entry,
    "redirect_urls.create": lambda: {"request": {"url": unique("https://py.dev/")}},
    "redirect_urls.get": _redirect_url,
    "redirect_urls.list": dict,
    "redirect_urls.delete": _redirect_url,
    "domains.add": lambda: {"request": {"name": unique("sat", ".py.dev"), "is_satellite": True}},
    "domains.list": dict,
    "domains.update": lambda: {**_domain(), "name": unique("sat", ".py.dev")},
    "domains.delete": _domain,
    "instance_settings.get": dict,
    "instance_settings.update": lambda: {"request": {"test_mode": True}},
    "instance_settings.get_communication": dict,
    "instance_settings.update_communication": lambda: {"request": {"blocked_country_codes": ["KP"]}},
    "instance_settings.get_instance_protect": dict,
    "instance_settings.update_instance_protect": lambda: {"request": {"rules_enabled": True}},
    "instance_settings.get_o_auth_application_settings": dict,
    "instance_settings.update_o_auth_application_settings": lambda: {
        "request": {"dynamic_oauth_client_registration": True}
    },
    "instance_settings.get_organization_settings": dict,
    "instance_settings.update_organization_settings": lambda: {"request": {"enabled": True}},
    "instance_settings.update_restrictions": lambda: {"request": {"block_email_subaddresses": False}},
    "instance_settings.change_domain": lambda: {"request": {"home_url": "https://py.example.com"}},
    "beta_features.update_instance_settings": lambda: {"request": {"progressive_sign_up": True}},
    "beta_features.update_production_instance_domain": lambda: {"request": {"home_url": "https://py.example.com"}},
    "proxy_checks.verify": lambda: {"request": _proxy_check()},
    "webhooks.create_svix_app": lambda: _svix_app(exists=False),
    "webhooks.generate_svix_auth_url": lambda: _svix_app(exists=True),
    "webhooks.delete_svix_app": lambda: _svix_app(exists=True),
    "miscellaneous.get_public_interstitial": lambda: {"publishable_key": os.environ["CLERK_PUBLISHABLE_KEY"]},
}
