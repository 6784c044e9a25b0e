"""The interstitial page."""

from __future__ import annotations

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api


def page(emulator: Emulator, **query: str) -> httpx.Response:
    return httpx.get(f"{emulator.url}/public/interstitial", params=query, trust_env=False)


def test_page_loads_clerk_js_without_a_key(emulator: Emulator) -> None:
    answer = page(emulator, publishable_key=emulator.publishable_key, sign_in_url="/sign-in")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert emulator.publishable_key in answer.text
    assert ".clerk.accounts.dev/npm/@clerk/clerk-js@5/" in answer.text
    assert '{"signInUrl": "/sign-in"}' in answer.text


def test_page_for_a_host_or_a_domain(emulator: Emulator) -> None:
    assert 'src="https://clerk.example.com/npm/' in page(emulator, frontend_api="clerk.example.com").text
    query = {"frontend_api": "x.clerk.accounts.dev", "domain": "example.org", "use_domain_for_script": "true"}
    assert 'src="https://clerk.example.org/npm/' in page(emulator, **query).text


def test_values_cannot_end_the_script_or_an_attribute(emulator: Emulator) -> None:
    text = page(emulator, frontend_api='x"><script>', sign_in_url="</script><script>alert(1)</script>").text
    assert text.count("<script") == 2
    assert text.count("</script>") == 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "missing_query_parameter"),
        ({"publishable_key": "pk_test_!"}, "malformed_publishable_key"),
        ({"publishable_key": "sk_test_eC55JA"}, "malformed_publishable_key"),
        ({"publishable_key": "pk_test_eHk"}, "malformed_publishable_key"),
    ],
)
def test_rejects_missing_and_malformed_keys(api: Api, query: dict[str, str], code: str) -> None:
    refused = api.refused("GET", "/public/interstitial", params=query)
    assert (refused.status, refused.codes) == (400, [code])
