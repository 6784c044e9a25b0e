"""What the views of organizations share."""

from __future__ import annotations

from typing import Any

from clerkkit import ApiError
from clerkkit.integrations.django import client
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notes.access import Member


def render_page(
    request: HttpRequest, template: str, member: Member, problem: str | None = None, status: int = 200, **values: Any
) -> HttpResponse:
    """Return a page of an organization, with the reason if something was refused."""
    organization = client().organizations.get(member.organization_id)
    shared = {"organization": organization, "member": member, "session": member.session, "problem": problem}
    return render(request, template, {**shared, **values}, status=status)


def describe(problem: ApiError | Form) -> tuple[str, int]:
    """Return what Clerk or a form says to people, and the status of the response.

    Raises:
        ApiError: Clerk has failed, and has nothing to say to people.
    """
    if isinstance(problem, Form):
        return " ".join(f"{name}: {errors[0]}" for name, errors in problem.errors.items()), 422
    if problem.status_code >= 500:
        raise problem
    message = next((one.long_message or one.message for one in problem.errors), None)
    return message or problem.message, problem.status_code
