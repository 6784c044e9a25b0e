"""An instance of Clerk that is nothing but its key, and the tokens that it signs."""

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

if TYPE_CHECKING:  # an import that takes longer than the rest, and an extra
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_SESSION = "cl_B7d4PD111AAA"
_MACHINE = "cl_B7d4PD333AAA"
_SKEW = 10
"""Seconds before its making from which a token is valid, as Clerk has it."""


class FakeInstance:
    """Signs tokens that are good wherever its `jwt_key` or `jwks` is trusted. Its key is made when first needed.

    Claims and headers may be anything, so as to test what must be refused; `UNSET` leaves one out that would be there.

    Args:
        instance_id: The `kid` of its tokens.
        frontend: The host of its Frontend API: the `iss` of its tokens, and what `publishable_key` names.
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
            raise ImportError('tokens are signed with cryptography: pip install "clerkkit[auth]"') from missing
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @functools.cached_property
    def jwt_key(self) -> str:
        """The public key as PEM, which is what `CLERK_JWT_KEY` holds."""
        public = self._key.public_key()
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key as Clerk's `/jwks` answers it. Join the lists of two instances for what a rotation leaves."""
        numbers = self._key.public_key().public_numbers()
        n, e = (_base64url(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
        return {"keys": [{"use": "sig", "kty": "RSA", "kid": self.instance_id, "alg": "RS256", "n": n, "e": e}]}

    def sign(self, claims: Mapping[str, object], headers: Mapping[str, object] | None = None) -> str:
        """A token with these claims and no others. `headers` are laid over `alg`, `typ` and `kid`."""
        key = self._key
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"alg": "RS256", "typ": "JWT", "kid": self.instance_id, **(headers or {})}
        signed = f"{_part(head)}.{_part(claims)}"
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
        """What a signed-in user's browser sends.

        Args:
            user_id: The claim `sub`.
            version: Of the claims; Clerk signs 2.
            org_id: The active organization. Without it nothing else of an organization is in the token.
            org_slug: Its slug.
            org_role: The user's role in it, `org:admin`.
            org_permissions: What the user may do in it, such as `org:boards:edit`.
            features: Those of the plans of user and organization, `u:themes`, `o:boards`; only version 2 has them.
            claims: Laid over all others: `azp`, `pla`, one's own.
            headers: Laid over all others.
            now: Unix time in seconds when it is made; by default this machine's clock.
            lifetime: Seconds until it expires.

        Raises:
            InvalidArgument: a permission or a feature is not of that form, or features are given for version 1.
        """
        own = {
            **({"v": 2, "jti": secrets.token_hex(10), "fva": [0, -1]} if version == 2 else {}),
            "sid": "sess_test",
            "sts": "active",
            **organization_claims(version, org_id, org_slug, org_role, org_permissions, features),
        }
        return self._token(user_id, own, claims, {"cat": _SESSION, **(headers or {})}, now, lifetime)

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
        """What a machine sends to another, in the form of a JWT. `scopes` are the ids of those it may speak to."""
        own = {"jti": f"mt_{secrets.token_hex(16)}", "aud": [*scopes], "scopes": " ".join(scopes)}
        return self._token(machine_id, own, claims, {"cat": _MACHINE, **(headers or {})}, now, lifetime)

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
        """What an application shows that a user has let in over OAuth, in the form of a JWT."""
        own = {"jti": f"oat_{secrets.token_hex(16)}", "client_id": client_id, "scope": " ".join(scopes)}
        return self._token(user_id, own, claims, {"typ": "at+jwt", **(headers or {})}, now, lifetime)

    def _token(
        self,
        subject: str,
        own: Mapping[str, object],
        claims: Mapping[str, object] | None,
        headers: Mapping[str, object],
        now: float | None,
        lifetime: int,
    ) -> str:
        made = int(time.time() if now is None else now)
        times = {"iat": made, "nbf": made - _SKEW, "exp": made + lifetime}
        return self.sign({"iss": self.issuer, "sub": subject, **times, **own, **(claims or {})}, headers)


@functools.cache
def instance() -> FakeInstance:
    """The instance of this process: to make a key takes a tenth of a second, and one is enough for most tests."""
    return FakeInstance()


def _part(values: Mapping[str, object]) -> str:
    kept = {name: value for name, value in values.items() if value is not UNSET}
    return _base64url(json.dumps(kept, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
