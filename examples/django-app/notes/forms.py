"""The forms. Clerk checks email addresses and roles."""

from __future__ import annotations

from django import forms

from notes.models import LONGEST_TEXT


class NoteForm(forms.Form):
    """A new note."""

    text = forms.CharField(max_length=LONGEST_TEXT)


class OrganizationForm(forms.Form):
    """The name of an organization."""

    name = forms.CharField(max_length=100)


class RoleForm(forms.Form):
    """The role of a member."""

    role = forms.CharField(max_length=256)


class InvitationForm(RoleForm):
    """An invitation to an organization."""

    email_address = forms.CharField(max_length=254)
