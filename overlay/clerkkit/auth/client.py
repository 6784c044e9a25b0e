"""`clerk.auth`: runs the flows of this package with the network of a client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from clerk_core import Request
from clerk_core.deprecation import renamed_argument
from clerk_core.transport.connections import current_loop, current_process
from clerkkit.auth.calls.call_limit import CallLimit
from clerkkit.auth.calls.locks import ContextLock, SharedRuns
from clerkkit.auth.calls.steps import SEND_ONCE_SECONDS, AuthFlow, RunExclusive, RunShared, SendOnce, SendWithKey, Step
from clerkkit.auth.requests.adapters.request_adapter import adapt_request
from clerkkit.auth.requests.authenticate import authenticate
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.limit_calls import limit_calls
from clerkkit.auth.requests.options import AuthOptions
from clerkkit.auth.requests.state import RequestState
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.expectations import CLOCK_SKEW, Texts, build_expectations
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.auth.tokens.machine_token_cache import CacheLifetimes, MachineTokenCache, build_cache_lifetimes
from clerkkit.auth.tokens.signing_key_cache import SigningKeyCache
from clerkkit.auth.tokens.verified_token_cache import VerifiedTokenCache
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.auth.tokens.verify_machine_token import verify_machine_token
from clerkkit.flow import run_flow, run_flow_async
from clerkkit.rate_limit import RateLimitOptions

if TYPE_CHECKING:
    import anyio

__all__ = ["SEND_ONCE_SECONDS", "AsyncAuth", "AsyncAuthClient", "Auth", "AuthClient", "AuthState"]

T = TypeVar("T")


class AuthClient(Protocol):
    """What `Auth` needs of a client."""

    def send(self, request: Request[T]) -> T:
        """Send a request and return its result."""
        ...

    def with_options(self, *, secret_key: str) -> Self:
        """Return a view of the client with another secret key."""
        ...


class AsyncAuthClient(Protocol):
    """What `AsyncAuth` needs of a client."""

    async def send(self, request: Request[T]) -> T:
        """Send a request and return its result."""
        ...

    def with_options(self, *, secret_key: str) -> Self:
        """Return a view of the client with another secret key."""
        ...


class AuthState:
    """What a client and its views share: clock, signing keys, caches, locks and limits of calls."""

    def __init__(self, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns the Unix time at which tokens are verified; `monotonic` measures the age of cached values."""
        self.clock = clock
        self.signing_keys = SigningKeyCache(monotonic)
        self.verified_tokens = VerifiedTokenCache(monotonic)
        self.machine_tokens = MachineTokenCache(monotonic)
        self.thread_lock = ContextLock(threading.Lock, current_process)
        self.task_lock = ContextLock(_create_task_lock, current_loop)
        self.thread_runs = SharedRuns(threading.Lock, current_process)
        self.task_runs = SharedRuns(_create_task_lock, current_loop)
        self._monotonic = monotonic
        self._limits: dict[tuple[str, RateLimitOptions], CallLimit] = {}

    def get_call_limit(self, option: str, limit: RateLimitOptions) -> CallLimit:
        """Return the call limit of an option. All `AuthOptions` with the same value share it."""
        key = option, limit
        return self._limits.get(key) or self._limits.setdefault(key, CallLimit(option, limit, self._monotonic))


def _create_task_lock() -> anyio.Lock:
    import anyio  # not needed by sync programs

    return anyio.Lock()


class _FlowBuilder:
    """Builds flows from the arguments of a call, for `Auth` and `AsyncAuth`."""

    def __init__(self, state: AuthState, secret_key: str) -> None:
        self._state = state
        self._secret_key = secret_key

    def _build_verifier(
        self, jwt_key: str | None, cache: bool, now: float | None, opaque_call_limit: CallLimit | None = None
    ) -> Verifier:
        state = self._state
        clock = state.clock if now is None else lambda: now
        verified_tokens = state.verified_tokens if cache else None
        return Verifier(state.signing_keys, jwt_key, verified_tokens, clock, state.machine_tokens, opaque_call_limit)

    def _authenticate(self, request: Any, options: AuthOptions, now: float | None) -> AuthFlow[RequestState]:
        opaque_limit = self._state.get_call_limit("opaque_token_calls", options.opaque_limit)
        limit = self._state.get_call_limit("unauthenticated_calls", options.unauthenticated_limit)
        verifier = self._build_verifier(options.jwt_key, options.cache, now, opaque_limit)
        context = RequestContext(adapt_request(request), options, verifier.try_parse, verifier.clock)
        return limit_calls(authenticate(context, verifier, self._secret_key), limit)


