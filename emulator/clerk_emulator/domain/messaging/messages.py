"""Emails and text messages. None is sent: an event describes each of them, as Clerk's does."""

from __future__ import annotations

import datetime
import html
import re

from clerk_emulator.domain import events
from clerk_emulator.domain.messaging import templates
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import frontend_host
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_FROM_NUMBER = "+15555550100"


def send_email(
    store: Store,
    slug: str,
    address: str,
    values: Json,
    *,
    user_id: str | None = None,
    email_address_id: str | None = None,
) -> None:
    """Record that an email was created from the template `slug`. `values` are those that the template shows."""
    data = {"app": _app(store), **values}
    template = templates.require(store, "email", slug)
    filled = templates.fill_in(template, data)
    email = {
        "object": "email",
        "id": store.ids.new("ema"),
        "slug": slug,
        "from_email_name": template["from_email_name"],
        "reply_to_email_name": template["reply_to_email_name"] or None,
        "to_email_address": address,
        "email_address_id": email_address_id,
        "user_id": user_id,
        "subject": filled["subject"],
        "body": filled["body"],
        "body_plain": _plain_text(filled["body"]),
        "status": "queued",
        "data": data,
        "delivered_by_clerk": template["delivered_by_clerk"],
    }
    events.record(store, "email.created", email)


def send_sms(
    store: Store,
    slug: str,
    number: str,
    values: Json,
    *,
    user_id: str | None = None,
    phone_number_id: str | None = None,
) -> None:
    """Record that a text message was created from the template `slug`, as `send_email` does."""
    data = {"app": _app(store), **values}
    template = templates.require(store, "sms", slug)
    sms = {
        "object": "sms_message",
        "id": store.ids.new("sms"),
        "slug": slug,
        "from_phone_number": _FROM_NUMBER,
        "to_phone_number": number,
        "phone_number_id": phone_number_id,
        "user_id": user_id,
        "message": templates.fill_in(template, data)["body"],
        "status": "queued",
        "data": data,
        "delivered_by_clerk": template["delivered_by_clerk"],
        "created_at_ms": store.clock.now(),
    }
    events.record(store, "sms.created", sms)


def send_code(store: Store, identification: Json, code: str, slug: str = "verification_code") -> None:
    """Record the message with a code for a user's email address or phone number, from the template `slug`."""
    user = store.require(USERS, identification["_user_id"])
    to, kind = identification["_identifier"], identification["object"]
    _send_code(store, slug, kind, to, code, user["public_metadata"], user["id"], identification["id"])


def send_sign_up_code(store: Store, kind: str, identifier: str, code: str) -> None:
    """Record the message with a code for an email address or phone number (`kind`) that no user has yet."""
    _send_code(store, "verification_code", kind, identifier, code, {})


def _send_code(
    store: Store,
    slug: str,
    kind: str,
    to: str,
    code: str,
    public_metadata: Json,
    user_id: str | None = None,
    identification_id: str | None = None,
) -> None:
    values: Json = {
        "otp_code": code,
        **_request_values(store),
        "theme": {"button_text_color": "#ffffff", "primary_color": "#6c47ff", "show_clerk_branding": True},
        "user": {"public_metadata": public_metadata, "public_metadata_fallback": ""},
    }
    if kind == "email_address":
        send_email(store, slug, to, values, user_id=user_id, email_address_id=identification_id)
    else:
        send_sms(store, slug, to, values, user_id=user_id, phone_number_id=identification_id)


def send_link(
    store: Store,
    slug: str,
    address: str,
    url: str,
    minutes: int,
    *,
    user_id: str | None = None,
    email_address_id: str | None = None,
) -> None:
    """Record the email with a link that is valid for some minutes, from the template `slug`."""
    values: Json = {"magic_link": url, "ttl_minutes": minutes, **_request_values(store)}
    send_email(store, slug, address, values, user_id=user_id, email_address_id=email_address_id)


def _request_values(store: Store) -> Json:
    return {"requested_at": _as_text(store.clock.now()), "requested_by": store.cause.user_agent}


def send_affiliation_code(store: Store, address: str, organization_name: str, code: str) -> None:
    """Record the email with the code that verifies a domain of an organization."""
    values: Json = {"otp_code": code, **_request_values(store), "org": {"name": organization_name}}
    send_email(store, "affiliation_code", address, values)


def notify_user(store: Store, user_id: str, slug: str, values: Json | None = None) -> None:
    """Record an email to a user's primary address, if the user has one."""
    address_id = store.require(USERS, user_id)["primary_email_address_id"]
    address = store.get(IDENTIFICATIONS, address_id) if address_id else None
    if address:
        to = address["_identifier"]
        send_email(store, slug, to, values or {}, user_id=user_id, email_address_id=address["id"])


def _app(store: Store) -> Json:
    domain = frontend_host(store).partition(":")[0].replace(".clerk.", ".")
    return {
        "name": templates.APPLICATION_NAME,
        "domain_name": domain,
        "url": f"https://{domain}",
        "logo_url": None,
        "logo_image_url": None,
    }


def _plain_text(body: str) -> str:
    """Return the text of an HTML body, with a line for each paragraph."""
    text = re.sub(r"<[^<>]*>", "", body.replace("</p>", "\n"))
    return html.unescape(text).strip()


def _as_text(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).strftime("%d %B %Y, %H:%M UTC")
