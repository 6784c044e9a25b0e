"""The page that takes the place of a social provider: a person says who to be there, or does not sign in."""

from __future__ import annotations

from urllib.parse import urlencode

from clerk_emulator.domain.social import flows, identities
from clerk_emulator.pages.visit import Redirect, View, Visit

_PATH = flows.PAGE


def show(visit: Visit) -> View | Redirect:
    """Show the people whom the provider knows, and a form for another one."""
    store = visit.state.store
    state = visit.query.get("state", "")
    with store.transaction():
        flow = flows.require(store, state)
        _, name, _ = flows.provider_of(store, flow)
        known = identities.known(store, flow)
    values = {
        "provider": name,
        "here": visit.address(_PATH, state=state),
        "known": known,
        "destination": flow["redirect_url"],
    }
    return View("pages/provider.html", values)


def act(visit: Visit) -> Redirect:
    """Go back to the Frontend API, as a provider sends the browser."""
    store = visit.state.store
    with store.transaction():
        flow = flows.require(store, visit.query.get("state"))
        if visit.form.get("act") == "deny":
            answer = flows.deny(flow)
        else:
            answer = flows.approve(store, flow, identities.parse(store, flow, visit.form))
    return Redirect(f"{visit.request.origin}/v1/oauth_callback?{urlencode(answer)}")