class Auth(_FlowBuilder):
    """Verifies tokens and authenticates requests for one instance. Thread-safe."""

    def __init__(self, client: AuthClient, client_once: AuthClient, state: AuthState, secret_key: str) -> None:
        """Created by `clerk.auth`.

        Args:
            client: Sends calls whose sender is known.
            client_once: The same client without retries and with the time limit `SEND_ONCE_SECONDS`.
            state: Shared with views of the client.
            secret_key: The secret key of the client.
        """
        super().__init__(state, secret_key)
        self._client = client
        self._client_once = client_once

    def _do(self, step: Step) -> Any:
        """Do what a flow asks for."""
        if isinstance(step, RunExclusive):
            lock = self._state.thread_lock.get()
            if not lock.acquire(blocking=step.wait):
                return None
            try:
                return run_flow(self._do, step.flow)
            finally:
                lock.release()
        if isinstance(step, RunShared):
            with self._state.thread_runs.join(step.key) as run, run.lock:
                if run.outcome is None:
                    run.outcome = run_flow(self._do, step.flow)
                return run.outcome
        if isinstance(step, SendOnce):
            return _send(self._client_once, step.step)
        return _send(self._client, step)

    @renamed_argument("memo", "cache")
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
        cache: bool = True,
        now: float | None = None,
    ) -> SessionClaims:
        """Verify a session token or a token of a JWT template.

        A token of a JWT template does not prove that the user is signed in: it has no `session_id`, and it can outlive
        the session. `authenticate_request` refuses it.

        Args:
            token: The token, without `Bearer`.
            authorized_parties: Accepted origins; the token's `azp` must be one of them. None or empty: all.
            audience: Accepted audiences; a token that has an `aud` must name one of them. None or empty: all.
            issuer: Accepted values of `iss`. None or empty: all, since the signing key identifies the instance.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            header_type: Accepted values of the header `typ`. Default: `JWT`, or no `typ`.
            jwt_key: The PEM public key of the instance. With it, no call to Clerk is made.
            cache: Whether to cache the verified signature, for two minutes.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; see its `reason`.
            InvalidArgument: an argument is invalid.
        """
        expectations = build_expectations(authorized_parties, audience, issuer, clock_skew, header_type)
        verifier = self._build_verifier(jwt_key, cache, now)
        known = verifier.verify_known_claims(token, expectations)
        return run_flow(self._do, verifier.verify_claims(token, expectations)) if known is None else known

    @renamed_argument("memo", "cache")
    def verify_machine_token(
        self,
        token: str,
        *,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        machine_secret_key: str | None = None,
        jwt_key: str | None = None,
        cache: bool = True,
        opaque_token_ttl: float = CacheLifetimes().accepted,
        opaque_refusal_ttl: float = CacheLifetimes().refused,
        now: float | None = None,
    ) -> MachineToken:
        """Verify an M2M token, an API key or an OAuth access token.

        JWTs are verified by their signature, opaque tokens by Clerk's API.

        Args:
            token: The token, without `Bearer`.
            audience: Accepted audiences. OAuth access tokens must name one of them in `aud`; M2M tokens must if they
                have an `aud`. None or empty: all.
            issuer: Accepted values of `iss` of a JWT. None or empty: all.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            machine_secret_key: The key (`ak_...`) that verifies M2M tokens. Default: the client's secret key.
            jwt_key: The PEM public key of the instance. With it, no call to Clerk is made for a JWT.
            cache: Whether to cache the verified signature of a JWT, for two minutes.
            opaque_token_ttl: Seconds for which an opaque token that Clerk accepted is not verified again, up to its
                expiration. A revocation takes effect after that time. 0 to ask Clerk each time.
            opaque_refusal_ttl: Seconds for which Clerk is not asked again about an opaque token that it refused.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; see its `reason`.
            InvalidArgument: an argument is invalid.
        """
        expectations = build_expectations(audience=audience, issuer=issuer, clock_skew=clock_skew)
        lifetimes = build_cache_lifetimes(opaque_token_ttl, opaque_refusal_ttl)
        verifier = self._build_verifier(jwt_key, cache, now)
        return run_flow(self._do, verify_machine_token(verifier, token, expectations, machine_secret_key, lifetimes))

    def authenticate_request(self, request: Any, options: AuthOptions, *, now: float | None = None) -> RequestState:
        """Authenticate a request. A token that is not accepted leads to a state, and does not raise.

        Args:
            request: A request of Starlette, FastAPI, Django, Flask, Quart, aiohttp or httpx, an ASGI scope, a WSGI
                environ, an AWS Lambda event, or any object with method, url and headers.
            options: Which tokens are accepted.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            InvalidArgument: this is not a request, or the options do not go with the client's secret key.
        """
        return run_flow(self._do, self._authenticate(request, options, now))


def _send(client: AuthClient, step: Request[Any] | SendWithKey) -> Any:
    if isinstance(step, SendWithKey):
        return client.with_options(secret_key=step.secret_key).send(step.request)
    return client.send(step)


