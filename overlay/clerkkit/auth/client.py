"""`clerk.auth`: who is calling? The flows of this package, run with the client's network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from clerk_core.connections import this_loop, this_process
from clerkkit.auth.call_limit import CallLimit, limited
from clerkkit.auth.locks import Flights, Turns
from clerkkit.auth.options import AuthOptions
from clerkkit.auth.requests.adapters import incoming
from clerkkit.auth.requests.authenticate import authenticated
from clerkkit.auth.requests.context import Context
from clerkkit.auth.requests.state import RequestState
from clerkkit.auth.steps import BRIEF, Alone, Brief, Keyed, Shared, Step, Steps
from clerkkit.auth.tokens.checks import CLOCK_SKEW, Texts, expected
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.machine import MachineToken
from clerkkit.auth.tokens.machine_cache import AnswerCache, Lifetimes, lifetimes
from clerkkit.auth.tokens.machine_flow import machine_token
from clerkkit.auth.tokens.signing_keys import KeyRing
from clerkkit.auth.tokens.verified_cache import Memo
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.flow import drive, drive_async
from clerkkit.options import brief
from clerkkit.rate_limit import RateLimitOptions

if TYPE_CHECKING:
    import anyio

    from clerkkit.clerk import AsyncClerk, Clerk


class AuthState:
    """What a client and its views share: clock, signing keys, what is cached of tokens, turns, limits of calls."""

    def __init__(self, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns the Unix time at which tokens are verified; `monotonic` is for the age of what is cached."""
        self.clock = clock
        self.ring = KeyRing(monotonic)
        self.memo = Memo(monotonic)
        self.answers = AnswerCache(monotonic)
        self.threads = Turns(threading.Lock, this_process)
        self.tasks = Turns(_lock_of_tasks, this_loop)
        self.thread_flights = Flights(threading.Lock, this_process)
        self.task_flights = Flights(_lock_of_tasks, this_loop)
        self._monotonic = monotonic
        self._limits: dict[tuple[str, RateLimitOptions], CallLimit] = {}

    def calls(self, option: str, limit: RateLimitOptions) -> CallLimit:
        """Return the counter of the calls that this option limits, for all options with the same limit."""
        key = option, limit
        return self._limits.get(key) or self._limits.setdefault(key, CallLimit(option, limit, self._monotonic))


def _lock_of_tasks() -> anyio.Lock:
    import anyio  # late: sync programs do without

    return anyio.Lock()


class _Flows:
    """The flows, made from what a caller gave; the same for both shells."""

    def __init__(self, state: AuthState, secret_key: str) -> None:
        self._state = state
        self._secret_key = secret_key

    def _verifier(
        self, jwt_key: str | None, memo: bool, now: float | None, opaque_calls: CallLimit | None = None
    ) -> Verifier:
        clock = self._state.clock if now is None else lambda: now
        state = self._state
        return Verifier(state.ring, jwt_key, state.memo if memo else None, clock, state.answers, opaque_calls)

    def _request(self, request: Any, options: AuthOptions, now: float | None) -> Steps[RequestState]:
        opaque_calls = self._state.calls("opaque_token_calls", options.opaque_call_limit)
        verifier = self._verifier(options.jwt_key, options.memo, now, opaque_calls)
        context = Context(incoming(request), options, verifier.read, verifier.clock)
        calls = self._state.calls("unauthenticated_calls", options.call_limit)
        return limited(authenticated(context, verifier, self._secret_key), calls)


