"""A simple model of Clerk: users, organizations, members and invitations in plain lists.

It is written from Clerk's documentation, not from the emulator. For each change, one method returns the possible errors
as status and code, and another makes the change if there are none. Values that the server generates (ids, derived
slugs) are taken from its response.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.emulator.api import Json

ExpectedErrors = set[tuple[int, str]]

ADMIN, MEMBER = "org:admin", "org:member"
DAY = 24 * 3600 * 1000

NOT_FOUND = (404, "resource_not_found")
NO_SUCH = (422, "form_resource_not_found")
TAKEN = (422, "form_identifier_exists")
TOO_LARGE = (422, "form_param_exceeds_allowed_size")
NOT_PENDING = (404, "organization_invitation_not_pending")
FULL = (403, "organization_membership_quota_exceeded")
ALREADY_MEMBER = (400, "already_a_member_in_organization")
LAST_ADMIN = (400, "organization_minimum_permissions_needed")


@dataclass
class User:
    id: str
    created_at: int
    emails: dict[str, bool]
    """Addresses in lower case, with whether they are verified. The first verified one is the primary one."""
    username: str | None = None
    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    banned: bool = False
    locked_until: int = 0
    limit: int | None = None
    primary: str | None = None
    public: Json = field(default_factory=dict[str, Any])
    private: Json = field(default_factory=dict[str, Any])
    unsafe: Json = field(default_factory=dict[str, Any])


@dataclass
class Organization:
    id: str
    created_at: int
    name: str
    slug: str
    created_by: str | None
    limit: int
    public: Json
    private: Json


@dataclass
class Membership:
    id: str
    created_at: int
    organization: str
    user: str
    role: str
    public: Json
    private: Json


@dataclass
class Invitation:
    id: str
    created_at: int
    organization: str
    address: str
    role: str
    inviter: str | None
    expires_at: int
    public: Json
    private: Json
    closed: str | None = None

    def status(self, now: int) -> str:
        return self.closed or ("pending" if now < self.expires_at else "expired")


def too_large(*metadata: Json) -> ExpectedErrors:
    told = (json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in metadata)
    return {TOO_LARGE} if any(len(one.encode()) > 8192 for one in told) else set()


def merged(old: Json, new: Json) -> Json:
    result = copy.deepcopy(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(result[key] if isinstance(result.get(key), dict) else {}, value)
        else:
            result[key] = value
    return result


def first(values: Iterable[str], wanted: Callable[[str], bool]) -> str | None:
    return next((value for value in values if wanted(value)), None)


class Model:
    def __init__(self) -> None:
        self.now = 0
        self.users: dict[str, User] = {}
        self.organizations: dict[str, Organization] = {}
        self.memberships: dict[str, Membership] = {}
        self.invitations: dict[str, Invitation] = {}

    # Users

    def profile_errors(self, body: Json, user_id: str | None = None) -> ExpectedErrors:
        """Return the errors in a user's own fields."""
        found: ExpectedErrors = set()
        others = [user for user in self.users.values() if user.id != user_id]
        if body.get("username"):
            if not 4 <= len(body["username"]) <= 64:
                found.add((422, "form_username_invalid_length"))
            elif any(user.username == body["username"].lower() for user in others):
                found.add(TAKEN)
        if body.get("external_id") and any(user.external_id == body["external_id"] for user in others):
            found.add(TAKEN)
        return found

    def user_errors(self, body: Json) -> ExpectedErrors:
        found = self.profile_errors(body)
        addresses = [address.lower() for address in body.get("email_address", ())]
        statuses = body.get("email_address_identification_status", ())
        if not addresses and not body.get("username"):
            found.add((422, "form_data_missing"))
        if statuses and len(statuses) != len(addresses):
            found.add((422, "form_param_array_length_mismatch"))
        held = {address for user in self.users.values() for address in user.emails}
        if held & set(addresses) or len(set(addresses)) < len(addresses):
            found.add(TAKEN)
        return found | too_large(*(value for name, value in body.items() if name.endswith("_metadata")))

    def add_user(self, body: Json, user_id: str) -> None:
        addresses = [address.lower() for address in body.get("email_address", ())]
        statuses = body.get("email_address_identification_status") or ["verified"] * len(addresses)
        user = User(user_id, self.now, {a: s == "verified" for a, s in zip(addresses, statuses, strict=True)})
        user.primary = first(user.emails, lambda address: user.emails[address])
        self.users[user_id] = user
        self.set_profile(user, body)
        user.banned = body.get("banned", False)
        user.locked_until = self.now + 3600_000 if body.get("locked") else 0
        for name in ("public", "private", "unsafe"):
            setattr(user, name, body.get(f"{name}_metadata", {}))

    def set_profile(self, user: User, body: Json) -> None:
        for name in ("first_name", "last_name", "external_id", "username"):
            if name in body:
                setattr(user, name, body[name] or None)
        user.username = user.username and user.username.lower()
        if "create_organizations_limit" in body:
            user.limit = body["create_organizations_limit"]

    def delete_user(self, user_id: str) -> None:
        del self.users[user_id]
        self.memberships = {one.id: one for one in self.memberships.values() if one.user != user_id}

    def serialize_user(self, user: User) -> Json:
        return {
            "id": user.id,
            "created_at": user.created_at,
            "username": user.username,
            "external_id": user.external_id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "banned": user.banned,
            "locked": self.now < user.locked_until,
            "create_organizations_limit": user.limit,
            "public_metadata": user.public,
            "private_metadata": user.private,
            "unsafe_metadata": user.unsafe,
            "emails": user.emails,
            "primary": user.primary,
        }

    def users_where(self, wanted: Callable[[User], bool]) -> list[User]:
        return [user for user in self.users.values() if wanted(user)]

    def sorted_by(self, user: User, name: str) -> Any:
        if name == "email_address":
            return user.primary or first(user.emails, lambda _: True)
        return getattr(user, name)

    # Organizations

    def organization_errors(self, body: Json, organization_id: str | None = None) -> ExpectedErrors:
        found: ExpectedErrors = set()
        others = [one for one in self.organizations.values() if one.id != organization_id]
        if body.get("slug") and any(one.slug == body["slug"] for one in others):
            found.add(TAKEN)
        if "name" in body and not body["name"].strip():
            found.add((422, "form_param_nil"))
        creator = body.get("created_by")
        if creator and creator not in self.users:
            found.add((400, "organization_creator_not_found"))
        elif creator and self.users[creator].limit:
            made = sum(one.created_by == creator for one in self.organizations.values())
            if made >= self.users[creator].limit:
                found.add((403, "org_creation_limit_exceeded"))
        return found | too_large(*(value for name, value in body.items() if name.endswith("_metadata")))

    def add_organization(self, body: Json, organization_id: str, slug: str) -> None:
        self.organizations[organization_id] = Organization(
            organization_id,
            self.now,
            body["name"].strip(),
            slug,
            body.get("created_by"),
            body.get("max_allowed_memberships", 5),
            body.get("public_metadata", {}),
            body.get("private_metadata", {}),
        )

    def delete_organization(self, organization_id: str) -> None:
        del self.organizations[organization_id]
        self.memberships = {one.id: one for one in self.memberships.values() if one.organization != organization_id}
        self.invitations = {one.id: one for one in self.invitations.values() if one.organization != organization_id}

    def serialize_organization(self, one: Organization) -> Json:
        return {
            "id": one.id,
            "created_at": one.created_at,
            "name": one.name,
            "slug": one.slug,
            "created_by": one.created_by,
            "max_allowed_memberships": one.limit,
            "public_metadata": one.public,
            "private_metadata": one.private,
            "members_count": len(self.members(one.id)),
            "pending_invitations_count": len(self.pending(one.id)),
            "missing_member_with_elevated_permissions": not self.admins(one.id),
        }

    def members(self, organization_id: str) -> list[Membership]:
        return [one for one in self.memberships.values() if one.organization == organization_id]

    def admins(self, organization_id: str) -> list[Membership]:
        return [one for one in self.members(organization_id) if one.role == ADMIN]

    def membership(self, organization_id: str, user_id: str) -> Membership | None:
        return next((one for one in self.members(organization_id) if one.user == user_id), None)

    def pending(self, organization_id: str) -> list[Invitation]:
        return [
            one
            for one in self.invitations.values()
            if one.organization == organization_id and one.status(self.now) == "pending"
        ]

    def is_full(self, organization_id: str, less: int = 0) -> bool:
        limit = self.organizations[organization_id].limit
        return bool(limit) and len(self.members(organization_id)) + len(self.pending(organization_id)) - less >= limit

    # Members

    def invited(self, organization_id: str, user_id: str) -> Invitation | None:
        """Return the oldest invitation that the user could accept."""
        emails = self.users[user_id].emails
        mine = [one for one in self.pending(organization_id) if emails.get(one.address)]
        return min(mine, key=lambda one: (one.created_at, one.id), default=None)

    def membership_errors(self, organization_id: str, body: Json) -> ExpectedErrors:
        found: ExpectedErrors = set()
        if body["role"] not in (ADMIN, MEMBER):
            found.add(NOT_FOUND)
        if body["user_id"] not in self.users:
            return found | {NO_SUCH}
        invited = self.invited(organization_id, body["user_id"])
        if self.membership(organization_id, body["user_id"]):
            found.add(ALREADY_MEMBER)
        elif self.is_full(organization_id, less=1 if invited else 0):
            found.add(FULL)
        for name in ("public", "private"):
            given = body.get(f"{name}_metadata", {})
            found |= too_large({**getattr(invited, name), **given} if invited else given)
        return found

    def add_membership(self, organization_id: str, body: Json, membership_id: str) -> None:
        invited = self.invited(organization_id, body["user_id"])
        public, private = body.get("public_metadata", {}), body.get("private_metadata", {})
        if invited:
            invited.closed = "accepted"
            public, private = {**invited.public, **public}, {**invited.private, **private}
        self.memberships[membership_id] = Membership(
            membership_id, self.now, organization_id, body["user_id"], body["role"], public, private
        )

    def is_last_admin(self, one: Membership) -> bool:
        return one.role == ADMIN and len(self.admins(one.organization)) == 1

    def serialize_membership(self, one: Membership) -> Json:
        return {
            "id": one.id,
            "created_at": one.created_at,
            "organization": one.organization,
            "user": one.user,
            "role": one.role,
            "public_metadata": one.public,
            "private_metadata": one.private,
        }

    # Invitations

    def manager_errors(self, organization_id: str, user_id: str | None) -> ExpectedErrors:
        """Return the errors for the user who invites or revokes."""
        if user_id is None:
            return set()
        held = self.membership(organization_id, user_id)
        if held is None:
            return {(403, "not_a_member_in_organization")}
        return set() if held.role == ADMIN else {(403, "missing_organization_permission")}

    def invitation_errors(self, organization_id: str, bodies: list[Json], duplicate: str) -> ExpectedErrors:
        found: ExpectedErrors = set()
        seen = {one.address for one in self.pending(organization_id)}
        limit = self.organizations[organization_id].limit
        places = len(self.members(organization_id)) + len(self.pending(organization_id))
        for body in bodies:
            address = body["email_address"].lower()
            found |= self.manager_errors(organization_id, body.get("inviter_user_id"))
            found |= too_large(body.get("public_metadata", {}))
            if body["role"] not in (ADMIN, MEMBER):
                found.add(NOT_FOUND)
            if "@" not in address:
                found.add((422, "form_param_format_invalid"))
            invitee = next((user for user in self.users.values() if address in user.emails), None)
            if invitee and self.membership(organization_id, invitee.id):
                found.add(ALREADY_MEMBER)
            if address in seen:
                found.add((400, duplicate))
            elif limit and places >= limit:
                found.add(FULL)
            seen.add(address)
            places += 1
        return found

    def add_invitation(self, organization_id: str, body: Json, invitation_id: str) -> None:
        self.invitations[invitation_id] = Invitation(
            invitation_id,
            self.now,
            organization_id,
            body["email_address"].lower(),
            body["role"],
            body.get("inviter_user_id"),
            self.now + body.get("expires_in_days", 30) * DAY,
            body.get("public_metadata", {}),
            {},
        )

    def accept_errors(self, invitation: Invitation, user_id: str) -> ExpectedErrors:
        if invitation.status(self.now) != "pending":
            return {NOT_PENDING}
        if not self.users[user_id].emails.get(invitation.address):
            return {(400, "organization_invitation_identification_not_exist")}
        if self.membership(invitation.organization, user_id):
            return {ALREADY_MEMBER}
        return {FULL} if self.is_full(invitation.organization, less=1) else set()

    def show_invitation(self, one: Invitation) -> Json:
        return {
            "id": one.id,
            "created_at": one.created_at,
            "organization_id": one.organization,
            "email_address": one.address,
            "role": one.role,
            "inviter_id": one.inviter,
            "status": one.status(self.now),
            "expires_at": one.expires_at,
            "public_metadata": one.public,
            "private_metadata": one.private,
        }
