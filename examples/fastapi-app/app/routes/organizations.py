"""Pages of organizations and their notes."""

from __future__ import annotations

from typing import Annotated

from clerkkit import ApiError
from fastapi import APIRouter, Form, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from app import notes
from app.callers import ClerkClient, Copy, OrganizationAdmin, OrganizationMember, Session
from app.errors import describe
from app.pages import render

router = APIRouter(prefix="/organizations", default_response_class=Response, include_in_schema=False)

Name = Annotated[str, Form(min_length=1, max_length=100)]
Text = Annotated[str, Form(min_length=1, max_length=notes.LONGEST_TEXT, pattern=notes.TEXT_PATTERN)]
NoteId = Annotated[int, Path(le=notes.LARGEST_ID)]


@router.get("")
async def list_organizations(request: Request, clerk: ClerkClient, session: Session) -> Response:
    """Show the organizations of the user."""
    return await _show_organizations(request, clerk, session)


@router.post("")
async def create_organization(request: Request, clerk: ClerkClient, session: Session, name: Name) -> Response:
    """Create an organization, whose admin is the user."""
    try:
        created = await clerk.organizations.create(name=name, created_by=session.user_id)
    except ApiError as error:
        return await _show_organizations(request, clerk, session, error)
    return RedirectResponse(f"/organizations/{created.id}", 303)


@router.get("/{organization_id}")
async def show_notes(request: Request, clerk: ClerkClient, sync: Copy, member: OrganizationMember) -> Response:
    """Show the notes of an organization."""
    organization = await clerk.organizations.get(member.organization_id)
    found = await notes.list_notes(sync, member.organization_id)
    return render(request, "notes.html", organization=organization, member=member, session=member.session, notes=found)


@router.post("/{organization_id}/notes")
async def add_note(sync: Copy, member: OrganizationMember, text: Text) -> Response:
    """Add a note."""
    if await notes.add_note(sync, member.organization_id, member.session, text) is None:
        raise HTTPException(403, "Your account was deleted.")
    return RedirectResponse(f"/organizations/{member.organization_id}", 303)


@router.post("/{organization_id}/notes/{note_id}/delete")
async def delete_note(sync: Copy, member: OrganizationMember, note_id: NoteId) -> Response:
    """Delete a note of the user; moderators can delete those of others."""
    author_id = None if member.can_moderate else member.user_id
    if not await notes.delete_note(sync, member.organization_id, note_id, author_id):
        raise HTTPException(404, "There is no such note, or it is not yours.")
    return RedirectResponse(f"/organizations/{member.organization_id}", 303)


@router.get("/{organization_id}/settings")
async def show_settings(request: Request, clerk: ClerkClient, admin: OrganizationAdmin) -> Response:
    """Show the settings to admins."""
    organization = await clerk.organizations.get(admin.organization_id)
    return render(request, "settings.html", organization=organization, member=admin, session=admin.session)


@router.post("/{organization_id}/settings")
async def rename(request: Request, clerk: ClerkClient, admin: OrganizationAdmin, name: Name) -> Response:
    """Rename the organization."""
    try:
        await clerk.organizations.update(admin.organization_id, name=name)
    except ApiError as error:
        problem = describe(error)
        organization = await clerk.organizations.get(admin.organization_id)
        values = {"organization": organization, "member": admin, "session": admin.session, "problem": problem}
        return render(request, "settings.html", error.status_code, **values)
    return RedirectResponse(f"/organizations/{admin.organization_id}/settings", 303)


@router.post("/{organization_id}/delete")
async def delete_organization(clerk: ClerkClient, admin: OrganizationAdmin) -> Response:
    """Delete the organization. An admin who signed in more than ten minutes ago has to sign in again first."""
    if not admin.session.has(reverification={"level": "first_factor", "after_minutes": 10}):
        return RedirectResponse(f"/verify?next=/organizations/{admin.organization_id}/settings", 303)
    await clerk.organizations.delete(admin.organization_id)
    return RedirectResponse("/organizations", 303)


async def _show_organizations(
    request: Request, clerk: ClerkClient, session: Session, refused: ApiError | None = None
) -> Response:
    problem, status = (describe(refused), refused.status_code) if refused else (None, 200)
    memberships = [one async for one in clerk.users.iterate_organization_memberships(session.user_id)]
    organizations = [(one.organization, one.role_name or one.role) for one in memberships if one.organization]
    return render(request, "organizations.html", status, session=session, organizations=organizations, problem=problem)
