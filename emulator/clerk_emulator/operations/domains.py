"""Domains of the instance: the primary one, which is there from the start, and satellites."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.domain import value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.operations import at_start
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.keys import FRONTEND_HOST
from clerk_emulator.storage.store import Kind, Store
from clerk_emulator.storage.tables import SESSIONS

DOMAINS = Kind("domain", "dmn", {"name": str}, unique=("name",))

_PORT = re.compile(r":[0-9]{1,5}\Z")


@at_start
def make_primary(store: Store) -> None:
    """Make the primary domain."""
    if not store.count(DOMAINS):
        _create(store, FRONTEND_HOST.replace(".clerk.", "."), f"https://{FRONTEND_HOST}", is_satellite=False)


@operation("ListDomains")
def list_domains(call: Call) -> Answer:
    return listing(call, DOMAINS, show=lambda _, rows: [_show(row) for row in rows])


@operation("AddDomain")
def add_domain(call: Call) -> Json:
    name = _checked(call, call.body["name"])
    return _show(_create(call.store, name, f"https://clerk.{name}", is_satellite=True))


@operation("UpdateDomain")
def update_domain(call: Call) -> Json:
    row = call.named(DOMAINS, "domain_id")
    name = _checked(call, call.body.get("name") or row["name"], row["id"])
    # Of a development instance users sign in where they did before; a satellite has an address of its own.
    url = f"https://clerk.{name}" if row["is_satellite"] else row["frontend_api_url"]
    return _show(call.store.update(DOMAINS, row, name=name, frontend_api_url=url))


@operation("DeleteDomain")
def delete_domain(call: Call) -> Json:
    row = call.named(DOMAINS, "domain_id")
    if not row["is_satellite"]:
        message = "The primary domain cannot be deleted."
        raise Refusal(403, "operation_not_allowed_on_primary_domain", "not allowed", message)
    call.store.delete(DOMAINS, DOMAINS.c.id == row["id"])
    return deleted(row)


@operation("ChangeProductionInstanceDomain")
def change_domain(call: Call) -> None:
    _move(call)


@operation("UpdateProductionInstanceDomain")
def update_production_domain(call: Call) -> None:
    _move(call)


def _move(call: Call) -> None:
    """Give the instance another primary domain, which signs all users out.

    Clerk does this for production instances alone. Here it is done too, so that it can be tried.
    """
    host = urlsplit(value_rules.url("home_url", call.body["home_url"])).hostname or ""
    value_rules.host("home_url", host)
    # Clerk knows which domains can be registered; here it is the last two labels that make one.
    name = host if call.body.get("is_secondary") else ".".join(host.split(".")[-2:])
    (row,) = [one for one in call.store.all(DOMAINS) if not one["is_satellite"]]
    call.store.update(DOMAINS, row, name=_checked(call, name, row["id"], "home_url"))
    call.store.update_all(SESSIONS, SESSIONS.c.status == "active", status="revoked")


def _checked(call: Call, name: str, own_id: str | None = None, parameter: str = "name") -> str:
    """The name of a domain, as it is kept. Raises Refusal for one that is malformed or taken, or that has a proxy."""
    if call.body.get("proxy_url"):
        message = "Only production instances can have a proxy, and this one is for development."
        raise Refusal(400, "domain_update_forbidden", "not allowed", message)
    name = name.lower()
    host = _PORT.sub("", name)
    if host != "localhost":
        value_rules.host(parameter, host)
    if call.store.find(DOMAINS, DOMAINS.c.name == name, DOMAINS.c.id != (own_id or "")):
        raise errors.exists(parameter)
    return name


def _create(store: Store, name: str, frontend_api_url: str, *, is_satellite: bool) -> Json:
    data = {
        "name": name,
        "is_satellite": is_satellite,
        "frontend_api_url": frontend_api_url,
        "accounts_portal_url": None if is_satellite else f"https://{name}",
        "proxy_url": None,
        "cname_targets": None,
        "development_origin": "",
    }
    return store.create(DOMAINS, data)


def _show(row: Json) -> Json:
    return {name: value for name, value in shown(row).items() if name not in ("created_at", "updated_at")}
