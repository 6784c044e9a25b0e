"""The emulator in a thread of this process."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from clerk_emulator import environment
from clerk_emulator.control.controls import Controls
from clerk_emulator.http import scripts
from clerk_emulator.http.https import HttpsListener
from clerk_emulator.http.server import Server, listen, origin_of, uvicorn_config
from clerk_emulator.json_types import Json
from clerk_emulator.request.pipeline import PREFIX
from clerk_emulator.request.rate_limits import InstanceType
from clerk_emulator.request.state import Observer
from clerk_emulator.seeding.load import create_state
from clerk_emulator.storage.keys import hostname_in


class Emulator(Controls):
    """A local Clerk that runs in a thread of this process, on a free port.

    ```python
    with Emulator() as emulator:
        clerk = Clerk(secret_key=emulator.secret_key, base_url=emulator.url)
    ```

    `db` is a file for the state, which is otherwise in memory. `seed` is a seed file, or its parsed content: the users,
    organizations, memberships and keys to begin with. `random_seed` makes ids reproducible. `rate_limits` selects the
    limits of a development or a production instance; None disables them. `validate_responses` checks each response
    against the contract and adds violations to `problems`. `observer` is called for each response with the operation's
    id, the status and the body. `host` and `port` are where to listen; port 0 picks a free one. `control_hosts` are
    host names at which other machines may use the control API, which is otherwise only for this machine. `webhooks` are
    URLs that receive events, or dictionaries with the keys `url`, `events` and `secret`. `allowed_origins` are the
    origins of applications on other machines, such as https://app.example.com. `https_port` is a port for https, which
    is then served too; clients must trust `https_authority`. `clerk_js` is a folder with a copy of `@clerk/clerk-js`,
    by default `node_modules` in the working directory.

    Raises ValueError for a secret or publishable key that is not one of a test instance, for an invalid seed, for a
    seed if the file already has a state, and for a folder without clerk-js; InUseError if another process uses the
    file; OSError if a port is not available.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        seed: str | Path | Json | None = None,
        random_seed: int | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        control_hosts: Collection[str] = (),
        rate_limits: InstanceType | None = None,
        validate_responses: bool = False,
        observer: Observer | None = None,
        webhooks: str | Sequence[str | Json] = (),
        allowed_origins: Collection[str] = (),
        https_port: int | None = None,
        clerk_js: str | Path | None = None,
        judged: bool | None = None,
    ) -> None:
        if judged is not None:
            message = "Emulator(judged=...) is deprecated: use validate_responses"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            validate_responses = judged
        packages = scripts.find_packages(clerk_js)
        state = create_state(
            db=db,
            secret_key=secret_key,
            publishable_key=publishable_key,
            seed=seed,
            random_seed=random_seed,
            rate_limits=rate_limits,
            validate_responses=validate_responses,
            observer=observer,
            control_hosts=control_hosts,
            webhooks=webhooks,
            allowed_origins=allowed_origins,
        )
        super().__init__(state)
        self._https: HttpsListener | None = None
        with contextlib.ExitStack() as opened:
            opened.callback(state.close)
            self._socket = listen(host, port)
            opened.callback(self._socket.close)
            if https_port is not None:
                self._https = HttpsListener(host, https_port, hostname_in(state.keys.publishable_key))
                opened.callback(self._https.close)
            self._opened = opened.pop_all()
        state.store.public_origin = self.origin
        self._server = Server(uvicorn_config(state, packages=packages))
        if self._https:
            self._server.serve_https(self._https.socket, self._https.context)
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
        """Start the server. Connections opened before, since the emulator was created, are answered now."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in progress, then stop the server."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._opened.close()

    @property
    def origin(self) -> str:
        """The origin of the server, such as http://127.0.0.1:49152."""
        return origin_of(*self._socket.getsockname()[:2])

    @property
    def https_origin(self) -> str | None:
        """The origin of the server for https, such as https://127.0.0.1:49153; None if it does not serve https."""
        return self._https.origin if self._https else None

    @property
    def https_authority(self) -> Path | None:
        """The file with the certificate of the authority that clients must trust for https."""
        return self._https.authority_file if self._https else None

    @property
    def url(self) -> str:
        """The base URL of the API, which ends in /v1."""
        return self.origin + PREFIX

    @property
    def environment(self) -> dict[str, str]:
        """The variables, such as `CLERK_SECRET_KEY`, that make an application with a Clerk SDK use this emulator."""
        return environment.variables(self.origin, self.secret_key, self.publishable_key, self.webhooks.endpoints)
