"""What the consent page shows, and what follows from the user's decision."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import images
from clerk_emulator.domain.oauth import applications, grants
from clerk_emulator.domain.oauth.authorization import AuthorizationRequest, AuthorizationResponse, grant
from clerk_emulator.domain.oauth.scopes import ORGANIZATION, describe
from clerk_emulator.domain.sessions.session_lifecycle import require_member
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def information(store: Store, client_id: str, scope: str | None) -> Json:
    """Return what an application asks for. `scope` are the requested scopes, by default all of the application.

    Raises Clerk's 404 for an unknown application, and 403 for one that needs no consent.
    """
    application = applications.find(store, client_id)
    if application is None:
        raise errors.not_found("oauth application", client_id)
    if not application["consent_screen_enabled"]:
        message = "The application has no consent screen."
        raise ClerkAPIError(403, "resource_forbidden", "has no consent screen", message)
    requested = (scope or "").split()
    scopes = [one for one in application["scopes"].split() if not requested or one in requested]
    return {
        "oauth_application_name": application["name"],
        "oauth_application_logo_url": images.url(store, application)
        if application["_image"]
        else application["_logo_uri"],
        "oauth_application_url": application["client_uri"],
        "client_id": client_id,
        # Clerk returns the registrable domain of the redirect URI. Without a list of public suffixes it is unknown, for
        # which Clerk returns null too: pages then show the host.
        "redirect_domain": None,
        "scopes": [describe(one) for one in scopes],
    }


def decide(
    store: Store, request: AuthorizationRequest, session: Json, *, consented: bool, organization_id: str | None
) -> AuthorizationResponse:
    """Return the answer to the application after the user has decided.

    The tokens are for an organization if the scopes ask for one: by default the active one of the session. Raises
    AuthorizationError if the user denies, and Clerk's 403 for an organization that the user does not belong to.
    """
    if not consented:
        raise request.denied()
    chosen = organization_id or session["last_active_organization_id"]
    if organization_id and ORGANIZATION in request.scopes:
        require_member(store, organization_id, session["user_id"])
    grants.add_consent(store, request.application, session["user_id"], request.scopes)
    return grant(store, request, session, chosen)
