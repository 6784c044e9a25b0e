"""The webhooks of an emulator, as tests use them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from clerk_emulator.contract.event_types import require_event_type
from clerk_emulator.domain import events
from clerk_emulator.json_types import Json
from clerk_emulator.storage import ledger
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.webhooks import deliveries, endpoints
from clerk_emulator.webhooks.faults import DeliveryFaults
from clerk_emulator.webhooks.sender import Sender

_POLL_SECONDS = 0.005


class Webhooks:
    """Endpoints that receive events, and the deliveries to them.

    Deliveries are sent while the emulator runs. Endpoints and deliveries are stored like everything else. Endpoints and
    deliveries are dictionaries, whose keys `docs/webhook-events.md` lists. All methods raise ValueError for an invalid
    argument.
    """

    def __init__(self, store: Store, instance_id: str) -> None:
        self._store = store
        self._instance_id = instance_id
        self.faults = DeliveryFaults()
        """The faults to apply to deliveries."""
        self.sender = Sender(store, instance_id, self.faults)
        self._awaited: set[str] = set()
        """The ids of the messages that `wait_for` has returned."""

    def add(self, url: str, events: Sequence[str] | None = None, *, secret: str | None = None) -> Json:
        """Add an endpoint and return it. It receives the events of these types that follow; by default all.

        Without a `secret` (`whsec_...`) one is generated.
        """
        with self._store.transaction():
            endpoint = public_fields(endpoints.add(self._store, url, events, secret))
        self.sender.wake()
        return endpoint

    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint, with its deliveries."""
        with self._store.transaction():
            endpoints.require(self._store, endpoint_id)
            self._store.delete(endpoints.ENDPOINTS, endpoints.ENDPOINTS.c.id == endpoint_id)

    @property
    def endpoints(self) -> list[Json]:
        """The endpoints, the oldest first."""
        with self._store.transaction():
            return [public_fields(row) for row in self._store.all(endpoints.ENDPOINTS)]

    def rotate_secret(self, endpoint_id: str, secret: str | None = None) -> Json:
        """Give an endpoint a new secret, and return the endpoint.

        For 24 hours on the emulator's clock webhooks have the signatures of both secrets.
        """
        with self._store.transaction():
            return public_fields(endpoints.rotate_secret(self._store, endpoint_id, secret))

    def enable(self, endpoint_id: str, *, send_missed: bool = False) -> Json:
        """Enable an endpoint that was disabled because it failed for five days, and return it.

        `send_missed` sends it the events that were not delivered because it was disabled.
        """
        with self._store.transaction():
            endpoint = public_fields(endpoints.enable(self._store, endpoint_id, send_missed=send_missed))
        self.sender.wake()
        return endpoint

    def deliveries(
        self,
        *,
        endpoint_id: str | None = None,
        event_type: str | None = None,
        status: Literal["delivered", "failed", "lost", "pending"] | None = None,
    ) -> list[Json]:
        """Return the deliveries, in the order of their events, with their attempts."""
        if event_type is not None:
            require_event_type("event_type", event_type)
        with self._store.transaction():
            found = deliveries.find(self._store, endpoint_id=endpoint_id, event_type=event_type, status=status)
            return [public_fields(row) for row in found]

    def resend(self, delivery_id: str) -> Json:
        """Send a delivery again, with the same `svix-id`, and return it."""
        with self._store.transaction():
            delivery = public_fields(deliveries.resend(self._store, delivery_id))
        self.sender.wake()
        return delivery

    @property
    def timestamps(self) -> Literal["real", "emulator"]:
        """The clock of `svix-timestamp`. The real one by default, because receivers reject old timestamps."""
        return self.sender.timestamps

    @timestamps.setter
    def timestamps(self, clock: Literal["real", "emulator"]) -> None:
        if clock not in ("real", "emulator"):
            raise ValueError(f"timestamps: {clock!r} is not real or emulator")
        self.sender.timestamps = clock

    @property
    def user_updated_at_sign_in(self) -> bool:
        """Whether a sign-in causes `user.updated` after `session.created`. Reports differ; False by default."""
        with self._store.transaction():
            enabled: bool = USER_SETTINGS.value(self._store, "user_updated_at_sign_in")
            return enabled

    @user_updated_at_sign_in.setter
    def user_updated_at_sign_in(self, enabled: bool) -> None:
        with self._store.transaction():
            USER_SETTINGS.update(self._store, user_updated_at_sign_in=enabled)

    def flush(self, timeout: float = 10.0) -> None:
        """Wait until no delivery is due on the emulator's clock. Raises TimeoutError.

        After `emulator.clock.advance(...)` all retries of that time are made, in order.
        """
        deadline = time.monotonic() + timeout
        while not self.are_settled():
            if time.monotonic() > deadline:
                raise TimeoutError(f"flush: deliveries are still due after {timeout} seconds")
            time.sleep(_POLL_SECONDS)

    def are_settled(self) -> bool:
        """Return whether no delivery is due or being sent."""
        with self._store.transaction():
            return self.sender.is_idle and deliveries.are_settled(self._store)

    def wait_for(self, event_type: str, *, resource_id: str | None = None, timeout: float = 5.0) -> Json:
        """Return the oldest event of a type that an endpoint has received and no earlier call has returned.

        `resource_id` is the `id` of the object that it is about. Raises TimeoutError if there is none in time.
        """
        deadline = time.monotonic() + timeout
        while (event := self.take_received(event_type, resource_id)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"wait_for: no {event_type} was received within {timeout} seconds")
            time.sleep(_POLL_SECONDS)
        return event

    def take_received(self, event_type: str, resource_id: str | None = None) -> Json | None:
        """Return the event that `wait_for` would return now, or None."""
        require_event_type("event_type", event_type)
        with self._store.transaction():
            for row in deliveries.find(self._store, event_type=event_type, status="delivered"):
                if row["message_id"] in self._awaited:
                    continue
                event = events.envelope(ledger.get(self._store, row["_number"]), self._instance_id)
                if resource_id in (None, event["data"].get("id")):
                    self._awaited.add(row["message_id"])
                    return event
        return None

    def reset(self) -> None:
        """Remove all faults, and forget which events `wait_for` has returned. The store is reset by its owner."""
        self.faults.clear()
        self._awaited.clear()
        self.sender.timestamps = "real"
