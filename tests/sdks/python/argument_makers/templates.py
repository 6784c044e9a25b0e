"""Arguments for the templates of emails and text messages."""

from __future__ import annotations

from typing import Any

from api import send

_ONE: dict[str, Any] = {"template_type": "email", "slug": "invitation"}
_CONTENT: dict[str, Any] = {
    "name": "Invitation",
    "subject": "Join us",
    "body": "<p>Join {{app.name}}: {{action_url}}</p>",
}


def _changed() -> Any:
    send("PUT", f"/v1/templates/{_ONE['template_type']}/{_ONE['slug']}", _CONTENT)
    return dict(_ONE)


MAKERS = {
    "email_sms_templates.list": lambda: {"template_type": "email", "limit": 5},
    "email_sms_templates.get": lambda: dict(_ONE),
    "email_sms_templates.revert": _changed,
    "email_sms_templates.toggle_template_delivery": lambda: {**_ONE, "delivered_by_clerk": True},
    "email_and_sms_templates.upsert": lambda: {**_ONE, **_CONTENT},
    "templates.preview": lambda: {**_ONE, "subject": _CONTENT["subject"], "body": _CONTENT["body"]},
}
