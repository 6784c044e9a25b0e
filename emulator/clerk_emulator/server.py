"""The emulator as a server: in a thread of a program, or as the program."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from clerk_emulator.domain import (
    frontend,
    handshakes,
    oauth_tokens,
    organization_invitation_rules,
    plans,
    session_rules,
    signed_tokens,
    tickets,
)
from clerk_emulator.errors import Json
from clerk_emulator.http import app
from clerk_emulator.request.call import shown
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.rate_limits import Instance
from clerk_emulator.seeding import seed_files
from clerk_emulator.state import Observer, State
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.tables import SESSIONS


class _Protocol(H11Protocol):
    """HTTP that tells which connections are open, so that a fault can cut one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client:
            app.CONNECTIONS[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.client:
            app.CONNECTIONS.pop(self.client, None)


def configuration(state: State) -> uvicorn.Config:
    """How uvicorn serves an emulator."""
    return uvicorn.Config(
        app.create_app(state),
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A socket to serve on; port 0 is any that is free. Raises OSError, which names the port, where it is taken."""
    if not 0 <= port <= 65535:
        raise ValueError(f"port: {port} is not between 0 and 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol said: asyncio sends small answers at once (TCP_NODELAY) only where it knows that this is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.ExitStack() as stack:
        stack.callback(made.close)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, port))
            made.listen(2048)
        except OSError as error:
            raise type(error)(error.errno, f"cannot listen on port {port} of {host}: {error.strerror}") from None
        stack.pop_all()
    return made


class Emulator:
    """A Clerk on this machine, in a thread of this process, on a port of its own.

    ```python
    with Emulator() as emulator:
        clerk = Clerk(secret_key=emulator.secret_key, base_url=emulator.url)
    ```

    `db` is a file to keep the state in; without it all is forgotten at the end. `seed` is a file, or what one holds:
    users, organizations, memberships and keys to begin with (see `seeding`). `random_seed` makes ids reproducible.
    `rate_limits` are those of a development or a production instance, None for none. `judged` holds every answer
    against the contract, and `observer` is told of each; what departs is found in `problems`.

    Raises ValueError for a secret key that is not one for tests, a seed that cannot be read, or one for a file that has
    a state already; InUseError where the file belongs to another process, OSError where the port is taken.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        seed: str | Path | Json | None = None,
        random_seed: int | str | None = None,
        port: int = 0,
        rate_limits: Instance | None = None,
        judged: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._state = State(
            db=db,
            secret_key=secret_key,
            seed=seed,
            random_seed=random_seed,
            rate_limits=rate_limits,
            judged=judged,
            observer=observer,
        )
        try:
            self._socket = listen(port=port)
        except (OSError, ValueError):
            self._state.store.close()
            raise
        self._server = uvicorn.Server(configuration(self._state))
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="clerk_emulator", daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve. The socket takes connections from the moment the emulator was made; here it begins to answer them."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what has come, then serve no more."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()
        self._state.store.close()

    @property
    def origin(self) -> str:
        """Where the emulator is, such as http://127.0.0.1:49152."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def url(self) -> str:
        """The base URL of the API, which ends in /v1."""
        return self.origin + app.PREFIX

    @property
    def secret_key(self) -> str:
        """The secret key of the instance."""
        return self._state.keys.secret_key

    @property
    def publishable_key(self) -> str:
        """The publishable key of the instance."""
        return self._state.keys.publishable_key

    @property
    def clock(self) -> Clock:
        """The emulator's time, to freeze and to move."""
        return self._state.clock

    @property
    def faults(self) -> Faults:
        """Faults that requests are to meet."""
        return self._state.faults

    @property
    def problems(self) -> list[str]:
        """Departures from the contract, where answers are judged, and exceptions that nobody foresaw."""
        return self._state.problems

    @property
    def filled_in(self) -> set[str]:
        """What answers had to have by the contract and no handler knows, such as `User.locale`: it has plain values."""
        return self._state.filled_in

    def dump(self) -> Json:
        """Users, organizations, memberships and keys, as a seed for another emulator."""
        with self._state.store.transaction():
            return seed_files.dump(self._state)

    def reset(self) -> None:
        """Go back to the state at the start."""
        self._state.reset()

    def sign_in(
        self, user_id: str, organization_id: str | None = None, *, origin: str | None = "http://localhost:3000"
    ) -> str:
        """Sign a user in, on a client of its own, and return a session token.

        `organization_id` becomes the active organization; `origin` is the page's, which the token names as `azp`.
        Raises Refusal, as the API would: for an unknown user, one who is banned or locked, or no member.
        """
        with self._state.store.transaction():
            session = session_rules.start(self._state.store, user_id, organization_id, origin=origin)
            return signed_tokens.session_token(self._state.store, self._state.keys, session)

    def subscribe(self, owner_id: str, plan: str | None, features: Sequence[str] = ()) -> None:
        """Put a user or an organization on a plan with these features, which session tokens then tell; None ends it.

        Raises Refusal for an unknown owner, or for a plan or feature that is no slug.
        """
        with self._state.store.transaction():
            plans.subscribe(self._state.store, owner_id, plan, features)

    def handshake(self, session_id: str | None = None) -> str:
        """Return the nonce of a handshake, which a browser brings back in `__clerk_handshake_nonce`.

        For a minute `GET /clients/handshake_payload` exchanges it for the cookies of the session, or, without a
        session, of a browser where nobody is signed in. Raises Refusal for an unknown session.
        """
        with self._state.store.transaction():
            return handshakes.start(self._state.store, session_id)

    def redeem(self, ticket: str, *, origin: str | None = "http://localhost:3000") -> str:
        """Sign in with the `token` of a sign-in token or actor token, or the ticket in an agent task's `url`.

        Returns a session token, which names the actor as `act`. Raises Refusal for a ticket that is used, revoked or
        expired, as Clerk's frontend would.
        """
        with self._state.store.transaction():
            session = tickets.redeem(self._state.store, self._state.keys, ticket, origin=origin)
            return signed_tokens.session_token(self._state.store, self._state.keys, session)

    def issue_oauth_token(
        self,
        application_id: str,
        user_id: str,
        scopes: list[str] | None = None,
        *,
        seconds: int = oauth_tokens.TOKEN_SECONDS,
    ) -> str:
        """An access token that a user grants an OAuth application; by default with all of the application's scopes.

        It is opaque (`oat_...`), or a JWT where the instance's setting `oauth_jwt_access_tokens` is on. Raises Refusal
        for an unknown application or user.
        """
        with self._state.store.transaction():
            return oauth_tokens.issue(
                self._state.store, self._state.keys, application_id, user_id, scopes, seconds=seconds
            )

    def refresh_token(self, session_id: str) -> str:
        """The refresh token of a session, which a browser keeps in a cookie."""
        with self._state.store.transaction():
            token: str = self._state.store.need(SESSIONS, session_id)["_refresh_token"]
            return token

    def client_token(self, client_id: str) -> str:
        """The token of a client, which a browser keeps in the cookie `__client`."""
        with self._state.store.transaction():
            return frontend.client_token(self._state.store, self._state.keys, client_id)

    def connect_account(
        self, user_id: str, provider: str, *, email_address: str, provider_user_id: str = "1", **values: Any
    ) -> Json:
        """Let a user sign in with an account elsewhere, such as `google`; returns the external account.

        `values` are further keys of it, such as `first_name` and `approved_scopes`.
        """
        with self._state.store.transaction():
            row = frontend.connect(self._state.store, user_id, provider, email_address, provider_user_id, **values)
            return shown(row)

    def add_passkey(self, user_id: str, name: str = "Passkey") -> Json:
        """Give a user a passkey."""
        with self._state.store.transaction():
            return shown(frontend.add_passkey(self._state.store, user_id, name))

    def trust_device(
        self,
        user_id: str,
        app_identifier: str = "com.example.app",
        *,
        platform: Literal["ios", "android"] = "ios",
        name: str | None = None,
    ) -> Json:
        """Let a user trust a device, from within a native app."""
        with self._state.store.transaction():
            return frontend.trust_device(self._state.store, user_id, app_identifier, platform, name)

    def accept_invitation(self, invitation_id: str, **values: Any) -> Json:
        """Let the person sign up who was invited to the application; returns the user.

        `values` are what else `POST /users` takes, such as `first_name`. Raises Refusal, as the API would.
        """
        with self._state.store.transaction():
            return frontend.accept_invitation(
                self._state.store, invitation_id, values, lambda body: self._state.perform("CreateUser", body)
            )

    def accept_organization_invitation(self, invitation_id: str, user_id: str) -> None:
        """Let a user accept an invitation to an organization, and become a member. Raises Refusal, as the API would."""
        with self._state.store.transaction():
            organization_invitation_rules.accept(self._state.store, invitation_id, user_id)
