"""The page of a signed-in user, which is shown after a sign-in that does not say where to go."""

from __future__ import annotations

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.pages.visit import Redirect, View, Visit
from clerk_emulator.storage.settings import DISPLAY

_PATH = "/user"


def show(visit: Visit) -> View | Redirect:
    """Show the user, the organizations, and all sessions of the browser."""
    session = visit.session()
    if session is None:
        return Redirect(visit.address("/sign-in"))
    if session["status"] == "pending":
        return Redirect(visit.address("/tasks"))
    with visit.state.store.transaction():
        home = DISPLAY.read(visit.state.store)["after_sign_in_url"]
    client = visit.perform("getClient")
    values = {
        "here": visit.address(_PATH),
        "user": visit.perform("getUser"),
        "memberships": visit.perform("getOrganizationMemberships", query={"limit": "100", "paginated": "true"})["data"],
        "session": session,
        "sessions": [one for one in client["sessions"] if one["status"] in ("active", "pending")],
        "home": home if str(home).startswith(("http://", "https://")) else None,
    }
    return View("pages/user.html", values)


def act(visit: Visit) -> Redirect:
    """Choose or create an organization, choose a session, or end one. Raises ClerkAPIError."""
    form, act = visit.form, visit.form.get("act")
    session_id = form.get("session_id", "")
    if act == "organization":
        session = visit.session()
        if session is not None:
            _touch(visit, session["id"], active_organization_id=form.get("organization_id", ""))
    elif act == "session":
        _touch(visit, session_id)
    elif act == "create":
        organization = visit.perform("createOrganization", {"name": form.get("name", "").strip()})
        session = visit.session()
        if session is not None:
            _touch(visit, session["id"], active_organization_id=organization["id"])
    elif act == "sign_out":
        visit.perform("removeSession", path={"session_id": session_id})
    else:
        raise ClerkAPIError(400, "bad_request", "is invalid", "The form does not say what to do.")
    return Redirect(visit.address(_PATH))


def _touch(visit: Visit, session_id: str, **body: str) -> Json:
    return visit.perform("touchSession", dict(body), path={"session_id": session_id})
