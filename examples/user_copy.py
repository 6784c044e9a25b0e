"""A copy of Clerk's users that webhooks keep up to date; webhooks_fastapi.py and webhooks_django.py use it.

Webhooks can arrive more than once, and in another order than things happened. So messages that were handled before are
ignored, a user is not replaced by an older version, and one that was deleted does not come back.
"""

from __future__ import annotations

import sqlite3
import threading

from clerk_bapi.events import UserCreatedEvent, UserDeletedEvent, UserUpdatedEvent, WebhookEvent


class UserCopy:
    """The copy, in an SQLite file."""

    def __init__(self, file: str = ":memory:") -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, check_same_thread=False)
        self._database.executescript(
            """
            CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY);
            CREATE TABLE IF NOT EXISTS user (id TEXT PRIMARY KEY, name TEXT, updated_at INTEGER, deleted INTEGER);
            """
        )

    def apply(self, event: WebhookEvent, message_id: str) -> bool:
        """Apply an event; `message_id` is the header `svix-id`. Return whether the message is new.

        A message is only remembered if its event was applied: if that fails, Clerk's next attempt is a new message.
        """
        with self._lock, self._database:
            added = self._database.execute("INSERT OR IGNORE INTO message VALUES (?)", (message_id,)).rowcount
            if not added:
                return False
            if isinstance(event, UserCreatedEvent | UserUpdatedEvent):
                user = event.data
                self._database.execute(
                    """
                    INSERT INTO user VALUES (:id, :name, :updated_at, 0) ON CONFLICT (id) DO UPDATE
                    SET name = :name, updated_at = :updated_at WHERE NOT deleted AND updated_at <= :updated_at
                    """,
                    {"id": user.id, "name": user.first_name, "updated_at": user.updated_at},
                )
            elif isinstance(event, UserDeletedEvent):
                self._database.execute(
                    "INSERT INTO user VALUES (?, NULL, 0, 1) ON CONFLICT (id) DO UPDATE SET name = NULL, deleted = 1",
                    (event.data.id,),
                )
            return True

    def users(self) -> dict[str, str | None]:
        """Return the names of the users by id."""
        with self._lock:
            return dict(self._database.execute("SELECT id, name FROM user WHERE NOT deleted").fetchall())
