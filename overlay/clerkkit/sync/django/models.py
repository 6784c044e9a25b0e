"""Models over the tables of the copy. They are read-only: the copy is written by the SQL of `clerkkit.sync`."""

from __future__ import annotations

from typing import Any

from django.db import models

from clerkkit.sync.schema.kinds import KINDS, Column, Kind
from clerkkit.sync.schema.values import ID_LENGTH

PREFIX = "clerk_"
"""The beginning of the names of the tables. Migrations contain it, so that it is no setting."""


class LiveManager(models.Manager[Any]):
    """Returns the rows of objects that Clerk has not deleted."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the rows without tombstones."""
        return super().get_queryset().filter(deleted_at__isnull=True)


def _field(column: Column) -> models.Field[Any, Any]:
    match column.type:
        case "id":
            return models.CharField(max_length=ID_LENGTH, null=True, db_index=column.indexed)
        case "boolean":
            return models.BooleanField(null=True, db_index=column.indexed)
        case "time" | "integer":
            return models.BigIntegerField(null=True, db_index=column.indexed)
        case "text":
            return models.TextField(null=True, db_index=column.indexed)


def _build(kind: Kind, name: str) -> Any:
    """Return the model of a kind. `objects` has the live rows, `with_deleted` the tombstones as well."""

    class Meta:
        db_table = f"{PREFIX}{kind.name}"
        app_label = "clerk_sync"
        verbose_name_plural = kind.name.replace("_", " ")
        default_manager_name = "with_deleted"

    def to_text(self: Any) -> str:
        return str(self.id)

    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": f"A row of the table `{PREFIX}{kind.name}`.",
        "__str__": to_text,
        "Meta": Meta,
        "id": models.CharField(max_length=ID_LENGTH, primary_key=True),
        **{column.name: _field(column) for column in kind.columns},
        "raw": models.JSONField(null=True),
        "version": models.CharField(max_length=40),
        "deleted_at": models.BigIntegerField(null=True),
        "synced_at": models.BigIntegerField(),
        "with_deleted": models.Manager(),
        "objects": LiveManager(),
    }
    return type(name, (models.Model,), attributes)


ClerkUser: Any = _build(KINDS["users"], "ClerkUser")
ClerkEmailAddress: Any = _build(KINDS["email_addresses"], "ClerkEmailAddress")
ClerkPhoneNumber: Any = _build(KINDS["phone_numbers"], "ClerkPhoneNumber")
ClerkExternalAccount: Any = _build(KINDS["external_accounts"], "ClerkExternalAccount")
ClerkOrganization: Any = _build(KINDS["organizations"], "ClerkOrganization")
ClerkMembership: Any = _build(KINDS["memberships"], "ClerkMembership")
ClerkOrganizationInvitation: Any = _build(KINDS["organization_invitations"], "ClerkOrganizationInvitation")
ClerkOrganizationDomain: Any = _build(KINDS["organization_domains"], "ClerkOrganizationDomain")
ClerkInvitation: Any = _build(KINDS["invitations"], "ClerkInvitation")
ClerkRole: Any = _build(KINDS["roles"], "ClerkRole")
ClerkPermission: Any = _build(KINDS["permissions"], "ClerkPermission")
ClerkWaitlistEntry: Any = _build(KINDS["waitlist_entries"], "ClerkWaitlistEntry")
ClerkSubscription: Any = _build(KINDS["subscriptions"], "ClerkSubscription")
ClerkSubscriptionItem: Any = _build(KINDS["subscription_items"], "ClerkSubscriptionItem")
ClerkPaymentAttempt: Any = _build(KINDS["payment_attempts"], "ClerkPaymentAttempt")

MODELS: dict[str, Any] = {
    model._meta.db_table.removeprefix(PREFIX): model
    for model in list(globals().values())
    if isinstance(model, type) and issubclass(model, models.Model) and model.__module__ == __name__
}
"""The models by kind."""


class ClerkMessage(models.Model):
    """A message of the inbox."""

    message_id: models.Field[str, str] = models.CharField(max_length=ID_LENGTH, primary_key=True)
    type: models.Field[str, str] = models.CharField(max_length=ID_LENGTH)
    resource_id: models.Field[str | None, str | None] = models.CharField(max_length=ID_LENGTH, null=True, db_index=True)
    user_id: models.Field[str | None, str | None] = models.CharField(max_length=ID_LENGTH, null=True, db_index=True)
    timestamp: models.Field[int, int] = models.BigIntegerField()
    received_at: models.Field[int, int] = models.BigIntegerField(db_index=True)
    attempts: models.Field[int, int] = models.IntegerField()
    outcome: models.Field[str, str] = models.CharField(max_length=20, db_index=True)
    reason: models.Field[str | None, str | None] = models.TextField(null=True)
    body: models.Field[str | None, str | None] = models.TextField(null=True)

    class Meta:
        db_table = f"{PREFIX}inbox"
        app_label = "clerk_sync"

    def __str__(self) -> str:
        return f"{self.message_id} {self.type}"


class ClerkOutboxEntry(models.Model):
    """A change that waits for `deliver_outbox`."""

    number: models.Field[int, int] = models.BigAutoField(primary_key=True)
    kind: models.Field[str, str] = models.CharField(max_length=40)
    resource_id: models.Field[str, str] = models.CharField(max_length=ID_LENGTH)
    action: models.Field[str, str] = models.CharField(max_length=20)
    before: models.Field[Any, Any] = models.JSONField(null=True)
    after: models.Field[Any, Any] = models.JSONField(null=True)
    created_at: models.Field[int, int] = models.BigIntegerField()

    class Meta:
        db_table = f"{PREFIX}outbox"
        app_label = "clerk_sync"

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.action}"


class ClerkProgress(models.Model):
    """The checkpoint of a task for a kind."""

    name: models.Field[str, str] = models.CharField(max_length=60, primary_key=True)
    task: models.Field[str, str] = models.CharField(max_length=20)
    kind: models.Field[str, str] = models.CharField(max_length=40)
    position: models.Field[Any, Any] = models.JSONField(null=True)
    rows: models.Field[int, int] = models.BigIntegerField()
    started_at: models.Field[int, int] = models.BigIntegerField()
    updated_at: models.Field[int, int] = models.BigIntegerField()
    finished_at: models.Field[int | None, int | None] = models.BigIntegerField(null=True)

    class Meta:
        db_table = f"{PREFIX}progress"
        app_label = "clerk_sync"

    def __str__(self) -> str:
        return self.name
