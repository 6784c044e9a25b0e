"""Who makes a request, and in which organization."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate

from clerkkit.auth import SessionClaims
from clerkkit.integrations.django import get_auth, require_auth
from django.http import Http404, HttpRequest, HttpResponse

MODERATE = "org:notes:moderate"
"""The permission to delete the notes of others. Create it in the Clerk Dashboard, and add it to a role."""


@dataclass(frozen=True)
class Member:
    """A user, with the active organization."""

    session: SessionClaims
    organization_id: str

    @property
    def user_id(self) -> str:
        """The id of the user."""
        return self.session.user_id

    @property
    def is_admin(self) -> bool:
        """Whether the user is an admin of the organization."""
        return self.session.has(role="org:admin")

    @property
    def can_moderate(self) -> bool:
        """Whether the user may delete the notes of others."""
        return self.is_admin or self.session.has(permission=MODERATE)


MemberView = Callable[Concatenate[HttpRequest, Member, ...], HttpResponse]


def get_session(request: HttpRequest) -> SessionClaims:
    """Return the session of the caller of a guarded view."""
    session = get_auth(request)
    assert session is not None, "a guard has checked it"
    return session


def require_member(view: MemberView) -> Callable[..., HttpResponse]:
    """Guard a view of an organization, and pass it the caller as a `Member` instead of the organization's id.

    Visitors are sent to the sign-in page. A visit makes the organization active, if the user is a member. The response
    is 404 if the organization is not active, whether it exists or not.
    """
    return require_auth(redirect=True)(_pass_member(view))


def require_admin(view: MemberView) -> Callable[..., HttpResponse]:
    """Guard a view as `require_member` does. The response is 403 if the caller is not an admin."""
    return require_auth(role="org:admin", redirect=True)(_pass_member(view))


def _pass_member(view: MemberView) -> Callable[..., HttpResponse]:
    @functools.wraps(view)
    def guarded_view(request: HttpRequest, organization_id: str, **arguments: Any) -> HttpResponse:
        session = get_session(request)
        if session.org_id is None or session.org_id != organization_id:
            raise Http404
        return view(request, Member(session, session.org_id), **arguments)

    return guarded_view
