"""Pages of the members of an organization. Clerk checks that members and invitations belong to the organization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerkkit import ApiError, OrganizationMembership
from clerkkit.integrations.django import client
from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from notes.access import Member, require_admin, require_member
from notes.forms import InvitationForm, RoleForm
from notes.models import Note
from notes.views.pages import describe, render_page

PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """A member, as the page shows it."""

    user_id: str
    name: str
    identifier: str
    role: str
    role_name: str
    note_count: int


@require_GET
@require_member
def list_members(request: HttpRequest, member: Member) -> HttpResponse:
    """Show the members, with the number of notes of each, and to admins the open invitations."""
    page = request.GET.get("page", "1")
    if not page.isdecimal() or not 1 <= int(page) <= 10_000:
        raise Http404
    return _show_members(request, member, int(page))


@require_POST
@require_admin
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    """Invite an email address."""
    form = InvitationForm(request.POST)

    def send() -> None:
        client().organization_invitations.create(
            member.organization_id,
            email_address=form.cleaned_data["email_address"],
            role=form.cleaned_data["role"],
            inviter_user_id=member.user_id,
            redirect_url=f"{settings.APP_ORIGIN}/join",
        )

    return _change(request, member, send, form)


@require_POST
@require_admin
def revoke_invitation(request: HttpRequest, member: Member, invitation_id: str) -> HttpResponse:
    """Revoke an open invitation."""

    def revoke() -> None:
        client().organization_invitations.revoke(
            member.organization_id, invitation_id, requesting_user_id=member.user_id
        )

    return _change(request, member, revoke)


@require_POST
@require_admin
def change_role(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    """Change the role of a member."""
    form = RoleForm(request.POST)

    def change() -> None:
        client().organization_memberships.update(member.organization_id, user_id, role=form.cleaned_data["role"])

    return _change(request, member, change, form)


@require_POST
@require_admin
def remove_member(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    """Remove a member from the organization."""

    def remove() -> None:
        client().organization_memberships.delete(member.organization_id, user_id)

    return _change(request, member, remove)


def _change(request: HttpRequest, member: Member, change: Callable[[], None], form: Form | None = None) -> HttpResponse:
    """Make a change, and show the members; if the form or Clerk refuses it, with the reason."""
    if form is not None and not form.is_valid():
        return _show_members(request, member, refused=form)
    try:
        change()
    except ApiError as error:
        return _show_members(request, member, refused=error)
    return redirect(f"/organizations/{member.organization_id}/members")


def _show_members(
    request: HttpRequest, member: Member, page: int = 1, refused: ApiError | Form | None = None
) -> HttpResponse:
    """Render the members. They are read from Clerk, so that a change that was just made is visible."""
    id_ = member.organization_id
    problem, status = (None, 200) if refused is None else describe(refused)
    found = client().organization_memberships.list(
        id_, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, order_by="created_at"
    )
    counts = Note.objects.count_by_author(id_)
    invitations = [*client().organization_invitations.iterate(id_, status="pending")] if member.is_admin else []
    roles = [*client().organization_roles.iterate(order_by="name")] if member.is_admin else []
    return render_page(
        request,
        "notes/members.html",
        member,
        problem,
        status,
        rows=[_build_row(membership, counts) for membership in found.data],
        previous_page=page - 1,
        next_page=page + 1 if page * PAGE_SIZE < found.total_count else None,
        invitations=invitations,
        roles=roles,
    )


def _build_row(membership: OrganizationMembership, counts: dict[str, int]) -> Row:
    user = membership.public_user_data
    user_id, identifier = (user.user_id or "", user.identifier or "") if user else ("", "")
    name = " ".join(part for part in (user.first_name, user.last_name) if part) if user else ""
    return Row(
        user_id=user_id,
        name=name or identifier or user_id,
        identifier=identifier,
        role=membership.role,
        role_name=membership.role_name or membership.role,
        note_count=counts.get(user_id, 0),
    )
