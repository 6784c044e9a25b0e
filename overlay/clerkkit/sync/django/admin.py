"""A read-only admin of the copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from clerkkit.sync.django.models import MODELS, ClerkMessage
from clerkkit.sync.schema.kinds import KINDS

_SHOWN = 6


if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin  # generic in the stubs only


class ReadOnlyAdmin(_ModelAdmin):
    """Read-only admin, because Clerk's next event would overwrite changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False


def _admin_of(kind: str) -> type[ReadOnlyAdmin]:
    columns = KINDS[kind].columns
    searched = [column.name for column in columns if column.indexed and column.type in ("id", "text")]
    shown = [column.name for column in columns if column.name != "created_at"][:_SHOWN]
    options = {
        "list_display": ["id", *shown, "deleted_at"],
        "search_fields": ["id", *searched],
        "ordering": ["-created_at"],
        "show_full_result_count": False,
    }
    return type(f"{kind.title()}Admin", (ReadOnlyAdmin,), options)


@admin.register(ClerkMessage)
class MessageAdmin(ReadOnlyAdmin):
    """The messages of the inbox."""

    list_display = ("message_id", "type", "resource_id", "outcome", "attempts", "reason")
    list_filter = ("outcome",)
    search_fields = ("message_id", "resource_id", "type")
    ordering = ("-received_at",)
    show_full_result_count = False


for _kind, _model in MODELS.items():
    admin.site.register(_model, _admin_of(_kind))
