"""A fake Clerk instance: a signing key, and the tokens that it signs."""

from __future__ import annotations

import base64
import functools
import json
import secrets
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from clerk_core import UNSET
from clerkkit.testing.organizations import organization_claims

if TYPE_CHECKING:  # a slow import, and an extra
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_SESSION = "cl_B7d4PD111AAA"
_MACHINE = "cl_B7d4PD333AAA"
_SKEW = 10
"""Seconds before its creation from which a token is valid, as in Clerk's tokens."""


class FakeInstance:
    """Signs tokens, which verify with its `jwt_key` or `jwks`. The key is created when it is first needed.

    Any claims and headers can be set, to create tokens that must be rejected. `UNSET` removes a default one.

    Args:
        instance_id: The `kid` of its tokens.
        frontend: The host of its Frontend API, which `iss` and `publishable_key` contain.
    """

    def __init__(self, instance_id: str = "ins_test", *, frontend: str = "test-instance-1.clerk.accounts.dev") -> None:
        self.instance_id = instance_id
        self.issuer = f"https://{frontend}"
        self.publishable_key = "pk_test_" + base64.b64encode(f"{frontend}$".encode()).decode()

    @functools.cached_property
    def _key(self) -> RSAPrivateKey:
        try:
            from cryptography.hazmat.primitives.asymmetric import rsa
        except ImportError as missing:
            raise ImportError('signing tokens needs cryptography: pip install "clerkkit[auth]"') from missing
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @functools.cached_property
    def jwt_key(self) -> str:
        """The public key in PEM form, as in `CLERK_JWT_KEY`."""
        public = self._key.public_key()
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key as the JWKS of Clerk's `/jwks`. To test a key rotation, join the `keys` of two instances."""
        numbers = self._key.public_key().public_numbers()
        n, e = (_base64url(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
        return {"keys": [{"use": "sig", "kty": "RSA", "kid": self.instance_id, "alg": "RS256", "n": n, "e": e}]}

    def sign(self, claims: Mapping[str, object], headers: Mapping[str, object] | None = None) -> str:
        """Return a token with exactly these claims. `headers` override `alg`, `typ` and `kid`."""
        key = self._key
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"alg": "RS256", "typ": "JWT", "kid": self.instance_id, **(headers or {})}
        signed = f"{_encode_part(head)}.{_encode_part(claims)}"
        return f"{signed}.{_base64url(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def session_token(
        self,
        user_id: str = "user_test",
        *,
        version: Literal[1, 2] = 2,
        org_id: str | None = None,
        org_slug: str = "test",
        org_role: str = "org:member",
        org_permissions: Collection[str] = (),
        features: Collection[str] = (),
        claims: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        now: float | None = None,
        lifetime: int = 60,
    ) -> str:
        """Return a session token, as the browser of a signed-in user sends it.

        Args:
            user_id: The claim `sub`.
            version: The version of the claims; Clerk uses 2.
            org_id: The active organization. Without it, the token has no claims about organizations.
            org_slug: The slug of the organization.
            org_role: The user's role in the organization, such as `org:admin`.
            org_permissions: The user's permissions in the organization, such as `org:boards:edit`.
            features: Features of the plans of user and organization, such as `u:themes` and `o:boards`; version 2 only.
            claims: Claims that are added or override others, such as `azp` and `pla`.
            headers: Headers that are added or override others.
            now: The time of creation as Unix time in seconds. Default: the machine's clock.
            lifetime: Seconds until the token expires.

        Raises:
            InvalidArgument: a permission or a feature is malformed, or features are given for version 1.
        """
        defaults = {
            **({"v": 2, "jti": secrets.token_hex(10), "fva": [0, -1]} if version == 2 else {}),
            "sid": "sess_test",
            "sts": "active",
            **organization_claims(version, org_id, org_slug, org_role, org_permissions, features),
        }
        return self._token(user_id, defaults, claims, {"cat": _SESSION, **(headers or {})}, now, lifetime)

    def m2m_token(
        self,
        machine_id: str = "mch_test",
        *,
        scopes: Collection[str] = (),
        claims: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        now: float | None = None,
        lifetime: int = 3600,
    ) -> str:
        """Return an M2M token in the form of a JWT. `scopes` are the ids of machines that the machine may call."""
        defaults = {"jti": f"mt_{secrets.token_hex(16)}", "aud": [*scopes], "scopes": " ".join(scopes)}
        return self._token(machine_id, defaults, claims, {"cat": _MACHINE, **(headers or {})}, now, lifetime)

    def oauth_token(
        self,
        user_id: str = "user_test",
        *,
        client_id: str = "client_test",
        scopes: Collection[str] = (),
        claims: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        now: float | None = None,
        lifetime: int = 86_400,
    ) -> str:
        """Return an OAuth access token in the form of a JWT."""
        defaults = {"jti": f"oat_{secrets.token_hex(16)}", "client_id": client_id, "scope": " ".join(scopes)}
        return self._token(user_id, defaults, claims, {"typ": "at+jwt", **(headers or {})}, now, lifetime)

    def _token(
        self,
        subject: str,
        defaults: Mapping[str, object],
        claims: Mapping[str, object] | None,
        headers: Mapping[str, object],
        now: float | None,
        lifetime: int,
    ) -> str:
        created = int(time.time() if now is None else now)
        times = {"iat": created, "nbf": created - _SKEW, "exp": created + lifetime}
        return self.sign({"iss": self.issuer, "sub": subject, **times, **defaults, **(claims or {})}, headers)


@functools.cache
def instance() -> FakeInstance:
    """Return an instance that is shared in this process, because creating a key takes a tenth of a second."""
    return FakeInstance()


def _encode_part(values: Mapping[str, object]) -> str:
    kept = {name: value for name, value in values.items() if value is not UNSET}
    return _base64url(json.dumps(kept, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
