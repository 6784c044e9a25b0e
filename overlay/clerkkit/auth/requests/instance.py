"""The instance that a publishable key names, and the suffix that its cookies have."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from hashlib import sha1
from typing import NamedTuple

from clerk_core import InvalidArgument

_KINDS = {"pk_test_": False, "pk_live_": True}


class Instance(NamedTuple):
    """What a publishable key says."""

    production: bool
    host: str
    """Of the Frontend API."""
    suffix: str
    """Of cookies: those of two instances on one domain do not meet."""


@lru_cache(maxsize=64)
def instance_of(publishable_key: str) -> Instance:
    """The instance of a publishable key.

    Raises:
        InvalidArgument: it is none.
    """
    if publishable_key.startswith(("sk_", "ak_", "test_", "live_")):
        raise InvalidArgument("publishable_key", "is a secret key; expected the publishable one (pk_...)")
    production = next((kind for prefix, kind in _KINDS.items() if publishable_key.startswith(prefix)), None)
    encoded = publishable_key[len("pk_test_") :]
    host = _decoded(encoded) if "_" not in encoded else ""
    if production is None or not host.endswith("$") or host.count("$") != 1 or "." not in host:
        raise InvalidArgument("publishable_key", "expected a key such as pk_test_..., as in Clerk's dashboard")
    digest = sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return Instance(production, host[:-1], base64.urlsafe_b64encode(digest)[:8].decode())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
