"""What `Sync` and `AsyncSync` share: the store, and the flows with checked arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from clerkkit.sync import arguments
from clerkkit.sync.flows import maintenance, people
from clerkkit.sync.flows.apply import Outcome, apply_event
from clerkkit.sync.flows.backfill import OnProgress, backfill
from clerkkit.sync.flows.changes import Handler, Handlers
from clerkkit.sync.flows.incoming import read_incoming
from clerkkit.sync.flows.receive import Reply, receive
from clerkkit.sync.flows.reconcile import ReconcileOptions, Report, reconcile
from clerkkit.sync.flows.status import Status, read_status
from clerkkit.sync.flows.steps import Flow, Row, Transaction
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.walk import limit_requests
from clerkkit.sync.schema.statements import Statements
from clerkkit.sync.schema.tables import ClerkTables
from clerkkit.sync.schema.tables import tables as declare_tables

if TYPE_CHECKING:
    from clerkkit.auth import SessionClaims
    from clerkkit.webhooks.headers import Headers

H = TypeVar("H", bound=Handler)


class Copy:
    """What both clients share: the store, and the flows with checked arguments."""

    def __init__(
        self,
        dialect: str,
        clerk: object,
        tables: ClerkTables | None,
        instance_id: str | None,
        secret: str | Collection[str] | None,
        outbox: bool,
        clock: Callable[[], float],
    ) -> None:
        self.tables = tables or declare_tables(sa.MetaData())
        """The tables of the copy."""
        self._can_read = clerk is not None
        self._secret = secret
        self._store = Store(
            statements=Statements(self.tables, dialect),
            handlers=Handlers(),
            clock=clock,
            instance_id=instance_id,
            keeps_outbox=outbox,
        )

    def on_change(self, *kinds: str) -> Callable[[H], H]:
        """Register a function that is called for each change of these kinds, in the transaction of the change.

        It is called with the connection and the `Change`. If it raises, nothing is written and the event can be applied
        again.

        Raises:
            InvalidArgument: there is no such kind.
        """

        def register(handler: H) -> H:
            self._store.handlers.add(kinds, handler)
            return handler

        return register

    def _apply(self, event: object, message_id: str | None) -> Flow[Outcome]:
        incoming = read_incoming(event, message_id, self._store.now())
        return apply_event(self._store, incoming, can_read=self._can_read)

    def _receive(self, body: bytes | bytearray, headers: Headers) -> Flow[Reply]:
        return receive(self._store, body, headers, self._secret, can_read=self._can_read)

    def _backfill(
        self,
        kinds: Iterable[str] | None,
        page_size: int,
        rate_limit: object,
        progress: OnProgress | None,
        restart: bool,
    ) -> Flow[dict[str, int]]:
        arguments.require_client(self._can_read, "backfill")
        chosen, size = arguments.choose_kinds(kinds), arguments.check_page_size(page_size)
        limiter = arguments.create_limiter(rate_limit)
        flow = backfill(self._store, chosen, size, progress or arguments.no_progress, restart=restart)
        return limit_requests(flow, limiter)

    def _reconcile(
        self,
        kinds: Iterable[str] | None,
        dry_run: bool,
        max_deletions: float,
        page_size: int,
        rate_limit: object,
        progress: OnProgress | None,
    ) -> Flow[Report]:
        arguments.require_client(self._can_read, "reconcile")
        chosen, size = arguments.choose_kinds(kinds), arguments.check_page_size(page_size)
        limiter = arguments.create_limiter(rate_limit)
        options = ReconcileOptions(size, dry_run, arguments.check_share(max_deletions))
        return limit_requests(reconcile(self._store, chosen, options, progress or arguments.no_progress), limiter)

    def _refresh(self, user_id: str) -> Flow[Row | None]:
        arguments.require_client(self._can_read, "refresh")
        return people.refresh(self._store, arguments.check_id("user_id", user_id))

    def _ensure_user(self, claims: SessionClaims | str) -> Flow[Row | None]:
        user_id = claims if isinstance(claims, str) else claims.user_id
        return people.ensure_user(self._store, arguments.check_id("claims", user_id), can_read=self._can_read)

    def _link(self, external_id: str | None, email_address: str | None) -> Flow[Row | None]:
        arguments.require_one(external_id=external_id, email_address=email_address)
        return people.link(self._store, external_id, email_address)

    def _forget(self, user_id: str) -> Flow[int]:
        return people.forget(self._store, arguments.check_id("user_id", user_id))

    def _status(self) -> Flow[Status]:
        status: Status = yield Transaction(partial(read_status, self._store))
        return status

    def _replay(self, failed: bool) -> Flow[maintenance.Replayed]:
        return maintenance.replay(self._store, failed=failed, can_read=self._can_read)

    def _deliver_outbox(self, handler: Callable[[Any, maintenance.OutboxEntry], Any], limit: int) -> Flow[int]:
        return maintenance.deliver_outbox(self._store, handler, arguments.check_limit(limit))

    def _prune(self, days: float) -> Flow[int]:
        return maintenance.prune(self._store, arguments.check_days(days))
