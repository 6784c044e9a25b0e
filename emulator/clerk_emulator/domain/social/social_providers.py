"""Social providers with which people can sign in."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store

NAMES = {
    "apple": "Apple",
    "atlassian": "Atlassian",
    "bitbucket": "Bitbucket",
    "box": "Box",
    "coinbase": "Coinbase",
    "discord": "Discord",
    "dropbox": "Dropbox",
    "facebook": "Facebook",
    "github": "GitHub",
    "gitlab": "GitLab",
    "google": "Google",
    "hubspot": "HubSpot",
    "huggingface": "Hugging Face",
    "instagram": "Instagram",
    "line": "LINE",
    "linear": "Linear",
    "linkedin": "LinkedIn",
    "linkedin_oidc": "LinkedIn",
    "microsoft": "Microsoft",
    "notion": "Notion",
    "slack": "Slack",
    "spotify": "Spotify",
    "tiktok": "TikTok",
    "twitch": "Twitch",
    "twitter": "Twitter",
    "x": "X",
    "xero": "Xero",
}
"""The names of the providers, by the part of their strategy that follows `oauth_`."""


def enabled(store: Store) -> list[str]:
    """Return the providers that the instance has enabled."""
    providers: list[str] = AUTHENTICATION.value(store, "social_providers")
    return providers


def serialize_providers(store: Store) -> Json:
    """Return all providers by strategy, as the environment lists them."""
    chosen = enabled(store)
    return {
        f"oauth_{provider}": {
            "strategy": f"oauth_{provider}",
            "name": name,
            "enabled": provider in chosen,
            "authenticatable": provider in chosen,
            "required": False,
            "not_selectable": False,
            "deprecated": False,
            "block_email_subaddresses": False,
            # Null, because this would be the address of an image on Clerk's servers.
            "logo_url": None,
        }
        for provider, name in NAMES.items()
    }
