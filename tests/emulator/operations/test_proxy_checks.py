"""Checks of proxies in front of the Frontend API."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api


def test_check_of_a_proxy_succeeds(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    (domain,) = api.get("/domains")["data"]
    body = {"domain_id": domain["id"], "proxy_url": "https://example.com/__clerk"}
    made = api.post("/proxy_checks", body)
    assert {name: made[name] for name in body} == body
    assert (made["successful"], made["last_run_at"], made["created_at"]) == (True, now, now)
    assert api.post("/proxy_checks", {**body, "proxy_url": "http://localhost:3000/__clerk"})["id"] != made["id"]
    assert api.get("/domains")["data"] == [domain]


@pytest.mark.parametrize(
    ("proxy_url", "code"),
    [
        ("example.com", "form_param_format_invalid"),
        ("http://example.com/__clerk", "insecure_url"),
        ("https://proxy.invalid/__clerk", "invalid_proxy_configuration"),
        (None, "form_param_nil"),
    ],
)
def test_rejects_unusable_proxy(api: Api, proxy_url: str | None, code: str) -> None:
    (domain,) = api.get("/domains")["data"]
    refused = api.refused("POST", "/proxy_checks", {"domain_id": domain["id"], "proxy_url": proxy_url})
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["proxy_url"])


def test_rejects_unknown_domain(api: Api) -> None:
    refused = api.refused("POST", "/proxy_checks", {"domain_id": "dmn_x", "proxy_url": "https://example.com"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_resource_not_found"], ["domain_id"])
