"""Emails and text messages. None is sent: an event describes each of them, as Clerk's does."""

from __future__ import annotations

import datetime

from clerk_emulator.domain import events
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import frontend_host
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS

_APP_NAME = "Clerk emulator"
_FROM_NUMBER = "+15555550100"

_TEXTS = {
    "verification_code": ("{otp_code} is your verification code", "Your code for {app[name]} is {otp_code}."),
    "invitation": ("Your invitation to {app[name]}", "Accept the invitation: {action_url}"),
    "waitlist_invitation": ("Your invitation to {app[name]}", "Accept the invitation: {action_url}"),
    "waitlist_confirmation": ("You are on the waitlist", "You are on the waitlist of {app[name]}."),
    "organization_invitation": ("Your invitation to {org[name]}", "Accept the invitation: {action_url}"),
    "organization_invitation_accepted": ("{email_address} has joined", "{email_address} has joined {org[name]}."),
    "affiliation_code": ("{otp_code} is your verification code", "Your code for {app[name]} is {otp_code}."),
    "password_changed": ("Your password was changed", "Your password for {app[name]} was changed."),
    "passkey_removed": ("A passkey was removed", "A passkey was removed from your account at {app[name]}."),
}
"""The subject and text of each template. Clerk's texts differ, and are set in its dashboard."""


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
    subject, text = (part.format_map(data) for part in _TEXTS[slug])
    email = {
        "object": "email",
        "id": store.ids.new("ema"),
        "slug": slug,
        "from_email_name": INSTANCE.read(store)["from_email_address"],
        "reply_to_email_name": None,
        "to_email_address": address,
        "email_address_id": email_address_id,
        "user_id": user_id,
        "subject": subject,
        "body": f"<p>{text}</p>",
        "body_plain": text,
        "status": "queued",
        "data": data,
        "delivered_by_clerk": True,
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
    sms = {
        "object": "sms_message",
        "id": store.ids.new("sms"),
        "slug": slug,
        "from_phone_number": _FROM_NUMBER,
        "to_phone_number": number,
        "phone_number_id": phone_number_id,
        "user_id": user_id,
        "message": _TEXTS[slug][1].format_map(data),
        "status": "queued",
        "data": data,
        "delivered_by_clerk": True,
        "created_at_ms": store.clock.now(),
    }
    events.record(store, "sms.created", sms)


def send_code(store: Store, identification: Json, code: str) -> None:
    """Record the message with a verification code for an email address or phone number."""
    user = store.require(USERS, identification["_user_id"])
    values: Json = {
        "otp_code": code,
        "requested_at": _as_text(store.clock.now()),
        "requested_by": store.cause.user_agent,
        "theme": {"button_text_color": "#ffffff", "primary_color": "#6c47ff", "show_clerk_branding": True},
        "user": {"public_metadata": user["public_metadata"], "public_metadata_fallback": ""},
    }
    to, user_id, own_id = identification["_identifier"], user["id"], identification["id"]
    if identification["object"] == "email_address":
        send_email(store, "verification_code", to, values, user_id=user_id, email_address_id=own_id)
    else:
        send_sms(store, "verification_code", to, values, user_id=user_id, phone_number_id=own_id)


def notify_user(store: Store, user_id: str, slug: str, values: Json | None = None) -> None:
    """Record an email to a user's primary address, if the user has one."""
    address_id = store.require(USERS, user_id)["primary_email_address_id"]
    address = store.get(IDENTIFICATIONS, address_id) if address_id else None
    if address:
        to = address["_identifier"]
        send_email(store, slug, to, values or {}, user_id=user_id, email_address_id=address["id"])


def _app(store: Store) -> Json:
    domain = frontend_host(store).replace(".clerk.", ".")
    return {
        "name": _APP_NAME,
        "domain_name": domain,
        "url": f"https://{domain}",
        "logo_url": None,
        "logo_image_url": None,
    }


def _as_text(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).strftime("%d %B %Y, %H:%M UTC")