class Auth(_Flows):
    """Verifies tokens and requests for one instance. Shared by threads, and by views of the client."""

    def __init__(self, client: Clerk, state: AuthState, secret_key: str) -> None:
        """A client makes its own: `clerk.auth`."""
        super().__init__(state, secret_key)
        self._client = client

    def _do(self, step: Step) -> Any:
        """What a flow asks for."""
        return self._send(self._client, step)

    def _send(self, client: Clerk, step: Step) -> Any:
        """Take one step of a flow, by a view of the client where the step allows little time."""
        if isinstance(step, Alone):
            lock = self._state.threads.lock()
            if not lock.acquire(blocking=step.wait):
                return None
            try:
                return drive(self._do, step.flow)
            finally:
                lock.release()
        if isinstance(step, Shared):
            with self._state.thread_flights.join(step.key) as flight, flight.lock:
                if flight.outcome is None:
                    flight.outcome = drive(self._do, step.flow)
                return flight.outcome
        if isinstance(step, Brief):
            return self._send(brief(client, BRIEF), step.step)
        if isinstance(step, Keyed):
            return client.with_options(secret_key=step.secret_key).send(step.request)
        return client.send(step)

    def verify_token(
        self,
        token: str,
        *,
        authorized_parties: Collection[str] | None = None,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        header_type: Texts = None,
        jwt_key: str | None = None,
        memo: bool = True,
        now: float | None = None,
    ) -> SessionClaims:
        """Verify a session token, or one that was made from a JWT template.

        A template's token does not say that anybody is signed in: it has no `session_id`, and can outlive the session.
        `authenticate_request` refuses it.

        Args:
            token: The token, without `Bearer`.
            authorized_parties: Origins, one of which has to be `azp`. None or empty: all.
            audience: One of these has to be in `aud`, for tokens that have one. None or empty: all.
            issuer: One of these has to be `iss`. None or empty: all, since the key tells the instance already.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            header_type: Allowed values of the header `typ`. Default: `JWT`, or none.
            jwt_key: The PEM public key of the instance: with it, there is no call to Clerk.
            memo: Whether a signature that was verified a moment ago is taken for good.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; its `reason` tells why.
            InvalidArgument: an option makes no sense.
        """
        wanted = expected(authorized_parties, audience, issuer, clock_skew, header_type)
        return drive(self._do, self._verifier(jwt_key, memo, now).claims(token, wanted))

    def verify_machine_token(
        self,
        token: str,
        *,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        machine_secret_key: str | None = None,
        jwt_key: str | None = None,
        memo: bool = True,
        opaque_token_ttl: float = Lifetimes().accepted,
        opaque_refusal_ttl: float = Lifetimes().refused,
        now: float | None = None,
    ) -> MachineToken:
        """Verify an M2M token, an API key or an OAuth access token: JWTs by signature, all others by Clerk's API.

        Args:
            token: The token, without `Bearer`.
            audience: One of these has to be in `aud` of an OAuth access token, and of M2M tokens that have one. None or
                empty: all.
            issuer: One of these has to be `iss` of a JWT. None or empty: all.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            machine_secret_key: The key (`ak_...`) with which M2M tokens are verified. Default: the client's own.
            jwt_key: The PEM public key of the instance: with it, there is no call to Clerk for a JWT.
            memo: Whether the signature of a JWT that was verified a moment ago is taken for good.
            opaque_token_ttl: Seconds for which Clerk is not asked again about an opaque token that it accepted, until
                the token expires at the latest. A revocation is noticed after as long. 0 to ask each time.
            opaque_refusal_ttl: Seconds for which Clerk is not asked again about an opaque token that it refused.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; its `reason` tells why.
            InvalidArgument: an option makes no sense.
        """
        wanted = expected(audience=audience, issuer=issuer, clock_skew=clock_skew)
        lives = lifetimes(opaque_token_ttl, opaque_refusal_ttl)
        return drive(
            self._do, machine_token(self._verifier(jwt_key, memo, now), token, wanted, machine_secret_key, lives)
        )

    def authenticate_request(self, request: Any, options: AuthOptions, *, now: float | None = None) -> RequestState:
        """Tell who sends a request. A bad token is a state, and raises nothing.

        Args:
            request: One of Starlette, FastAPI, Django, Flask or httpx, an ASGI scope, a WSGI environ, or any object
                with method, url and headers.
            options: What is accepted, and from whom.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            InvalidArgument: this is no request, or the options do not go with the client's secret key.
        """
        return drive(self._do, self._request(request, options, now))


