"""Plans and their features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerk_emulator import errors
from clerk_emulator.domain.billing.catalog import prices
from clerk_emulator.domain.billing.catalog.money import CURRENCY, SYMBOL, money
from clerk_emulator.domain.billing.catalog.settings import PayerType
from clerk_emulator.domain.billing.catalog.tables import FEATURES, PLANS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store

_SLUG = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True)
class NewPlan:
    """A plan to be added. Amounts are in cents for a month; a plan without amounts is free."""

    slug: str
    payer_type: PayerType = "user"
    name: str | None = None
    amount: int | None = None
    annual_monthly_amount: int | None = None
    features: Sequence[str] = ()
    free_trial_days: int | None = None
    is_default: bool = False
    publicly_visible: bool = True
    description: str | None = None


def create(store: Store, new: NewPlan) -> Json:
    """Create a plan with its default price. Raises ClerkAPIError for values that Clerk rejects."""
    require_slug("slug", new.slug)
    if new.payer_type not in ("user", "org"):
        raise ClerkAPIError(400, "payer_type_invalid", "is invalid", "payer_type must be user or org.")
    if find(store, new.payer_type, new.slug):
        raise ClerkAPIError(409, "plan_slug_already_exists", "already exists", f"There is a plan {new.slug}.")
    is_free = new.amount is None and new.annual_monthly_amount is None
    fee = prices.fee(0 if is_free else new.amount, new.annual_monthly_amount)
    _require_valid_trial(new, is_paid=fee.is_paid)
    if new.is_default and (fee.is_paid or default(store, new.payer_type)):
        reason = "must be free" if fee.is_paid else "exists already"
        raise ClerkAPIError(409, "default_plans_already_created", "is invalid", f"The default plan {reason}.")
    plan = store.create(
        PLANS,
        {
            "name": new.name or new.slug.replace("-", " ").replace("_", " ").title(),
            "slug": new.slug,
            "description": new.description,
            "avatar_url": None,
            "for_payer_type": new.payer_type,
            "is_default": new.is_default,
            "is_recurring": fee.is_paid,
            "has_base_fee": fee.is_paid,
            "publicly_visible": new.publicly_visible,
            "free_trial_enabled": new.free_trial_days is not None,
            "free_trial_days": new.free_trial_days,
            "product_id": store.ids.new("cprd"),
            "_features": [],
        },
    )
    prices.create_default(store, plan, fee)
    return add_features(store, plan, new.features)


def _require_valid_trial(new: NewPlan, *, is_paid: bool) -> None:
    days = new.free_trial_days
    if days is None:
        return
    if not is_paid:
        message = "A free plan has no free trial."
        raise ClerkAPIError(422, "free_trial_not_allowed_on_free_plan", "is not allowed", message)
    if not 1 <= days <= 365:
        code = "billing_too_few_free_trial_days" if days < 1 else "billing_too_many_free_trial_days"
        raise ClerkAPIError(400, code, "is invalid", f"free_trial_days must be 1 to 365, not {days}.")


def add_features(store: Store, plan: Json, slugs: Iterable[str]) -> Json:
    """Add features to a plan, those that it does not have, and return it. A new feature is named after its slug."""
    held: list[str] = list(plan["_features"])
    for slug in slugs:
        require_slug("features", slug)
        if slug in held:
            continue
        held.append(slug)
        if store.find(FEATURES, FEATURES.c.slug == slug) is None:
            name = slug.replace("-", " ").replace("_", " ").title()
            store.create(FEATURES, {"slug": slug, "name": name, "description": None, "avatar_url": None})
    return plan if held == plan["_features"] else store.update(PLANS, plan, _features=held)


def require_slug(name: str, slug: str) -> None:
    """Raise Clerk's error for what is not the slug of a plan or a feature."""
    if not _SLUG.fullmatch(slug):
        raise errors.malformed(name, "lower-case letters, digits, dashes and underscores")


def find(store: Store, payer_type: PayerType, reference: str) -> Json | None:
    """Return the plan of users or organizations with this slug or id, or None."""
    column = PLANS.c.id if reference.startswith(f"{PLANS.prefix}_") else PLANS.c.slug
    return store.find(PLANS, column == reference, PLANS.c.for_payer_type == payer_type)


def require(store: Store, payer_type: PayerType, reference: str) -> Json:
    """Return the plan of users or organizations with this slug or id. Raises Clerk's 404 if there is none."""
    plan = find(store, payer_type, reference)
    if plan is None:
        raise plan_not_found(reference)
    return plan


def plan_not_found(reference: str) -> ClerkAPIError:
    """Return the error for a plan that does not exist."""
    return errors.not_found("plan", reference, "plan_not_found")


def default(store: Store, payer_type: PayerType) -> Json | None:
    """Return the free plan of those who have subscribed to no other, or None."""
    return store.find(PLANS, PLANS.c.is_default.is_(True), PLANS.c.for_payer_type == payer_type)


def serialize(store: Store, plan: Json) -> Json:
    """Return a plan as the API returns it."""
    row = {key: value for key, value in public_fields(plan).items() if key not in ("created_at", "updated_at")}
    return {**row, **prices.plan_fees(prices.default_of(store, plan)), "features": _features(store, plan)}


def serialize_former(store: Store, plan: Json) -> Json:
    """Return a plan in the format that free trials and price transitions return, with amounts beside the fees."""
    row = serialize(store, plan)
    monthly: int = row["fee"]["amount"] if row["fee"] else 0
    annual_monthly: int = row["annual_monthly_fee"]["amount"] if row["annual_monthly_fee"] else 0
    amounts = {"amount": monthly, "annual_monthly_amount": annual_monthly, "annual_amount": 12 * annual_monthly}
    features = [{**one, "description": one["description"] or "", "avatar_url": ""} for one in row["features"]]
    return {
        **row,
        **amounts,
        **{f"{name}_formatted": money(amount)["amount_formatted"] for name, amount in amounts.items()},
        "currency": CURRENCY,
        "currency_symbol": SYMBOL,
        "description": row["description"] or "",
        "avatar_url": row["avatar_url"] or "",
        "features": features,
        "payer_type": [row["for_payer_type"]],
        "period": "month",
        "interval": 1,
    }


def _features(store: Store, plan: Json) -> list[Json]:
    rows = {row["slug"]: row for row in store.all(FEATURES, FEATURES.c.slug.in_(plan["_features"]))}
    names = ("object", "id", "name", "description", "slug", "avatar_url")
    return [{name: rows[slug][name] for name in names} for slug in plan["_features"]]
