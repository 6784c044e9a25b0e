"""The URLs that people open with a ticket: of an invitation, a sign-in token or an agent task.

Their origin is the emulator's, which serves the Frontend API, and not the host in the publishable key.
"""

from __future__ import annotations

from clerk_emulator.domain.tokens import jwts
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store


def accept_url(store: Store, keys: Keys, ticket: str) -> str:
    """Return the URL that accepts a ticket."""
    return f"{_origin(store, keys)}/v1/tickets/accept?ticket={ticket}"


def invitation_url(
    store: Store, keys: Keys, kind: str, invitation_id: str, expires_at: int, redirect_url: str | None
) -> str:
    """Return the URL that accepts an invitation. `kind` is `invitation` or `organization_invitation`."""
    claims = {
        "st": kind,
        "sid": invitation_id,
        "iid": keys.instance_id,
        "exp": expires_at // 1000,
        **({"rurl": redirect_url} if redirect_url else {}),
    }
    return accept_url(store, keys, jwts.sign(keys, claims))


def agent_task_url(store: Store, keys: Keys, ticket: str) -> str:
    """Return the URL that starts the session of an agent task."""
    return f"{_origin(store, keys)}/v1/agents/tasks?ticket={ticket}"


def _origin(store: Store, keys: Keys) -> str:
    # Without a request, and before the server runs, the emulator has no origin.
    return store.origin or keys.issuer