class AsyncAuth(_Flows):
    """Verifies tokens and requests for one instance, without blocking the loop. Shared by tasks, and by views."""

    def __init__(self, client: AsyncClerk, state: AuthState, secret_key: str) -> None:
        """A client makes its own: `clerk.auth`."""
        super().__init__(state, secret_key)
        self._client = client

    async def _do(self, step: Step) -> Any:
        """What a flow asks for."""
        return await self._send(self._client, step)

    async def _send(self, client: AsyncClerk, step: Step) -> Any:
        """Take one step of a flow, by a view of the client where the step allows little time."""
        if isinstance(step, Alone):
            lock = self._state.tasks.lock()
            if not step.wait and lock.locked():
                return None
            async with lock:
                return await drive_async(self._do, step.flow)
        if isinstance(step, Shared):
            with self._state.task_flights.join(step.key) as flight:
                async with flight.lock:
                    if flight.outcome is None:
                        flight.outcome = await drive_async(self._do, step.flow)
                    return flight.outcome
        if isinstance(step, Brief):
            return await self._send(brief(client, BRIEF), step.step)
        if isinstance(step, Keyed):
            return await client.with_options(secret_key=step.secret_key).send(step.request)
        return await client.send(step)

    async def verify_token(
        self,
        token: str,
        *,
        authorized_parties: Collection[str] | None = None,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        header_type: Texts = None,
        jwt_key: str | None = None,
        memo: bool = True,
        now: float | None = None,
    ) -> SessionClaims:
        """Verify a session token, or one that was made from a JWT template.

        A template's token does not say that anybody is signed in: it has no `session_id`, and can outlive the session.
        `authenticate_request` refuses it.

        Args:
            token: The token, without `Bearer`.
            authorized_parties: Origins, one of which has to be `azp`. None or empty: all.
            audience: One of these has to be in `aud`, for tokens that have one. None or empty: all.
            issuer: One of these has to be `iss`. None or empty: all, since the key tells the instance already.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            header_type: Allowed values of the header `typ`. Default: `JWT`, or none.
            jwt_key: The PEM public key of the instance: with it, there is no call to Clerk.
            memo: Whether a signature that was verified a moment ago is taken for good.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; its `reason` tells why.
            InvalidArgument: an option makes no sense.
        """
        wanted = expected(authorized_parties, audience, issuer, clock_skew, header_type)
        return await drive_async(self._do, self._verifier(jwt_key, memo, now).claims(token, wanted))

    async def verify_machine_token(
        self,
        token: str,
        *,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        machine_secret_key: str | None = None,
        jwt_key: str | None = None,
        memo: bool = True,
        opaque_token_ttl: float = Lifetimes().accepted,
        opaque_refusal_ttl: float = Lifetimes().refused,
        now: float | None = None,
    ) -> MachineToken:
        """Verify an M2M token, an API key or an OAuth access token: JWTs by signature, all others by Clerk's API.

        Args:
            token: The token, without `Bearer`.
            audience: One of these has to be in `aud` of an OAuth access token, and of M2M tokens that have one. None or
                empty: all.
            issuer: One of these has to be `iss` of a JWT. None or empty: all.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            machine_secret_key: The key (`ak_...`) with which M2M tokens are verified. Default: the client's own.
            jwt_key: The PEM public key of the instance: with it, there is no call to Clerk for a JWT.
            memo: Whether the signature of a JWT that was verified a moment ago is taken for good.
            opaque_token_ttl: Seconds for which Clerk is not asked again about an opaque token that it accepted, until
                the token expires at the latest. A revocation is noticed after as long. 0 to ask each time.
            opaque_refusal_ttl: Seconds for which Clerk is not asked again about an opaque token that it refused.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; its `reason` tells why.
            InvalidArgument: an option makes no sense.
        """
        wanted = expected(audience=audience, issuer=issuer, clock_skew=clock_skew)
        lives = lifetimes(opaque_token_ttl, opaque_refusal_ttl)
        return await drive_async(
            self._do, machine_token(self._verifier(jwt_key, memo, now), token, wanted, machine_secret_key, lives)
        )

    async def authenticate_request(
        self, request: Any, options: AuthOptions, *, now: float | None = None
    ) -> RequestState:
        """Tell who sends a request. A bad token is a state, and raises nothing.

        Args:
            request: One of Starlette, FastAPI, Django, Flask or httpx, an ASGI scope, a WSGI environ, or any object
                with method, url and headers.
            options: What is accepted, and from whom.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            InvalidArgument: this is no request, or the options do not go with the client's secret key.
        """
        return await drive_async(self._do, self._request(request, options, now))
