"""The templates of emails and SMS messages: Clerk's defaults, and what the instance has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain.messaging import markup
from clerk_emulator.domain.messaging.default_templates import (
    APPLICATION_VARIABLES,
    TEMPLATES,
    DefaultTemplate,
    sample_values,
)
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import ResourceTable, Store

CHANGED_TEMPLATES = ResourceTable(
    "template", "tmpl", {"template_type": str, "slug": str}, unique=(("template_type", "slug"),)
)
"""The templates that the instance has changed. `_content` are the changed fields."""

APPLICATION_NAME = "Clerk emulator"
CONTENT = ("name", "subject", "markup", "body", "from_email_name", "reply_to_email_name")
"""The fields that `revert` restores, besides the delivery."""

_TYPES = ("email", "sms")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


def all_of_type(store: Store, template_type: str) -> list[Json]:
    """Return the templates of a type by position. Raises Clerk's 400 for an unknown type."""
    _require_type(template_type)
    defaults = [one for one in TEMPLATES if one.template_type == template_type]
    return [_resolve(store, default) for default in defaults]


def require(store: Store, template_type: str, slug: str) -> Json:
    """Return a template. Raises Clerk's 404 for an unknown slug, and 400 for an unknown type."""
    return _resolve(store, _default(template_type, slug))


def change(store: Store, template_type: str, slug: str, body: Json) -> Json:
    """Change a template; null changes nothing. `body` has the parameters of the upsert. Raises ClerkAPIError."""
    default = _default(template_type, slug)
    sent = {name: value for name, value in body.items() if value is not None}
    if template_type == "sms":
        # Clerk's document calls these applicable only to email templates; that they are ignored is our choice.
        sent = {name: sent[name] for name in sent if name in ("name", "body", "delivered_by_clerk")}
    for name in ("name", "body"):
        if name in sent and not sent[name].strip():
            raise errors.null(name)
    for name in ("from_email_name", "reply_to_email_name"):
        if sent.get(name) and not _LOCAL_PART.fullmatch(sent[name]):
            raise errors.malformed(name, "the part of an email address before the @")
    if "body" in sent:
        _validate_body(default, sent["body"])
    if "subject" in sent:
        markup.render(sent["subject"], {}, "subject", escape=False)
    row = _changed_row(store, default)
    if row is None:
        row = store.create(
            CHANGED_TEMPLATES,
            {"template_type": template_type, "slug": slug, "delivered_by_clerk": True, "_content": {}},
        )
    content = {**row["_content"], **{name: sent[name] for name in CONTENT if name in sent}}
    delivered = sent.get("delivered_by_clerk", row["delivered_by_clerk"])
    store.update(CHANGED_TEMPLATES, row, _content=content, delivered_by_clerk=delivered)
    return _resolve(store, default)


def toggle_delivery(store: Store, template_type: str, slug: str, delivered: bool | None) -> Json:
    """Set whether Clerk delivers the messages of a template; without a value, the opposite of what it was."""
    if delivered is None:
        delivered = not require(store, template_type, slug)["delivered_by_clerk"]
    return change(store, template_type, slug, {"delivered_by_clerk": delivered})


def revert(store: Store, template_type: str, slug: str) -> Json:
    """Restore the default of a template. Raises Clerk's 400 if its content was not changed."""
    default = _default(template_type, slug)
    row = _changed_row(store, default)
    if row is None or not row["_content"]:
        message = f"The {template_type} template {slug} is the default one."
        raise ClerkAPIError(400, "template_revert_error", "cannot be reverted", message)
    store.delete(CHANGED_TEMPLATES, CHANGED_TEMPLATES.c.id == row["id"])
    return _resolve(store, default)


def preview(store: Store, template_type: str, slug: str, body: Json) -> Json:
    """Return a template, with the changes in `body`, filled in with sample values. Raises ClerkAPIError."""
    default = _default(template_type, slug)
    sent = {name: value for name, value in body.items() if value is not None}
    shown = {**_resolve(store, default), **sent}
    _validate_body(default, shown["body"])
    filled = fill_in(shown, sample_values(APPLICATION_NAME))
    if template_type == "sms":
        return {"body": filled["body"]}
    host = "example.com"
    reply_to = shown["reply_to_email_name"]
    return {
        **filled,
        "from_email_address": f"{shown['from_email_name']}@{host}",
        "reply_to_email_address": f"{reply_to}@{host}" if reply_to else "",
    }


def fill_in(template: Json, data: Json) -> Json:
    """Return the `subject` and the `body` of a message. `data` are its values; objects may nest, as in `app.name`."""
    values = dict(_flat(data))
    by_email = template["template_type"] == "email"
    subject = markup.render(template["subject"], values, "subject", escape=False) if by_email else None
    return {"subject": subject, "body": markup.render(template["body"], values, "body", escape=by_email)}


def _flat(data: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if is_object(value):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", str(value)


def _default(template_type: str, slug: str) -> DefaultTemplate:
    _require_type(template_type)
    for default in TEMPLATES:
        if (default.template_type, default.slug) == (template_type, slug):
            return default
    message = f"There is no {template_type} template {slug}."
    raise ClerkAPIError(404, "resource_not_found", "not found", message)


def _require_type(template_type: str) -> None:
    if template_type not in _TYPES:
        message = f"The template type must be {' or '.join(_TYPES)}."
        raise ClerkAPIError(400, "template_type_unsupported", "is not supported", message)


def _changed_row(store: Store, default: DefaultTemplate) -> Json | None:
    return store.find(
        CHANGED_TEMPLATES,
        CHANGED_TEMPLATES.c.template_type == default.template_type,
        CHANGED_TEMPLATES.c.slug == default.slug,
    )


def _validate_body(default: DefaultTemplate, body: str) -> None:
    markup.render(body, {}, "body", escape=False)
    for variable in default.required:
        if variable not in markup.variables(body):
            message = f"The body must contain {{{{{variable}}}}}."
            raise ClerkAPIError(422, "required_variable_missing", "is missing", message, param_name="body")


def _resolve(store: Store, default: DefaultTemplate) -> Json:
    """Return a template as the API returns it: the default with the changes of the instance."""
    row = _changed_row(store, default) or {}
    content: Json = row.get("_content", {})
    by_email = default.template_type == "email"
    fields: dict[str, Any] = {
        "object": "template",
        "id": row.get("id", _system_id(default)),
        "instance_id": (store.setting("keys") or {}).get("instance_id") if content else None,
        "resource_type": "user" if content else "system",
        "template_type": default.template_type,
        "name": default.name,
        "slug": default.slug,
        "position": [one for one in TEMPLATES if one.template_type == default.template_type].index(default),
        "can_revert": bool(content),
        "can_delete": False,
        "can_edit_body": True,
        "can_toggle": False,
        "subject": default.subject,
        "markup": "",
        "body": default.body,
        "available_variables": [*APPLICATION_VARIABLES, *default.variables],
        "required_variables": list(default.required),
        "from_email_name": INSTANCE.value(store, "from_email_address") if by_email else "",
        "reply_to_email_name": "",
        "delivered_by_clerk": row.get("delivered_by_clerk", True),
        "enabled": True,
        "flagged_as_suspicious": False,
        "created_at": row.get("created_at", 0),
        "updated_at": row.get("updated_at", 0),
    }
    return {**fields, **content}


def _system_id(default: DefaultTemplate) -> str:
    """Return the id of a default template, which is the same in all instances."""
    digest = hashlib.sha256(f"{default.template_type}/{default.slug}".encode()).hexdigest()
    return f"tmpl_{digest[:27]}"
