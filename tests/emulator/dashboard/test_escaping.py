"""What users and applications enter is shown as text: scripts are tried in every field."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.tables import ORGANIZATIONS
from tests.emulator.api import Api
from tests.emulator.dashboard.conftest import Dashboard

ATTACKS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "'-alert(1)-'",
    "</title></textarea></code></pre><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "javascript:alert(1)",
]


def crawl(dashboard: Dashboard) -> dict[str, str]:
    """Open all pages that can be reached; each must be valid and without scripts. Return their texts."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        page = dashboard.open(path)
        found[path] = page.text()
        for link in page.links():
            target = urlsplit(link)._replace(fragment="").geturl()
            if target.startswith("/") and not target.startswith("/_emulator") and target not in found:
                waiting.append(target)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_scripts_in_every_field_are_text(emulator: Emulator, api: Api, dashboard: Dashboard, attack: str) -> None:
    emulator.load_seed({"webhooks": [{"url": "http://127.0.0.1:9/?" + re.sub(r"\s", "+", attack)}]})
    agent = {"User-Agent": attack}
    user = api.post(
        "/users",
        {
            "first_name": attack, "last_name": attack, "external_id": attack, "email_address": ["ada@example.com"],
            "public_metadata": {attack: attack}, "private_metadata": {"a": [attack]}, "unsafe_metadata": {"b": attack},
        },
        headers=agent,
    )["id"]  # fmt: skip
    created = {"name": "Engines", "created_by": user, "public_metadata": {attack: attack}}
    organization = api.post("/organizations", created, headers=agent)["id"]
    invitation = {"email_address": "b@example.com", "role": "org:member", "public_metadata": {"x": attack}}
    api.post(f"/organizations/{organization}/invitations", {**invitation, "inviter_user_id": user}, headers=agent)
    redirect_url = "https://x.example/" + re.sub(r"\s", "+", attack)
    api.http.post("/invitations", json={"email_address": "c@example.com", "redirect_url": redirect_url}, headers=agent)
    template = {"subject": attack, "body": attack + "{{otp_code}}", "name": attack}
    api.http.put("/templates/email/verification_code", json=template)
    address = {"user_id": user, "email_address": "new@example.com", "verified": False}
    email = api.post("/email_addresses", address)["id"]
    api.post(f"/email_addresses/{email}/prepare_verification", {"strategy": "email_code"}, headers=agent)
    api.http.get("/users", params={attack: attack, "query": attack})
    api.http.post(f"/users/{quote(attack, safe='')}")
    emulator.connect_account(user, "google", email_address="ada@gmail.example", first_name=attack)
    emulator.add_passkey(user, attack)
    # The API accepts no HTML in names of organizations.
    store = emulator._state.store
    with store.transaction():
        store.update(ORGANIZATIONS, store.require(ORGANIZATIONS, organization), name=attack, slug=attack)
    emulator.start_session(user, organization, origin="http://localhost:3000")
    pages = crawl(dashboard)
    shown = [path for path, text in pages.items() if attack in text]
    sections = {path.split("/")[2] for path in shown if path.count("/") > 1}
    assert {"users", "organizations", "sessions", "messages", "events"} <= sections, sorted(shown)


@pytest.mark.parametrize(
    "path",
    [
        "/?notice=", "/dashboard/events?q=", "/dashboard/events?type=", "/dashboard/messages?q=",
        "/dashboard/organizations?q=", "/dashboard/requests?q=", "/dashboard/requests?status=",
        "/dashboard/sessions?status=", "/dashboard/sessions?user_id=", "/dashboard/users?after=", "/dashboard/users?q=",
        "/dashboard/webhooks?endpoint_id=",
    ],
)  # fmt: skip
def test_scripts_in_the_query_are_text(dashboard: Dashboard, path: str) -> None:
    for attack in ATTACKS:
        dashboard.open(path + quote(attack, safe=""))


@pytest.mark.parametrize(
    "folder", ["users", "organizations", "sessions", "messages", "requests", "events", "deliveries"]
)
def test_scripts_in_the_path_are_text(dashboard: Dashboard, folder: str) -> None:
    for attack in ATTACKS:
        dashboard.open(f"/dashboard/{folder}/{quote(attack, safe='')}", 404)


@pytest.mark.parametrize(
    ("path", "action", "field"),
    [
        ("/dashboard/tokens", "/dashboard/tokens", "user"),
        ("/dashboard/tokens", "/dashboard/tokens", "organization"),
        ("/dashboard/webhooks", "/dashboard/webhooks", "url"),
        ("/dashboard/webhooks", "/dashboard/webhooks", "events"),
        ("/dashboard/time", "/dashboard/time/set", "at"),
        ("/dashboard/time", "/dashboard/time/advance", "unit"),
        ("/dashboard/time", "/dashboard/faults", "operation"),
        ("/dashboard/time", "/dashboard/delivery_faults", "event"),
    ],
)
def test_scripts_in_refused_forms_are_text(dashboard: Dashboard, path: str, action: str, field: str) -> None:
    for attack in ATTACKS:
        dashboard.send(path, action, 422, **{field: attack})
