"""The keys of the instance: the secret key that callers show, and the pair that signs tokens."""

from __future__ import annotations

import base64
import functools
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from clerk_emulator.errors import Json
from clerk_emulator.storage.store import Store

FRONTEND_HOST = "local-emulator-1.clerk.accounts.dev"
"""Where the instance's users would sign in. It is named in tokens, and nothing listens there."""


@dataclass(frozen=True)
class Keys:
    """What the instance is known by."""

    instance_id: str
    secret_key: str = field(repr=False)
    private_pem: str = field(repr=False)

    @property
    def private_key(self) -> rsa.RSAPrivateKey:
        """The key that signs tokens."""
        return read_private_key(self.private_pem)

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key that tokens are verified with."""
        return self.private_key.public_key()

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
    def publishable_key(self) -> str:
        """The key that a browser may have: it names the frontend's host."""
        return "pk_test_" + base64.b64encode(f"{FRONTEND_HOST}$".encode()).decode()

    @property
    def issuer(self) -> str:
        """Who the tokens say has made them."""
        return f"https://{FRONTEND_HOST}"


def load(store: Store, given: Json) -> Keys:
    """The keys that are given, else those of the database, else new ones; kept from now on. Within a transaction.

    Raises ValueError for a secret key that is not one for tests, or for what is no RSA key.
    """
    secret_key: str | None = given.get("secret_key")
    if secret_key is not None and not (secret_key.startswith("sk_test_") and len(secret_key) > len("sk_test_")):
        raise ValueError(
            "secret_key must begin with sk_test_: an emulator has no use for a key that opens a real Clerk"
        )
    held = {**(store.setting("keys") or {}), **given}
    held.setdefault("instance_id", store.ids.new("ins"))
    held.setdefault("secret_key", f"sk_test_{store.ids.secret()}")
    if "private_pem" not in held:
        held["private_pem"] = new_private_key()
    read_private_key(held["private_pem"])
    store.set("keys", held)
    return Keys(**held)


def new_private_key() -> str:
    """An RSA key for RS256, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@functools.lru_cache(maxsize=16)
def read_private_key(pem: str) -> rsa.RSAPrivateKey:
    """An RSA key from PEM. Raises ValueError for what is no such key.

    Keys are kept: to read one checks its primes, which takes fifty times as long as to sign with it.
    """
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("private_pem must be an RSA key")  # noqa: TRY004 - as for all that is no key
    return key


def _base64url(number: int) -> str:
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
