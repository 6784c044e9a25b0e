"""Checks that a proxy in front of the Frontend API works."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable
from clerk_emulator.storage.tables import DOMAINS

PROXY_CHECKS = ResourceTable("proxy_check", "proxchk", owners={"domain_id": "domain"})


@operation("VerifyDomainProxy")
def verify_domain_proxy(call: Call) -> Json:
    """Record a check, which succeeds.

    The emulator contacts no other server. Hosts that end in `.invalid`, which never exist, give Clerk's error for a
    proxy that does not work.
    """
    domain_id = call.body["domain_id"]
    proxy_url: str = call.body["proxy_url"]
    if call.store.get(DOMAINS, domain_id) is None:
        raise errors.referenced_not_found("domain_id", domain_id)
    formats.url("proxy_url", proxy_url)
    parts = urlsplit(proxy_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in ("localhost", "127.0.0.1"):
        message = "proxy_url must begin with https://."
        raise ClerkAPIError(422, "insecure_url", "is insecure", message, param_name="proxy_url")
    if host.endswith(".invalid"):
        message = f"{proxy_url} does not reach the Frontend API."
        raise ClerkAPIError(422, "invalid_proxy_configuration", "does not work", message, param_name="proxy_url")
    row = call.store.create(
        PROXY_CHECKS,
        {"domain_id": domain_id, "proxy_url": proxy_url, "successful": True, "last_run_at": call.clock.now()},
    )
    return public_fields(row)