class AsyncAuth(_FlowBuilder):
    """Verifies tokens and authenticates requests for one instance, without blocking the event loop."""

    def __init__(
        self, client: AsyncAuthClient, client_once: AsyncAuthClient, state: AuthState, secret_key: str
    ) -> None:
        """Created by `clerk.auth`.

        Args:
            client: Sends calls whose sender is known.
            client_once: The same client without retries and with the time limit `SEND_ONCE_SECONDS`.
            state: Shared with views of the client.
            secret_key: The secret key of the client.
        """
        super().__init__(state, secret_key)
        self._client = client
        self._client_once = client_once

    async def _do(self, step: Step) -> Any:
        """Do what a flow asks for."""
        if isinstance(step, RunExclusive):
            lock = self._state.task_lock.get()
            if not step.wait and lock.locked():
                return None
            async with lock:
                return await run_flow_async(self._do, step.flow)
        if isinstance(step, RunShared):
            with self._state.task_runs.join(step.key) as run:
                async with run.lock:
                    if run.outcome is None:
                        run.outcome = await run_flow_async(self._do, step.flow)
                    return run.outcome
        if isinstance(step, SendOnce):
            return await _send_async(self._client_once, step.step)
        return await _send_async(self._client, step)

    @renamed_argument("memo", "cache")
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
        cache: bool = True,
        now: float | None = None,
    ) -> SessionClaims:
        """Verify a session token or a token of a JWT template.

        A token of a JWT template does not prove that the user is signed in: it has no `session_id`, and it can outlive
        the session. `authenticate_request` refuses it.

        Args:
            token: The token, without `Bearer`.
            authorized_parties: Accepted origins; the token's `azp` must be one of them. None or empty: all.
            audience: Accepted audiences; a token that has an `aud` must name one of them. None or empty: all.
            issuer: Accepted values of `iss`. None or empty: all, since the signing key identifies the instance.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            header_type: Accepted values of the header `typ`. Default: `JWT`, or no `typ`.
            jwt_key: The PEM public key of the instance. With it, no call to Clerk is made.
            cache: Whether to cache the verified signature, for two minutes.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; see its `reason`.
            InvalidArgument: an argument is invalid.
        """
        expectations = build_expectations(authorized_parties, audience, issuer, clock_skew, header_type)
        verifier = self._build_verifier(jwt_key, cache, now)
        known = verifier.verify_known_claims(token, expectations)
        return await run_flow_async(self._do, verifier.verify_claims(token, expectations)) if known is None else known

    @renamed_argument("memo", "cache")
    async def verify_machine_token(
        self,
        token: str,
        *,
        audience: Texts = None,
        issuer: Texts = None,
        clock_skew: float = CLOCK_SKEW,
        machine_secret_key: str | None = None,
        jwt_key: str | None = None,
        cache: bool = True,
        opaque_token_ttl: float = CacheLifetimes().accepted,
        opaque_refusal_ttl: float = CacheLifetimes().refused,
        now: float | None = None,
    ) -> MachineToken:
        """Verify an M2M token, an API key or an OAuth access token.

        JWTs are verified by their signature, opaque tokens by Clerk's API.

        Args:
            token: The token, without `Bearer`.
            audience: Accepted audiences. OAuth access tokens must name one of them in `aud`; M2M tokens must if they
                have an `aud`. None or empty: all.
            issuer: Accepted values of `iss` of a JWT. None or empty: all.
            clock_skew: Seconds by which the clocks of Clerk and this machine may differ.
            machine_secret_key: The key (`ak_...`) that verifies M2M tokens. Default: the client's secret key.
            jwt_key: The PEM public key of the instance. With it, no call to Clerk is made for a JWT.
            cache: Whether to cache the verified signature of a JWT, for two minutes.
            opaque_token_ttl: Seconds for which an opaque token that Clerk accepted is not verified again, up to its
                expiration. A revocation takes effect after that time. 0 to ask Clerk each time.
            opaque_refusal_ttl: Seconds for which Clerk is not asked again about an opaque token that it refused.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            TokenRefused: the token is not accepted; see its `reason`.
            InvalidArgument: an argument is invalid.
        """
        expectations = build_expectations(audience=audience, issuer=issuer, clock_skew=clock_skew)
        lifetimes = build_cache_lifetimes(opaque_token_ttl, opaque_refusal_ttl)
        verifier = self._build_verifier(jwt_key, cache, now)
        return await run_flow_async(
            self._do, verify_machine_token(verifier, token, expectations, machine_secret_key, lifetimes)
        )

    async def authenticate_request(
        self, request: Any, options: AuthOptions, *, now: float | None = None
    ) -> RequestState:
        """Authenticate a request. A token that is not accepted leads to a state, and does not raise.

        Args:
            request: A request of Starlette, FastAPI, Django, Flask, Quart, aiohttp or httpx, an ASGI scope, a WSGI
                environ, an AWS Lambda event, or any object with method, url and headers.
            options: Which tokens are accepted.
            now: Unix time in seconds. Default: the client's `clock`.

        Raises:
            InvalidArgument: this is not a request, or the options do not go with the client's secret key.
        """
        return await run_flow_async(self._do, self._authenticate(request, options, now))


async def _send_async(client: AsyncAuthClient, step: Request[Any] | SendWithKey) -> Any:
    if isinstance(step, SendWithKey):
        return await client.with_options(secret_key=step.secret_key).send(step.request)
    return await client.send(step)
