"""What holds for each operation: unknown browsers, foreign pages and people who are signed out change nothing."""

from __future__ import annotations

import re

import pytest

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import Operation, frontend_operations
from clerk_emulator.frontend_api import operations
from clerk_emulator.frontend_api.registry import HANDLERS
from tests.emulator.api import Api
from tests.emulator.billing import START
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import create_user, sign_in

operations.load()

_OPERATIONS = frontend_operations()


def path_of(operation: Operation) -> str:
    """Return the path of an operation with parameters that exist nowhere, as `Browser` takes it."""
    path = re.sub(r"\{[^}]*\}", "unknown_1", operation.path)
    return path.removeprefix("/v1") if path.startswith("/v1/") else f"/{path}"


def codes(browser: Browser, operation: Operation, **query: str) -> tuple[int, list[str]]:
    refused = browser.refused(operation.method, path_of(operation), **query)
    return refused.status, refused.codes


@pytest.mark.parametrize("operation_id", [one for one, handler in HANDLERS.items() if not handler.anonymous])
def test_unknown_browser_is_refused(browser: Browser, operation_id: str) -> None:
    operation = _OPERATIONS[operation_id]
    expected = [(401, ["dev_browser_unauthenticated"])]
    if operation.body_required or any(one.required for one in operation.query):
        # What is missing is reported first.
        expected += [(status, [code]) for status in (400, 422) for code in ("form_param_missing", "missing")]
    found = codes(browser, operation, __clerk_db_jwt="dvb_unknown")
    assert found in expected


@pytest.mark.parametrize(
    "operation_id",
    [one for one, handler in HANDLERS.items() if not handler.public and _OPERATIONS[one].method != "GET"],
)
def test_foreign_page_is_refused(emulator: Emulator, operation_id: str, browser: Browser) -> None:
    operation = _OPERATIONS[operation_id]
    browser.http.headers["Origin"] = "https://evil.example"
    response = browser.send("POST", path_of(operation), {"_method": operation.method})
    assert response.status_code == 400
    assert "origin_invalid" in response.text or "invalid_request" in response.text
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "operation_id",
    [
        one
        for one, handler in HANDLERS.items()
        if not handler.anonymous and _OPERATIONS[one].path.startswith(("/v1/me", "/v1/organizations"))
    ],
)
def test_person_who_is_signed_out_is_refused(browser: Browser, operation_id: str) -> None:
    operation = _OPERATIONS[operation_id]
    browser.post("/client")
    status, found = codes(browser, operation)
    if found == ["signed_out"]:
        assert status == 401
    else:
        # A parameter that is missing, and a feature that is off, are reported first.
        assert set(found) <= {"form_param_missing", "missing_query_parameter", "self_serve_sso_disabled"}


def test_application_that_is_unknown_is_refused(browser: Browser) -> None:
    assert browser.send("POST", "//oauth/authorize", {}, {"client_id": "unknown"}).status_code == 401


def test_client_is_made_by_either_method(browser: Browser) -> None:
    client = browser.send("POST", "/client", {"_method": "PUT"}).json()["response"]
    assert browser.post("/client")["id"] == client["id"]


def test_organization_pays(emulator: Emulator, api: Api) -> None:
    emulator.clock.freeze(START)
    with sign_in(emulator, create_user(api, "ada")) as admin:
        pay(emulator, admin)


def pay(emulator: Emulator, admin: Browser) -> None:
    """Let an organization subscribe to a plan with a payment method of its own, and cancel both."""
    plan = emulator.billing.add_plan("company", payer_type="org", amount=9000, annual_monthly_amount=8000)
    organization = admin.post("/organizations", {"name": "Engines"})
    here = f"/organizations/{organization['id']}/billing"
    admin.post(f"{here}/payment_methods/initialize", {"gateway": "stripe"})
    method = admin.post(f"{here}/payment_methods", {"gateway": "stripe", "payment_token": "tok_visa"})
    assert [one["id"] for one in admin.get(f"{here}/payment_methods")["data"]] == [method["id"]]
    chosen = admin.send(
        "POST", f"{here}/payers/default_payment_method", {"_method": "PUT"}, {"payment_method_id": method["id"]}
    )
    assert chosen.status_code == 200, chosen.text
    checkout = admin.post(f"{here}/checkouts", {"plan_id": plan["id"], "plan_period": "month"})
    assert admin.get(f"{here}/checkouts/{checkout['id']}")["status"] == "needs_confirmation"
    admin.patch(f"{here}/checkouts/{checkout['id']}", {"promo_code": ""})
    admin.patch(f"{here}/checkouts/{checkout['id']}/confirm", {"payment_method_id": method["id"]})
    (item, *_) = admin.get(f"{here}/subscription_items")["data"]
    assert (item["plan"]["slug"], item["status"]) == ("company", "active")
    assert admin.get(f"{here}/subscription")["next_payment"]["amount"]["amount"] == 9000
    (statement,) = admin.get(f"{here}/statements")["data"]
    assert admin.get(f"{here}/statements/{statement['id']}")["id"] == statement["id"]
    admin.delete(f"{here}/subscription_items/{item['id']}")
    admin.delete(f"{here}/payment_methods/{method['id']}")
    assert admin.get(f"{here}/payment_methods")["data"] == []
