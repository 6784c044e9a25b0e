"""Organization invitations: of an organization, of a user, of the whole instance."""

from __future__ import annotations

from clerk_emulator.domain import identifications, memberships, roles, session_rules, signed_tokens, value_rules
from clerk_emulator.domain.invitation_rules import duplicate
from clerk_emulator.domain.organization_invitation_rules import addresses, expire, not_pending
from clerk_emulator.domain.organization_rules import organization_operation, pending, public_data
from clerk_emulator.domain.roles import MANAGE_MEMBERS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, shown
from clerk_emulator.request.listing import equals, listing, partial
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES, USERS

DEFAULT_DAYS = 30
_DAY = 24 * 3600 * 1000


@organization_operation("ListInstanceOrganizationInvitations")
def list_all_invitations(call: Call) -> Answer:
    condition = partial(call.query["query"], ORGANIZATION_INVITATIONS.c.email_address)
    return _listing(call, condition, with_organization=True)


@organization_operation("UsersGetOrganizationInvitations")
def list_invitations_of_user(call: Call) -> Answer:
    user = call.named(USERS, "user_id")
    condition = ORGANIZATION_INVITATIONS.c.email_address.in_(addresses(call.store, user["id"]))
    return _listing(call, condition, with_organization=True)


@organization_operation("ListOrganizationInvitations")
def list_invitations(call: Call) -> Answer:
    organization = call.named(ORGANIZATIONS, "organization_id")
    address = call.query["email_address"]
    return _listing(
        call,
        ORGANIZATION_INVITATIONS.c.organization_id == organization["id"],
        equals(ORGANIZATION_INVITATIONS.c.email_address, address and address.lower()),
    )


@organization_operation("ListPendingOrganizationInvitations")
def list_pending_invitations(call: Call) -> Answer:
    return _listing(call, *pending(call.store, call.named(ORGANIZATIONS, "organization_id")))


@organization_operation("CreateOrganizationInvitation")
def create_invitation(call: Call) -> Json:
    organization = call.named(ORGANIZATIONS, "organization_id")
    return _show(call, [_invite(call, organization, call.body)])[0]


@organization_operation("CreateOrganizationInvitationBulk")
def create_invitations(call: Call) -> Json:
    organization = call.named(ORGANIZATIONS, "organization_id")
    rows = [_invite(call, organization, item, in_bulk=True) for item in call.items]
    return {"data": _show(call, rows), "total_count": len(rows)}


@organization_operation("GetOrganizationInvitation")
def get_invitation(call: Call) -> Json:
    return _show(call, [_asked(call)])[0]


@organization_operation("RevokeOrganizationInvitation")
def revoke_invitation(call: Call) -> Json:
    invitation = _asked(call)
    if call.body.get("requesting_user_id"):
        _need_manager(call, invitation["organization_id"], call.body["requesting_user_id"])
    if invitation["status"] != "pending":
        raise not_pending(invitation)
    return _show(call, [call.store.update(ORGANIZATION_INVITATIONS, invitation, status="revoked")])[0]


def _invite(call: Call, organization: Json, body: Json, *, in_bulk: bool = False) -> Json:
    store = call.store
    address = value_rules.email("email_address", body["email_address"])
    role = roles.need_role_for(store, organization, body["role"])
    redirect_url = (
        value_rules.url("redirect_url", body["redirect_url"], schemes=()) if body.get("redirect_url") else None
    )
    inviter_id = body.get("inviter_user_id") or None
    if inviter_id:
        _need_manager(call, organization["id"], inviter_id)
    invitee = identifications.find(store, "email_address", address)
    if invitee and memberships.of_user(store, organization["id"], invitee["_user_id"]):
        raise memberships.already_member(address)
    open_ones = pending(store, organization)
    if store.find(ORGANIZATION_INVITATIONS, *open_ones, ORGANIZATION_INVITATIONS.c.email_address == address):
        if in_bulk:
            raise duplicate(address)
        message = f"There is an invitation already for {address}."
        raise Refusal(400, "organization_invitation_not_unique", "is a duplicate", message)
    memberships.need_room(store, organization)
    invitation_id = call.ids.new(ORGANIZATION_INVITATIONS.prefix)
    now = call.clock.now()
    expires_at = now + (body.get("expires_in_days") or DEFAULT_DAYS) * _DAY
    ticket = {
        "st": "organization_invitation",
        "sid": invitation_id,
        "iid": call.keys.instance_id,
        "exp": expires_at // 1000,
        **({"rurl": redirect_url} if redirect_url else {}),
    }
    return store.create(
        ORGANIZATION_INVITATIONS,
        {
            "id": invitation_id,
            "email_address": address,
            "role": role["key"],
            "organization_id": organization["id"],
            "inviter_id": inviter_id,
            "status": "pending",
            "created_at": now,
            "updated_at": now,
            "expires_at": expires_at,
            "url": f"{call.keys.issuer}/v1/tickets/accept?ticket={signed_tokens.sign(call.keys, ticket)}",
            **{
                name: value_rules.metadata(name, body.get(name) or {})
                for name in ("public_metadata", "private_metadata")
            },
        },
    )


def _need_manager(call: Call, organization_id: str, user_id: str) -> None:
    """Raises where the user is not one who may invite to the organization."""
    membership = session_rules.need_member(call.store, organization_id, user_id)
    if MANAGE_MEMBERS not in roles.need_role(call.store, membership["role"])["_permissions"]:
        message = f"User {user_id} lacks the permission {MANAGE_MEMBERS}."
        raise Refusal(
            403, "missing_organization_permission", "lacks a permission", message, permissions=[MANAGE_MEMBERS]
        )


def _asked(call: Call) -> Json:
    organization = call.named(ORGANIZATIONS, "organization_id")
    expire(call.store)
    here = ORGANIZATION_INVITATIONS.c.organization_id == organization["id"]
    return call.store.need(ORGANIZATION_INVITATIONS, call.path["invitation_id"], here)


def _listing(call: Call, *where: Where | None, with_organization: bool = False) -> Answer:
    expire(call.store)
    return listing(
        call,
        ORGANIZATION_INVITATIONS,
        *where,
        equals(ORGANIZATION_INVITATIONS.c.status, call.query.get("status")),
        sort=("created_at", "email_address"),
        show=_show_with_organization if with_organization else _show,
    )


def _show(call: Call, rows: list[Json]) -> list[Json]:
    names = {one["key"]: one["name"] for one in call.store.all(ROLES, ROLES.c.key.in_({row["role"] for row in rows}))}
    inviters = {
        one["id"]: memberships.public_user_data(call, one)
        for one in call.store.all(USERS, USERS.c.id.in_({row["inviter_id"] for row in rows}))
    }
    return [
        {**shown(row), "role_name": names[row["role"]], "public_inviter_data": inviters.get(row["inviter_id"])}
        for row in rows
    ]


def _show_with_organization(call: Call, rows: list[Json]) -> list[Json]:
    ids = {row["organization_id"] for row in rows}
    held = {one["id"]: public_data(call, one) for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))}
    return [{**row, "public_organization_data": held[row["organization_id"]]} for row in _show(call, rows)]
