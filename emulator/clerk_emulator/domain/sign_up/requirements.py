"""What a sign-up needs, by the settings of the instance. Pure: nothing is read from or written to the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from clerk_emulator.json_types import Json

IDENTIFIERS = ("email_address", "phone_number", "username", "web3_wallet")
VERIFIABLE = ("email_address", "phone_number", "web3_wallet")
FIELDS = (*IDENTIFIERS, "password", "first_name", "last_name")
LEGAL_ACCEPTED = "legal_accepted"


@dataclass(frozen=True)
class Requirements:
    """The fields of a sign-up, and the strategies that verify them."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    strategies: dict[str, list[str]]
    """The strategies that verify a field, the preferred one first."""
    verified_first: frozenset[str]
    """The fields that must be verified before the sign-up is complete."""

    def missing(self, given: Collection[str], *, has_external_account: bool = False) -> list[str]:
        """Return the required fields that are not given. An external account replaces the password.

        Where no identifier is required, the sign-up needs any of them, or an external account.
        """
        missing = [name for name in self.required if name not in given]
        if has_external_account:
            return [name for name in missing if name != "password"]
        if not any(name in given for name in IDENTIFIERS) and not any(name in IDENTIFIERS for name in missing):
            missing += [name for name in IDENTIFIERS if name in self.optional][:1]
        return missing

    def unverified(self, given: Collection[str], verified: Collection[str]) -> list[str]:
        """Return the fields that are given, and must be verified, and are not."""
        return [name for name in VERIFIABLE if name in given and name in self.verified_first and name not in verified]

    def accepts(self, name: str) -> bool:
        """Return whether a sign-up may have a field."""
        return name in self.required or name in self.optional


def from_settings(attributes: Json, settings: Json, social_strategies: Collection[str] = ()) -> Requirements:
    """Return the requirements of an instance with these attributes and settings for sign-ups."""
    enabled = [name for name in FIELDS if attributes[name]["enabled"]]
    required = [name for name in enabled if attributes[name]["required"]]
    if settings["legal_consent"]:
        required.append(LEGAL_ACCEPTED)
    return Requirements(
        tuple(required),
        (*(name for name in enabled if name not in required), *social_strategies),
        {name: list(attributes[name]["verifications"]) for name in VERIFIABLE},
        frozenset(name for name in VERIFIABLE if attributes[name]["verify_at_sign_up"]),
    )


def field_of(strategy: str, requirements: Requirements) -> str | None:
    """Return the field that a strategy verifies, or None if the instance does not use the strategy."""
    found = (name for name, strategies in requirements.strategies.items() if strategy in strategies)
    return next((name for name in found if requirements.accepts(name)), None)
