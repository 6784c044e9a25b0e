"""Plans that users and organizations can choose."""

from __future__ import annotations

from clerk_emulator.domain.billing.catalog import plans
from clerk_emulator.domain.billing.catalog.tables import PLANS
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import equals


@frontend_operation("GetBillingPlanList")
def list_plans(call: BrowserCall) -> Json:
    chosen = equals(PLANS.c.for_payer_type, call.query["payer_type"])
    rows = call.store.all(PLANS, *([chosen] if chosen is not None else []))
    data = [plans.serialize(call.store, row) for row in rows if row["publicly_visible"]]
    return {"data": data, "total_count": len(data)}


@frontend_operation("GetBillingPlan")
def get_plan(call: BrowserCall) -> Json:
    reference = call.path["planIdOrSlug"]
    plan = call.store.find(PLANS, sql.or_(PLANS.c.id == reference, PLANS.c.slug == reference))
    if plan is None or not plan["publicly_visible"]:
        raise plans.plan_not_found(reference)
    return plans.serialize(call.store, plan)
