"""Templates of emails and SMS messages."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.messaging import templates
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_page
from clerk_emulator.operations.registry import operation


@operation("GetTemplateList")
def list_templates(call: Call) -> Response:
    return list_page(call, templates.all_of_type(call.store, call.path["template_type"]))


@operation("GetTemplate")
def get_template(call: Call) -> Json:
    return templates.require(call.store, call.path["template_type"], call.path["slug"])


@operation("UpsertTemplate")
def upsert_template(call: Call) -> Json:
    return templates.change(call.store, call.path["template_type"], call.path["slug"], call.body)


@operation("PreviewTemplate")
def preview_template(call: Call) -> Json:
    return templates.preview(call.store, call.path["template_type"], call.path["slug"], call.body)


@operation("RevertTemplate")
def revert_template(call: Call) -> Json:
    return templates.revert(call.store, call.path["template_type"], call.path["slug"])


@operation("ToggleTemplateDelivery")
def toggle_delivery(call: Call) -> Json:
    delivered = call.body.get("delivered_by_clerk")
    return templates.toggle_delivery(call.store, call.path["template_type"], call.path["slug"], delivered)
