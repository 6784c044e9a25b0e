"""Routes for what users do in a browser or an app."""

from __future__ import annotations

import dataclasses

from clerk_emulator.control.controls import DEFAULT_ORIGIN
from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, integer, list_of, nullable, parameters, result, text
from clerk_emulator.domain.oauth.access_tokens import TOKEN_SECONDS
from clerk_emulator.json_types import Json

_ORIGIN = nullable(text("The origin of the page; it becomes the claim `azp` of tokens.", default=DEFAULT_ORIGIN))
_SESSION = result(
    user_id=text(),
    session_id=text(),
    client_id=text(),
    session_token=text("A signed session token, valid for a minute on the emulator's clock."),
    client_token=text("The value of the cookie `__client`."),
    refresh_token=text(),
    cookies={"type": "object", "description": "All cookies by name.", "additionalProperties": {"type": "string"}},
)


@route(
    "POST",
    "/sessions",
    python="start_session sign_in",
    body=parameters(
        "user_id",
        user_id=text(),
        organization_id=nullable(text("The organization that becomes active.")),
        origin=_ORIGIN,
    ),
    result=_SESSION,
)
def start_session(call: ControlCall) -> Json:
    """Sign a user in on a new client, and return the session with its tokens and cookies."""
    return dataclasses.asdict(call.controls.start_session(**call.body))


@route(
    "POST",
    "/sessions/{session_id}/end",
    python="end_session",
    body=parameters(status=text("`signOut()` removes a session.", enum=["ended", "removed"], default="removed")),
)
def end_session(call: ControlCall) -> None:
    """End a session, as signing out in a browser does. Nothing happens if it has ended before."""
    call.controls.end_session(call.path["session_id"], **call.body)


@route(
    "POST",
    "/tickets/redeem",
    python="redeem_ticket redeem",
    body=parameters("ticket", ticket=text("The token of a sign-in token, actor token or agent task."), origin=_ORIGIN),
    result=_SESSION,
)
def redeem_ticket(call: ControlCall) -> Json:
    """Sign in with a ticket, and return the session with its tokens and cookies."""
    return dataclasses.asdict(call.controls.redeem_ticket(**call.body))


@route(
    "POST",
    "/handshakes",
    python="handshake",
    body=parameters(session_id=nullable(text("Null for a browser that is signed out."))),
    result=result(nonce=text("The value of `__clerk_handshake_nonce`.")),
)
def start_handshake(call: ControlCall) -> Json:
    """Start a handshake, as the redirect of a browser does, and return its nonce."""
    return {"nonce": call.controls.handshake(**call.body)}


@route("GET", "/sessions/{session_id}/refresh_token", python="refresh_token", result=result(refresh_token=text()))
def get_refresh_token(call: ControlCall) -> Json:
    """Return the refresh token of a session, which a browser stores in a cookie."""
    return {"refresh_token": call.controls.refresh_token(**call.path)}


@route("GET", "/clients/{client_id}/token", python="client_token", result=result(client_token=text()))
def get_client_token(call: ControlCall) -> Json:
    """Return the token of a client, which a browser stores in the cookie `__client`."""
    return {"client_token": call.controls.client_token(**call.path)}


@route(
    "POST",
    "/oauth_tokens",
    python="issue_oauth_token",
    body=parameters(
        "application_id user_id",
        application_id=text(),
        user_id=text(),
        scopes=nullable(list_of(text(), "By default all scopes of the application.")),
        seconds=integer("Its lifetime.", minimum=1, default=TOKEN_SECONDS),
    ),
    result=result(access_token=text()),
)
def issue_oauth_token(call: ControlCall) -> Json:
    """Return an access token that a user grants an OAuth application."""
    return {"access_token": call.controls.issue_oauth_token(**call.body)}


@route(
    "POST",
    "/users/{user_id}/external_accounts",
    python="connect_account",
    body=parameters(
        "provider email_address",
        provider=text("Such as `google`."),
        email_address=text(),
        provider_user_id=text(default="1"),
        approved_scopes=text("Separated by spaces."),
        first_name=text(),
        last_name=text(),
        username=text(),
        image_url=text(),
    ),
    result=OPEN,
)
def connect_account(call: ControlCall) -> Json:
    """Connect an external account to a user, as a sign-in with its provider does, and return it."""
    return call.controls.connect_account(**call.path, **call.body)


@route("POST", "/users/{user_id}/passkeys", python="add_passkey", body=parameters(name=text()), result=OPEN)
def add_passkey(call: ControlCall) -> Json:
    """Add a passkey to a user, and return it."""
    return call.controls.add_passkey(**call.path, **call.body)


@route(
    "POST",
    "/users/{user_id}/trusted_devices",
    python="trust_device",
    body=parameters(
        app_identifier=text(default="com.example.app"),
        platform=text(enum=["ios", "android"], default="ios"),
        name=nullable(text()),
    ),
    result=OPEN,
)
def trust_device(call: ControlCall) -> Json:
    """Add a trusted device to a user, as a native app does, and return it."""
    return call.controls.trust_device(**call.path, **call.body)


@route(
    "POST",
    "/invitations/{invitation_id}/accept",
    python="accept_invitation",
    body=OPEN | {"description": "Further parameters of `POST /users`, such as `first_name`.", "properties": {}},
    result=OPEN,
)
def accept_invitation(call: ControlCall) -> Json:
    """Sign the invited person up, and return the user."""
    return call.controls.accept_invitation(**call.path, **call.body)


@route(
    "POST",
    "/organization_invitations/{invitation_id}/accept",
    python="accept_organization_invitation",
    body=parameters("user_id", user_id=text()),
)
def accept_organization_invitation(call: ControlCall) -> None:
    """Accept an invitation to an organization for a user, who becomes a member."""
    call.controls.accept_organization_invitation(**call.path, **call.body)


@route(
    "POST",
    "/subscriptions",
    python="subscribe",
    body=parameters(
        "owner_id plan",
        owner_id=text("A user or an organization."),
        plan=nullable(text("The slug of a plan; null ends the subscription.")),
        features=list_of(text(), "The slugs of the plan's features."),
    ),
)
def subscribe(call: ControlCall) -> None:
    """Subscribe a user or an organization to a plan, which session tokens then contain."""
    call.controls.subscribe(**call.body)
