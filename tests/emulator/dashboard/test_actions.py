"""What the forms of the dashboard do."""

from __future__ import annotations

import jwt
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.dashboard.conftest import Dashboard
from tests.emulator.markup import Page
from tests.emulator.webhooks.receivers import receiving

TIME = "/dashboard/time"


def value(page: Page, name: str) -> str:
    """Return the value with a label."""
    label = next(one for one in page.all("span") if one.get("class") == "label" and page.text(one) == name)
    return next(page.text(one) for one in page.all("code") if one.get("aria-labelledby") == label.get("id"))


def test_token_of_a_user_can_be_copied(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    user = api.user()["id"]
    organization = api.post("/organizations", {"name": "Engines", "slug": "engines", "created_by": user})["id"]
    page = dashboard.send(
        "/dashboard/tokens", "/dashboard/tokens", user="ada@example.com", organization="engines",
        origin="http://localhost:5000",
    )  # fmt: skip
    claims = jwt.decode(value(page, "Authorization: Bearer"), emulator.jwt_key, ["RS256"])
    assert (claims["sub"], claims["azp"], claims["o"]["id"]) == (user, "http://localhost:5000", organization)
    assert f"/dashboard/users/{user}" in page.links()
    assert value(page, "__client").startswith("eyJ")
    (session,) = api.get("/sessions", user_id=user)
    assert session["id"] == claims["sid"]


@pytest.mark.parametrize("name", ["ada_l", "+15555550100", "ADA@example.com", "user_ada"])
def test_users_are_named_by_any_identifier(emulator: Emulator, dashboard: Dashboard, name: str) -> None:
    ada = {
        "id": "user_ada",
        "username": "ada_l",
        "email_address": ["ada@example.com"],
        "phone_number": ["+15555550100"],
    }
    emulator.load_seed({"users": [ada]})
    page = dashboard.send("/dashboard/tokens", "/dashboard/tokens", user=name, origin="")
    assert "user_ada" in page.response.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"user": "nobody"}, "'nobody'"),
        ({"user": "ada@example.com", "organization": "none"}, "'none'"),
        ({"user": "banned@example.com"}, "is banned"),
    ],
)
def test_refused_sign_in_says_why(api: Api, dashboard: Dashboard, fields: dict[str, str], reason: str) -> None:
    api.user()
    api.post(f"/users/{api.user(email_address=['banned@example.com'])['id']}/ban")
    page = dashboard.send("/dashboard/tokens", "/dashboard/tokens", 422, **fields)
    assert reason in page.alerts[0]
    assert page.fields("/dashboard/tokens")["user"] == fields["user"]


def test_session_of_a_user_begins_and_ends(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    user = api.user()["id"]
    page = dashboard.send(f"/dashboard/users/{user}", f"/dashboard/users/{user}/sessions")
    session = jwt.decode(value(page, "Authorization: Bearer"), emulator.jwt_key, ["RS256"])["sid"]
    path = f"/dashboard/sessions/{session}"
    again = value(dashboard.send(path, f"{path}/tokens"), "Authorization: Bearer")
    assert jwt.decode(again, emulator.jwt_key, ["RS256"])["sid"] == session
    page = dashboard.send(path, f"{path}/end")
    assert page.notices == ["The session has ended."]
    assert api.get(f"/sessions/{session}")["status"] == "removed"
    assert dashboard.open(path).all("form") == []


def test_clock_is_frozen_set_advanced_and_reset(emulator: Emulator, dashboard: Dashboard) -> None:
    dashboard.send(TIME, f"{TIME}/set", at="2026-05-12T09:30")
    assert abs(emulator.clock.now() - 1_778_578_200_000) < 60_000
    page = dashboard.send(TIME, f"{TIME}/freeze")
    assert emulator.clock.is_frozen
    assert "frozen" in page.text()
    before = emulator.clock.now()
    dashboard.send(TIME, f"{TIME}/advance", amount="1.5", unit="hours")
    assert emulator.clock.now() - before == 5_400_000
    assert dashboard.send(TIME, f"{TIME}/unfreeze").notices == ["The clock runs."]
    assert not emulator.clock.is_frozen
    dashboard.send(TIME, f"{TIME}/reset")
    assert emulator.clock._ahead == 0


def test_clock_is_frozen_at_a_time(emulator: Emulator, dashboard: Dashboard) -> None:
    sent = dashboard.open(TIME).fields(f"{TIME}/set") | {"at": "2026-05-12T09:30:15"}
    dashboard.http.post(f"{TIME}/freeze", data=sent)
    assert emulator.clock.now() == 1_778_578_215_000


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("advance", {"amount": "-1"}, "go back"),
        ("advance", {"amount": "soon"}, "'soon' is not a number"),
        ("advance", {"amount": "nan"}, "is not a number"),
        ("advance", {"amount": "1e300"}, "seconds"),
        ("advance", {"amount": "1", "unit": "years"}, "'years'"),
        ("set", {"at": "yesterday"}, "RFC 3339"),
        ("set", {"at": ""}, "RFC 3339"),
        ("set", {"at": "0001-01-01T00:00"}, "at"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    emulator: Emulator, dashboard: Dashboard, action: str, fields: dict[str, str], reason: str
) -> None:
    page = dashboard.send(TIME, f"{TIME}/{action}", 422, **fields)
    assert reason in page.alerts[0]
    assert emulator.clock._ahead == 0


def test_faults_apply_to_requests(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    page = dashboard.send(TIME, "/dashboard/faults", operation="GetUsersCount", effect="status", status="503")
    assert "GetUsersCount: status 503" in page.text()
    assert api.refused("GET", "/users/count").status == 503
    assert api.get("/users/count")["total_count"] == 0
    dashboard.send(TIME, "/dashboard/faults", effect="html", always="1")
    assert api.http.get("/users").headers["content-type"].startswith("text/html")
    dashboard.send(TIME, "/dashboard/faults", effect="delay", delay="1", times="3")
    assert [(fault.act, fault.delay, fault.times) for fault in emulator.faults.waiting] == [
        ("html", 0, None),
        (None, 1, 3),
    ]
    dashboard.send(TIME, "/dashboard/faults/clear")
    assert emulator.faults.waiting == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"operation": "Nothing"}, "has no operation Nothing"),
        ({"status": "200"}, "from 400 to 599"),
        ({"status": ""}, "'' is not a number"),
        ({"effect": "explode"}, "'explode'"),
        ({"times": "0"}, "at least 1"),
    ],
)
def test_impossible_faults_are_refused(
    emulator: Emulator, dashboard: Dashboard, fields: dict[str, str], reason: str
) -> None:
    assert reason in dashboard.send(TIME, "/dashboard/faults", 422, **fields).alerts[0]
    assert emulator.faults.waiting == []


