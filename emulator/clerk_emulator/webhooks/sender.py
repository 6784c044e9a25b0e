"""Send deliveries that are due, in the event loop of the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Literal

from clerk_emulator.domain import events
from clerk_emulator.json_types import Json, to_json
from clerk_emulator.storage import ledger
from clerk_emulator.storage.store import Store
from clerk_emulator.webhooks import deliveries, endpoints, signing
from clerk_emulator.webhooks.faults import DeliveryFaults

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 15.0
"""How long an endpoint may take to respond."""

log = logging.getLogger("clerk_emulator")


class Sender:
    """Sends the deliveries of one emulator: to each endpoint one after the other, to several at the same time."""

    def __init__(self, store: Store, instance_id: str, faults: DeliveryFaults) -> None:
        self._store = store
        self._instance_id = instance_id
        self._faults = faults
        self.timestamps: Literal["real", "emulator"] = "real"
        """The clock of `svix-timestamp`."""
        self.timeout_seconds = TIMEOUT_SECONDS
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._busy: dict[str, asyncio.Task[None]] = {}
        """The tasks that send, by endpoint."""
        self._free_at: dict[str, int] = {}
        """When the last attempt ended, by endpoint, on the emulator's clock."""
        store.on_events(self._on_events)
        store.clock.on_change(self.wake)

    def _on_events(self) -> None:
        if endpoints.were_added(self._store):
            self.wake()

    def wake(self) -> None:
        """Look for deliveries that are due. Can be called from any thread."""
        loop, woken = self._loop, self._woken
        if loop and woken and not woken.is_set() and not loop.is_closed():
            loop.call_soon_threadsafe(woken.set)

    @property
    def is_idle(self) -> bool:
        """Whether no delivery is being sent."""
        return not self._busy

    async def run(self) -> None:
        """Send deliveries until the task is cancelled."""
        with self._store.transaction():
            deliveries.schedule_new(self._store, self._faults)
            deliveries.postpone_overdue(self._store)
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._woken.clear()
                    timeout = self._start_due(tasks)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(timeout):
                            await self._woken.wait()
        finally:
            self._loop = self._woken = None
            if self._client is not None:
                await self._client.aclose()
                self._client = None

    def _start_due(self, tasks: asyncio.TaskGroup) -> float | None:
        """Start to send what is due. Return the seconds until something else is due; None if only a change can be."""
        waits: list[float] = []
        with self._store.transaction():
            deliveries.schedule_new(self._store, self._faults)
            for endpoint in endpoints.enabled(self._store):
                pending = deliveries.next_pending(self._store, endpoint["id"])
                if pending is None or endpoint["id"] in self._busy:
                    continue
                wait = pending["due_at"] - self._store.clock.now()
                if wait <= 0:
                    self._busy[endpoint["id"]] = tasks.create_task(self._send_due(endpoint["id"]))
                elif not self._store.clock.is_frozen:
                    waits.append(wait / 1000)
        return min(waits, default=None)

    async def _send_due(self, endpoint_id: str) -> None:
        """Send all deliveries to an endpoint that are due, in order."""
        try:
            while await self._send_next(endpoint_id):
                pass
        finally:
            del self._busy[endpoint_id]
            self.wake()

    async def _send_next(self, endpoint_id: str) -> bool:
        """Send the next delivery to an endpoint. Return whether one was due."""
        with self._store.transaction():
            endpoint = self._store.get(endpoints.ENDPOINTS, endpoint_id)
            delivery = deliveries.next_pending(self._store, endpoint_id)
            if endpoint is None or delivery is None or delivery["due_at"] > self._store.clock.now():
                return False
            entry = ledger.get(self._store, delivery["_number"])
            now = self._store.clock.now()
        # The time at which it was due, or at which the endpoint had answered the delivery before. If the clock was
        # advanced by hours, the attempts have the times that they would have had.
        at = max(delivery["due_at"], min(self._free_at.get(endpoint_id, 0), now))
        body = to_json(events.envelope(entry, self._instance_id)).encode()
        timestamp = at // 1000 if self.timestamps == "emulator" else int(time.time())
        signing_secrets = endpoints.signing_secrets(endpoint, at)
        headers = signing.headers(signing_secrets, delivery["message_id"], timestamp, body)
        attempt = {"at": at, **await self._post(endpoint["url"], headers, body)}
        self._free_at[endpoint_id] = at + attempt["duration"]
        with self._store.transaction():
            deliveries.record_attempt(self._store, delivery, attempt)
        return True

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Json:
        """Return the `status` of the response, or the `error`, and the `duration` in milliseconds."""
        async with self._opening:
            if self._client is None:
                # In a thread, because it takes long and the loop serves requests.
                self._client = await asyncio.to_thread(_new_client)
            client = self._client
        started = time.monotonic()
        status, error = None, None
        try:
            async with asyncio.timeout(self.timeout_seconds):
                async with client.stream("POST", url, headers=headers, content=body) as response:
                    status = response.status_code
        except TimeoutError:
            error = f"no response within {self.timeout_seconds:g} seconds"
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
        if error or status is None or not 200 <= status < 300:
            log.warning("webhook %s to %s failed: %s", headers["svix-id"], url, error or f"status {status}")
        return {"status": status, "error": error, "duration": round((time.monotonic() - started) * 1000)}


def _new_client() -> httpx.AsyncClient:
    # Imported when needed, because most emulators have no endpoints.
    import httpx

    headers = {"content-type": "application/json", "user-agent": "clerk-emulator"}
    # The time of a whole attempt is limited, not that of each step.
    return httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(None), trust_env=False)
