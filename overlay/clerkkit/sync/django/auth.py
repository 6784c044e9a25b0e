"""Gives the Django user of a session of Clerk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from clerkkit.auth import SessionClaims
from clerkkit.integrations.django import get_auth
from clerkkit.integrations.django.guards import is_async
from clerkkit.sync.django.connection import get_sync
from clerkkit.sync.flows.steps import Row
from clerkkit.sync.schema.kinds import EMAIL_ADDRESSES
from clerkkit.sync.schema.values import find_parts


class ClerkBackend(ModelBackend):
    """An authentication backend: `authenticate(request)` returns the user of the session of the request.

    The user is created at the first request of a person, with the id, the names and the primary address of the copy. A
    user of Clerk who was deleted or banned gets none.
    """

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> Any:
        """Return the user, or None if nobody is signed in or other credentials were given."""
        if request is None or args or credentials or not hasattr(request, "clerk"):
            return None
        claims = get_auth(request)
        return None if claims is None else self.get_or_create(claims)

    def get_or_create(self, claims: SessionClaims) -> Any:
        """Return the Django user of a session; None if Clerk has deleted or banned the user."""
        model = get_user_model()
        users = model._default_manager
        row = get_sync().ensure_user(claims)
        if row is None or row["banned"]:
            return None
        known = users.filter(clerk_id=claims.user_id).first()
        if known is not None:
            return known if self.user_can_authenticate(known) else None
        try:
            with transaction.atomic():
                created = model(clerk_id=claims.user_id, username=claims.user_id[:150], **_names(row))
                created.set_unusable_password()
                created.save()
                return created
        except IntegrityError:  # another request of the person was faster
            return users.get(clerk_id=claims.user_id)


def _names(row: Row) -> dict[str, str]:
    """Return the values that a new user takes over from the copy."""
    addresses = find_parts(EMAIL_ADDRESSES, row["raw"] or {}) or []
    primary = [one for one in addresses if one["id"] == row["primary_email_address_id"]]
    return {
        "first_name": (row["first_name"] or "")[:150],
        "last_name": (row["last_name"] or "")[:150],
        "email": str(primary[0].get("email_address") or "") if primary else "",
    }


class ClerkUserMiddleware:
    """Sets `request.user` to the Django user of the session. Put it below `ClerkMiddleware`."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        if is_async(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> HttpResponseBase | Any:
        """Set the user, which is read when a view uses it, and return the response of the view."""
        request.user = SimpleLazyObject(lambda: _find_user(request))

        async def find_user() -> Any:
            return await sync_to_async(_find_user)(request)

        request.auser = find_user
        return self._get_response(request)


def _find_user(request: Any) -> Any:
    if not hasattr(request, "_clerk_user"):
        request._clerk_user = authenticate(request) or AnonymousUser()
    return request._clerk_user
