"""The templates of a new instance. Their slugs are Clerk's, their texts our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from clerk_emulator.json_types import Json

TemplateType = Literal["email", "sms"]


@dataclass(frozen=True)
class DefaultTemplate:
    """A template as it is until the instance changes it."""

    template_type: TemplateType
    slug: str
    name: str
    subject: str | None
    body: str
    variables: tuple[str, ...] = ()
    """The variables that it has in addition to those of the application."""
    required: tuple[str, ...] = ()
    """The variables that the body must contain."""


APPLICATION_VARIABLES = ("app.name", "app.url", "app.domain_name", "app.logo_image_url", "app.support_email")
_REQUEST = ("requested_at", "requested_by")


def _email(
    slug: str, name: str, subject: str, text: str, variables: tuple[str, ...] = (), required: tuple[str, ...] = ()
) -> DefaultTemplate:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n"))
    return DefaultTemplate("email", slug, name, subject, body, (*required, *variables), required)


def _sms(slug: str, name: str, text: str, required: tuple[str, ...] = ()) -> DefaultTemplate:
    return DefaultTemplate("sms", slug, name, None, text, required, required)


TEMPLATES = (
    _email(
        "verification_code",
        "Verification code",
        "{{otp_code}} is your code for {{app.name}}",
        "Enter this code to continue:\n<b>{{otp_code}}</b>\nIgnore this message if you did not ask for it.",
        _REQUEST,
        ("otp_code",),
    ),
    _email(
        "reset_password_code",
        "Reset password code",
        "{{otp_code}} resets your password for {{app.name}}",
        "Enter this code to choose a password:\n<b>{{otp_code}}</b>\nIgnore this message if you did not ask for it.",
        _REQUEST,
        ("otp_code",),
    ),
    *(
        _email(
            f"magic_link_{act}",
            f"Email link: {label}",
            f"Your link to {purpose}",
            f'Open this link to {purpose}:\n<a href="{{{{magic_link}}}}">{{{{magic_link}}}}</a>\n'
            "It works for {{ttl_minutes}} minutes.",
            ("ttl_minutes", *_REQUEST),
            ("magic_link",),
        )
        for act, label, purpose in (
            ("sign_in", "sign in", "sign in to {{app.name}}"),
            ("sign_up", "sign up", "sign up for {{app.name}}"),
            ("user_profile", "verify an address", "verify your email address for {{app.name}}"),
        )
    ),
    _email(
        "invitation",
        "Invitation",
        "You are invited to {{app.name}}",
        '{{inviter_name}} invites you to {{app.name}}.\n<a href="{{action_url}}">Accept the invitation</a>',
        ("inviter_name", "invitation.expires_in_days"),
        ("action_url",),
    ),
    _email(
        "waitlist_confirmation",
        "Waitlist confirmation",
        "You are on the waitlist of {{app.name}}",
        "We will write to you as soon as there is room for you.",
    ),
    _email(
        "waitlist_invitation",
        "Waitlist invitation",
        "{{app.name}} is ready for you",
        'There is room for you now.\n<a href="{{action_url}}">Sign up</a>',
        ("invitation.expires_in_days",),
        ("action_url",),
    ),
    _email(
        "organization_invitation",
        "Organization invitation",
        "{{inviter_name}} invites you to {{org.name}}",
        '{{inviter_name}} invites you to {{org.name}} in {{app.name}}.\n<a href="{{action_url}}">Join</a>',
        ("inviter_name", "org.name", "invitation.expires_in_days"),
        ("action_url",),
    ),
    _email(
        "organization_invitation_accepted",
        "Organization invitation accepted",
        "{{email_address}} has joined {{org.name}}",
        "{{email_address}} has accepted your invitation to {{org.name}}.",
        ("email_address", "org.name"),
    ),
    _email(
        "organization_membership_requested",
        "Organization membership requested",
        "{{email_address}} wants to join {{org.name}}",
        "{{email_address}} asks to become a member of {{org.name}}. Answer the request in {{app.name}}.",
        ("email_address", "org.name"),
    ),
    _email(
        "affiliation_code",
        "Affiliation code",
        "{{otp_code}} verifies the domain of {{org.name}}",
        "Enter this code to show that your address is at the domain of {{org.name}}:\n<b>{{otp_code}}</b>",
        ("org.name", *_REQUEST),
        ("otp_code",),
    ),
    _email(
        "password_changed",
        "Password changed",
        "Your password for {{app.name}} was changed",
        "If it was not you, reset your password now{{#if app.support_email}} or write to {{app.support_email}}{{/if}}.",
        ("greeting_name", "primary_email_address"),
    ),
    _email(
        "password_removed",
        "Password removed",
        "Your password for {{app.name}} was removed",
        "You can still sign in by the other ways that you have set up.",
        ("greeting_name", "primary_email_address"),
    ),
    _email(
        "passkey_added",
        "Passkey added",
        "A passkey was added to your account",
        "You can now sign in to {{app.name}} with {{passkey_name}}.",
        ("greeting_name", "passkey_name"),
    ),
    _email(
        "passkey_removed",
        "Passkey removed",
        "A passkey was removed from your account",
        "You can no longer sign in to {{app.name}} with {{passkey_name}}.",
        ("greeting_name", "passkey_name"),
    ),
    _email(
        "primary_email_address_changed",
        "Primary email address changed",
        "Your primary email address was changed",
        "{{app.name}} will write to {{new_email_address}} from now on.",
        ("greeting_name", "new_email_address"),
    ),
    _email(
        "account_locked",
        "Account locked",
        "Your account in {{app.name}} is locked",
        "There were too many failed attempts to sign in. Try again later.",
        ("greeting_name",),
    ),
    _email(
        "new_device_sign_in",
        "Sign-in from a new device",
        "New sign-in to {{app.name}}",
        "Somebody has signed in to your account from a new device. If it was not you, reset your password.",
        ("greeting_name", *_REQUEST),
    ),
    _sms("verification_code", "Verification code", "{{otp_code}} is your code for {{app.name}}.", ("otp_code",)),
    _sms(
        "reset_password_code",
        "Reset password code",
        "{{otp_code}} resets your password for {{app.name}}.",
        ("otp_code",),
    ),
    _sms("invitation", "Invitation", "You are invited to {{app.name}}: {{action_url}}", ("action_url",)),
)


def sample_values(app_name: str) -> Json:
    """Return values for a preview, by the name of the variable."""
    values: dict[str, Any] = {
        "app.name": app_name,
        "app.url": "https://example.com",
        "app.domain_name": "example.com",
        "app.logo_image_url": "",
        "app.support_email": "",
        "otp_code": "123456",
        "magic_link": "https://example.com/verify?token=123",
        "action_url": "https://example.com/accept",
        "ttl_minutes": "10",
        "inviter_name": "Ada Lovelace",
        "invitation.expires_in_days": "30",
        "org.name": "Acme",
        "email_address": "bob@example.com",
        "new_email_address": "ada@example.org",
        "primary_email_address": "ada@example.com",
        "greeting_name": "Ada",
        "passkey_name": "Phone",
        "requested_at": "12 May 2026, 09:30 UTC",
        "requested_by": "Firefox on Linux",
    }
    return values
