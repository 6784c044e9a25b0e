"""Pages of the members of an organization. Clerk checks that members and invitations belong to the organization."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from clerkkit import ApiError
from clerkkit.sync import AsyncSync
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app import notes
from app.callers import ClerkClient, Copy, Member, OrganizationAdmin, OrganizationMember
from app.errors import describe
from app.pages import render

router = APIRouter(prefix="/organizations/{organization_id}", default_response_class=Response, include_in_schema=False)

PAGE_SIZE = 20

Role = Annotated[str, Form(max_length=256)]
EmailAddress = Annotated[str, Form(max_length=254)]


@router.get("/members")
async def list_members(
    request: Request,
    clerk: ClerkClient,
    sync: Copy,
    member: OrganizationMember,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show the members, with the number of notes of each, and to admins the open invitations."""
    return await _show_members(request, clerk, sync, member, page)


@router.post("/invitations")
async def invite(
    request: Request,
    clerk: ClerkClient,
    sync: Copy,
    admin: OrganizationAdmin,
    email_address: EmailAddress,
    role: Role,
) -> Response:
    """Invite an email address."""
    sent = clerk.organization_invitations.create(
        admin.organization_id,
        email_address=email_address,
        role=role,
        inviter_user_id=admin.user_id,
        redirect_url=f"{request.app.state.settings.app_origin}/join",
    )
    return await _change(request, clerk, sync, admin, sent)


@router.post("/invitations/{invitation_id}/revoke")
async def revoke_invitation(
    request: Request, clerk: ClerkClient, sync: Copy, admin: OrganizationAdmin, invitation_id: str
) -> Response:
    """Revoke an open invitation."""
    revoked = clerk.organization_invitations.revoke(
        admin.organization_id, invitation_id, requesting_user_id=admin.user_id
    )
    return await _change(request, clerk, sync, admin, revoked)


@router.post("/members/{user_id}")
async def change_role(
    request: Request, clerk: ClerkClient, sync: Copy, admin: OrganizationAdmin, user_id: str, role: Role
) -> Response:
    """Change the role of a member."""
    changed = clerk.organization_memberships.update(admin.organization_id, user_id, role=role)
    return await _change(request, clerk, sync, admin, changed)


@router.post("/members/{user_id}/remove")
async def remove_member(
    request: Request, clerk: ClerkClient, sync: Copy, admin: OrganizationAdmin, user_id: str
) -> Response:
    """Remove a member from the organization."""
    removed = clerk.organization_memberships.delete(admin.organization_id, user_id)
    return await _change(request, clerk, sync, admin, removed)


async def _change(
    request: Request, clerk: ClerkClient, sync: AsyncSync, admin: Member, change: Awaitable[Any]
) -> Response:
    """Make a change, and show the members; if Clerk refuses it, with the reason."""
    try:
        await change
    except ApiError as error:
        return await _show_members(request, clerk, sync, admin, refused=error)
    return RedirectResponse(f"/organizations/{admin.organization_id}/members", 303)


async def _show_members(
    request: Request,
    clerk: ClerkClient,
    sync: AsyncSync,
    member: Member,
    page: int = 1,
    refused: ApiError | None = None,
) -> Response:
    """Render the members. They are read from Clerk, so that a change that was just made is visible."""
    id_ = member.organization_id
    problem, status = (describe(refused), refused.status_code) if refused else (None, 200)
    found = await clerk.organization_memberships.list(
        id_, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, order_by="created_at"
    )
    invitations = []
    roles = []
    if member.is_admin:
        invitations = [one async for one in clerk.organization_invitations.iterate(id_, status="pending")]
        roles = [one async for one in clerk.organization_roles.iterate(order_by="name")]
    return render(
        request,
        "members.html",
        status,
        organization=await clerk.organizations.get(id_),
        member=member,
        session=member.session,
        memberships=found.data,
        page=page,
        is_last_page=page * PAGE_SIZE >= found.total_count,
        invitations=invitations,
        roles=roles,
        note_counts=await notes.count_by_author(sync, id_),
        problem=problem,
    )
