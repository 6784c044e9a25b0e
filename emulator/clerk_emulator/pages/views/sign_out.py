"""The page on which people sign out. A link to it signs nobody out: that takes a form."""

from __future__ import annotations

from clerk_emulator.pages.visit import Redirect, View, Visit


def show(visit: Visit) -> View | Redirect:
    """Ask whether to sign out."""
    destination = visit.after("sign_out")
    if visit.session() is None:
        return Redirect(destination)
    return View("pages/sign_out.html", {"here": visit.address("/sign-out"), "destination": destination})


def act(visit: Visit) -> Redirect:
    """End all sessions of the browser."""
    if visit.session() is not None:
        visit.perform("removeClientSessionsAndRetainCookie")
    return Redirect(visit.after("sign_out"))
