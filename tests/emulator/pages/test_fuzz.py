"""Random addresses and forms: no page fails, and every page is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_emulator import Emulator
from clerk_emulator.dashboard import routes, views
from clerk_emulator.http.dispatch.hosted_pages import PAGES
from tests.emulator.api import Api, Json
from tests.emulator.markup import Page, violations

NAMES = [
    *("q", "after", "before", "status", "type", "kind", "notice", "endpoint_id", "user_id"),
    *("redirect_url", "prompt", "method", "people", "__clerk_ticket", "__clerk_db_jwt", "__clerk_status", "state"),
    *("client_id", "redirect_uri", "scope", "response_type", "joined", "after_sign_in_url"),
]
FIELDS = [
    *("act", "identifier", "password", "code", "strategy", "email_address_id", "user_id", "session_id", "ticket"),
    *("organization_id", "name", "email_address", "first_name", "username", "legal_accepted", "invitation_id"),
    *(
        "user",
        "organization",
        "origin",
        "amount",
        "unit",
        "at",
        "operation",
        "effect",
        "times",
        "url",
        "events",
        "kind",
    ),
]
ACTS = ["identify", "password", "send", "code", "person", "restart", "provider", "transfer", "create", "continue"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "9" * 5000, "1e999", "nan", "²", "\x00", "%", "'", "http://localhost:3000", "true"]
    ),
)


def dashboard_paths(method: str) -> list[str]:
    """Return all paths of the dashboard, with `{}` for parameters."""
    views.load()
    found = [one.pattern.pattern for one in routes._ROUTES if one.method == method]
    return ["/dashboard" + re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "{}", pattern) for pattern in found]


ADDRESSES = [*PAGES, *dashboard_paths("GET")]
ACTIONS = [*PAGES, *dashboard_paths("POST")]
OPTIONS = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def http(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=emulator.origin, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture(autouse=True)
def _ada(api: Api) -> Json:
    return api.user(username="ada_lovelace", password="correct horse battery staple")


@OPTIONS
@given(data=st.data())
def test_random_addresses_show_valid_pages(http: httpx.Client, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ADDRESSES))
    path = path.replace("{}", str(httpx.QueryParams({"": data.draw(VALUES)}))[1:][:2000] or "x")
    query = data.draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3))
    response = http.get(f"{path}?{urlencode(query)}")
    assert response.status_code < 500
    if response.status_code != 303:
        assert violations(Page(response)) == []


@OPTIONS
@given(data=st.data())
def test_random_forms_show_valid_pages(http: httpx.Client, emulator: Emulator, data: st.DataObject) -> None:
    token = Page(http.get("/sign-in")).fields("/sign-in")["csrf_token"]
    path = data.draw(st.sampled_from(ACTIONS)).replace("{}", "x")
    form = data.draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
    form["act"] = data.draw(st.one_of(st.sampled_from(ACTS), VALUES))
    response = http.post(path, data={**form, "csrf_token": token})
    assert response.status_code < 500
    if response.status_code != 303:
        assert violations(Page(response)) == []
    emulator.faults.clear()
    emulator.clock.reset()
