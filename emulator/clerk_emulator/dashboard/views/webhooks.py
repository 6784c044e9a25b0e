"""Webhook endpoints and deliveries."""

from __future__ import annotations

from clerk_emulator.contract.event_types import event_types
from clerk_emulator.dashboard.paging import newest_first
from clerk_emulator.dashboard.routes import NotFound, PageCall, Redirect, View, action, page, view
from clerk_emulator.domain.events import envelope
from clerk_emulator.storage import ledger
from clerk_emulator.webhooks.deliveries import DELIVERIES

_STATUSES = ("delivered", "failed", "lost", "pending")
_PATH = "/dashboard/webhooks"


@page("/webhooks")
def show_webhooks(call: PageCall) -> View:
    """Show endpoints, and the deliveries to them, those of the newest events first."""
    store, status = call.store, call.query.get("status", "")
    endpoint_id = call.query.get("endpoint_id", "")
    with store.transaction():
        deliveries = newest_first(
            store,
            DELIVERIES,
            call.query,
            DELIVERIES.c.status == status if status in _STATUSES else None,
            DELIVERIES.c.endpoint_id == endpoint_id if endpoint_id else None,
            column=DELIVERIES.c.number,
        )
    return view(
        "dashboard/webhooks.html",
        current="webhooks",
        endpoints={one["id"]: one for one in call.controls.webhooks.endpoints},
        deliveries=deliveries,
        statuses=_STATUSES,
        status=status,
        endpoint_id=endpoint_id,
        types=sorted(event_types()),
    )


@action("/webhooks", show_webhooks)
def add_endpoint(call: PageCall) -> Redirect:
    """Add an endpoint."""
    types = call.form.get("events", "").replace(",", " ").split()
    call.controls.webhooks.add(call.form.get("url", ""), types or None)
    return Redirect(_PATH, "endpoint-added")


@action("/webhooks/{endpoint_id}/remove", show_webhooks)
def remove_endpoint(call: PageCall) -> Redirect:
    """Remove an endpoint."""
    call.controls.webhooks.remove(call.path["endpoint_id"])
    return Redirect(_PATH, "endpoint-removed")


@action("/webhooks/{endpoint_id}/enable", show_webhooks)
def enable_endpoint(call: PageCall) -> Redirect:
    """Enable an endpoint, and send it what it has missed if that is wanted."""
    call.controls.webhooks.enable(call.path["endpoint_id"], send_missed="send_missed" in call.form)
    return Redirect(_PATH, "endpoint-enabled")


@page("/deliveries/{delivery_id}")
def show_delivery(call: PageCall) -> View:
    """Show a delivery with its attempts and the event."""
    store, delivery_id = call.store, call.path["delivery_id"]
    with store.transaction():
        delivery = store.get(DELIVERIES, delivery_id)
        if delivery is None:
            raise NotFound(f"There is no delivery {delivery_id}.")
        event = envelope(ledger.get(store, delivery["_number"]), call.state.keys.instance_id)
    endpoints = {one["id"]: one for one in call.controls.webhooks.endpoints}
    return view(
        "dashboard/delivery.html",
        current="webhooks",
        delivery=delivery,
        endpoint=endpoints[delivery["endpoint_id"]],
        envelope=event,
    )


@action("/deliveries/{delivery_id}/resend", show_delivery)
def resend(call: PageCall) -> Redirect:
    """Send a delivery again."""
    delivery_id = call.path["delivery_id"]
    call.controls.webhooks.resend(delivery_id)
    return Redirect(f"/dashboard/deliveries/{delivery_id}", "delivery-resent")
