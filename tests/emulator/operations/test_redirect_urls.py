"""Redirect URLs."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api


@pytest.mark.parametrize("url", ["https://example.com/back?x=1", "my-app://back", "http://localhost:3000/"])
def test_created_resource_is_returned_by_get_and_list(api: Api, url: str) -> None:
    made = api.post("/redirect_urls", {"url": url})
    assert made["url"] == url
    assert api.get(f"/redirect_urls/{made['id']}") == made
    assert api.get("/redirect_urls") == [made]
    assert api.delete(f"/redirect_urls/{made['id']}") == {"object": "redirect_url", "id": made["id"], "deleted": True}
    assert api.get("/redirect_urls", paginated="true") == {"data": [], "total_count": 0}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "form_param_missing"),
        ({"url": None}, "form_param_nil"),
        ({"url": "example.com"}, "form_param_format_invalid"),
        ({"url": "https://a b"}, "form_param_format_invalid"),
        ({"url": "http://example.com"}, "insecure_url"),
    ],
)
def test_rejects_invalid_redirect_url(api: Api, body: dict[str, object], code: str) -> None:
    refused = api.refused("POST", "/redirect_urls", body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["url"])
    assert api.get("/redirect_urls") == []


def test_rejects_duplicate_url(api: Api) -> None:
    api.post("/redirect_urls", {"url": "https://example.com"})
    refused = api.refused("POST", "/redirect_urls", {"url": "https://example.com"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_already_exists"], ["url"])


def test_list_is_paginated(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    urls = [f"https://example.com/{number}" for number in range(5)]
    for url in urls:
        api.post("/redirect_urls", {"url": url})
        emulator.clock.advance(1)
    assert [one["url"] for one in api.get("/redirect_urls", limit=2, offset=1)] == [urls[3], urls[2]]
    assert api.get("/redirect_urls", limit=2, paginated="true")["total_count"] == 5
    assert api.refused("GET", "/redirect_urls?limit=0").codes == ["form_param_value_invalid"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_id_is_404(api: Api, method: str) -> None:
    refused = api.refused(method, "/redirect_urls/ru_none")
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])
