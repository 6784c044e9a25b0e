"""Amounts of money, in cents."""

from __future__ import annotations

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json

CURRENCY = "USD"
"""The only currency, as in Clerk's billing."""
SYMBOL = "$"


def money(cents: int) -> Json:
    """Return an amount as the API returns it."""
    sign = "-" if cents < 0 else ""
    return {
        "amount": cents,
        "amount_formatted": f"{sign}{SYMBOL}{abs(cents) // 100:,}.{abs(cents) % 100:02}",
        "currency": CURRENCY,
        "currency_symbol": SYMBOL,
    }


def bill_totals(fee: int, discount: int, due: int, deducted_credits: Json | None) -> Json:
    """Return the totals of a bill as the API returns them. `deducted_credits` are None without any."""
    return {
        "base_fee": money(fee),
        "subtotal": money(fee),
        "tax_total": money(0),
        "grand_total": money(due),
        "credits": deducted_credits,
        "discounts": {"proration": None, "total": money(discount)} if discount else None,
    }


def require_supported(currency: str | None) -> None:
    """Raise Clerk's error for an unsupported currency. None selects the default."""
    if currency is not None and currency.upper() != CURRENCY:
        raise ClerkAPIError(400, "currency_invalid", "is invalid", f"currency must be {CURRENCY}, not {currency}.")


def share(cents: int, part: int, whole: int) -> int:
    """Return the share `part / whole` of an amount, rounded half up to a whole cent."""
    return (2 * cents * part + whole) // (2 * whole)
