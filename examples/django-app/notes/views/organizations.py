"""Pages of organizations and their notes."""

from __future__ import annotations

from clerkkit import ApiError
from clerkkit.integrations.django import client, require_auth
from clerkkit.sync.django.connection import get_sync
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notes.access import Member, get_session, require_admin, require_member
from notes.forms import NoteForm, OrganizationForm
from notes.models import Note
from notes.views.pages import describe, render_page


@require_http_methods(["GET", "POST"])
@require_auth(redirect=True)
def list_or_create(request: HttpRequest) -> HttpResponse:
    """Show the organizations of the user, or create one."""
    if request.method != "POST":
        return _show_organizations(request)
    form = OrganizationForm(request.POST)
    if not form.is_valid():
        return _show_organizations(request, form)
    try:
        created = client().organizations.create(name=form.cleaned_data["name"], created_by=get_session(request).user_id)
    except ApiError as error:
        return _show_organizations(request, error)
    return redirect(f"/organizations/{created.id}")


@require_GET
@require_member
def show_notes(request: HttpRequest, member: Member) -> HttpResponse:
    """Show the notes of an organization."""
    found = Note.objects.newest(member.organization_id)
    return render_page(request, "notes/notes.html", member, notes=found)


@require_POST
@require_member
def add_note(request: HttpRequest, member: Member) -> HttpResponse:
    """Add a note."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        problem, status = describe(form)
        found = Note.objects.newest(member.organization_id)
        return render_page(request, "notes/notes.html", member, problem, status, notes=found)
    # The row of a new user may be missing, since the event of the sign-up can arrive later.
    if get_sync().ensure_user(member.session) is None:
        raise PermissionDenied
    Note.objects.create(
        organization_id=member.organization_id, author_id=member.user_id, text=form.cleaned_data["text"]
    )
    return redirect(f"/organizations/{member.organization_id}")


@require_POST
@require_member
def delete_note(request: HttpRequest, member: Member, note_id: int) -> HttpResponse:
    """Delete a note of the user; moderators can delete those of others."""
    author_id = None if member.can_moderate else member.user_id
    if not Note.objects.remove(member.organization_id, note_id, author_id):
        raise Http404
    return redirect(f"/organizations/{member.organization_id}")


@require_http_methods(["GET", "POST"])
@require_admin
def settings(request: HttpRequest, member: Member) -> HttpResponse:
    """Show the settings to admins, or rename the organization."""
    if request.method != "POST":
        return render_page(request, "notes/settings.html", member)
    form = OrganizationForm(request.POST)
    refused: ApiError | Form = form
    if form.is_valid():
        try:
            client().organizations.update(member.organization_id, name=form.cleaned_data["name"])
            return redirect(f"/organizations/{member.organization_id}/settings")
        except ApiError as error:
            refused = error
    problem, status = describe(refused)
    return render_page(request, "notes/settings.html", member, problem, status)


@require_POST
@require_admin
def delete_organization(request: HttpRequest, member: Member) -> HttpResponse:
    """Delete the organization. An admin who signed in more than ten minutes ago has to sign in again first."""
    if not member.session.has(reverification={"level": "first_factor", "after_minutes": 10}):
        return redirect(f"/verify?next=/organizations/{member.organization_id}/settings")
    client().organizations.delete(member.organization_id)
    return redirect("/organizations")


def _show_organizations(request: HttpRequest, refused: ApiError | Form | None = None) -> HttpResponse:
    session = get_session(request)
    problem, status = (None, 200) if refused is None else describe(refused)
    memberships = client().users.iterate_organization_memberships(session.user_id)
    values = {"session": session, "memberships": [*memberships], "problem": problem}
    return render(request, "notes/organizations.html", values, status=status)
