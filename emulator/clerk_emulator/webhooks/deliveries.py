"""Deliveries: which event is to be sent to which endpoint, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.json_types import Json
from clerk_emulator.storage import ledger
from clerk_emulator.storage.ledger import LedgerEntry
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.webhooks import endpoints
from clerk_emulator.webhooks.endpoints import ENDPOINTS
from clerk_emulator.webhooks.faults import DeliveryFaults

DELIVERIES = ResourceTable(
    "webhook_delivery",
    "dlv",
    {"status": str, "event_type": str, "number": int, "due_at": int, "held": bool},
    owners={"endpoint_id": "webhook_endpoint"},
)
"""`_number` is the position of the event in the ledger. `_retries` counts the attempts of the schedule. `_held` marks a
delivery that waits for the next event to be sent first."""

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
RETRY_DELAYS = (5 * _SECOND, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR)
"""Milliseconds from one failed attempt to the next."""

_BATCH = 500


def schedule_new(store: Store, faults: DeliveryFaults) -> None:
    """Create the deliveries of the events that were recorded since the last call."""
    last = ledger.last_number(store)
    for endpoint in endpoints.enabled(store):
        position: int = endpoint["_position"]
        while position < last:
            for entry in ledger.read_after(store, position, _BATCH):
                position = entry.number
                if endpoint["events"] is None or entry.type in endpoint["events"]:
                    _schedule(store, endpoint, entry, faults)
        if position != endpoint["_position"]:
            store.update(ENDPOINTS, endpoint, _position=position, updated_at=endpoint["updated_at"])


def _schedule(store: Store, endpoint: Json, entry: LedgerEntry, faults: DeliveryFaults) -> None:
    fault = faults.next_for(entry.type)
    kind = fault.kind if fault else None
    # Not the current time: the clock may have been advanced since the event.
    due_at = min(max(entry.timestamp, endpoint["_enabled_at"]), store.clock.now())
    if fault and kind in ("delay", "reorder"):
        due_at += round(fault.seconds * 1000)
    for copy in range(2 if kind == "duplicate" else 1):
        store.create(
            DELIVERIES,
            {
                # Not a random id: those of an emulator with a seed must not depend on when deliveries are scheduled.
                "id": f"dlv_{endpoint['id'].removeprefix('ep_')}_{entry.number}" + (f"_{copy + 1}" if copy else ""),
                "endpoint_id": endpoint["id"],
                "message_id": entry.id,
                "event_type": entry.type,
                "status": "lost" if kind == "lose" else "pending",
                "due_at": None if kind == "lose" else due_at,
                "attempts": [],
                "_number": entry.number,
                "_retries": 0,
                "_held": kind == "reorder",
            },
        )


def next_pending(store: Store, endpoint_id: str) -> Json | None:
    """Return the delivery to an endpoint that is due first, or None."""
    found = store.all(
        DELIVERIES,
        DELIVERIES.c.endpoint_id == endpoint_id,
        DELIVERIES.c.status == "pending",
        order=(DELIVERIES.c.due_at, DELIVERIES.c.number),
        limit=1,
    )
    return found[0] if found else None


def record_attempt(store: Store, delivery: Json, attempt: Json) -> None:
    """Record an attempt, and schedule the next one if it failed.

    `attempt` has the time `at`, the `status` of the response or an `error`, and the `duration`. A delivery whose
    endpoint was removed meanwhile is ignored.
    """
    current = store.get(DELIVERIES, delivery["id"])
    if current is None:
        return
    succeeded = attempt["status"] is not None and 200 <= attempt["status"] < 300
    retries = current["_retries"]
    changes: Json = {"attempts": [*current["attempts"], attempt], "_retries": retries + 1}
    if succeeded:
        changes |= {"status": "delivered", "due_at": None}
    elif retries < len(RETRY_DELAYS):
        changes |= {"due_at": attempt["at"] + attempt["duration"] + RETRY_DELAYS[retries]}
    else:
        changes |= {"status": "failed", "due_at": None}
    store.update(DELIVERIES, current, **changes)
    _release_held(store, current)
    if endpoints.record_result(store, current["endpoint_id"], attempt["at"], succeeded=succeeded):
        _give_up(store, current["endpoint_id"])


def _release_held(store: Store, sent: Json) -> None:
    """Make deliveries due that wait until a later event was sent."""
    waiting = store.all(
        DELIVERIES,
        DELIVERIES.c.endpoint_id == sent["endpoint_id"],
        DELIVERIES.c.status == "pending",
        DELIVERIES.c.held,
        DELIVERIES.c.number < sent["_number"],
    )
    for row in waiting:
        store.update(DELIVERIES, row, due_at=min(row["due_at"], store.clock.now()), _held=False)


def _give_up(store: Store, endpoint_id: str) -> None:
    where = DELIVERIES.c.endpoint_id == endpoint_id, DELIVERIES.c.status == "pending"
    store.update_all(DELIVERIES, *where, status="failed", due_at=None)


def resend(store: Store, delivery_id: str) -> Json:
    """Make a delivery due now, whatever became of it, and return it. If it fails, all retries follow.

    Raises ValueError for an unknown delivery, and for one whose endpoint is disabled.
    """
    delivery = store.get(DELIVERIES, delivery_id)
    if delivery is None:
        raise ValueError(f"delivery_id: there is no delivery {delivery_id}")
    if endpoints.require(store, delivery["endpoint_id"])["disabled"]:
        raise ValueError(f"delivery_id: the endpoint of {delivery_id} is disabled; enable it first")
    return store.update(DELIVERIES, delivery, status="pending", due_at=store.clock.now(), _retries=0, _held=False)


def find(
    store: Store,
    *,
    endpoint_id: str | None = None,
    event_type: str | None = None,
    status: str | None = None,
) -> Sequence[Json]:
    """Return deliveries in the order of their events."""
    given = {"endpoint_id": endpoint_id, "event_type": event_type, "status": status}
    where = [DELIVERIES.c[name] == value for name, value in given.items() if value is not None]
    return store.all(DELIVERIES, *where, order=(DELIVERIES.c.number, DELIVERIES.c.id))


def postpone_overdue(store: Store) -> None:
    """Make deliveries due now that were due while the emulator was not running."""
    now = store.clock.now()
    store.update_all(DELIVERIES, DELIVERIES.c.status == "pending", DELIVERIES.c.due_at < now, due_at=now)


def are_settled(store: Store) -> bool:
    """Return whether no event is to be scheduled, and no delivery is due."""
    last = ledger.last_number(store)
    if any(endpoint["_position"] < last for endpoint in endpoints.enabled(store)):
        return False
    due = DELIVERIES.c.status == "pending", DELIVERIES.c.due_at <= store.clock.now()
    return not store.count(DELIVERIES, *due)
