"""Creates the tables of the copy. The columns are written out, because a migration must not change with the code."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

_TABLES = {
    "ClerkUser": (
        "users",
        "external_id:text! username:text! first_name:text last_name:text primary_email_address_id:id "
        "primary_phone_number_id:id image_url:text banned:boolean locked:boolean deprovisioned:boolean "
        "last_sign_in_at:time last_active_at:time created_at:time! updated_at:time!",
    ),
    "ClerkEmailAddress": (
        "email_addresses",
        "user_id:id! email_address:text! verification_status:text created_at:time! updated_at:time!",
    ),
    "ClerkPhoneNumber": (
        "phone_numbers",
        "user_id:id! phone_number:text! verification_status:text created_at:time! updated_at:time!",
    ),
    "ClerkExternalAccount": (
        "external_accounts",
        "user_id:id! provider:text! provider_user_id:text! email_address:text username:text "
        "verification_status:text created_at:time! updated_at:time!",
    ),
    "ClerkOrganization": (
        "organizations",
        "name:text! slug:text! image_url:text created_by:id! max_allowed_memberships:integer created_at:time! "
        "updated_at:time!",
    ),
    "ClerkMembership": (
        "memberships",
        "organization_id:id! user_id:id! role:text! created_at:time! updated_at:time!",
    ),
    "ClerkOrganizationInvitation": (
        "organization_invitations",
        "organization_id:id! email_address:text! role:text status:text! inviter_id:id user_id:id! "
        "expires_at:time created_at:time! updated_at:time!",
    ),
    "ClerkOrganizationDomain": (
        "organization_domains",
        "organization_id:id! name:text! enrollment_mode:text verification_status:text created_at:time! "
        "updated_at:time!",
    ),
    "ClerkInvitation": (
        "invitations",
        "email_address:text! status:text! expires_at:time created_at:time! updated_at:time!",
    ),
    "ClerkRole": (
        "roles",
        "key:text! name:text description:text created_at:time! updated_at:time!",
    ),
    "ClerkPermission": (
        "permissions",
        "key:text! name:text description:text type:text created_at:time! updated_at:time!",
    ),
    "ClerkWaitlistEntry": (
        "waitlist_entries",
        "email_address:text! status:text! is_locked:boolean created_at:time! updated_at:time!",
    ),
    "ClerkSubscription": (
        "subscriptions",
        "user_id:id! organization_id:id! payer_id:id! status:text! active_at:time past_due_at:time "
        "canceled_at:time ended_at:time created_at:time! updated_at:time!",
    ),
    "ClerkSubscriptionItem": (
        "subscription_items",
        "user_id:id! organization_id:id! subscription_id:id! plan_id:id! plan_slug:text status:text! "
        "interval:text is_free_trial:boolean period_start:time period_end:time created_at:time! "
        "updated_at:time!",
    ),
    "ClerkPaymentAttempt": (
        "payment_attempts",
        "user_id:id! organization_id:id! payment_id:id statement_id:id! status:text! charge_type:text "
        "amount:integer currency:text paid_at:time failed_at:time created_at:time! updated_at:time!",
    ),
}
"""Model -> table and columns, as name:type; `!` is an index."""


def _field(column_type: str, *, indexed: bool) -> models.Field[Any, Any]:
    match column_type:
        case "id":
            return models.CharField(max_length=255, null=True, db_index=indexed)
        case "boolean":
            return models.BooleanField(null=True, db_index=indexed)
        case "text":
            return models.TextField(null=True, db_index=indexed)
        case _:
            return models.BigIntegerField(null=True, db_index=indexed)


def _create(model: str, kind: str, columns: str) -> migrations.CreateModel:
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.CharField(max_length=255, primary_key=True, serialize=False))
    ]
    for column in columns.split():
        name, _, column_type = column.partition(":")
        fields.append((name, _field(column_type.rstrip("!"), indexed=column_type.endswith("!"))))
    fields += [
        ("raw", models.JSONField(null=True)),
        ("version", models.CharField(max_length=40)),
        ("deleted_at", models.BigIntegerField(null=True)),
        ("synced_at", models.BigIntegerField()),
    ]
    options = {
        "db_table": f"clerk_{kind}",
        "verbose_name_plural": kind.replace("_", " "),
        "default_manager_name": "with_deleted",
    }
    return migrations.CreateModel(model, fields, options, managers=[("with_deleted", models.Manager())])


class Migration(migrations.Migration):
    """Creates all tables."""

    initial = True
    dependencies = ()
    operations = (
        *(_create(model, kind, columns) for model, (kind, columns) in _TABLES.items()),
        migrations.CreateModel(
            "ClerkMessage",
            [
                ("message_id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=255)),
                ("resource_id", models.CharField(max_length=255, null=True, db_index=True)),
                ("user_id", models.CharField(max_length=255, null=True, db_index=True)),
                ("timestamp", models.BigIntegerField()),
                ("received_at", models.BigIntegerField(db_index=True)),
                ("attempts", models.IntegerField()),
                ("outcome", models.CharField(max_length=20, db_index=True)),
                ("reason", models.TextField(null=True)),
                ("body", models.TextField(null=True)),
            ],
            {"db_table": "clerk_inbox"},
        ),
        migrations.CreateModel(
            "ClerkOutboxEntry",
            [
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("resource_id", models.CharField(max_length=255)),
                ("action", models.CharField(max_length=20)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("created_at", models.BigIntegerField()),
            ],
            {"db_table": "clerk_outbox"},
        ),
        migrations.CreateModel(
            "ClerkProgress",
            [
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("task", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=40)),
                ("position", models.JSONField(null=True)),
                ("rows", models.BigIntegerField()),
                ("started_at", models.BigIntegerField()),
                ("updated_at", models.BigIntegerField()),
                ("finished_at", models.BigIntegerField(null=True)),
            ],
            {"db_table": "clerk_progress"},
        ),
    )
