"""The URLs of the project."""

from __future__ import annotations

from clerkkit.sync.django.views import clerk_webhook
from django.urls import path

from notes.api import api
from notes.views import account, members, organizations

ORGANIZATION = "organizations/<str:organization_id>"
urlpatterns = [
    path("", account.home),
    path("sign-in", account.sign_in),
    path("sign-up", account.sign_up),
    path("join", account.join),
    path("session", account.check_session),
    path("sign-out", account.sign_out),
    path("verify", account.verify),
    path("organizations", organizations.list_or_create),
    path(ORGANIZATION, organizations.show_notes),
    path(f"{ORGANIZATION}/notes", organizations.add_note),
    path(f"{ORGANIZATION}/notes/<int:note_id>/delete", organizations.delete_note),
    path(f"{ORGANIZATION}/settings", organizations.settings),
    path(f"{ORGANIZATION}/delete", organizations.delete_organization),
    path(f"{ORGANIZATION}/members", members.list_members),
    path(f"{ORGANIZATION}/members/<str:user_id>", members.change_role),
    path(f"{ORGANIZATION}/members/<str:user_id>/remove", members.remove_member),
    path(f"{ORGANIZATION}/invitations", members.invite),
    path(f"{ORGANIZATION}/invitations/<str:invitation_id>/revoke", members.revoke_invitation),
    path("api/", api.urls),
    path("webhooks/clerk", clerk_webhook),
]
