"""What the pages of the dashboard show, and the links between them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from clerk_emulator import Emulator
from clerk_emulator.dashboard.navigation import SECTIONS
from tests.emulator.api import Api, Json
from tests.emulator.dashboard.conftest import Dashboard


def person(api: Api, name: str = "Ada") -> Json:
    return api.user(first_name=name, last_name="Lovelace", email_address=[f"{name.lower()}@example.com"])


@pytest.mark.parametrize("path", [path for _, _, path in SECTIONS])
def test_empty_sections_are_valid_and_marked_as_current(dashboard: Dashboard, path: str) -> None:
    page = dashboard.open(path)
    current = [link.get("href") for link in page.all("a") if link.get("aria-current") == "page"]
    assert current == [path]


def test_overview_shows_numbers_keys_and_what_happened_last(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    user = person(api)["id"]
    emulator.sign_in(user)
    text = dashboard.open("/").text()
    assert "1 users 0 organizations 1 active sessions" in text
    assert emulator.origin in text
    assert emulator.publishable_key in text
    assert "POST /v1/users CreateUser" in text


def test_every_link_within_the_dashboard_leads_to_a_page(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    emulator.webhooks.add("http://127.0.0.1:9/webhooks", events=["user.created"])
    user = person(api)["id"]
    organization = api.post("/organizations", {"name": "Engines", "created_by": user})["id"]
    invitation = {"email_address": "b@example.com", "role": "org:member", "inviter_user_id": user}
    api.post(f"/organizations/{organization}/invitations", invitation)
    emulator.sign_in(user, organization)
    waiting, seen = ["/"], {"/"}
    while waiting:
        for link in dashboard.open(waiting.pop()).links():
            path = urlsplit(link)._replace(fragment="").geturl()
            if path.startswith(("/", "?")) and not path.startswith(("/_emulator", "?")) and path not in seen:
                seen.add(path)
                waiting.append(path)
    reached = {re.sub(r"/[a-z]+_\w+$|/\d+$", "/...", urlsplit(path).path) for path in seen}
    sections = {path for _, _, path in SECTIONS}
    objects = ("users", "organizations", "sessions", "messages", "requests", "events", "deliveries")
    hosted = {"/sign-in", "/sign-up", "/user"}
    assert reached - hosted == sections | {f"/dashboard/{name}/..." for name in objects}


def test_user_page_shows_identity_organizations_sessions_and_metadata(
    emulator: Emulator, api: Api, dashboard: Dashboard
) -> None:
    user = api.user(
        first_name="Ada", email_address=["ada@example.com"], phone_number=["+15555550100"], username="ada_l",
        password="correct horse battery staple", private_metadata={"note": "vip"},
    )["id"]  # fmt: skip
    organization = api.post("/organizations", {"name": "Engines", "created_by": user})["id"]
    session = emulator.start_session(user, organization).session_id
    page = dashboard.open(f"/dashboard/users/{user}")
    text = page.text()
    for shown in ("ada@example.com primary verified", "+15555550100 primary verified", "ada_l", "Password set"):
        assert shown in text
    assert '"note": "vip"' in text
    assert {f"/dashboard/organizations/{organization}", f"/dashboard/sessions/{session}"} <= set(page.links())
    assert "_password_digest" not in page.response.text
    assert "$argon2" not in page.response.text


def test_states_of_users_are_shown(api: Api, dashboard: Dashboard) -> None:
    api.post(f"/users/{person(api)['id']}/ban")
    locked = person(api, "Bob")["id"]
    api.post(f"/users/{locked}/lock")
    page = dashboard.open("/dashboard/users")
    badges = [page.text(one) for one in page.all("span") if (one.get("class") or "").startswith("badge")]
    assert badges == ["locked", "banned"]
    assert "locked" in dashboard.open(f"/dashboard/users/{locked}").text()


def test_organization_page_shows_members_and_invitations(api: Api, dashboard: Dashboard) -> None:
    user = person(api)["id"]
    organization = api.post("/organizations", {"name": "Engines", "created_by": user, "public_metadata": {"a": 1}})
    invitation = {"email_address": "b@example.com", "role": "org:member", "inviter_user_id": user}
    api.post(f"/organizations/{organization['id']}/invitations", invitation)
    page = dashboard.open(f"/dashboard/organizations/{organization['id']}")
    assert f"/dashboard/users/{user}" in page.links()
    assert "Ada Lovelace ada@example.com org:admin" in page.text()
    assert "b@example.com org:member pending" in page.text()
    assert '"a": 1' in page.text()


def test_messages_show_their_codes_and_links(api: Api, dashboard: Dashboard) -> None:
    user = person(api)["id"]
    address = {"user_id": user, "email_address": "new@example.com", "verified": False}
    email = api.post("/email_addresses", address)["id"]
    api.post(f"/email_addresses/{email}/prepare_verification", {"strategy": "email_code"})
    number = {"user_id": user, "phone_number": "+15555550123", "verified": False}
    phone = api.post("/phone_numbers", number)["id"]
    api.post(f"/phone_numbers/{phone}/prepare_verification", {"strategy": "phone_code"})
    api.post("/invitations", {"email_address": "guest@example.com", "redirect_url": "https://app.example.com/join"})
    page = dashboard.open("/dashboard/messages")
    rows = [page.text(row) for row in page.all("tr")[1:]]
    assert [row.split()[:2] for row in rows] == [
        ["Email", "guest@example.com"],
        ["SMS", "+15555550123"],
        ["Email", "new@example.com"],
    ]
    assert ["424242" in row for row in rows] == [False, True, True]
    assert "new@example.com" not in dashboard.open("/dashboard/messages?kind=sms").text()
    assert "+15555550123" not in dashboard.open("/dashboard/messages?q=new%40example.com").text()
    invitation = dashboard.open(next(link for link in page.links() if re.fullmatch(r"/dashboard/messages/\d+", link)))
    assert any("__clerk_ticket=" in link or "ticket=" in link for link in invitation.links())
    sms = dashboard.open([link for link in page.links() if re.fullmatch(r"/dashboard/messages/\d+", link)][1])
    assert f"/dashboard/users/{user}" in sms.links()


def test_requests_show_their_bodies_with_secrets_masked(api: Api, dashboard: Dashboard) -> None:
    api.user(username="ada_lovelace", password="correct horse battery staple")
    api.refused("GET", "/users/user_none?email_address=x")
    page = dashboard.open("/dashboard/requests")
    assert [page.text(row).split()[:3] for row in page.all("tr")[1:]] == [
        ["404", "GET", "/v1/users/user_none"],
        ["200", "POST", "/v1/users"],
    ]
    created = dashboard.open("/dashboard/requests/1").text()
    assert '"username": "ada_lovelace"' in created
    assert '"password": "***"' in created
    assert "Error resource_not_found" in dashboard.open("/dashboard/requests/2").text()
    assert "GetUser" not in dashboard.open("/dashboard/requests?status=2").text()
    assert "CreateUser" not in dashboard.open("/dashboard/requests?q=getuser").text()


def test_events_show_payload_cause_and_deliveries(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    endpoint = emulator.webhooks.add("http://127.0.0.1:9/webhooks")["id"]
    user = person(api)["id"]
    while not emulator.webhooks.deliveries():
        pass
    page = dashboard.open("/dashboard/events/1")
    (delivery,) = emulator.webhooks.deliveries(endpoint_id=endpoint)
    assert f"/dashboard/deliveries/{delivery['id']}" in page.links()
    assert f"/dashboard/users/{user}" in page.links()
    assert "python-httpx" in page.text()
    shown = dashboard.open(f"/dashboard/deliveries/{delivery['id']}")
    assert "http://127.0.0.1:9/webhooks" in shown.text()
    assert delivery["message_id"] in shown.text()


@pytest.mark.parametrize(
    "path",
    [
        "users/user_none", "organizations/org_none", "sessions/sess_none", "messages/1", "messages/x", "events/0",
        "events/²", "events/99999999999999999999", "requests/7", "deliveries/dlv_none", "nothing", "users/",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(dashboard: Dashboard, path: str) -> None:
    assert dashboard.open(f"/dashboard/{path}", 404).alerts


@pytest.mark.parametrize(
    "query", ["after=x&before=y", "after=", "before=none", "status=nothing", "kind=x", "type=none"]
)
@pytest.mark.parametrize("section", ["users", "sessions", "messages", "requests", "events", "webhooks"])
def test_unknown_values_in_the_query_are_ignored(dashboard: Dashboard, section: str, query: str) -> None:
    dashboard.open(f"/dashboard/{section}?{query}")
