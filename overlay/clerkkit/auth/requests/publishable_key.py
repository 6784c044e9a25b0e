"""The instance that a publishable key belongs to, and the suffix of its cookies."""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache
from hashlib import sha1
from typing import NamedTuple

from clerk_core import InvalidArgument

_IS_PRODUCTION = {"pk_test_": False, "pk_live_": True}


class Instance(NamedTuple):
    """The instance of a publishable key."""

    is_production: bool
    host: str
    """The host of the Frontend API."""
    suffix: str
    """The suffix of its cookies, which keeps those of two instances on one domain apart."""


def find_instance(publishable_key: str | None) -> Instance:
    """Return the instance of a publishable key, by default of the environment's `CLERK_PUBLISHABLE_KEY`.

    Raises:
        InvalidArgument: there is no key, it is malformed, or it is a secret key.
    """
    key = publishable_key or os.environ.get("CLERK_PUBLISHABLE_KEY")
    if not key:
        raise InvalidArgument("publishable_key", "is missing: pass it, or set CLERK_PUBLISHABLE_KEY")
    return parse_publishable_key(key)


@lru_cache(maxsize=64)
def parse_publishable_key(publishable_key: str) -> Instance:
    """Return the instance of a publishable key.

    Raises:
        InvalidArgument: the key is malformed, or is a secret key.
    """
    if publishable_key.startswith(("sk_", "ak_", "test_", "live_")):
        raise InvalidArgument("publishable_key", "is a secret key; expected the publishable one (pk_...)")
    prefix, encoded = publishable_key[: len("pk_test_")], publishable_key[len("pk_test_") :]
    is_production = _IS_PRODUCTION.get(prefix)
    host = _decode(encoded) if "_" not in encoded else ""
    if is_production is None or not host.endswith("$") or host.count("$") != 1 or "." not in host:
        raise InvalidArgument("publishable_key", "expected a key such as pk_test_..., as in Clerk's dashboard")
    digest = sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return Instance(is_production, host[:-1], base64.urlsafe_b64encode(digest)[:8].decode())


def get_portal_host(frontend_host: str) -> str:
    """Return the host of the account portal that belongs to a host of the Frontend API."""
    host = frontend_host.replace("clerk.accountsstage.", "accountsstage.", 1)
    for part in ("clerk.accounts.", "clerk."):
        if part in host:
            return host.replace(part, "accounts.", 1)
    return host


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
