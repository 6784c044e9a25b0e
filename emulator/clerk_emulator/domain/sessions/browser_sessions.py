"""What a browser holds after a sign-in: a session with its tokens and cookies."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_emulator.domain.sessions import browsers, client_tokens, handshakes, session_tokens
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store


@dataclass(frozen=True)
class BrowserSession:
    """A session, and what the browser that it was started in holds."""

    user_id: str
    session_id: str
    client_id: str
    session_token: str = field(repr=False)
    """A signed session token, valid for a minute on the emulator's clock."""
    client_token: str = field(repr=False)
    """The value of the cookie `__client`, which Clerk sets on the host of the Frontend API."""
    refresh_token: str = field(repr=False)
    cookies: dict[str, str] = field(repr=False)
    """All cookies by name: those of Clerk's Frontend API, and those that Clerk sets on the application's host."""


def of_session(store: Store, keys: Keys, session: Json) -> BrowserSession:
    """Return what the browser of a session holds."""
    session_token = session_tokens.create(store, keys, session)
    client_token = client_tokens.create(store, keys, session["client_id"])
    suffix = handshakes.cookie_suffix(keys)
    shared = {
        "__session": session_token,
        "__client_uat": str(session["created_at"] // 1000),
        # SDKs expect the token of a development browser with the keys of a development instance.
        "__clerk_db_jwt": browsers.create_dev_browser(store, session["client_id"]),
    }
    return BrowserSession(
        user_id=session["user_id"],
        session_id=session["id"],
        client_id=session["client_id"],
        session_token=session_token,
        client_token=client_token,
        refresh_token=session["_refresh_token"],
        cookies={
            "__client": client_token,
            **shared,
            **{f"{name}_{suffix}": value for name, value in shared.items()},
            f"__refresh_{suffix}": session["_refresh_token"],
        },
    )
