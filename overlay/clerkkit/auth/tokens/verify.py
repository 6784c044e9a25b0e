"""From the text of a token to what was verified of it: the flows behind `verify_token`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from clerkkit.auth.tokens import jwts
from clerkkit.auth.tokens.checks import Expected, check_claims, check_header, check_session
from clerkkit.auth.tokens.claims import SessionClaims, session_claims
from clerkkit.auth.tokens.jwts import Jwt, fits_session
from clerkkit.auth.tokens.keys import Key, of_pem
from clerkkit.auth.tokens.reasons import INVALID, INVALID_SIGNATURE, NO_KEY, TYPE_MISMATCH
from clerkkit.errors import TokenRefused

if TYPE_CHECKING:  # what a client has: verification by a key alone does without
    from clerkkit.auth.call_limit import CallLimit
    from clerkkit.auth.steps import Steps
    from clerkkit.auth.tokens.machine_cache import AnswerCache
    from clerkkit.auth.tokens.signing_keys import KeyRing
    from clerkkit.auth.tokens.verified_cache import Memo

Category = Callable[[object], bool]

_NOTHING = Expected()


class Verifier:
    """Verifies the tokens of one call or request. It knows where keys come from, and what time it is."""

    def __init__(
        self,
        ring: KeyRing | None = None,
        jwt_key: str | None = None,
        memo: Memo | None = None,
        clock: Callable[[], float] = time.time,
        answers: AnswerCache | None = None,
        opaque_calls: CallLimit | None = None,
    ) -> None:
        """Without `memo`, no signature is taken for good; without `answers`, Clerk is asked about each opaque token.
        With `opaque_calls`, the senders of tokens are unknown: calls about opaque tokens are brief and counted.

        The clock returns the Unix time in seconds.
        """
        self.ring = ring
        self.jwt_key = jwt_key
        self.memo = memo
        self.clock = clock
        self.answers = answers
        self.opaque_calls = opaque_calls
        self._read: dict[str, tuple[Jwt, Key | None]] = {}

    def read(self, token: str) -> Jwt | None:
        """The token taken apart; None where it is no JWT."""
        try:
            return self._known(token)[0]
        except TokenRefused:
            return None

    def parse(self, token: str) -> Jwt:
        """The token taken apart, once.

        Raises:
            TokenRefused: it is no JWT.
        """
        return self._known(token)[0]

    def _known(self, token: object) -> tuple[Jwt, Key | None]:
        """The token taken apart, and the key that is known to have signed it a moment ago."""
        if not isinstance(token, str):
            return jwts.parse(token), None  # which raises
        read = self._read.get(token)
        if read is None:
            kept = self.memo.get(token) if self.memo is not None else None
            read = (jwts.parse(token), None) if kept is None else (kept.jwt, kept.key)
            self._read[token] = read
        return read

    def _at_hand(self, jwt: Jwt) -> Key | None:
        """The key that the token has to be signed with: `jwt_key` where there is one, whatever the token names."""
        if self.jwt_key:
            return of_pem(self.jwt_key)
        return None if self.ring is None else self.ring.at_hand(jwt.header.get("kid"))

    def _found(self, jwt: Jwt) -> Steps[Key]:
        if self.ring is None:
            raise TokenRefused(NO_KEY, "There is no key to verify the token with.")
        return (yield from self.ring.find(jwt.header.get("kid")))

    def signed(self, token: str, wanted: Expected, fits: Category) -> Steps[Jwt]:
        """The token, its signature verified. Without a sound header there is no look for a key.

        Args:
            token: The token.
            wanted: What its header is held against.
            fits: Whether the header `cat` is one for this use.

        Raises:
            TokenRefused: the token is malformed, of another kind, or signed by nobody that is known.
        """
        jwt, signer = self._known(token)
        if not fits(jwt.header.get("cat")):
            raise TokenRefused(INVALID, "The token is of a category (cat) that is not for this use.")
        check_header(jwt.header, wanted)
        key = self._at_hand(jwt) or (yield from self._found(jwt))
        if signer is key:
            return jwt
        if signer is not None:
            jwt = jwts.parse(token)  # known by a key that is no longer the one in use, without its signature
        if not key.signed(jwt):
            newer = None if self.jwt_key or self.ring is None else (yield from self.ring.another(key))
            if newer is None or not newer.signed(jwt):
                raise TokenRefused(INVALID_SIGNATURE, "The token's signature is not that of the instance's key.")
            key = newer
        jwt.drop_signature()
        self._read[token] = jwt, key
        if self.memo is not None:
            self.memo.keep(token, jwt, key)
        return jwt

    def verified(self, token: str, wanted: Expected, fits: Category) -> Steps[Jwt]:
        """The token, its signature and its claims verified.

        Raises:
            TokenRefused: it is not accepted.
        """
        jwt = yield from self.signed(token, wanted, fits)
        check_claims(jwt, wanted, self.clock())
        return jwt

    def session(self, token: str, wanted: Expected) -> Steps[SessionClaims]:
        """The claims of a session token.

        Raises:
            TokenRefused: it is not accepted, or not a session's.
        """
        if not self.parse(token).is_session:
            raise TokenRefused(TYPE_MISMATCH, "The token is a JWT, and not that of a session.")
        return (yield from self.claims(token, wanted))

    def claims(self, token: str, wanted: Expected) -> Steps[SessionClaims]:
        """The claims of a session token, or of one of a JWT template.

        Raises:
            TokenRefused: it is not accepted.
        """
        jwt = yield from self.verified(token, wanted, _no_machine)
        check_session(jwt.claims)
        new = jwt.session is None
        found = session_claims(jwt)
        if new and self.memo is not None:
            self.memo.charge(found)
        return found

    def handshake(self, token: str) -> Steps[Jwt]:
        """A handshake token. It has neither subject nor end: the signature and its category tell that it is one.

        Raises:
            TokenRefused: it is not accepted.
        """
        return (yield from self.signed(token, _NOTHING, fits_session))


def _no_machine(category: object) -> bool:
    return category != jwts.MACHINE
