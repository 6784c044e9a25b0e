"""Arguments for the templates of emails and text messages, and for sign-ups."""

from __future__ import annotations

from typing import Any

_ONE: dict[str, Any] = {"template_type": "email", "slug": "invitation"}
_CONTENT: dict[str, Any] = {
    "name": "Invitation",
    "subject": "Join us",
    "body": "<p>Join {{app.name}}: {{action_url}}</p>",
}

MAKERS = {
    "email_sms_templates.list": lambda: {"template_type": "email", "limit": 5},
    "email_sms_templates.get": lambda: dict(_ONE),
    "email_sms_templates.revert": lambda: dict(_ONE),
    "email_sms_templates.toggle_template_delivery": lambda: {**_ONE, "delivered_by_clerk": True},
    "email_and_sms_templates.upsert": lambda: {**_ONE, **_CONTENT},
    "templates.preview": lambda: {**_ONE, "subject": _CONTENT["subject"], "body": _CONTENT["body"]},
}
