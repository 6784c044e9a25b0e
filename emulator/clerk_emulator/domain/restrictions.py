"""Who may have an account: the allow-list, the block-list, and the other restrictions of the instance.

They hold for every new email address, phone number and wallet, from the moment that a restriction is switched on.
"""

from __future__ import annotations

import re

from clerk_emulator import errors
from clerk_emulator.domain import countries, identifications, value_rules
from clerk_emulator.domain.identifications import identifier_rule
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.storage.settings import COMMUNICATION, RESTRICTIONS
from clerk_emulator.storage.store import Kind, Store

ALLOWED = Kind("allowlist_identifier", "alid", {"identifier": str}, unique=("identifier",))
BLOCKED = Kind("blocklist_identifier", "blid", {"identifier": str}, unique=("identifier",))

_SUBADDRESS = re.compile(r"[+=#]")
"""What parts the name of a mailbox from what its owner adds to it."""

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
"""Stands for the list of domains that give out addresses to throw away, which is far longer."""


def entry(value: str) -> Json:
    """An identifier of a list, as it is kept: an address, a number, a wallet, or a pattern for addresses.

    Patterns are `example.com` and `*@example.com` for a domain, `*@*.example.com` for all below it. Raises Refusal for
    anything else.
    """
    value = value.strip()
    if value.startswith("+"):
        return _entry("phone_number", value_rules.phone("identifier", value))
    if value.startswith("*@"):
        below = value.startswith("*@*.")
        prefix = "*@*." if below else "*@"
        return _entry("email_address", prefix + value_rules.host("identifier", value.removeprefix(prefix)))
    if "@" in value:
        return _entry("email_address", value_rules.email("identifier", value))
    if "." in value:
        return _entry("email_address", value_rules.host("identifier", value))
    try:
        return _entry("web3_wallet", identifications.normal("web3_wallet", "identifier", value))
    except Refusal:
        raise errors.malformed("identifier", "an email address, a phone number, a wallet or a domain") from None


def _entry(kind: str, identifier: str) -> Json:
    return {"identifier": identifier, "identifier_type": kind}


def is_address(row: Json) -> bool:
    """Whether an entry is one email address, to which something could be sent."""
    return (
        row["identifier_type"] == "email_address" and "@" in row["identifier"] and not row["identifier"].startswith("*")
    )


@identifier_rule
def may_be_used(store: Store, kind: str, value: str) -> None:
    """Raises Refusal for an identifier that the instance does not take."""
    settings = RESTRICTIONS.read(store)
    if settings["allowlist"]:
        # Where both lists are on, the allow-list decides, since it wins over the other one.
        if not _listed(store, ALLOWED, kind, _matching(kind, value)):
            raise _not_allowed(value)
    elif settings["blocklist"]:
        bare = _without_subaddress(value) if kind == "email_address" else value
        if _listed(store, BLOCKED, kind, {*_matching(kind, value), bare}):
            raise _not_allowed(value)
    if kind == "email_address":
        _address_may_be_used(settings, value)
    elif kind == "phone_number":
        country = countries.of_number(value)
        if country in COMMUNICATION.read(store)["blocked_country_codes"]:
            message = f"Phone numbers of {country} are not taken."
            raise Refusal(403, "not_allowed_access", "not allowed", message, param_name="phone_number")


def _address_may_be_used(settings: Json, value: str) -> None:
    if settings["block_email_subaddresses"] and _without_subaddress(value) != value:
        message = "Email addresses with a subaddress are not taken."
        raise Refusal(403, "not_allowed_access", "not allowed", message, param_name="email_address")
    if settings["block_disposable_email_domains"] and value.rpartition("@")[2] in _DISPOSABLE:
        message = "Email addresses that are made to be thrown away are not taken."
        raise Refusal(403, "form_email_address_blocked", "is blocked", message, param_name="email_address")


def _listed(store: Store, kind: Kind, identifier_type: str, identifiers: set[str]) -> bool:
    found = store.all(kind, kind.c.identifier.in_(sorted(identifiers)))
    return any(row["identifier_type"] == identifier_type for row in found)


def _matching(kind: str, value: str) -> set[str]:
    """The entries, of those that there could be, that an identifier is meant by."""
    if kind != "email_address":
        return {value}
    domain = value.rpartition("@")[2]
    labels = domain.split(".")
    above = {f"*@*.{'.'.join(labels[start:])}" for start in range(1, len(labels))}
    return {value, domain, f"*@{domain}"} | above


def _without_subaddress(value: str) -> str:
    name, _, domain = value.rpartition("@")
    return f"{_SUBADDRESS.split(name, maxsplit=1)[0]}@{domain}"


def _not_allowed(value: str) -> Refusal:
    return Refusal(403, "not_allowed_access", "not allowed", f"{value} may not be used here.", identifiers=[value])
