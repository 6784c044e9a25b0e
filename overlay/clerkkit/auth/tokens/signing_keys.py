"""The signing keys of one instance, as a client keeps them: fetched when needed, by one thread or task at a time.

| the keys are | a token with a known `kid` | with an unknown `kid`, or a bad signature |
|---|---|---|
| younger than 5 minutes | no call | one call, at most every 10 seconds |
| younger than an hour | one call; the old keys serve where it fails, or another makes it | the same |
| older, or never fetched | one call; its failure stands for a second | the same |
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from math import inf
from typing import Any

from clerk_bapi import api
from clerk_core import ApiError, TransportError
from clerk_core.guards import is_list
from clerk_core.model import Model
from clerkkit.auth.steps import Alone, Brief, Steps
from clerkkit.auth.tokens.keys import Key, numbers_of, of_numbers
from clerkkit.auth.tokens.quoting import shown
from clerkkit.auth.tokens.reasons import NOT_LOADED, SECRET_KEY, UNEXPECTED, UNKNOWN_KEY
from clerkkit.errors import TokenRefused

log = logging.getLogger("clerkkit")

LIFE = 300.0
"""Seconds from a fetch until the next one, however often the keys are used."""
STALE = 3600.0
"""Seconds from a fetch for which keys may serve while new ones cannot be had."""
PAUSE = 10.0
"""Seconds between two fetches that a token can cause."""
FAILURE = 1.0
"""Seconds for which a failure stands where there are no keys."""


class KeyRing:
    """The keys of one client's instance. Flows that fetch take turns, so nothing here needs a lock of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched = -inf
        self._tried = -inf
        self._tries = 0
        self._failure: tuple[str, str] | None = None

    def at_hand(self, kid: object) -> Key | None:
        """The key with this id, where it is young enough to be used without another thought."""
        young = self._clock() - self._fetched < LIFE
        return self._keys.get(kid) if young and isinstance(kid, str) else None

    def find(self, kid: object) -> Steps[Key]:
        """The key with this id.

        Raises:
            TokenRefused: there is none, or the keys cannot be had.
        """
        if not isinstance(kid, str) or not kid:
            raise TokenRefused(UNKNOWN_KEY, "The token's header names no key (kid).")
        now = self._clock()
        age, since = now - self._fetched, now - self._tried
        keys = self._keys if age < STALE else {}
        key = keys.get(kid)
        if key is not None and (age < LIFE or since < PAUSE):
            return key
        if key is None and keys and since < PAUSE:
            raise _unknown(kid)
        if not keys and self._failure and since < FAILURE:
            raise TokenRefused(*self._failure)
        try:
            yield Alone(self._fetch(self._tries), wait=key is None)
        except TokenRefused:
            if key is None:
                raise
            return key
        found = self._keys.get(kid)
        if found is None:
            raise _unknown(kid)
        return found

    def another(self, than: Key) -> Steps[Key | None]:
        """The key that has come in the place of one, whose id was given to it; None where there is none.

        Asked for after a bad signature, and so by anybody: it fetches no more often than every 10 seconds.
        """
        if self._clock() - self._tried < PAUSE:
            return None
        try:
            yield Alone(self._fetch(self._tries))
        except TokenRefused:
            return None
        found = self._keys.get(than.kid)
        return None if found is than else found

    def _fetch(self, seen: int) -> Steps[None]:
        """Fetch the keys, unless somebody did since `seen` tries: then what came of that is the answer here, too."""
        if self._tries == seen:
            self._failure = yield from self._load()
            if self._failure:
                log.warning("%s", self._failure[1])
            self._tried = self._clock()
            self._tries += 1
        if self._failure:
            raise TokenRefused(*self._failure)

    def _load(self) -> Steps[tuple[str, str] | None]:
        try:
            jwks: Any = yield Brief(api.get_jwks())
        except TransportError as error:
            return UNEXPECTED, f"Clerk's signing keys could not be fetched: {type(error).__name__}."
        except ApiError as error:
            if error.has_code("clerk_key_invalid"):
                return SECRET_KEY, "Clerk does not know the secret key."
            return NOT_LOADED, f"Clerk's signing keys could not be fetched: HTTP status {error.status_code}."
        listed = vars(jwks).get("keys") if isinstance(jwks, Model) else None
        found = [vars(jwk) for jwk in listed if isinstance(jwk, Model)] if is_list(listed) else []
        if not found:
            return NOT_LOADED, "Clerk's answer holds no signing keys."
        # Keys that are still there stay the objects they are: what they have verified stays verified.
        old = {key.numbers: key for key in self._keys.values()}
        numbers = [numbers for jwk in found if (numbers := numbers_of(jwk))]
        keys = [key for one in numbers if (key := old.get(one) or of_numbers(one))]
        self._keys = {key.kid: key for key in keys}
        self._fetched = self._clock()
        return None


def _unknown(kid: str) -> TokenRefused:
    return TokenRefused(UNKNOWN_KEY, f"The instance has no signing key with the id (kid) {shown(kid)}.")
