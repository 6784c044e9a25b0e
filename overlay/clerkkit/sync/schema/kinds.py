"""Which objects are copied, into which tables and columns. Data, from which tables, statements and docs are made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

ColumnType = Literal["id", "text", "time", "integer", "boolean"]

_INVITATION_RANKS = MappingProxyType({"pending": 0, "accepted": 1, "revoked": 1, "expired": 1})
_NO_RANKS: Mapping[str, int] = MappingProxyType({})


class Column(NamedTuple):
    """A column with a value of the object."""

    name: str
    type: ColumnType = "text"
    path: str = ""
    """The keys that lead to the value, joined by dots; alternatives are joined by `|`. Default: the column's name."""
    indexed: bool = False
    personal: bool = False
    """Whether `forget` erases it."""

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The alternatives, each as a tuple of keys."""
        return _split_paths(self.path or self.name)


@cache
def _split_paths(paths: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one.split(".")) for one in paths.split("|"))


class Kind(NamedTuple):
    """One kind of object, and its table."""

    name: str
    """The name of the table, without prefix."""
    columns: tuple[Column, ...]
    event: str = ""
    """The first part of the types of its events; empty if Clerk sends none."""
    parents: Mapping[str, str] = MappingProxyType({})
    """Column -> kind: when such a parent is deleted, the object is deleted too."""
    part_of: str = ""
    """The kind that contains these objects, and key below which."""
    key: str = ""
    nested: Mapping[str, str] = MappingProxyType({})
    """Key -> kind of objects that an event contains whole, which repair a lost event."""
    ranks: Mapping[str, int] = _NO_RANKS
    """The rank of each `status`, for states that have equal times.

    Statuses between which an object can go back and forth share a rank.
    """
    varying: frozenset[str] = frozenset()
    """Keys that differ between events and lists, or change without a change of the object. Not compared."""


def _times(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "time") for name in names)


_CREATED = (Column("created_at", "time", indexed=True), Column("updated_at", "time", indexed=True))
_ORGANIZATION = MappingProxyType({"organization_id": "organizations"})

USERS = Kind(
    "users",
    (
        Column("external_id", indexed=True),
        Column("username", indexed=True, personal=True),
        Column("first_name", personal=True),
        Column("last_name", personal=True),
        Column("primary_email_address_id", "id"),
        Column("primary_phone_number_id", "id"),
        Column("image_url", personal=True),
        Column("banned", "boolean"),
        Column("locked", "boolean"),
        Column("deprovisioned", "boolean"),
        *_times("last_sign_in_at", "last_active_at"),
        *_CREATED,
    ),
    "user",
    varying=frozenset({"lockout_expires_in_seconds", "verification_attempts_remaining"}),
)
EMAIL_ADDRESSES = Kind(
    "email_addresses",
    (
        Column("user_id", "id", indexed=True),
        Column("email_address", indexed=True, personal=True),
        Column("verification_status", path="verification.status"),
        *_CREATED,
    ),
    part_of="users",
    key="email_addresses",
)
PHONE_NUMBERS = Kind(
    "phone_numbers",
    (
        Column("user_id", "id", indexed=True),
        Column("phone_number", indexed=True, personal=True),
        Column("verification_status", path="verification.status"),
        *_CREATED,
    ),
    part_of="users",
    key="phone_numbers",
)
EXTERNAL_ACCOUNTS = Kind(
    "external_accounts",
    (
        Column("user_id", "id", indexed=True),
        Column("provider", indexed=True),
        Column("provider_user_id", indexed=True, personal=True),
        Column("email_address", personal=True),
        Column("username", personal=True),
        Column("verification_status", path="verification.status"),
        *_CREATED,
    ),
    part_of="users",
    key="external_accounts",
)
ORGANIZATIONS = Kind(
    "organizations",
    (
        Column("name", indexed=True),
        Column("slug", indexed=True),
        Column("image_url"),
        Column("created_by", "id", indexed=True),
        Column("max_allowed_memberships", "integer"),
        *_CREATED,
    ),
    "organization",
    varying=frozenset({"members_count", "pending_invitations_count", "missing_member_with_elevated_permissions"}),
)
MEMBERSHIPS = Kind(
    "memberships",
    (
        Column("organization_id", "id", "organization.id|organization_id", indexed=True),
        Column("user_id", "id", "public_user_data.user_id|user_id", indexed=True),
        Column("role", indexed=True),
        *_CREATED,
    ),
    "organizationMembership",
    MappingProxyType({"organization_id": "organizations", "user_id": "users"}),
    nested=MappingProxyType({"organization": "organizations"}),
    varying=frozenset({"organization", "public_user_data", "role_name", "permissions"}),
)
ORGANIZATION_INVITATIONS = Kind(
    "organization_invitations",
    (
        Column("organization_id", "id", indexed=True),
        Column("email_address", indexed=True, personal=True),
        Column("role"),
        Column("status", indexed=True),
        Column("inviter_id", "id"),
        Column("user_id", "id", indexed=True),
        *_times("expires_at"),
        *_CREATED,
    ),
    "organizationInvitation",
    _ORGANIZATION,
    ranks=_INVITATION_RANKS,
    varying=frozenset({"data", "public_organization_data", "public_inviter_data", "url", "user_id", "role_name"}),
)
ORGANIZATION_DOMAINS = Kind(
    "organization_domains",
    (
        Column("organization_id", "id", indexed=True),
        Column("name", indexed=True),
        Column("enrollment_mode"),
        Column("verification_status", path="verification.status"),
        *_CREATED,
    ),
    "organizationDomain",
    _ORGANIZATION,
    varying=frozenset({"total_pending_invitations", "total_pending_suggestions", "public_organization_data"}),
)
INVITATIONS = Kind(
    "invitations",
    (
        Column("email_address", indexed=True, personal=True),
        Column("status", indexed=True),
        *_times("expires_at"),
        *_CREATED,
    ),
    ranks=_INVITATION_RANKS,
    varying=frozenset({"url"}),
)
ROLES = Kind(
    "roles",
    (Column("key", indexed=True), Column("name"), Column("description"), *_CREATED),
    "role",
)
PERMISSIONS = Kind(
    "permissions",
    (Column("key", indexed=True), Column("name"), Column("description"), Column("type"), *_CREATED),
    "permission",
)
WAITLIST_ENTRIES = Kind(
    "waitlist_entries",
    (
        Column("email_address", indexed=True, personal=True),
        Column("status", indexed=True),
        Column("is_locked", "boolean"),
        *_CREATED,
    ),
    "waitlistEntry",
    ranks=MappingProxyType({"pending": 0, "invited": 1, "rejected": 1, "completed": 2}),
    varying=frozenset({"invitation"}),
)
_PAYER = (
    Column("user_id", "id", "payer.user_id", indexed=True),
    Column("organization_id", "id", "payer.organization_id", indexed=True),
)
_PAYER_KEYS = frozenset({"payer", "instance_id", "object"})
# What is canceled or past due can become active again.
_SUBSCRIPTION_RANKS: Mapping[str, int] = MappingProxyType(
    {"incomplete": 0, "active": 2, "past_due": 2, "canceled": 2, "ended": 3, "abandoned": 3}
)
SUBSCRIPTIONS = Kind(
    "subscriptions",
    (
        *_PAYER,
        Column("payer_id", "id", indexed=True),
        Column("status", indexed=True),
        *_times("active_at", "past_due_at", "canceled_at", "ended_at"),
        *_CREATED,
    ),
    "subscription",
    ranks=_SUBSCRIPTION_RANKS,
    varying=_PAYER_KEYS | {"items", "subscription_items", "next_payment", "eligible_for_free_trial"},
)
SUBSCRIPTION_ITEMS = Kind(
    "subscription_items",
    (
        *_PAYER,
        Column("subscription_id", "id", indexed=True),
        Column("plan_id", "id", indexed=True),
        Column("plan_slug", path="plan.slug"),
        Column("status", indexed=True),
        Column("interval", path="interval|plan_period"),
        Column("is_free_trial", "boolean"),
        *_times("period_start", "period_end"),
        *_CREATED,
    ),
    "subscriptionItem",
    ranks=MappingProxyType({**_SUBSCRIPTION_RANKS, "upcoming": 1, "expired": 3}),
    varying=_PAYER_KEYS | {"plan", "seats", "totals", "next_payment", "credits", "lifetime_paid", "payment_method"},
)
PAYMENT_ATTEMPTS = Kind(
    "payment_attempts",
    (
        *_PAYER,
        Column("payment_id", "id"),
        Column("statement_id", "id", indexed=True),
        Column("status", indexed=True),
        Column("charge_type"),
        Column("amount", "integer", "totals.grand_total.amount"),
        Column("currency", path="totals.grand_total.currency"),
        *_times("paid_at", "failed_at"),
        *_CREATED,
    ),
    "paymentAttempt",
    ranks=MappingProxyType({"pending": 0, "failed": 1, "paid": 1}),
    varying=_PAYER_KEYS | {"totals", "payee", "payment_source", "payment_method", "subscription_items"},
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            PERMISSIONS,
            ROLES,
            ORGANIZATIONS,
            USERS,
            EMAIL_ADDRESSES,
            PHONE_NUMBERS,
            EXTERNAL_ACCOUNTS,
            MEMBERSHIPS,
            ORGANIZATION_INVITATIONS,
            ORGANIZATION_DOMAINS,
            INVITATIONS,
            WAITLIST_ENTRIES,
            SUBSCRIPTIONS,
            SUBSCRIPTION_ITEMS,
            PAYMENT_ATTEMPTS,
        )
    }
)
"""All kinds by name, parents before what belongs to them."""

WHOLE_KINDS = tuple(kind.name for kind in KINDS.values() if not kind.part_of)
"""The kinds with objects of their own, which are not part of another object."""
PARTS = tuple(kind for kind in KINDS.values() if kind.part_of)
BY_EVENT: Mapping[str, Kind] = MappingProxyType({kind.event: kind for kind in KINDS.values() if kind.event})
