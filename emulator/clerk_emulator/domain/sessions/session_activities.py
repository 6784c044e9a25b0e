"""Where sessions are used: the browser and the address of the last request, as users see them in their profile."""

from __future__ import annotations

import re

from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_BROWSERS = (("Edge", "Edg"), ("Opera", "OPR"), ("Chrome", "Chrome"), ("Firefox", "Firefox"), ("Safari", "Version"))
"""Names, and the products by which they are recognized. The first that matches counts, because most name others."""

_DEVICES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_MOBILE = ("iPhone", "iPad", "Android")


def of_request(store: Store, activity_id: str | None = None) -> Json:
    """Return the activity of the request that runs now. `activity_id` is that of the session, if it has one."""
    return {
        "id": activity_id or store.ids.new("sess_activity"),
        "user_agent": store.cause.user_agent,
        "ip_address": store.cause.client_ip,
    }


def serialize(activity: Json) -> Json:
    """Return an activity as the API returns it. The place is not known: addresses are local."""
    user_agent: str = activity["user_agent"]
    device = next((name for name in _DEVICES if name in user_agent), None)
    shown: Json = {"object": "session_activity", "id": activity["id"], "is_mobile": device in _MOBILE}
    if device:
        shown["device_type"] = device
    for name, product in _BROWSERS:
        if found := re.search(rf"{product}/([\w.]+)", user_agent):
            shown |= {"browser_name": name, "browser_version": found[1]}
            break
    return {**shown, "ip_address": activity["ip_address"]} if activity["ip_address"] else shown
