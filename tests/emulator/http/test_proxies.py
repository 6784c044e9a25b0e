"""The emulator behind the user's application: below /__clerk, and with the headers of Clerk's proxies."""

from __future__ import annotations

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api

PROXY = "http://localhost:3000/__clerk"


@pytest.fixture
def image_url(api: Api, emulator: Emulator) -> str:
    """The path of a user, whose response has a URL that depends on the address of the emulator."""
    return f"/v1/users/{api.user()['id']}"


def shown(api: Api, emulator: Emulator, path: str, **headers: str) -> str:
    response = api.http.get(f"{emulator.origin}{path}", headers=headers)
    assert response.status_code == 200, response.text
    url: str = response.json()["image_url"]
    return url.removesuffix("/images/default")


def test_prefix_is_removed_and_kept_in_addresses(api: Api, emulator: Emulator, image_url: str) -> None:
    assert shown(api, emulator, image_url) == emulator.origin
    assert shown(api, emulator, f"/__clerk{image_url}") == f"{emulator.origin}/__clerk"
    assert shown(api, emulator, f"/__clerk{image_url}", Host="localhost:3000") == PROXY
    assert httpx.get(f"{emulator.origin}/__clerk/images/default", trust_env=False).status_code == 200
    assert httpx.get(f"{emulator.origin}/__clerk/.well-known/jwks.json", trust_env=False).json()["keys"]


def test_only_the_whole_prefix_is_removed(api: Api, emulator: Emulator, image_url: str) -> None:
    for path in (f"/__clerkx{image_url}", f"/__clerk/__clerk{image_url}", "/__clerk"):
        assert api.http.get(f"{emulator.origin}{path}").status_code == 404


def test_proxy_with_the_secret_key_names_the_address(api: Api, emulator: Emulator, image_url: str) -> None:
    headers = {"Clerk-Proxy-Url": f"{PROXY}/", "Clerk-Secret-Key": emulator.secret_key}
    assert shown(api, emulator, image_url, **headers) == PROXY
    assert shown(api, emulator, f"/__clerk{image_url}", **headers) == PROXY


def test_proxy_with_the_secret_key_names_the_client(api: Api, emulator: Emulator) -> None:
    headers = {"Clerk-Proxy-Url": PROXY, "Clerk-Secret-Key": emulator.secret_key}
    for forwarded, expected in (("203.0.113.7, 10.0.0.1", "203.0.113.7"), ("", "127.0.0.1")):
        body = {"username": f"user_{len(forwarded)}"}
        api.http.post("/users", json=body, headers={**headers, "X-Forwarded-For": forwarded}).raise_for_status()
        assert emulator.events[-1]["event_attributes"]["http_request"]["client_ip"] == expected


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "proxy_request_missing_secret_key"),
        ({"Clerk-Secret-Key": ""}, 400, "proxy_request_missing_secret_key"),
        ({"Clerk-Secret-Key": "sk_test_other"}, 401, "proxy_request_invalid_secret_key"),
    ],
)
def test_proxy_without_the_secret_key_is_rejected(
    api: Api, image_url: str, headers: dict[str, str], status: int, code: str
) -> None:
    problem = api.refused("GET", image_url.removeprefix("/v1"), headers={"Clerk-Proxy-Url": PROXY, **headers})
    assert (problem.status, problem.codes) == (status, [code])


@pytest.mark.parametrize(
    "url",
    ["/__clerk", "localhost:3000", "ftp://localhost/", "http://u@localhost/", "http://localhost/?x", "http://a\\b"],
)
def test_malformed_proxy_url_is_rejected(api: Api, emulator: Emulator, image_url: str, url: str) -> None:
    headers = {"Clerk-Proxy-Url": url, "Clerk-Secret-Key": emulator.secret_key}
    problem = api.refused("GET", image_url.removeprefix("/v1"), headers=headers)
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_format_invalid"], ["Clerk-Proxy-Url"])


def test_reverse_proxy_on_this_machine_names_client_and_scheme(api: Api, emulator: Emulator, image_url: str) -> None:
    assert shown(api, emulator, image_url, **{"X-Forwarded-Proto": "https"}) == emulator.origin.replace("http", "https")
    assert shown(api, emulator, image_url, **{"X-Forwarded-Proto": "ftp"}) == emulator.origin
    api.http.post("/users", json={"username": "ada_1"}, headers={"X-Forwarded-For": "203.0.113.7"}).raise_for_status()
    assert emulator.events[-1]["event_attributes"]["http_request"]["client_ip"] == "203.0.113.7"


def test_untrusted_reverse_proxy_is_not_believed(
    api: Api, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, image_url: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
    assert shown(api, emulator, image_url, **{"X-Forwarded-Proto": "https"}) == emulator.origin


def test_fault_closes_the_connection_of_a_reverse_proxy(api: Api, emulator: Emulator) -> None:
    emulator.faults.add("GetUserList", act="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        api.http.get("/users", headers={"X-Forwarded-For": "203.0.113.7"})
    assert emulator.problems == []
