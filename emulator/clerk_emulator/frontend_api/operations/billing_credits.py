"""Credit of the user, and of organizations."""

from __future__ import annotations

from clerk_emulator.domain.billing import credit_balances
from clerk_emulator.domain.billing.catalog.tables import CREDIT_LEDGER
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.payer_access import reading_payer
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json


@frontend_operation("GetUserCreditBalance")
@frontend_operation("GetOrganizationCreditBalance")
def get_balance(call: BrowserCall) -> Json:
    return credit_balances.serialize_balance(reading_payer(call))


@frontend_operation("GetUserCreditHistory")
@frontend_operation("GetOrganizationCreditHistory")
def list_history(call: BrowserCall) -> Json:
    return list_page(call, CREDIT_LEDGER, CREDIT_LEDGER.c.payer_id == reading_payer(call)["id"], serialize=_serialize)


def _serialize(_: BrowserCall, rows: list[Json]) -> list[Json]:
    return [credit_balances.serialize_entry(row) for row in rows]
