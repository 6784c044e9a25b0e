"""Organizations."""

from __future__ import annotations

from clerk_emulator.dashboard.paging import newest_first
from clerk_emulator.dashboard.people import users_by_id
from clerk_emulator.dashboard.routes import NotFound, PageCall, View, page, view
from clerk_emulator.domain.organizations.organization_profiles import serialize_organization
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_DOMAINS, ORGANIZATION_INVITATIONS, ORGANIZATIONS

_SHOWN = 50


@page("/organizations")
def list_organizations(call: PageCall) -> View:
    """List organizations, the newest first."""
    store = call.store
    text = call.query.get("q", "").strip()
    columns = ORGANIZATIONS.c
    with store.transaction():
        found = newest_first(
            store, ORGANIZATIONS, call.query, contains_text(text, columns.name, columns.slug, columns.id)
        )
        members = {
            row["id"]: store.count(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == row["id"]) for row in found.items
        }
    return view(
        "dashboard/organizations.html", current="organizations", organizations=found, members=members, text=text
    )


@page("/organizations/{organization_id}")
def show_organization(call: PageCall) -> View:
    """Show an organization with its members, invitations and domains."""
    store, organization_id = call.store, call.path["organization_id"]
    with store.transaction():
        row = store.get(ORGANIZATIONS, organization_id)
        if row is None:
            raise NotFound(f"There is no organization {organization_id}.")
        memberships = newest_first(store, MEMBERSHIPS, call.query, MEMBERSHIPS.c.organization_id == organization_id)
        invitations = ORGANIZATION_INVITATIONS.c.organization_id == organization_id
        domains = store.all(ORGANIZATION_DOMAINS, ORGANIZATION_DOMAINS.c.organization_id == organization_id)
        return view(
            "dashboard/organization.html",
            current="organizations",
            row=row,
            organization=serialize_organization(store, row),
            memberships=memberships,
            users=users_by_id(store, [one["_user_id"] for one in memberships.items]),
            invitations=store.all(
                ORGANIZATION_INVITATIONS,
                invitations,
                order=ORGANIZATION_INVITATIONS.newest_first,
                limit=_SHOWN,
            ),
            domains=[public_fields(domain) for domain in domains],
        )
