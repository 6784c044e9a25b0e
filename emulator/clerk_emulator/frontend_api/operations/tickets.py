"""Tickets that people open in a browser: of invitations, sign-in tokens and agent tasks."""

from __future__ import annotations

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.organizations import membership_invitations
from clerk_emulator.domain.sessions import browsers, handshakes, session_lifecycle, tickets
from clerk_emulator.domain.sessions.tickets import AGENT_TASKS
from clerk_emulator.domain.sign_up import invitations
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import is_verified
from clerk_emulator.frontend_api.call import BrowserCall, BrowserResponse
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import SESSIONS

_PAGES = {"sign_in": "/sign-in", "sign_up": "/sign-up", "complete": "/"}
"""The emulator's own pages, for tickets without a redirect URL."""


@frontend_operation("acceptTicket", anonymous=True)
def accept_ticket(call: BrowserCall) -> BrowserResponse:
    ticket = call.query["ticket"]
    claims = jwts.read(call.keys, ticket) or {}
    status = "sign_in"
    if claims.get("st") in (invitations.APPLICATION, invitations.ORGANIZATION):
        kind, invitation = invitations.read_ticket(call.store, call.keys, ticket)
        status = _status_of_invitation(call, kind, invitation)
    else:
        tickets.require_usable(call.store, call.keys, ticket)
    # Whoever has the secret key chose the URL, and the ticket is signed.
    target = claims.get("rurl") or f"{call.store.origin}{_PAGES[status]}"
    return BrowserResponse.redirect(origins.with_parameters(target, __clerk_ticket=ticket, __clerk_status=status), 303)


@frontend_operation("createAgentTask", anonymous=True)
def start_agent_session(call: BrowserCall) -> BrowserResponse:
    task = tickets.require_usable(call.store, call.keys, call.query["ticket"])
    if task["object"] != AGENT_TASKS.name:
        raise tickets.invalid()
    tickets.use(call.store, call.keys, call.query["ticket"])
    redirect_url: str = task["_redirect_url"]
    origin = origins.normalize(redirect_url)
    client = call.ensure_client()
    dev_browser_id = call.browser.dev_browser_id
    if call.keys.uses_dev_browsers and dev_browser_id is None:
        dev_browser_id = browsers.create_dev_browser(call.store, client["id"])
    arguments = tickets.session_arguments(task)
    session = session_lifecycle.start(call.store, task["user_id"], client=client, origin=origin, **arguments)
    directives = handshakes.cookies(call.store, call.keys, session, dev_browser_id=dev_browser_id, origin=origin)
    values = {"__clerk_handshake": handshakes.token(call.keys, directives)}
    if dev_browser_id is not None:
        # Without a server that reads the handshake, clerk-js takes the browser from here.
        values[browsers.DEV_BROWSER] = dev_browser_id
    return BrowserResponse.redirect(origins.with_parameters(redirect_url, **values))


def _status_of_invitation(call: BrowserCall, kind: str, invitation: Json) -> str:
    """Return what the invited person has to do. One who is signed in joins the organization at once."""
    owner = identifications.find(call.store, "email_address", invitation["email_address"])
    if owner is None:
        return "sign_up"
    if kind == invitations.ORGANIZATION and is_verified(owner) and _is_signed_in(call, owner["_user_id"]):
        membership_invitations.accept(call.store, invitation["id"], owner["_user_id"])
        return "complete"
    return "sign_in"


def _is_signed_in(call: BrowserCall, user_id: str) -> bool:
    client = call.client
    if client is None:
        return False
    session_lifecycle.expire(call.store)
    here = SESSIONS.c.client_id == client["id"], SESSIONS.c.user_id == user_id
    return call.store.find(SESSIONS, *here, SESSIONS.c.status.in_(session_lifecycle.OPEN)) is not None
