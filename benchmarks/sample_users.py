"""Synthetic users as the API sends them: varied, complete, and equal in every run."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FIRST = ("Ada", "Grace", "Zoë", "Łukasz", "Mária", "Tariq", "Ngozi", "Søren", "美咲", "Oluwaseun", "Ivan", "Chloe")
_LAST = ("Lovelace", "Hopper", "Nowak", "Kovács", "Haddad", "Okafor", "Jørgensen", "佐藤", "O'Brien", "García")
_DOMAINS = ("example.com", "mail.example.org", "corp.example.net", "uni.example.edu")
_PROVIDERS = ("google", "github", "microsoft", "apple", "slack")
_PLANS = ("free", "pro", "team", "enterprise")
_LETTERS = string.ascii_letters + string.digits
_EPOCH = 1_700_000_000_000
_YEAR = 31_536_000_000


def users(count: int, contract: Path) -> list[Json]:
    """Return `count` users with every key that the contract requires. The first is `user_1`."""
    schemas: Mapping[str, Json] = json.loads(contract.read_text(encoding="utf-8"))["components"]["schemas"]
    chance = random.Random("clerkkit")
    made = [_Maker(chance, number).user() for number in range(1, count + 1)]
    for user in made:
        _complete(user, schemas["User"], schemas)
    return made


class _Maker:
    """Creates one user. `chance` is shared, so that users differ but runs do not."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self._chance = chance
        self._number = number
        self._first = chance.choice(_FIRST)
        self._last = chance.choice(_LAST)
        self._created = _EPOCH + chance.randrange(_YEAR)
        self._updated = self._created + chance.randrange(_YEAR)
        self._provider = chance.choice(_PROVIDERS)

    def user(self) -> Json:
        linked = [self._external_account() for _ in range(self._chance.choice((0, 1, 1, 2)))]
        emails = [self._email(place, bool(linked)) for place in range(self._chance.choice((1, 1, 1, 2, 3)))]
        phones = [self._phone() for _ in range(self._chance.choice((0, 0, 1)))]
        wallets = [self._wallet()] if self._happens(0.05) else []
        enterprise = [self._enterprise_account()] if self._happens(0.1) else []
        image = f"https://img.example.com/{self._id('image')}"
        return {
            "id": f"user_{self._number}",
            "object": "user",
            "username": f"user{self._number}" if self._happens(0.6) else None,
            "first_name": self._first,
            "last_name": self._last,
            "locale": self._chance.choice(("en-US", "de-DE", "ja-JP", None)),
            "image_url": image,
            "profile_image_url": image,
            "has_image": self._happens(0.5),
            "primary_email_address_id": emails[0]["id"],
            "primary_phone_number_id": phones[0]["id"] if phones else None,
            "primary_web3_wallet_id": wallets[0]["id"] if wallets else None,
            "password_enabled": self._happens(0.7),
            "password_last_updated_at": self._updated,
            "two_factor_enabled": bool(phones),
            "totp_enabled": self._happens(0.2),
            "backup_code_enabled": self._happens(0.2),
            "mfa_enabled_at": self._created if phones else None,
            "mfa_disabled_at": None,
            "email_addresses": emails,
            "phone_numbers": phones,
            "web3_wallets": wallets,
            "passkeys": [self._passkey()] if self._happens(0.1) else [],
            "external_accounts": linked,
            "saml_accounts": [],
            "enterprise_accounts": enterprise,
            "public_metadata": self._public_metadata(),
            "private_metadata": {"stripe_customer": self._id("cus"), "flags": {"beta": self._happens(0.3)}},
            "unsafe_metadata": {"theme": self._chance.choice(("light", "dark"))} if self._happens(0.5) else {},
            "external_id": f"crm-{self._number:06}" if self._happens(0.4) else None,
            "last_sign_in_at": self._updated,
            "last_active_at": self._updated,
            "banned": self._happens(0.02),
            "locked": self._happens(0.02),
            "lockout_expires_in_seconds": None,
            "verification_attempts_remaining": 100,
            "delete_self_enabled": True,
            "create_organization_enabled": True,
            "create_organizations_limit": None,
            "legal_accepted_at": self._created if self._happens(0.5) else None,
            "created_at": self._created,
            "updated_at": self._updated,
        }

    def _happens(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{''.join(self._chance.choices(_LETTERS, k=27))}"

    def _times(self) -> Json:
        return {"created_at": self._created, "updated_at": self._updated}

    def _address(self, place: int = 0) -> str:
        return f"user{self._number}.{place}@{self._chance.choice(_DOMAINS)}"

    def _email(self, place: int, linked: bool) -> Json:
        link = [{"id": self._id("idn"), "type": f"oauth_{self._provider}"}] if linked and place == 0 else []
        return {
            "id": self._id("idn"),
            "object": "email_address",
            "email_address": self._address(place),
            "reserved": False,
            "verification": self._email_verification(bool(link)),
            "linked_to": link,
            "matches_sso_connection": False,
            **self._times(),
        }

    def _email_verification(self, linked: bool) -> Json:
        if linked:
            return self._verification("from_oauth", f"from_oauth_{self._provider}", attempts=None, error=None)
        kind, strategy = self._chance.choice(
            (("otp", "email_code"), ("otp", "email_code"), ("admin", "admin"), ("email_link", "email_link"))
        )
        return self._verification(kind, strategy)

    def _verification(self, kind: str, strategy: str, *, attempts: int | None = 1, **more: Any) -> Json:
        return {
            "object": f"verification_{kind}",
            "status": "verified",
            "strategy": strategy,
            "attempts": attempts,
            "expire_at": self._created + 600_000,
            "verified_at_client": self._id("client"),
            **more,
        }

    def _phone(self) -> Json:
        return {
            "id": self._id("idn"),
            "object": "phone_number",
            "phone_number": f"+1555{self._number:07}",
            "reserved_for_second_factor": True,
            "default_second_factor": True,
            "reserved": False,
            "verification": self._verification("otp", "phone_code", channel="sms"),
            "linked_to": [],
            "backup_codes": None,
            **self._times(),
        }

    def _external_account(self) -> Json:
        return {
            "object": "external_account",
            "id": self._id("eac"),
            "provider": f"oauth_{self._provider}",
            "identification_id": self._id("idn"),
            "provider_user_id": str(self._chance.randrange(10**20)),
            "approved_scopes": "email openid profile",
            "email_address": self._address(),
            "email_address_verified": True,
            "first_name": self._first,
            "last_name": self._last,
            "image_url": f"https://img.example.com/{self._id('avatar')}",
            "username": None,
            "phone_number": None,
            "label": None,
            "public_metadata": {},
            "verification": self._verification("oauth", f"oauth_{self._provider}", attempts=None, error=None),
            **self._times(),
        }

    def _wallet(self) -> Json:
        return {
            "id": self._id("idn"),
            "object": "web3_wallet",
            "web3_wallet": f"0x{self._chance.getrandbits(160):040x}",
            "verification": self._verification("admin", "admin"),
            **self._times(),
        }

    def _passkey(self) -> Json:
        return {
            "id": self._id("idn"),
            "object": "passkey",
            "name": "Security key",
            "last_used_at": self._updated,
            "verification": None,
        }

    def _enterprise_account(self) -> Json:
        return {
            "id": self._id("entacc"),
            "object": "enterprise_account",
            "protocol": "saml",
            "provider": "saml_okta",
            "active": True,
            "email_address": self._address(),
            "first_name": self._first,
            "last_name": self._last,
            "provider_user_id": self._id("okta"),
            "public_metadata": {"department": "Research"},
            "verification": self._verification("ticket", "ticket"),
        }

    def _public_metadata(self) -> Json:
        return {
            "plan": self._chance.choice(_PLANS),
            "seats": self._chance.randrange(1, 50),
            "roles": ["admin", "billing"][: self._chance.randrange(3)],
            "address": {"city": "Zürich", "zip": str(self._chance.randrange(1000, 9999))},
        }


def _complete(value: Any, schema: Json, schemas: Mapping[str, Json]) -> None:
    """Add required keys that `value` lacks, at every depth, because a later contract can require more."""
    schema = _resolved(schema, value, schemas)
    if isinstance(value, list):
        for item in value:
            _complete(item, schema.get("items", {}), schemas)
    if not isinstance(value, dict) or "properties" not in schema:
        return
    for key in schema.get("required", ()):
        if key not in value:
            value[key] = _plainest(schema["properties"][key], schemas)
    for key, item in value.items():
        _complete(item, schema["properties"].get(key, {}), schemas)


def _resolved(schema: Json, value: Any, schemas: Mapping[str, Json]) -> Json:
    """Resolve references, and unions to the variant whose `object` is that of `value`."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    branches = [_resolved(branch, value, schemas) for branch in schema.get("oneOf") or schema.get("anyOf") or ()]
    kind = value.get("object") if isinstance(value, dict) else None
    for branch in branches:
        if kind is not None and kind in branch.get("properties", {}).get("object", {}).get("enum", ()):
            return branch
    return next((branch for branch in branches if branch.get("type") != "null"), schema)


def _plainest(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Return the simplest value that a schema allows: null if possible, else an empty value."""
    types = schema.get("type", [])
    kinds = {types} if isinstance(types, str) else set(types)
    branches = schema.get("oneOf") or schema.get("anyOf") or ()
    if "null" in kinds or any(branch.get("type") == "null" for branch in branches):
        return None
    schema = _resolved(schema, None, schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        made: Json = {}
        _complete(made, schema, schemas)
        return made
    return {"array": [], "boolean": False, "integer": 0, "number": 0, "string": ""}[schema["type"]]
