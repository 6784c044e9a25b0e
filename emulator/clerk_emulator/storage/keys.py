"""The keys of the instance: its secret key, and the key pair for signing tokens."""

from __future__ import annotations

import base64
import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerk_emulator.json_types import Json
from clerk_emulator.storage.signing_keys import WaitForPem, generate, read_private_key
from clerk_emulator.storage.store import Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

DEFAULT_HOST = "local-emulator-1.clerk.accounts.dev"
"""The host of the Frontend API in tokens and keys, unless a publishable key names another. Nothing listens there."""

_DEVELOPMENT_HOSTS = (
    *(".lcl.dev", ".stg.dev", ".lclstage.dev", ".stgstage.dev", ".dev.lclclerk.com", ".stg.lclclerk.com"),
    *(".accounts.lclclerk.com", "accountsstage.dev", "accounts.dev"),
)
"""The endings of the hosts with which `clerk-js` uses a development browser."""

_PUBLISHABLE_PREFIX = "pk_test_"
_PRODUCTION_PREFIX = "pk_live_"
_PRODUCTION_SECRET_PREFIX = "sk_live_emulator"  # noqa: S105 - not a secret
"""What the secret key of a production instance begins with here. Clerk's own keys never do."""
_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9](:\d{1,5})?")
"""A host, which `clerk-js` accepts with a port."""


@dataclass(frozen=True)
class Keys:
    """The id and keys of the instance."""

    instance_id: str
    secret_key: str = field(repr=False)
    publishable_key: str
    """The publishable key, which encodes the host of the Frontend API."""
    wait_for_pem: WaitForPem = field(repr=False)

    @property
    def private_pem(self) -> str:
        """The key for signing tokens, as PEM. Waits until it is generated."""
        return self.wait_for_pem()

    @property
    def private_key(self) -> rsa.RSAPrivateKey:
        """The key for signing tokens."""
        return read_private_key(self.private_pem)

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key for verifying tokens."""
        return self.private_key.public_key()

    @property
    def public_pem(self) -> str:
        """The public key as PEM."""
        from cryptography.hazmat.primitives import serialization

        return self.public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    @property
    def public_jwk(self) -> Json:
        """The public key as a JSON Web Key."""
        numbers = self.public_key.public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.instance_id,
            "n": _base64url(numbers.n),
            "e": _base64url(numbers.e),
        }

    @property
    def uses_dev_browsers(self) -> bool:
        """Whether browsers have the id of a development browser, instead of a cookie of the Frontend API."""
        return not self.is_production and host_in(self.publishable_key).endswith(_DEVELOPMENT_HOSTS)

    @property
    def is_production(self) -> bool:
        """Whether the instance is one for production, whose publishable key begins with `pk_live_`."""
        return _is_production(self.publishable_key)

    @property
    def issuer(self) -> str:
        """The claim `iss` of tokens: the origin of the Frontend API."""
        return f"https://{host_in(self.publishable_key)}"


def exist(store: Store) -> bool:
    """Return whether the database has keys, which means that it was used before."""
    return store.setting("keys") is not None


def load(store: Store, given: Json) -> Keys:
    """Return the given keys, else those in the database, else new ones, and store them. Within a transaction.

    The publishable key decides whether the instance is one for development or production.

    Raises ValueError for a secret key that does not begin with `sk_test_`, or with `sk_live_emulator` in production, a
    publishable key that does not encode a host, and a private key that is not RSA.
    """
    fields = {**(store.setting("keys") or {}), **given}
    fields.setdefault("instance_id", store.ids.new("ins"))
    fields.setdefault("publishable_key", _publishable_key(DEFAULT_HOST))
    host_in(fields["publishable_key"])
    prefix = _PRODUCTION_SECRET_PREFIX if _is_production(fields["publishable_key"]) else "sk_test_"
    secret_key: str = fields.setdefault("secret_key", f"{prefix}{store.ids.secret()}")
    if not (secret_key.startswith(prefix) and len(secret_key) > len(prefix)):
        raise ValueError(f"secret_key must begin with {prefix}: never give the emulator a live key of Clerk")
    pem: str | None = fields.get("private_pem")
    if pem is None:
        wait_for_pem = generate()
        if not store.is_in_memory:
            fields["private_pem"] = wait_for_pem()
    else:
        read_private_key(pem)
        wait_for_pem = functools.partial(str, pem)
    store.set_setting("keys", fields)
    return Keys(fields["instance_id"], fields["secret_key"], fields["publishable_key"], wait_for_pem)


def frontend_host(store: Store) -> str:
    """Return the host of the instance's Frontend API, once keys are stored."""
    return host_in((store.setting("keys") or {})["publishable_key"])


@functools.lru_cache(maxsize=16)
def host_in(publishable_key: str) -> str:
    """Return the host that a publishable key encodes, with its port if it has one.

    Raises ValueError for an invalid key.
    """
    encoded = publishable_key.removeprefix(_PUBLISHABLE_PREFIX).removeprefix(_PRODUCTION_PREFIX)
    try:
        # Clerk's keys have no padding, and decoders accept them with it.
        host = base64.b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4), validate=True).decode(
            "ascii"
        )
    except ValueError:
        host = ""
    if encoded == publishable_key or not (host.endswith("$") and _HOST.fullmatch(host[:-1])):
        raise ValueError(
            "publishable_key must be pk_test_ or pk_live_ and, in base64, the host of a Frontend API and a dollar sign"
            ", such as " + _publishable_key("my-app-1.clerk.accounts.dev")
        )
    return host[:-1]


def hostname_in(publishable_key: str) -> str:
    """Return the host that a publishable key encodes, without a port."""
    return host_in(publishable_key).partition(":")[0]


def _is_production(publishable_key: str) -> bool:
    return publishable_key.startswith(_PRODUCTION_PREFIX)


def _publishable_key(host: str) -> str:
    return _PUBLISHABLE_PREFIX + base64.b64encode(f"{host}$".encode()).decode()


def _base64url(number: int) -> str:
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
