"""Arguments for machines, M2M tokens, API keys and OAuth applications."""

from __future__ import annotations

from typing import Any

from api import get, image, oauth_token, post, unique, user
from sdk import create_client


def _machine() -> dict[str, Any]:
    return {"machine_id": post("/machines", {"name": unique("machine ")})["id"]}


def _scope() -> Any:
    one, other = _machine()["machine_id"], _machine()["machine_id"]
    post(f"/machines/{one}/scopes", {"to_machine_id": other})
    return {"machine_id": one, "other_machine_id": other}


def _secret(machine_id: str) -> str:
    return get(f"/machines/{machine_id}/secret_key")["secret"]


def m2m_token(**values: Any) -> dict[str, Any]:
    """Create an M2M token of a new machine."""
    machine_id = _machine()["machine_id"]
    token = post("/m2m_tokens", {"seconds_until_expiration": 60, **values}, _secret(machine_id))
    return {**token, "machine_id": machine_id}


def api_key() -> dict[str, Any]:
    """Create an API key of a new user."""
    return post("/api_keys", {"name": unique("key "), "subject": user()["id"]})


def application() -> dict[str, Any]:
    """Create an OAuth application."""
    return post("/oauth_applications", {"name": unique("app "), "redirect_uris": ["https://example.com/callback"]})


def _key() -> dict[str, Any]:
    return {"api_key_id": api_key()["id"]}


def _application() -> dict[str, Any]:
    return {"oauth_application_id": application()["id"]}


def _granted() -> Any:
    one = _application()
    return {**one, "token": oauth_token(one["oauth_application_id"], user()["id"])}


MAKERS = {
    "machines.create": lambda: {"request": {"name": "Machine", "default_token_ttl": 60}},
    "machines.get": _machine,
    "machines.list": lambda: {"limit": 5},
    "machines.update": lambda: {**_machine(), "name": "Renamed"},
    "machines.delete": _machine,
    "machines.get_secret_key": _machine,
    "machines.rotate_secret_key": lambda: {**_machine(), "previous_token_ttl": 60},
    "machines.create_scope": lambda: {**_machine(), "to_machine_id": _machine()["machine_id"]},
    "machines.delete_scope": _scope,
    # The key `sdk` replaces the client: machines create tokens with their own secret key.
    "m2m.create_token": lambda: {
        "sdk": create_client(_secret(_machine()["machine_id"])),
        "seconds_until_expiration": 60,
    },
    "m2m.list_tokens": lambda: {"subject": m2m_token()["machine_id"]},
    "m2m.verify_token": lambda: {"token": m2m_token()["token"]},
    "m2m.revoke_token": lambda: {"m2m_token_id": m2m_token()["id"], "revocation_reason": "Lost"},
    "api_keys.create_api_key": lambda: {"name": "Key", "subject": user()["id"], "scopes": ["read"]},
    "api_keys.get_api_key": _key,
    "api_keys.get_api_keys": lambda: {"subject": api_key()["subject"]},
    "api_keys.get_api_key_secret": _key,
    "api_keys.update_api_key": lambda: {**_key(), "description": "Described"},
    "api_keys.verify_api_key": lambda: {"secret": api_key()["secret"]},
    "api_keys.revoke_api_key": lambda: {**_key(), "revocation_reason": "Lost"},
    "api_keys.delete_api_key": _key,
    "oauth_applications.create": lambda: {"request": {"name": "App", "redirect_uris": ["https://example.com/cb"]}},
    "oauth_applications.get": _application,
    "oauth_applications.list": lambda: {"limit": 5},
    "oauth_applications.update": lambda: {**_application(), "name": "Renamed"},
    "oauth_applications.delete": _application,
    "oauth_applications.upload_logo": lambda: {**_application(), "file": image()},
    "oauth_applications.rotate_secret": _application,
    "oauth_applications.revoke_token": _granted,
    "oauth_access_tokens.verify": lambda: {"access_token": _granted()["token"]},
}
