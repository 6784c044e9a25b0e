"""The page on which users do what their session waits for."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator.domain.sessions import session_tasks
from clerk_emulator.json_types import Json
from clerk_emulator.pages import organizations
from clerk_emulator.pages.visit import Redirect, View, Visit
from clerk_emulator.storage.tables import USERS

_PATH = "/tasks"


def show(visit: Visit) -> View | Redirect:
    """Show the first task of the session; a browser without tasks is sent on."""
    session = visit.session()
    if session is None:
        return Redirect(visit.address("/sign-in"))
    if session["status"] != "pending" or not session["tasks"]:
        return Redirect(visit.after("sign_in"))
    visit.destination("sign_in")  # an address to which the browser must not be sent is refused now
    task = session["tasks"][0]["key"]
    values: Json = {"here": visit.address(_PATH), "task": task}
    if task == session_tasks.CHOOSE_ORGANIZATION:
        values["memberships"] = organizations.memberships(visit)
        page = {"limit": "100", "status": "pending"}
        values["invitations"] = visit.perform("getUsersOrganizationInvitations", query=page)["data"]
    if task == session_tasks.SETUP_MFA:
        with visit.state.store.transaction():
            values["pending"] = visit.state.store.require(USERS, session["user_id"])["_pending_totp"]
    return View("pages/tasks.html", values)


def act(visit: Visit) -> Redirect:
    """Do what a form of the page asks for. Raises ClerkAPIError."""
    action = visit.choose(_ACTIONS)
    if visit.session() is None:
        return Redirect(visit.address("/sign-in"))
    action(visit)
    return Redirect(visit.after("sign_in"))


def _choose(visit: Visit) -> None:
    organizations.activate(visit, visit.form.get("organization_id", ""))


def _accept(visit: Visit) -> None:
    path = {"invitation_id": visit.form.get("invitation_id", "")}
    invitation = visit.perform("acceptOrganizationInvitation", path=path)
    organizations.activate(visit, invitation["public_organization_data"]["id"])


def _change_password(visit: Visit) -> None:
    visit.perform("changePassword", {"new_password": visit.form.get("password", "")})


def _begin_totp(visit: Visit) -> None:
    visit.perform("postTOTP")


def _verify_totp(visit: Visit) -> None:
    visit.perform("verifyTOTP", {"code": visit.form.get("code", "").strip()})


def _sign_out(visit: Visit) -> None:
    visit.perform("removeClientSessionsAndRetainCookie")


_ACTIONS: dict[str, Callable[[Visit], None]] = {
    "choose": _choose,
    "create": organizations.create,
    "accept": _accept,
    "password": _change_password,
    "begin_totp": _begin_totp,
    "verify_totp": _verify_totp,
    "sign_out": _sign_out,
}
