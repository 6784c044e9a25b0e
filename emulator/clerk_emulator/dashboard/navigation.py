"""The sections of the dashboard, and what it says after an action."""

from __future__ import annotations

SECTIONS = (
    ("overview", "Overview", "/"),
    ("users", "Users", "/dashboard/users"),
    ("organizations", "Organizations", "/dashboard/organizations"),
    ("sessions", "Sessions", "/dashboard/sessions"),
    ("tokens", "Tokens", "/dashboard/tokens"),
    ("messages", "Messages", "/dashboard/messages"),
    ("requests", "Requests", "/dashboard/requests"),
    ("events", "Events", "/dashboard/events"),
    ("webhooks", "Webhooks", "/dashboard/webhooks"),
    ("time", "Time and faults", "/dashboard/time"),
)
"""The name, the title and the path of each section."""

NOTICES = {
    "session-ended": "The session has ended.",
    "requests-cleared": "The recorded requests were removed.",
    "endpoint-added": "The endpoint was added. It receives the events that follow.",
    "endpoint-removed": "The endpoint was removed, with its deliveries.",
    "endpoint-enabled": "The endpoint is enabled.",
    "delivery-resent": "The delivery is sent again.",
    "clock-frozen": "The clock stands still.",
    "clock-running": "The clock runs.",
    "clock-set": "The clock was set.",
    "clock-advanced": "The clock was advanced.",
    "clock-reset": "The clock shows the real time.",
    "fault-added": "The fault applies to the next request that matches.",
    "faults-cleared": "All faults of requests were removed.",
    "delivery-fault-added": "The fault applies to the next delivery that matches.",
    "delivery-faults-cleared": "All faults of deliveries were removed.",
    "state-reset": "The emulator is in the state of its start.",
}
"""What has happened, by the name that a redirect carries."""
