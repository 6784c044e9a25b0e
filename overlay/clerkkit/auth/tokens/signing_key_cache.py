"""Caches the signing keys of one instance. One thread or task at a time fetches them, when they are needed.

| the keys are | a token with a known `kid` | an unknown `kid`, or a bad signature |
|---|---|---|
| younger than 5 minutes | no call | one call, at most every 10 seconds |
| younger than an hour | one call; the old keys are used if it fails, or while another caller makes it | the same |
| older, or never fetched | one call; its failure is cached for one second | the same |
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
from clerk_core.models.model import Model
from clerkkit.auth.calls.steps import AuthFlow, RunExclusive, SendOnce
from clerkkit.auth.tokens.public_keys import PublicKey, load_jwk, read_jwk_numbers
from clerkkit.auth.tokens.quoting import quote_value
from clerkkit.errors import TokenRefused
from clerkkit.reasons import KEYS_NOT_LOADED, SECRET_KEY_INVALID, UNEXPECTED, UNKNOWN_KEY

log = logging.getLogger("clerkkit")

FRESH_SECONDS = 300.0
"""Age up to which keys are used without a call."""
STALE_SECONDS = 3600.0
"""Age up to which keys are used if new ones cannot be fetched."""
PAUSE_SECONDS = 10.0
"""Minimum time between two fetches that tokens cause."""
FAILURE_SECONDS = 1.0
"""Time for which a failure is cached if there are no keys."""


class SigningKeyCache:
    """The signing keys of one client's instance. It needs no lock: flows that fetch run exclusively."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at = -inf
        self._tried_at = -inf
        self._tries = 0
        self._failure: tuple[str, str] | None = None

    def get_fresh(self, kid: object) -> PublicKey | None:
        """Return the key with this id if it is fresh, without a call."""
        is_fresh = self._monotonic() - self._fetched_at < FRESH_SECONDS
        return self._keys.get(kid) if is_fresh and isinstance(kid, str) else None

    def find(self, kid: object) -> AuthFlow[PublicKey]:
        """Return the key with this id, fetching the keys if necessary.

        Raises:
            TokenRefused: no key has this id, or the keys cannot be fetched.
        """
        if not isinstance(kid, str) or not kid:
            raise TokenRefused(UNKNOWN_KEY, "The token's header names no key (kid).")
        now = self._monotonic()
        age, since_try = now - self._fetched_at, now - self._tried_at
        keys = self._keys if age < STALE_SECONDS else {}
        key = keys.get(kid)
        if key is not None and (age < FRESH_SECONDS or since_try < PAUSE_SECONDS):
            return key
        if key is None and keys and since_try < PAUSE_SECONDS:
            raise _unknown_key(kid)
        if not keys and self._failure and since_try < FAILURE_SECONDS:
            raise TokenRefused(*self._failure)
        try:
            yield RunExclusive(self._fetch(self._tries), wait=key is None)
        except TokenRefused:
            if key is None:
                raise
            return key
        found = self._keys.get(kid)
        if found is None:
            raise _unknown_key(kid)
        return found

    def replacement_for(self, key: PublicKey) -> AuthFlow[PublicKey | None]:
        """Return a new key that has the same id as `key`, or None.

        Called after a bad signature, which anybody can cause: it fetches at most every 10 seconds.
        """
        if self._monotonic() - self._tried_at < PAUSE_SECONDS:
            return None
        try:
            yield RunExclusive(self._fetch(self._tries))
        except TokenRefused:
            return None
        found = self._keys.get(key.kid)
        return None if found is key else found

    def _fetch(self, tries: int) -> AuthFlow[None]:
        """Fetch the keys, unless another caller has tried since `tries` was read; its result is used then.

        Raises:
            TokenRefused: the keys cannot be fetched.
        """
        if self._tries == tries:
            self._failure = yield from self._load()
            if self._failure:
                log.warning("%s", self._failure[1])
            self._tried_at = self._monotonic()
            self._tries += 1
        if self._failure:
            raise TokenRefused(*self._failure)

    def _load(self) -> AuthFlow[tuple[str, str] | None]:
        """Load the keys. Return reason and problem if that fails."""
        try:
            jwks: Any = yield SendOnce(api.get_jwks())
        except TransportError as error:
            return UNEXPECTED, f"Clerk's signing keys could not be fetched: {type(error).__name__}."
        except ApiError as error:
            if error.has_code("clerk_key_invalid"):
                return SECRET_KEY_INVALID, "Clerk does not accept the secret key."
            return KEYS_NOT_LOADED, f"Clerk's signing keys could not be fetched: HTTP status {error.status_code}."
        values = vars(jwks).get("keys") if isinstance(jwks, Model) else None
        found = [vars(jwk) for jwk in values if isinstance(jwk, Model)] if is_list(values) else []
        if not found:
            return KEYS_NOT_LOADED, "Clerk's response contains no signing keys."
        # Keys that have not changed remain the same objects, so that the tokens they verified stay cached.
        old = {key.numbers: key for key in self._keys.values()}
        numbers = [numbers for jwk in found if (numbers := read_jwk_numbers(jwk))]
        keys = [key for one in numbers if (key := old.get(one) or load_jwk(one))]
        self._keys = {key.kid: key for key in keys}
        self._fetched_at = self._monotonic()
        return None


def _unknown_key(kid: str) -> TokenRefused:
    return TokenRefused(UNKNOWN_KEY, f"The instance has no signing key with the id (kid) {quote_value(kid)}.")
