"""The browser comes back from a provider."""

from __future__ import annotations

from types import ModuleType

from clerk_emulator.domain.sign_in import social_sign_ins
from clerk_emulator.domain.sign_up import social_sign_ups
from clerk_emulator.domain.social import connections, flows
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_KINDS: dict[str, ModuleType] = {one.KIND: one for one in (social_sign_ins, social_sign_ups, connections)}


def handle(store: Store, parameters: Json) -> str:
    """Finish the flow of a browser, and return the URL of the application to which it goes.

    What went wrong is in the verification that the application reads. Raises Clerk's 400 for an unknown state.
    """
    flow = flows.require(store, parameters.get("state"))
    owner = _KINDS[flow["_kind"]]
    try:
        identity = flows.take_identity(store, flow, parameters.get("code"), parameters.get("error"))
        with store.savepoint():
            is_complete: bool = owner.finish(store, flow, identity)
    except ClerkAPIError as error:
        owner.fail(store, flow, error)
        is_complete = False
    return str(flow["complete_url" if is_complete else "redirect_url"])
