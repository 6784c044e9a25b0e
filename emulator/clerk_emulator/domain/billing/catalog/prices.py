"""Prices of plans: the default one of each plan, and custom ones."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator.domain.billing.catalog.money import CURRENCY, SYMBOL, money
from clerk_emulator.domain.billing.catalog.settings import instance_id
from clerk_emulator.domain.billing.catalog.tables import PRICES
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store

_SMALLEST = 100
_LARGEST = 99_999_999


@dataclass(frozen=True)
class Fee:
    """What a month costs, in cents, if it is paid monthly or for a year; None for a period that is not supported."""

    month: int | None
    annual: int | None

    @property
    def is_paid(self) -> bool:
        """Whether it costs anything."""
        return bool(self.month or self.annual)

    @property
    def supported_periods(self) -> str:
        """The supported periods, as the API names them."""
        if self.month is not None:
            return "month" if self.annual is None else "both"
        return "annual"


def fee(amount: int | None, annual_monthly_amount: int | None, supported_periods: str | None = None) -> Fee:
    """Return a validated fee. Raises Clerk's errors for amounts that are not allowed."""
    for name, value in (("amount", amount), ("annual_monthly_amount", annual_monthly_amount)):
        if value is None or value == 0:
            continue
        if value < _SMALLEST:
            message = f"{name} must be 0, or at least {_SMALLEST} cents."
            raise ClerkAPIError(422, "plan_amount_invalid", "is invalid", message, param_name=name)
        if value > _LARGEST:
            message = f"{name} must be at most {_LARGEST} cents."
            raise ClerkAPIError(422, "plan_amount_exceeds_upper_limit", "is too large", message, param_name=name)
    if amount is None and annual_monthly_amount is None:
        message = "amount or annual_monthly_amount must be given."
        raise ClerkAPIError(422, "plan_amount_invalid", "is missing", message, param_name="amount")
    result = Fee(amount, annual_monthly_amount)
    if supported_periods not in (None, result.supported_periods):
        message = f"The amounts support {result.supported_periods}, not {supported_periods}."
        name = "supported_billing_periods"
        raise ClerkAPIError(422, "supported_billing_period_mismatch", "does not fit", message, param_name=name)
    return result


def create_default(store: Store, plan: Json, plan_fee: Fee) -> Json:
    """Create the default price of a plan."""
    return _create(store, plan, plan_fee, is_default=True, description=None)


def create_custom(store: Store, plan: Json, plan_fee: Fee, description: str | None) -> Json:
    """Create a custom price of a plan. Raises Clerk's error for the default plan."""
    if plan["is_default"]:
        message = "The default plan cannot have custom prices."
        raise ClerkAPIError(422, "default_plan_price_creation_forbidden", "is not allowed", message)
    return _create(store, plan, plan_fee, is_default=False, description=description)


def _create(store: Store, plan: Json, plan_fee: Fee, *, is_default: bool, description: str | None) -> Json:
    return store.create(
        PRICES,
        {
            "plan_id": plan["id"],
            "amount": plan_fee.month or 0,
            "annual_monthly_amount": plan_fee.annual or 0,
            "supported_billing_periods": plan_fee.supported_periods,
            "description": description,
            "is_default": is_default,
        },
    )


def default_of(store: Store, plan: Json) -> Json:
    """Return the default price of a plan."""
    price = store.find(PRICES, PRICES.c.plan_id == plan["id"], PRICES.c.is_default.is_(True))
    assert price is not None
    return price


def supports(price: Json, period: str) -> bool:
    """Return whether a price can be paid in this period."""
    return price["supported_billing_periods"] in (period, "both")


def amount_for(price: Json, period: str) -> int:
    """Return what a period costs, in cents."""
    amount: int = price["amount"] if period == "month" else 12 * price["annual_monthly_amount"]
    return amount


def monthly_value(price: Json) -> int:
    """Return what a month costs, to compare prices: paid monthly if the price supports it."""
    value: int = price["amount"] if supports(price, "month") else price["annual_monthly_amount"]
    return value


def plan_fees(price: Json) -> Json:
    """Return the fees of a plan with this price."""
    fees = _fees(price)
    annual_monthly = fees["annual_monthly_fee"]
    return {**fees, "annual_fee": annual_monthly and money(12 * annual_monthly["amount"])}


def serialize(store: Store, price: Json) -> Json:
    """Return a price as the API returns it."""
    row = {key: value for key, value in public_fields(price).items() if key != "updated_at"}
    return {**row, **_fees(price), "instance_id": instance_id(store), "currency": CURRENCY, "currency_symbol": SYMBOL}


def _fees(price: Json) -> Json:
    return {
        "fee": money(price["amount"]) if supports(price, "month") else None,
        "annual_monthly_fee": money(price["annual_monthly_amount"]) if supports(price, "annual") else None,
    }
