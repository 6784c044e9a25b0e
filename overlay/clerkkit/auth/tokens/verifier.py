"""`Verifier`: verifies signature and claims of JWTs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from clerkkit.auth.tokens.checks import check_claims, check_header, check_session_claims
from clerkkit.auth.tokens.claims import SessionClaims, build_session_claims
from clerkkit.auth.tokens.expectations import Expectations
from clerkkit.auth.tokens.jwts import Jwt, is_not_m2m_category, is_session_category, parse_jwt
from clerkkit.auth.tokens.public_keys import PublicKey, load_pem_key
from clerkkit.errors import TokenRefused
from clerkkit.reasons import INVALID, INVALID_SIGNATURE, NO_KEY, TYPE_MISMATCH

if TYPE_CHECKING:  # not needed at run time where tokens are verified with `jwt_key` alone
    from clerkkit.auth.calls.call_limit import CallLimit
    from clerkkit.auth.calls.steps import AuthFlow
    from clerkkit.auth.tokens.machine_token_cache import MachineTokenCache
    from clerkkit.auth.tokens.signing_key_cache import SigningKeyCache
    from clerkkit.auth.tokens.verified_token_cache import VerifiedTokenCache

AcceptsCategory = Callable[[object], bool]
"""Returns whether a header `cat` is accepted."""

_NO_EXPECTATIONS = Expectations()


class Verifier:
    """Verifies the tokens of one call or request."""

    __slots__ = (
        "_parsed",
        "clock",
        "jwt_key",
        "machine_tokens",
        "opaque_call_limit",
        "signing_keys",
        "verified_tokens",
    )

    def __init__(
        self,
        signing_keys: SigningKeyCache | None = None,
        jwt_key: str | None = None,
        verified_tokens: VerifiedTokenCache | None = None,
        clock: Callable[[], float] = time.time,
        machine_tokens: MachineTokenCache | None = None,
        opaque_call_limit: CallLimit | None = None,
    ) -> None:
        """Combine keys, caches and a clock.

        Args:
            signing_keys: The keys of the instance.
            jwt_key: The PEM public key of the instance, used instead of `signing_keys`.
            verified_tokens: The cache of signatures; None to verify each signature.
            clock: Returns the Unix time in seconds.
            machine_tokens: The cache of opaque tokens; None to ask Clerk with each call.
            opaque_call_limit: Set if senders are unknown: calls about opaque tokens are sent once, and counted.
        """
        self.signing_keys = signing_keys
        self.jwt_key = jwt_key
        self.verified_tokens = verified_tokens
        self.clock = clock
        self.machine_tokens = machine_tokens
        self.opaque_call_limit = opaque_call_limit
        self._parsed: dict[str, tuple[Jwt, PublicKey | None]] = {}

    def try_parse(self, token: str) -> Jwt | None:
        """Parse a token without verifying it. Return None if it is not a JWT."""
        try:
            return self.parse(token)
        except TokenRefused:
            return None

    def parse(self, token: str) -> Jwt:
        """Parse a token without verifying it. The result is cached for this call or request.

        Raises:
            TokenRefused: the token is not a JWT.
        """
        return self._parse(token)[0]

    def _parse(self, token: object) -> tuple[Jwt, PublicKey | None]:
        """Parse a token; return it with the key that was verified to have signed it, if that is cached."""
        if not isinstance(token, str):
            return parse_jwt(token), None  # raises
        parsed = self._parsed.get(token)
        if parsed is None:
            cached = self.verified_tokens.get(token) if self.verified_tokens is not None else None
            parsed = (parse_jwt(token), None) if cached is None else (cached.jwt, cached.key)
            self._parsed[token] = parsed
        return parsed

    def _get_key(self, jwt: Jwt) -> PublicKey | None:
        """Return `jwt_key`, or the fresh key that the token names. None if the keys must be fetched."""
        if self.jwt_key:
            return load_pem_key(self.jwt_key)
        return None if self.signing_keys is None else self.signing_keys.get_fresh(jwt.header.get("kid"))

    def _find_key(self, jwt: Jwt) -> AuthFlow[PublicKey]:
        if self.signing_keys is None:
            raise TokenRefused(NO_KEY, "There is no key to verify the token with.")
        return (yield from self.signing_keys.find(jwt.header.get("kid")))

    def verify_signature(
        self, token: str, expectations: Expectations, accepts_category: AcceptsCategory
    ) -> AuthFlow[Jwt]:
        """Verify header and signature. If the header is not accepted, no key is looked up.

        Raises:
            TokenRefused: the token is malformed, its header is not accepted, or no key of the instance has signed it.
        """
        jwt, signer = self._parse_accepted(token, expectations, accepts_category)
        key = self._get_key(jwt) or (yield from self._find_key(jwt))
        if signer is key:
            return jwt
        if signer is not None:
            jwt = parse_jwt(token)  # the cached one was signed by a former key, and has no signature any more
        if not key.has_signed(jwt):
            new = (
                None
                if self.jwt_key or self.signing_keys is None
                else (yield from self.signing_keys.replacement_for(key))
            )
            if new is None or not new.has_signed(jwt):
                raise TokenRefused(INVALID_SIGNATURE, "The token's signature was not made by the instance's key.")
            key = new
        jwt.drop_signature()
        self._parsed[token] = jwt, key
        if self.verified_tokens is not None:
            self.verified_tokens.put(token, jwt, key)
        return jwt

    def _parse_accepted(
        self, token: str, expectations: Expectations, accepts_category: AcceptsCategory
    ) -> tuple[Jwt, PublicKey | None]:
        """Return what `_parse` does, for a token whose header is accepted."""
        parsed = self._parse(token)
        header = parsed[0].header
        if not accepts_category(header.get("cat")):
            raise TokenRefused(INVALID, "The token's category (cat) is not accepted for this use.")
        check_header(header, expectations)
        return parsed

    def verify(self, token: str, expectations: Expectations, accepts_category: AcceptsCategory) -> AuthFlow[Jwt]:
        """Verify header, signature and claims.

        Raises:
            TokenRefused: the token is not accepted.
        """
        jwt = yield from self.verify_signature(token, expectations, accepts_category)
        check_claims(jwt, expectations, self.clock())
        return jwt

    def verify_session(self, token: str, expectations: Expectations) -> AuthFlow[SessionClaims]:
        """Verify a session token.

        Raises:
            TokenRefused: the token is not accepted, or is not a session token.
        """
        if not self.parse(token).is_session:
            raise TokenRefused(TYPE_MISMATCH, "The token is a JWT, but not a session token.")
        return (yield from self.verify_claims(token, expectations))

    def verify_claims(self, token: str, expectations: Expectations) -> AuthFlow[SessionClaims]:
        """Verify a session token or one of a JWT template.

        Raises:
            TokenRefused: the token is not accepted.
        """
        jwt = yield from self.verify_signature(token, expectations, is_not_m2m_category)
        return self._check_session(jwt, expectations)

    def verify_known_claims(self, token: str, expectations: Expectations) -> SessionClaims | None:
        """Do what `verify_claims` does for a token whose signature is cached. Return None for another token.

        A flow that has nothing to send would take a fifth longer.

        Raises:
            TokenRefused: the token is not accepted.
        """
        jwt, signer = self._parse_accepted(token, expectations, is_not_m2m_category)
        if signer is None or signer is not self._get_key(jwt):
            return None
        return self._check_session(jwt, expectations)

    def _check_session(self, jwt: Jwt, expectations: Expectations) -> SessionClaims:
        check_claims(jwt, expectations, self.clock())
        check_session_claims(jwt.claims)
        known: SessionClaims | None = jwt.session_claims
        if known is not None:
            return known
        claims = build_session_claims(jwt)
        if self.verified_tokens is not None:
            self.verified_tokens.add_claims(claims)
        return claims

    def verify_handshake(self, token: str) -> AuthFlow[Jwt]:
        """Verify signature and category of a handshake token, which has neither subject nor expiration.

        Raises:
            TokenRefused: the token is not accepted.
        """
        return (yield from self.verify_signature(token, _NO_EXPECTATIONS, is_session_category))
