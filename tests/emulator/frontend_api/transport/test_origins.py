"""Which pages may call the Frontend API."""

from __future__ import annotations

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser

LOCAL = [
    "http://localhost:3000",
    "https://localhost",
    "http://127.0.0.1:8000",
    "http://[::1]:5173",
    "http://a.localhost",
]
FOREIGN = ["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "null", "x"]


@pytest.mark.parametrize("page", LOCAL)
def test_pages_of_this_machine_are_allowed(browser: Browser, page: str) -> None:
    response = browser.send("POST", "/client/sign_ins", headers={"Origin": page})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == page
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Clerk-Db-Jwt" in response.headers["Access-Control-Expose-Headers"]
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("page", FOREIGN)
def test_pages_of_other_machines_cannot_change_or_read_anything(browser: Browser, page: str) -> None:
    for path, query in (("/client/sign_ins", {}), ("/environment", {"_method": "PATCH"})):
        response = browser.send("POST", path, query, headers={"Origin": page})
        assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "origin_invalid")
        assert "Access-Control-Allow-Origin" not in response.headers
    response = browser.send("GET", "/client", headers={"Origin": page})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_get_cannot_be_turned_into_a_change(browser: Browser) -> None:
    response = browser.send("GET", "/client", {"_method": "DELETE"}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 200
    assert response.json() == {"response": None, "client": None}


def test_several_origins_are_refused(emulator: Emulator) -> None:
    headers = [("Origin", "http://localhost:3000"), ("Origin", "https://evil.example")]
    response = httpx.post(f"{emulator.url}/dev_browser", headers=headers, trust_env=False)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "multiple_origin_header_values_forbidden"


def test_instance_allows_further_origins(browser: Browser, api: Api) -> None:
    headers = {"Origin": "https://app.example.com"}
    api.patch("/instance", {"allowed_origins": ["https://app.example.com"]})
    assert browser.send("POST", "/client", headers=headers).status_code == 200


def test_emulator_is_started_with_further_origins() -> None:
    with Emulator(allowed_origins=["https://app.example.com"]) as emulator:
        for page, status in (("https://app.example.com", 200), ("https://app.example.org", 400)):
            headers = {"Origin": page}
            assert httpx.post(f"{emulator.url}/dev_browser", headers=headers, trust_env=False).status_code == status


def test_programs_without_an_origin_are_allowed(emulator: Emulator) -> None:
    assert httpx.post(f"{emulator.url}/dev_browser", trust_env=False).status_code == 200


def preflight(browser: Browser, page: str) -> httpx.Response:
    headers = {
        "Origin": page,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return browser.send("OPTIONS", "//api_keys", headers=headers)


def test_preflight_allows_what_is_asked(browser: Browser) -> None:
    response = preflight(browser, "http://localhost:3000")
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_preflight_of_a_foreign_page_allows_nothing(browser: Browser) -> None:
    response = preflight(browser, "https://evil.example")
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_responses_are_not_cached(browser: Browser, ada: Json) -> None:
    assert browser.send("GET", "/client").headers["Cache-Control"] == "no-store"
