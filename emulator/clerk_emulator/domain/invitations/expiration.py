"""Expiration of invitations, of either type."""

from __future__ import annotations

from clerk_emulator.storage.store import ResourceTable, Store


def expire_pending(store: Store, table: ResourceTable) -> None:
    """Set the status of pending rows whose `expires_at` has passed to `expired`."""
    store.update_all(table, table.c.status == "pending", table.c.expires_at <= store.clock.now(), status="expired")
