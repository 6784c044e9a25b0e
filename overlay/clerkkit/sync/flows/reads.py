"""The requests that read Clerk's objects: one object, and the pages of each list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from clerk_bapi import api
from clerk_core import Model, NotFound, Request
from clerk_core.guards import is_list, is_object
from clerkkit.sync.flows.steps import Flow, Send
from clerkkit.sync.schema.kinds import Kind
from clerkkit.sync.schema.values import is_id, make_storable

LARGEST_PAGE = 500
"""Rows. Clerk accepts no larger `limit`."""


class Listing(NamedTuple):
    """How the list of a kind is read."""

    find_endpoint: Callable[[], Callable[..., Request[Any]]]
    """Returns the endpoint function. It is looked up when used, since older versions of Clerk's API lack some."""
    arguments: Mapping[str, Any] = {}
    has_cursor: bool = False
    """Whether pages are selected by the last id of the page before."""

    @property
    def endpoint(self) -> Callable[..., Request[Any]]:
        """The endpoint function."""
        return self.find_endpoint()


_OLDEST_FIRST = {"order_by": "+created_at"}
"""New objects are added at the end, and no page is skipped."""
LISTINGS: Mapping[str, Listing] = {
    "permissions": Listing(lambda: api.list_organization_permissions, _OLDEST_FIRST),
    "roles": Listing(lambda: api.list_organization_roles, _OLDEST_FIRST),
    "organizations": Listing(lambda: api.list_organizations, _OLDEST_FIRST),
    "users": Listing(lambda: api.list_users, _OLDEST_FIRST, has_cursor=True),
    "memberships": Listing(lambda: api.list_all_organization_memberships, _OLDEST_FIRST),
    "organization_invitations": Listing(lambda: api.list_all_organization_invitations, _OLDEST_FIRST),
    "organization_domains": Listing(lambda: api.list_all_organization_domains, _OLDEST_FIRST),
    "invitations": Listing(lambda: api.list_invitations, _OLDEST_FIRST),
    "waitlist_entries": Listing(lambda: api.list_waitlist_entries, _OLDEST_FIRST),
    # Subscriptions are read from each payer of an item, and payment attempts from each statement.
    "subscriptions": Listing(lambda: api.list_billing_subscription_items, {"include_free": True}),
    "subscription_items": Listing(lambda: api.list_billing_subscription_items, {"include_free": True}),
    "payment_attempts": Listing(lambda: api.list_billing_statements),
}


class Unreadable(Exception):
    """Too little is known about an object to read it."""


def read_one(kind: Kind, known: Mapping[str, Any]) -> Flow[dict[str, Any] | None]:
    """Read an object of which the id and the columns are known; None if Clerk does not have it.

    Where Clerk has no operation for one object, a list that is filtered for it is read.

    Raises:
        Unreadable: a column that the request needs is not known.
    """
    try:
        match kind.name:
            case "users":
                return (yield from _read(api.get_user(known["id"])))
            case "organizations":
                return (yield from _read(api.get_organization(known["id"])))
            case "roles":
                return (yield from _read(api.get_organization_role(known["id"])))
            case "permissions":
                return (yield from _read(api.get_organization_permission(known["id"])))
            case "organization_invitations":
                organization_id = _require(known, "organization_id")
                request = api.get_organization_invitation(organization_id, known["id"])
                return (yield from _read(request))
            case "subscriptions":
                found = yield from read_subscription(known)
                return found if found and found["id"] == known["id"] else None
            case _:
                return (yield from _find(_filtered_list(kind, known), known["id"]))
    except NotFound:
        return None


def _read(request: Request[Any]) -> Flow[dict[str, Any]]:
    found = yield Send(request)
    return _to_storable(found)


def _to_storable(found: Model) -> dict[str, Any]:
    plain: dict[str, Any] = make_storable(found.to_dict())
    return plain


def _require(known: Mapping[str, Any], name: str) -> str:
    value = known.get(name)
    if not is_id(value):
        raise Unreadable(f"{name} of {known['id']} is not known")
    return str(value)


def _filtered_list(kind: Kind, known: Mapping[str, Any]) -> Callable[..., Request[Any]]:
    def required(name: str) -> str:
        return _require(known, name)

    match kind.name:
        case "memberships":
            list_members = api.list_organization_memberships
            return partial(list_members, required("organization_id"), user_id=[required("user_id")])
        case "organization_domains":
            organization_id = required("organization_id")
            list_domains = api.list_all_organization_domains
            return partial(list_domains, organization_id=organization_id, domains=[required("name")])
        case "invitations":
            return partial(api.list_invitations, query=required("email_address"))
        case "waitlist_entries":
            return partial(api.list_waitlist_entries, query=required("email_address"))
        case "subscription_items":
            list_items = api.list_billing_subscription_items
            return partial(list_items, plan_id=required("plan_id"), include_free=True)
        case _:
            return partial(api.list_billing_statement_payment_attempts, required("statement_id"))


def _find(endpoint: Callable[..., Request[Any]], object_id: str) -> Flow[dict[str, Any] | None]:
    offset = 0
    while rows := rows_of((yield Send(endpoint(limit=LARGEST_PAGE, offset=offset)))):
        for row in rows:
            if row["id"] == object_id:
                return row
        if len(rows) < LARGEST_PAGE:
            break
        offset += len(rows)
    return None


def read_subscription(known: Mapping[str, Any]) -> Flow[dict[str, Any] | None]:
    """Read the subscription of a payer, a user or an organization; None if there is none."""
    try:
        if is_id(known.get("organization_id")):
            found = yield from _read(api.get_organization_billing_subscription(known["organization_id"]))
        else:
            found = yield from _read(api.get_user_billing_subscription(_require(known, "user_id")))
    except NotFound:
        return None
    # The response does not name the payer as events do.
    payer = {"user_id": known.get("user_id"), "organization_id": known.get("organization_id")}
    return {**found, "payer": payer}


def rows_of(page: Any) -> list[dict[str, Any]]:
    """Return the objects of a page that have an id, as JSON that can be stored."""
    rows = page if is_list(page) else page.data
    plain = [_to_storable(row) for row in rows if isinstance(row, Model)]
    return [row for row in plain if is_id(row.get("id"))]


def expand(kind: Kind, rows: list[dict[str, Any]]) -> Flow[list[dict[str, Any]]]:
    """Return the objects of a kind to which the rows of its list lead: by default these rows."""
    found: list[dict[str, Any]] = []
    if kind.name == "subscriptions":
        payers = {
            one["id"]: one for one in (row.get("payer") for row in rows) if is_object(one) and is_id(one.get("id"))
        }
        for payer in payers.values():
            subscription = yield from read_subscription(payer)
            found += [subscription] if subscription else []
    elif kind.name == "payment_attempts":
        for statement in rows:
            offset = 0
            while True:
                request = api.list_billing_statement_payment_attempts(
                    statement["id"], limit=LARGEST_PAGE, offset=offset
                )
                attempts = rows_of((yield Send(request)))
                found += attempts
                offset += len(attempts)
                if len(attempts) < LARGEST_PAGE:
                    break
    else:
        found = rows
    return found
