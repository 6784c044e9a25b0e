"""Browsers without a development browser are known by cookies."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.frontend_api.conftest import PASSWORD

SIGN_INS = "/v1/client/sign_ins"


def key(prefix: str, host: str) -> str:
    return prefix + base64.b64encode(f"{host}$".encode()).decode().rstrip("=")


KEYS = {
    "development": key("pk_test_", "emulator.localhost:4443"),
    "production": key("pk_live_", "clerk.example.com"),
}


@pytest.fixture(params=KEYS)
def instance(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An instance whose browsers have cookies."""
    seed = {"users": [{"email_address": ["ada@example.com"], "password": PASSWORD}]}
    with Emulator(publishable_key=KEYS[request.param], seed=seed, validate_responses=True) as one:
        yield one
        assert one.problems == []


@pytest.fixture
def http(instance: Emulator) -> Iterator[httpx.Client]:
    """A browser that keeps cookies."""
    headers = {"Origin": "http://localhost:3000"}
    with httpx.Client(base_url=instance.origin, headers=headers, trust_env=False) as one:
        yield one


def sign_in(http: httpx.Client) -> httpx.Response:
    response = http.post(SIGN_INS, data={"identifier": "ada@example.com", "password": PASSWORD})
    assert response.status_code == 200, response.text
    return response


def cookies_of(response: httpx.Response) -> dict[str, str]:
    """Return the attributes of the cookies that a response sets, by name."""
    return {cookie.partition("=")[0]: cookie for cookie in response.headers.get_list("set-cookie")}


def test_client_is_in_a_cookie(http: httpx.Client) -> None:
    assert http.get("/v1/client").json() == {"response": None, "client": None}
    session = sign_in(http).json()["client"]["last_active_session_id"]
    assert http.get("/v1/client").json()["response"]["last_active_session_id"] == session


def test_cookies_have_safe_attributes(http: httpx.Client) -> None:
    cookies = cookies_of(sign_in(http))
    assert set(cookies) == {"__client", "__client_uat"}
    assert "; HttpOnly" in cookies["__client"]
    assert "Domain" not in cookies["__client"]
    for cookie in cookies.values():
        assert "; SameSite=Lax" in cookie
        assert "; Secure" not in cookie, "the page is not loaded by https"


def test_time_of_the_sign_in_is_zero_until_then(http: httpx.Client, instance: Emulator) -> None:
    started = http.post(SIGN_INS, data={"identifier": "ada@example.com"})
    assert cookies_of(started)["__client_uat"].startswith("__client_uat=0;")
    cookie = cookies_of(sign_in(http))["__client_uat"]
    assert int(cookie.partition("=")[2].partition(";")[0]) == pytest.approx(instance.clock.time(), abs=5)


def test_hosts_beside_the_frontend_api_get_the_time_of_the_sign_in(http: httpx.Client) -> None:
    response = http.post(SIGN_INS, data={"identifier": "ada@example.com"}, headers={"Host": "clerk.example.com"})
    cookies = cookies_of(response)
    assert "; Domain=example.com" in cookies["__client_uat"]
    assert "Domain" not in cookies["__client"]


def test_client_of_a_failed_attempt_is_kept(http: httpx.Client) -> None:
    response = http.post(SIGN_INS, data={"identifier": "ada@example.com", "password": "wrong"})
    assert response.status_code == 422
    client = response.json()["meta"]["client"]
    assert http.get("/v1/client").json()["response"]["id"] == client["id"]


def test_pages_of_other_sites_need_https_in_development() -> None:
    for name, same_site in (("development", "None"), ("production", "Lax")):
        with Emulator(publishable_key=KEYS[name], https_port=0) as emulator:
            context = ssl.create_default_context(cafile=str(emulator.https_authority))
            response = httpx.post(f"{emulator.https_origin}/v1/client", verify=context, trust_env=False)
            for cookie in cookies_of(response).values():
                assert f"; SameSite={same_site}; " in cookie
                assert "; Secure" in cookie


@pytest.mark.parametrize("host", ["emulator.localhost:4443", "127.0.0.1", "[::1]:4010", "localhost:4010"])
def test_local_hosts_share_no_cookies(http: httpx.Client, host: str) -> None:
    response = http.post(SIGN_INS, data={"identifier": "ada@example.com"}, headers={"Host": host})
    assert "Domain" not in "".join(cookies_of(response).values())


def test_token_of_the_client_changes_at_the_sign_in(http: httpx.Client) -> None:
    http.post(SIGN_INS, data={"identifier": "ada@example.com"})
    fixed = http.cookies["__client"]
    sign_in(http)
    assert http.cookies["__client"] != fixed
    stolen = httpx.get(http.base_url.join("/v1/client"), headers={"Cookie": f"__client={fixed}"}, trust_env=False)
    assert stolen.json() == {"response": None, "client": None}


def test_cookie_is_not_sent_again_without_a_change(http: httpx.Client) -> None:
    sign_in(http)
    assert cookies_of(http.get("/v1/client")) == {}


@pytest.mark.parametrize("value", ["", "nonsense", "a.b.c"])
def test_invalid_cookie_is_no_client(http: httpx.Client, value: str) -> None:
    response = http.get("/v1/client", headers={"Cookie": f"__client={value}; ; x; __client=other"})
    assert response.json() == {"response": None, "client": None}


def test_production_instance_is_one_everywhere() -> None:
    with Emulator(publishable_key=KEYS["production"]) as emulator:
        environment: Json = httpx.get(f"{emulator.url}/environment", trust_env=False).json()
        assert environment["display_config"]["instance_environment_type"] == "production"
        assert emulator.secret_key.startswith("sk_live_emulator")
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        instance = httpx.get(f"{emulator.url}/instance", headers=headers, trust_env=False)
        assert instance.json()["environment_type"] == "production"
        assert emulator.dump()["keys"]["publishable_key"] == KEYS["production"]
        with Emulator(seed=emulator.dump()) as other:
            assert other.secret_key == emulator.secret_key


@pytest.mark.parametrize(
    ("publishable_key", "secret_key"),
    [(KEYS["production"], "sk_live_of_clerk"), (KEYS["production"], "sk_test_1"), (KEYS["development"], "sk_live_1")],
)
def test_keys_of_clerk_are_refused(publishable_key: str, secret_key: str) -> None:
    with pytest.raises(ValueError, match="never give the emulator a live key"):
        Emulator(publishable_key=publishable_key, secret_key=secret_key)
