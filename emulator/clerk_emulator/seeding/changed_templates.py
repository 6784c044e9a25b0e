"""The section of a seed for changed templates of messages."""

from __future__ import annotations

from clerk_emulator.domain.messaging import templates
from clerk_emulator.domain.messaging.templates import CHANGED_TEMPLATES
from clerk_emulator.json_types import Json
from clerk_emulator.request.execution import perform
from clerk_emulator.request.state import State
from clerk_emulator.seeding import entries
from clerk_emulator.storage.store import Store


def change_template(state: State, entry: Json) -> None:
    """Change a template; the entry names it by `template_type` and `slug`."""
    template_type, slug = (entries.pop_text(entry, name, name) for name in ("template_type", "slug"))
    perform(state, "UpsertTemplate", entry, template_type=template_type, slug=slug)


def dump_templates(store: Store) -> list[Json]:
    """Return the changed templates as entries of a seed."""
    return [
        {
            "template_type": row["template_type"],
            "slug": row["slug"],
            **{name: row["_content"][name] for name in templates.CONTENT if name in row["_content"]},
            "delivered_by_clerk": row["delivered_by_clerk"],
        }
        for row in store.all(CHANGED_TEMPLATES, order=CHANGED_TEMPLATES.as_stored)
    ]
