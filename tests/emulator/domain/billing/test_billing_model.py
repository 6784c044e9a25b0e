"""Compare billing with a simple model, after random sequences of checkouts, cancellations, payments and time.

After each step the events of each payer must be those of the model, in order; the items, the credit and the sums of the
statements must be the model's. `CLERK_EMULATOR_EXPLORE` runs more (see `exploring`).
"""

from __future__ import annotations

import contextlib
import datetime
from collections import defaultdict
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json
from tests.emulator.billing import START, Recorder, name
from tests.emulator.billing_model import DAY, PLANS, BillingModel, Item, Payer
from tests.emulator.exploring import examples

PICK = st.integers(0, 100)
STEPS = st.sampled_from([1, 3600_000, DAY, 2 * DAY - 1, 11 * DAY, 14 * DAY, 31 * DAY, 100 * DAY, 366 * DAY])


class Billing(RuleBasedStateMachine):
    """Operations on the emulator and the model."""

    emulator: Emulator
    http: httpx.Client

    @initialize(number=st.integers(1, 3))
    def begin(self, number: int) -> None:
        self.emulator.reset()
        self.model = BillingModel(self.emulator.clock.freeze(START))
        for slug, plan in PLANS.items():
            yearly = None if plan.year is None else plan.year // 12
            trial = plan.trial
            self.emulator.billing.add_plan(
                slug, amount=plan.month, annual_monthly_amount=yearly, free_trial_days=trial, features=[f"{slug}-only"]
            )
        self.recorder = Recorder(self.emulator)
        for one in range(number):
            user = self._send("POST", "/users", {"username": f"user_{one}"}, None)
            self.model.add_payer(user["id"])

    # Acts

    @rule(milliseconds=STEPS)
    def time_passes(self, milliseconds: int) -> None:
        self.emulator.clock.advance(milliseconds=milliseconds)
        self.model.advance(milliseconds)

    @rule(
        number=PICK,
        plan=st.sampled_from(list(PLANS)),
        period=st.sampled_from(["month", "month", "annual"]),
        trial=st.sampled_from([None, None, True, False]),
        card=st.sampled_from([True, True, True, False]),
    )
    def checkout(self, number: int, plan: str, period: Any, trial: bool | None, card: bool) -> None:
        owner_id, payer = self._payer(number)
        code = self.model.checkout(payer, plan, period, trial, card)
        with self._expected(code):
            self.emulator.billing.checkout(owner_id, plan, period, trial=trial, payment_method=card)

    @rule(number=PICK, other=PICK, end_now=st.booleans())
    def cancel(self, number: int, other: int, end_now: bool) -> None:
        item_id, payer, item = self._item(number, other)
        code = self.model.cancel(payer, item, end_now=end_now)
        self._send("DELETE", f"/billing/subscription_items/{item_id}?end_now={str(end_now).lower()}", None, code)

    @rule(number=PICK, other=PICK, days=st.sampled_from([0, 1, 2, 10, 365, 366]))
    def extend_trial(self, number: int, other: int, days: int) -> None:
        item_id, payer, item = self._item(number, other)
        until = (item.end or self.model.now) // 1000 * 1000 + days * DAY
        code = self.model.extend(payer, item, until)
        body = {"extend_to": _rfc3339(until)}
        self._send("POST", f"/billing/subscription_items/{item_id}/extend_free_trial", body, code)

    @rule(number=PICK, failing=st.booleans())
    def let_payments(self, number: int, failing: bool) -> None:
        owner_id, payer = self._payer(number)
        payer.failing = failing
        (self.emulator.billing.fail_payments if failing else self.emulator.billing.accept_payments)(owner_id)

    @rule(number=PICK, card=st.booleans())
    def change_card(self, number: int, card: bool) -> None:
        owner_id, payer = self._payer(number)
        payer.card = card
        billing = self.emulator.billing
        (billing.add_payment_method if card else billing.remove_payment_method)(owner_id)

    @rule(number=PICK)
    def pay(self, number: int) -> None:
        owner_id, payer = self._payer(number)
        with self._expected(self.model.pay(payer)):
            self.emulator.billing.pay(owner_id)

    @rule(number=PICK, amount=st.sampled_from([1, 700, 2000, 9000, -1, -500]), key=st.sampled_from("abcdefgh"))
    def adjust_credit(self, number: int, amount: int, key: str) -> None:
        owner_id, payer = self._payer(number)
        code = self.model.adjust(payer, amount, key)
        action = "increase" if amount > 0 else "decrease"
        body = {"amount": abs(amount), "action": action, "idempotency_key": key}
        self._send("POST", f"/users/{owner_id}/billing/credits", body, code)

    # Comparison

    @invariant()
    def events_are_those_of_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        events: dict[str, list[str]] = defaultdict(list)
        for event in self.recorder.new():
            events[event["data"]["payer"]["user_id"]].append(name(event))
        for owner_id, payer in self.model.payers.items():
            assert events.pop(owner_id, []) == payer.events
            payer.events = []
        assert not events

    @invariant()
    def state_is_that_of_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        sums = self._statement_sums()
        for owner_id, payer in self.model.payers.items():
            told = self._get(f"/users/{owner_id}/billing/subscription")
            assert told["status"] == payer.status
            assert [_fields(one) for one in told["subscription_items"]] == [
                (one.plan, one.period, one.status, one.trial, one.start, one.end, one.paid) for one in payer.items
            ]
            assert told["eligible_for_free_trial"] == payer.eligible
            balance = self._get(f"/users/{owner_id}/billing/credits")["balance"]
            assert (balance and balance["amount"]) == payer.balance
            assert sums.pop(owner_id, 0) == payer.paid
        assert not sums

    def _statement_sums(self) -> dict[str, int]:
        """Return what each payer has paid by its statements, whose totals must be those of their payments."""
        sums: dict[str, int] = defaultdict(int)
        for statement in self._get("/billing/statements?limit=500")["data"]:
            attempts = [one for group in statement["groups"] for one in group["items"]]
            paid = [one["totals"] for one in attempts if one["status"] == "paid"]
            for total in ("grand_total", "subtotal", "base_fee", "tax_total"):
                assert statement["totals"][total]["amount"] == sum(one[total]["amount"] for one in paid)
            for one in paid:
                taken = (one["credits"] or {"total": {"amount": 0}})["total"]["amount"]
                assert one["grand_total"]["amount"] == one["subtotal"]["amount"] - taken
            sums[statement["payer"]["user_id"]] += statement["totals"]["grand_total"]["amount"]
        return sums

    def teardown(self) -> None:
        if hasattr(self, "model"):
            assert self.emulator.problems == []

    def _payer(self, number: int) -> tuple[str, Payer]:
        return list(self.model.payers.items())[number % len(self.model.payers)]

    def _item(self, number: int, other: int) -> tuple[str, Payer, Item]:
        """Return an item that has not ended: its id, its payer, and the model's."""
        owner_id, payer = self._payer(number)
        place = other % len(payer.items)
        told = self._get(f"/users/{owner_id}/billing/subscription")
        return told["subscription_items"][place]["id"], payer, payer.items[place]

    def _get(self, path: str) -> Any:
        response = self.http.get(path)
        assert response.is_success, response.text
        return response.json()

    def _send(self, method: str, path: str, body: Json | None, code: str | None) -> Any:
        """Send a request, whose response must be an error with the code, if there is one."""
        response = self.http.request(method, path, json=body)
        if code:
            assert [one["code"] for one in response.json()["errors"]] == [code]
            return None
        assert response.is_success, response.text
        return response.json()

    @staticmethod
    def _expected(code: str | None) -> Any:
        return pytest.raises(ClerkAPIError, match=code) if code else contextlib.nullcontext()


def _rfc3339(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).isoformat()


def _fields(item: Json) -> tuple[Any, ...]:
    return (
        item["plan"]["slug"],
        item["plan_period"],
        item["status"],
        item["is_free_trial"],
        item["period_start"],
        item["period_end"],
        item["lifetime_paid"]["amount"],
    )


def test_billing_matches_model(emulator: Emulator, api: Api) -> None:
    class Here(Billing):
        pass

    Here.emulator, Here.http = emulator, api.http
    run_state_machine_as_test(Here, settings=examples(10, stateful_step_count=40))
