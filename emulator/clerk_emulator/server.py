"""The emulator as a server: in a thread of a program, or as the program."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from clerk_emulator import app, sessions
from clerk_emulator.clock import Clock
from clerk_emulator.faults import Faults
from clerk_emulator.limits import Instance
from clerk_emulator.state import Observer, State


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
    """A socket to serve on; port 0 is any that is free. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol said: asyncio sends small answers at once (TCP_NODELAY) only where it knows that this is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(2048)
    except BaseException:
        made.close()
        raise
    return made


class Emulator:
    """A Clerk on this machine, in a thread of this process, on a port of its own.

    ```python
    with Emulator() as emulator:
        clerk = Clerk(secret_key=emulator.secret_key, base_url=emulator.url)
    ```

    `db` is a file to keep the state in; without it all is forgotten at the end. `seed` makes ids reproducible.
    `rate_limits` are those of a development or a production instance, None for none. `judged` holds every answer
    against the contract, and `observer` is told of each; what departs is found in `problems`.

    Raises ValueError for a secret key that is not one for tests, InUseError where the file belongs to another process.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        seed: int | str | None = None,
        port: int = 0,
        rate_limits: Instance | None = None,
        judged: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._state = State(
            db=db, secret_key=secret_key, seed=seed, rate_limits=rate_limits, judged=judged, observer=observer
        )
        try:
            self._socket = listen(port=port)
        except OSError:
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
            session = sessions.start(self._state.store, user_id, organization_id, origin=origin)
            return sessions.token(self._state.store, self._state.keys, session)
