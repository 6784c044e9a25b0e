"""Links in emails that lead back to a hosted page."""

from __future__ import annotations

from clerk_emulator.pages.visit import Visit

FAILURES = {
    "expired": "The link has expired. Ask for a new one.",
    "failed": "The link is not valid any more. Ask for a new one.",
    "client_mismatch": "The link must be opened in the browser that has asked for it.",
}
"""What a page says about a link, by `__clerk_status` in the address."""


def return_address(visit: Visit, path: str) -> str:
    """Return the URL of a hosted page, to which a provider or a link leads back."""
    return visit.request.origin + visit.address(path).removeprefix(visit.base)