def test_faults_apply_to_deliveries(emulator: Emulator, dashboard: Dashboard) -> None:
    dashboard.send(TIME, "/dashboard/delivery_faults", kind="lose", event="user.created", times="2")
    (fault,) = emulator.webhooks.faults.waiting
    assert (fault.kind, fault.event, fault.times) == ("lose", "user.created", 2)
    assert "'explode'" in dashboard.send(TIME, "/dashboard/delivery_faults", 422, kind="explode").alerts[0]
    dashboard.send(TIME, "/dashboard/delivery_faults/clear")
    assert emulator.webhooks.faults.waiting == []


def test_webhooks_are_added_sent_again_and_removed(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    with receiving() as receiver:
        page = dashboard.send(
            "/dashboard/webhooks", "/dashboard/webhooks", url=receiver.url, events="user.created, user.deleted"
        )
        (endpoint,) = emulator.webhooks.endpoints
        assert endpoint["events"] == ["user.created", "user.deleted"]
        assert value(page, "CLERK_WEBHOOK_SIGNING_SECRET") == endpoint["secret"]
        api.user()
        emulator.webhooks.flush()
        (delivery,) = emulator.webhooks.deliveries()
        path = f"/dashboard/deliveries/{delivery['id']}"
        page = dashboard.send(path, f"{path}/resend")
        assert page.notices == ["The delivery is sent again."]
        emulator.webhooks.flush()
        page = dashboard.open(path)
        assert [page.text(cell) for cell in page.all("td") if cell.get("data-label") == "Result"] == ["200", "200"]
        assert len(receiver.received) == 2
    dashboard.send("/dashboard/webhooks", f"/dashboard/webhooks/{endpoint['id']}/remove")
    assert emulator.webhooks.endpoints == []


@pytest.mark.parametrize("fields", [{"url": "nowhere"}, {"url": "javascript:alert(1)"}, {"events": "user.exploded"}])
def test_impossible_webhooks_are_refused(emulator: Emulator, dashboard: Dashboard, fields: dict[str, str]) -> None:
    sent = {"url": "http://127.0.0.1:9/x"} | fields
    page = dashboard.send("/dashboard/webhooks", "/dashboard/webhooks", 422, **sent)
    assert page.alerts
    assert page.fields("/dashboard/webhooks")["url"] == sent["url"]
    assert emulator.webhooks.endpoints == []


def test_requests_are_removed(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    api.user()
    dashboard.send("/dashboard/requests", "/dashboard/requests/clear")
    assert len(emulator.requests) == 0


def test_reset_restores_the_start(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    api.user()
    emulator.clock.advance(60)
    assert dashboard.send(TIME, "/dashboard/state/reset").notices
    assert api.get("/users") == []
    assert emulator.clock._ahead == 0
