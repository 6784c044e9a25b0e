"""`Sync` and `AsyncSync`: the copy, as applications use it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any

from clerkkit.rate_limit import RateLimitOptions
from clerkkit.sync.base import Copy
from clerkkit.sync.flows.apply import Outcome
from clerkkit.sync.flows.backfill import OnProgress
from clerkkit.sync.flows.maintenance import OutboxEntry, Replayed
from clerkkit.sync.flows.receive import Reply
from clerkkit.sync.flows.reconcile import Report
from clerkkit.sync.flows.status import Status
from clerkkit.sync.flows.steps import Row
from clerkkit.sync.runners import AsyncRunner, Runner
from clerkkit.sync.schema.tables import ClerkTables

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from clerkkit.auth import SessionClaims
    from clerkkit.clerk import AsyncClerk, Clerk
    from clerkkit.webhooks import WebhookEvent
    from clerkkit.webhooks.headers import Headers

PAGE_SIZE = 500
MAX_DELETIONS = 0.1


class Sync(Copy):
    """A copy of Clerk's objects in the database of an `Engine`. Share one between threads."""

    def __init__(
        self,
        engine: Engine,
        clerk: Clerk | None = None,
        *,
        tables: ClerkTables | None = None,
        instance_id: str | None = None,
        secret: str | Collection[str] | None = None,
        outbox: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a copy. Nothing is read or written yet.

        Args:
            engine: An engine of SQLite or PostgreSQL.
            clerk: The client for what is read from Clerk. Without it the copy follows events only.
            tables: The tables, declared with `tables(metadata)`. Default: tables of their own `MetaData`.
            instance_id: The instance (`ins_...`) whose events are accepted; those of others are refused. Default: any.
            secret: The signing secret of the webhook endpoint, or several during a rotation. Default: the environment's
                `CLERK_WEBHOOK_SIGNING_SECRET`.
            outbox: Whether changes are added to the outbox as well, for `deliver_outbox`.
            clock: Returns the current Unix time in seconds.

        Raises:
            InvalidArgument: the database is not supported.
        """
        super().__init__(engine.dialect.name, clerk, tables, instance_id, secret, outbox, clock)
        self._engine = engine
        self._runner = Runner(engine, clerk)

    def create_all(self) -> None:
        """Create the tables that do not exist. With alembic, use a migration instead."""
        self.tables.metadata.create_all(self._engine, tables=self.tables.all)

    def apply(self, event: WebhookEvent | Mapping[str, Any], message_id: str | None = None) -> Outcome:
        """Apply a verified event, in one transaction with the inbox and your handlers.

        Args:
            event: The event that `verify_webhook` returned.
            message_id: The header `svix-id`. A message that was applied before is a `duplicate`. Default: an id that
                depends on the content of the event.

        Raises:
            InvalidArgument: it is not an event.
            OtherInstance: the event belongs to another instance.
            Exception: what a handler or the database raised. Nothing was written, but the event is in the inbox as
                failed, for `replay`.
        """
        return self._runner.run(self._apply(event, message_id))

    def receive(self, body: bytes | bytearray, headers: Headers) -> Reply:
        """Verify a webhook, apply its event, and return what to respond.

        Raises:
            WebhookVerificationError: the signing secret is missing or malformed.
            Exception: what a handler or the database raised: respond with 500, so that the message is sent again.
        """
        return self._runner.run(self._receive(body, headers))

    def backfill(
        self,
        kinds: Iterable[str] | None = None,
        *,
        page_size: int = PAGE_SIZE,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        progress: OnProgress | None = None,
        restart: bool = False,
    ) -> dict[str, int]:
        """Copy the lists of Clerk. A run that was interrupted continues at its checkpoint, which each page moves.

        It is safe while webhooks arrive: a page counts as of the time before its request.

        Args:
            kinds: The kinds to copy, such as `["users"]`. Default: all.
            page_size: Rows for each request, up to 500.
            rate_limit: The number of requests in a number of seconds, such as `(100, 10)`. Default: that of the client.
            progress: Called after each page with a `Progress`.
            restart: Begin again, although the last run was interrupted.

        Returns:
            The number of objects that were read, by kind.

        Raises:
            InvalidArgument: an argument is invalid, or the copy has no client.
            ApiError: the server returned an error. The next run continues there.
        """
        return self._runner.run(self._backfill(kinds, page_size, rate_limit, progress, restart))

    def reconcile(
        self,
        kinds: Iterable[str] | None = None,
        *,
        dry_run: bool = True,
        max_deletions: float = MAX_DELETIONS,
        page_size: int = PAGE_SIZE,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        progress: OnProgress | None = None,
    ) -> Report:
        """Compare the copy with Clerk's lists, and return each difference; without `dry_run` repair them.

        An object that is not listed becomes a tombstone only if Clerk answers 404 when it is asked for this object.

        Args:
            kinds: The kinds to compare. Default: all.
            dry_run: Write nothing.
            max_deletions: The share of a kind's rows that may be deleted. If Clerk does not list more (and more than
                10), all of them are kept, and `held_back` has their number. Pass 1 to go on.
            page_size: Rows for each request, up to 500.
            rate_limit: The number of requests in a number of seconds. Default: that of the client.
            progress: Called after each page with a `Progress`.

        Raises:
            InvalidArgument: an argument is invalid, or the copy has no client.
            ApiError: the server returned an error.
        """
        return self._runner.run(self._reconcile(kinds, dry_run, max_deletions, page_size, rate_limit, progress))

    def refresh(self, user_id: str) -> Row | None:
        """Read a user from Clerk, and return the row; None if Clerk does not have the user.

        Raises:
            InvalidArgument: the argument is not an id, or the copy has no client.
            ApiError: the server returned an error.
        """
        return self._runner.run(self._refresh(user_id))

    def ensure_user(self, claims: SessionClaims | str) -> Row | None:
        """Return the row of the user of a session, also if the event of the sign-up has not arrived. None if deleted.

        Args:
            claims: The claims of the session, or the user's id.
        """
        return self._runner.run(self._ensure_user(claims))

    def link(self, *, external_id: str | None = None, email_address: str | None = None) -> Row | None:
        """Return the user that belongs to an account of yours from before Clerk; None if there is none, or several.

        Args:
            external_id: The id of the account, if it was imported into Clerk.
            email_address: The address of the account. Users who have not verified it do not count.

        Raises:
            InvalidArgument: neither was given.
        """
        return self._runner.run(self._link(external_id, email_address))

    def forget(self, user_id: str) -> int:
        """Erase what the copy holds about a person, keep tombstones, and return the number of erased rows.

        Delete the user in Clerk too.
        """
        return self._runner.run(self._forget(user_id))

    def status(self) -> Status:
        """Return counts, lag, failures, and the last backfill and reconcile."""
        return self._runner.run(self._status())

    def replay(self, *, failed: bool = True) -> Replayed:
        """Apply the events that failed again, or with `failed=False` all events of the inbox, the oldest first."""
        return self._runner.run(self._replay(failed))

    def deliver_outbox(self, handler: Callable[[Connection, OutboxEntry], Any], limit: int = 100) -> int:
        """Call a function for the oldest changes of the outbox, remove them, and return their number.

        Several workers can do so at once. If the function raises, the changes remain.
        """
        return self._runner.run(self._deliver_outbox(handler, limit))

    def prune(self, days: float) -> int:
        """Remove the messages that were applied more than some days ago, and return their number.

        Svix sends a message again for about two days, and later only if somebody replays it.
        """
        return self._runner.run(self._prune(days))

    def begin(self) -> AbstractContextManager[Connection]:
        """Begin a transaction on the engine of the copy."""
        return self._runner.begin()


class AsyncSync(Copy):
    """A copy of Clerk's objects in the database of an `AsyncEngine`. Share one between tasks."""

    def __init__(
        self,
        engine: AsyncEngine,
        clerk: AsyncClerk | None = None,
        *,
        tables: ClerkTables | None = None,
        instance_id: str | None = None,
        secret: str | Collection[str] | None = None,
        outbox: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a copy. Takes the arguments of `Sync`, with an `AsyncEngine` and an `AsyncClerk`."""
        super().__init__(engine.dialect.name, clerk, tables, instance_id, secret, outbox, clock)
        self._engine = engine
        self._runner = AsyncRunner(engine, clerk)

    async def create_all(self) -> None:
        """Create the tables that do not exist; see `Sync.create_all`."""
        async with self._engine.begin() as connection:
            await connection.run_sync(partial(self.tables.metadata.create_all, tables=self.tables.all))

    async def apply(self, event: WebhookEvent | Mapping[str, Any], message_id: str | None = None) -> Outcome:
        """Apply a verified event; see `Sync.apply`. Handlers may be async."""
        return await self._runner.run(self._apply(event, message_id))

    async def receive(self, body: bytes | bytearray, headers: Headers) -> Reply:
        """Verify a webhook, apply its event, and return what to respond; see `Sync.receive`."""
        return await self._runner.run(self._receive(body, headers))

    async def backfill(
        self,
        kinds: Iterable[str] | None = None,
        *,
        page_size: int = PAGE_SIZE,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        progress: OnProgress | None = None,
        restart: bool = False,
    ) -> dict[str, int]:
        """Copy the lists of Clerk; see `Sync.backfill`."""
        return await self._runner.run(self._backfill(kinds, page_size, rate_limit, progress, restart))

    async def reconcile(
        self,
        kinds: Iterable[str] | None = None,
        *,
        dry_run: bool = True,
        max_deletions: float = MAX_DELETIONS,
        page_size: int = PAGE_SIZE,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        progress: OnProgress | None = None,
    ) -> Report:
        """Compare the copy with Clerk's lists; see `Sync.reconcile`."""
        return await self._runner.run(self._reconcile(kinds, dry_run, max_deletions, page_size, rate_limit, progress))

    async def refresh(self, user_id: str) -> Row | None:
        """Read a user from Clerk; see `Sync.refresh`."""
        return await self._runner.run(self._refresh(user_id))

    async def ensure_user(self, claims: SessionClaims | str) -> Row | None:
        """Return the row of the user of a session; see `Sync.ensure_user`."""
        return await self._runner.run(self._ensure_user(claims))

    async def link(self, *, external_id: str | None = None, email_address: str | None = None) -> Row | None:
        """Return the user that belongs to an account of yours; see `Sync.link`."""
        return await self._runner.run(self._link(external_id, email_address))

    async def forget(self, user_id: str) -> int:
        """Erase what the copy holds about a person; see `Sync.forget`."""
        return await self._runner.run(self._forget(user_id))

    async def status(self) -> Status:
        """Return counts, lag, failures, and the last backfill and reconcile."""
        return await self._runner.run(self._status())

    async def replay(self, *, failed: bool = True) -> Replayed:
        """Apply events of the inbox again; see `Sync.replay`."""
        return await self._runner.run(self._replay(failed))

    async def deliver_outbox(self, handler: Callable[[AsyncConnection, OutboxEntry], Any], limit: int = 100) -> int:
        """Call a function for the oldest changes of the outbox; see `Sync.deliver_outbox`."""
        return await self._runner.run(self._deliver_outbox(handler, limit))

    async def prune(self, days: float) -> int:
        """Remove old messages; see `Sync.prune`."""
        return await self._runner.run(self._prune(days))

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a transaction on the engine of the copy."""
        return self._runner.begin()
