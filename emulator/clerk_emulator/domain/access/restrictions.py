"""Restrict who may have an account: the allow-list, the block-list, and the other restrictions of the instance.

They apply to each new email address, phone number and wallet.
"""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.domain.access import countries
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import identifier_rule
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import COMMUNICATION, RESTRICTIONS
from clerk_emulator.storage.store import ResourceTable, Store

ALLOWED = ResourceTable("allowlist_identifier", "alid", {"identifier": str}, unique=("identifier",))
BLOCKED = ResourceTable("blocklist_identifier", "blid", {"identifier": str}, unique=("identifier",))

_SUBADDRESS = re.compile(r"[+=#]")
"""The separators between the name of a mailbox and a subaddress."""

_DISPOSABLE = frozenset(
    {
        "10minutemail.com",
        "discard.email",
        "fakeinbox.com",
        "getnada.com",
        "guerrillamail.com",
        "mailinator.com",
        "maildrop.cc",
        "sharklasers.com",
        "temp-mail.org",
        "tempmail.com",
        "throwawaymail.com",
        "trashmail.com",
        "yopmail.com",
    }
)
"""A stand-in for Clerk's much longer list of domains for disposable addresses."""


def parse_entry(value: str) -> Json:
    """Return a list entry for an email address, phone number, wallet, or pattern of addresses.

    The patterns are `example.com` and `*@example.com` for a domain, and `*@*.example.com` for its subdomains. Raises
    ClerkAPIError for any other value.
    """
    value = value.strip()
    if value.startswith("+"):
        return _entry("phone_number", formats.phone("identifier", value))
    if value.startswith("*@"):
        below = value.startswith("*@*.")
        prefix = "*@*." if below else "*@"
        return _entry("email_address", prefix + formats.host("identifier", value.removeprefix(prefix)))
    if "@" in value:
        return _entry("email_address", formats.email("identifier", value))
    if "." in value:
        return _entry("email_address", formats.host("identifier", value))
    try:
        return _entry("web3_wallet", identifications.normalize("web3_wallet", "identifier", value))
    except ClerkAPIError:
        raise errors.malformed("identifier", "an email address, a phone number, a wallet or a domain") from None


def _entry(kind: str, identifier: str) -> Json:
    return {"identifier": identifier, "identifier_type": kind}


def is_address(row: Json) -> bool:
    """Return whether an entry is a single email address."""
    return (
        row["identifier_type"] == "email_address" and "@" in row["identifier"] and not row["identifier"].startswith("*")
    )


@identifier_rule
def check_identifier(store: Store, kind: str, value: str) -> None:
    """Raise ClerkAPIError for an identifier that the instance does not allow."""
    settings = RESTRICTIONS.read(store)
    if settings["allowlist"]:
        # The allow-list takes precedence over the block-list.
        if not _is_listed(store, ALLOWED, kind, _matching_entries(kind, value)):
            raise _not_allowed(value)
    elif settings["blocklist"]:
        base_address = _without_subaddress(value) if kind == "email_address" else value
        if _is_listed(store, BLOCKED, kind, {*_matching_entries(kind, value), base_address}):
            raise _not_allowed(value)
    if kind == "email_address":
        _check_email_address(settings, value)
    elif kind == "phone_number":
        country = countries.of_number(value)
        if country in COMMUNICATION.value(store, "blocked_country_codes"):
            message = f"Phone numbers of {country} are not allowed."
            raise ClerkAPIError(403, "not_allowed_access", "not allowed", message, param_name="phone_number")


def _check_email_address(settings: Json, value: str) -> None:
    if settings["block_email_subaddresses"] and _without_subaddress(value) != value:
        message = "Email addresses with a subaddress are not allowed."
        raise ClerkAPIError(403, "not_allowed_access", "not allowed", message, param_name="email_address")
    if settings["block_disposable_email_domains"] and value.rpartition("@")[2] in _DISPOSABLE:
        message = "Disposable email addresses are not allowed."
        raise ClerkAPIError(403, "form_email_address_blocked", "is blocked", message, param_name="email_address")


def _is_listed(store: Store, table: ResourceTable, identifier_type: str, identifiers: set[str]) -> bool:
    found = store.all(table, table.c.identifier.in_(sorted(identifiers)))
    return any(row["identifier_type"] == identifier_type for row in found)


def _matching_entries(kind: str, value: str) -> set[str]:
    """Return all possible entries that match an identifier."""
    if kind != "email_address":
        return {value}
    domain = value.rpartition("@")[2]
    labels = domain.split(".")
    wildcards = {f"*@*.{'.'.join(labels[start:])}" for start in range(1, len(labels))}
    return {value, domain, f"*@{domain}"} | wildcards


def _without_subaddress(value: str) -> str:
    name, _, domain = value.rpartition("@")
    return f"{_SUBADDRESS.split(name, maxsplit=1)[0]}@{domain}"


def _not_allowed(value: str) -> ClerkAPIError:
    return ClerkAPIError(403, "not_allowed_access", "not allowed", f"{value} is not allowed.", identifiers=[value])
