"""Social providers on the hosted pages: the buttons, and the return from a provider."""

from __future__ import annotations

from clerk_emulator.domain.social import social_providers
from clerk_emulator.json_types import Json
from clerk_emulator.pages.links import return_address
from clerk_emulator.pages.visit import Visit


def enabled(visit: Visit) -> list[tuple[str, str]]:
    """Return the strategies of the providers that the instance has enabled, with the names of the providers."""
    with visit.state.store.transaction():
        providers = social_providers.enabled(visit.state.store)
    return [(f"oauth_{one}", social_providers.NAMES.get(one, one)) for one in providers]


def begin(visit: Visit, operation_id: str, path: str) -> Json:
    """Begin a sign-in or sign-up with the provider that a form names. The browser comes back to a hosted page."""
    here = return_address(visit, path)
    body = {"strategy": visit.form.get("strategy", ""), "redirect_url": here, "action_complete_redirect_url": here}
    return visit.perform(operation_id, body)


def address(verification: Json | None) -> str | None:
    """Return the address of the provider's page, if the browser has to go there now."""
    if verification is None or verification["status"] != "unverified":
        return None
    found: str | None = verification.get("external_verification_redirect_url")
    return found


def is_transferable(verification: Json | None) -> bool:
    """Return whether the account belongs to the other of sign-in and sign-up."""
    return verification is not None and verification["status"] == "transferable"


def failure(verification: Json | None) -> str | None:
    """Return why the browser has come back without an account."""
    error = (verification or {}).get("error")
    return error["long_message"] if error and not is_transferable(verification) else None
