"""Tokens of links to the admin portal."""

from __future__ import annotations

import re

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.organizations import organization

PATH = "/admin_portal_link_tokens"


def test_token_expires_and_is_shown_once(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    acme = organization(api)["id"]
    body = {"organization_id": acme, "it_contact_id": "it_1", "scopes": ["sso"], "seconds_until_expiration": 60}
    answer = api.http.post(PATH, json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert re.fullmatch(r"aplt_[0-9a-f]{32}", made["token"])
    assert (made["organization_id"], made["it_contact_id"], made["scopes"]) == (acme, "it_1", ["sso"])
    assert (made["expiration"], made["expired"], made["revoked"]) == (now + 60_000, False, False)
    emulator.clock.advance(60)
    revoked = api.post(f"{PATH}/{made['id']}/revoke", {"revocation_reason": "left"})
    del made["token"]
    assert revoked == {
        **made,
        "expired": True,
        "revoked": True,
        "revocation_reason": "left",
        "updated_at": now + 60_000,
    }
    assert api.post(f"{PATH}/{made['id']}/revoke", {"revocation_reason": "again"}) == revoked


def test_tokens_of_an_organization_share_a_link(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    links = [
        api.post(PATH, body)["admin_portal_link_id"]
        for body in ({"organization_id": acme}, {"organization_id": acme}, {"organization_id": other}, {}, {})
    ]
    assert links[0] == links[1]
    assert links[3] == links[4]
    assert len(set(links)) == 3


def test_token_is_valid_for_an_hour_by_default(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    assert api.post(PATH, {})["expiration"] == now + 3_600_000


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"organization_id": f"org_{'x' * 27}"}, 400, "resource_not_found"),
        ({"organization_id": "acme"}, 422, "form_param_format_invalid"),
        ({"seconds_until_expiration": 0}, 422, "form_param_value_invalid"),
        ({"seconds_until_expiration": 86_401}, 422, "form_param_value_invalid"),
        ({"scopes": [""]}, 422, "form_param_min_length_exceeded"),
        ({"nope": 1}, 422, "form_param_unknown"),
    ],
)
def test_rejects_invalid_token(api: Api, body: Json, status: int, code: str) -> None:
    refused = api.refused("POST", PATH, body)
    assert (refused.status, refused.codes) == (status, [code])


def test_unknown_token_cannot_be_revoked(api: Api) -> None:
    refused = api.refused("POST", f"{PATH}/aplt_{'0' * 32}/revoke", {})
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    refused = api.refused("POST", f"{PATH}/aplt_x/revoke", {})
    assert (refused.status, refused.codes) == (400, ["bad_request"])
