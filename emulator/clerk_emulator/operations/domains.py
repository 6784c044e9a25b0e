"""Domains of the instance: the primary one, which always exists, and satellites."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import on_startup, operation
from clerk_emulator.storage.keys import frontend_host
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import DOMAINS, SESSIONS

_PORT = re.compile(r":[0-9]{1,5}\Z")


@on_startup
def create_primary_domain(store: Store) -> None:
    """Create the primary domain."""
    if not store.count(DOMAINS):
        host = frontend_host(store)
        name = host.partition(":")[0].replace(".clerk.", ".").removeprefix("clerk.")
        _create(store, name, f"https://{host}", is_satellite=False)


@operation("ListDomains")
def list_domains(call: Call) -> Response:
    return list_resources(call, DOMAINS, serialize=lambda _, rows: [_serialize(row) for row in rows])


@operation("AddDomain")
def add_domain(call: Call) -> Json:
    name = _validate_name(call, call.body["name"])
    return _serialize(_create(call.store, name, f"https://clerk.{name}", is_satellite=True))


@operation("UpdateDomain")
def update_domain(call: Call) -> Json:
    row = call.path_resource(DOMAINS, "domain_id")
    name = _validate_name(call, call.body.get("name") or row["name"], row["id"])
    # In a development instance users sign in at the frontend host; a satellite has its own URL.
    url = f"https://clerk.{name}" if row["is_satellite"] else row["frontend_api_url"]
    return _serialize(call.store.update(DOMAINS, row, name=name, frontend_api_url=url))


@operation("DeleteDomain")
def delete_domain(call: Call) -> Json:
    row = call.path_resource(DOMAINS, "domain_id")
    if not row["is_satellite"]:
        message = "The primary domain cannot be deleted."
        raise ClerkAPIError(403, "operation_not_allowed_on_primary_domain", "not allowed", message)
    call.store.delete(DOMAINS, DOMAINS.c.id == row["id"])
    return deleted_object(row)


@operation("ChangeProductionInstanceDomain")
def change_domain(call: Call) -> None:
    _change_primary_domain(call)


@operation("UpdateProductionInstanceDomain")
def update_production_domain(call: Call) -> None:
    _change_primary_domain(call)


def _change_primary_domain(call: Call) -> None:
    """Change the primary domain, which signs all users out.

    Clerk allows it for production instances only. Here it works too, so that it can be tried.
    """
    host = urlsplit(formats.url("home_url", call.body["home_url"])).hostname or ""
    formats.host("home_url", host)
    # Clerk determines the registrable domain of the host. Here it is the last two labels: our choice.
    name = host if call.body.get("is_secondary") else ".".join(host.split(".")[-2:])
    (row,) = [one for one in call.store.all(DOMAINS) if not one["is_satellite"]]
    call.store.update(DOMAINS, row, name=_validate_name(call, name, row["id"], "home_url"))
    call.store.update_all(SESSIONS, SESSIONS.c.status.in_(session_lifecycle.OPEN), status="revoked", _ends_at=None)


def _validate_name(call: Call, name: str, own_id: str | None = None, parameter: str = "name") -> str:
    """Return the normalized name of a domain. Raises ClerkAPIError if it is malformed, not unique, or has a proxy."""
    if call.body.get("proxy_url"):
        message = "Only production instances can have a proxy; this is a development instance."
        raise ClerkAPIError(400, "domain_update_forbidden", "not allowed", message)
    name = name.lower()
    host = _PORT.sub("", name)
    if host != "localhost":
        formats.host(parameter, host)
    if call.store.find(DOMAINS, DOMAINS.c.name == name, DOMAINS.c.id != (own_id or "")):
        raise errors.already_exists(parameter)
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


def _serialize(row: Json) -> Json:
    return {name: value for name, value in public_fields(row).items() if name not in ("created_at", "updated_at")}
