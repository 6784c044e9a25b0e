"""The page of a signed-in user, which is shown after a sign-in that does not say where to go."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.pages import organizations
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
        home = DISPLAY.value(visit.state.store, "after_sign_in_url")
    client = visit.perform("getClient")
    values = {
        "here": visit.address(_PATH),
        "user": visit.perform("getUser"),
        "memberships": organizations.memberships(visit),
        "session": session,
        "sessions": [one for one in client["sessions"] if one["status"] in session_lifecycle.OPEN],
        "home": home if str(home).startswith(("http://", "https://")) else None,
    }
    return View("pages/user.html", values)


def act(visit: Visit) -> Redirect:
    """Choose or create an organization, choose a session, or end one. Raises ClerkAPIError."""
    visit.choose(_ACTIONS)(visit)
    return Redirect(visit.address(_PATH))


def _activate_organization(visit: Visit) -> None:
    organizations.activate(visit, visit.form.get("organization_id", ""))


def _activate_session(visit: Visit) -> None:
    visit.perform("touchSession", path={"session_id": visit.form.get("session_id", "")})


def _end_session(visit: Visit) -> None:
    visit.perform("removeSession", path={"session_id": visit.form.get("session_id", "")})


_ACTIONS: dict[str, Callable[[Visit], None]] = {
    "organization": _activate_organization,
    "create": organizations.create,
    "session": _activate_session,
    "sign_out": _end_session,
}
