"""The emulator in a thread of this process, and the controls that tests use."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import uvicorn

from clerk_emulator.domain import (
    application_invitations,
    client_tokens,
    events,
    external_accounts,
    handshakes,
    membership_invitations,
    oauth_tokens,
    passkeys,
    plans,
    session_lifecycle,
    session_tokens,
    tickets,
    trusted_devices,
)
from clerk_emulator.http.server import listen, uvicorn_config
from clerk_emulator.json_types import Json
from clerk_emulator.request.execution import perform
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.pipeline import PREFIX
from clerk_emulator.request.rate_limits import InstanceType
from clerk_emulator.request.state import Observer
from clerk_emulator.seeding.dump import dump
from clerk_emulator.seeding.load import create_state
from clerk_emulator.storage import ledger
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import SESSIONS


class Emulator:
    """A local Clerk that runs in a thread of this process, on a free port.

    ```python
    with Emulator() as emulator:
        clerk = Clerk(secret_key=emulator.secret_key, base_url=emulator.url)
    ```

    `db` is a file for the state, which is otherwise in memory. `seed` is a seed file, or its parsed content: the users,
    organizations, memberships and keys to begin with. `random_seed` makes ids reproducible. `rate_limits` selects the
    limits of a development or a production instance; None disables them. `validate_responses` checks each response
    against the contract and adds violations to `problems`. `observer` is called for each response with the operation's
    id, the status and the body.

    Raises ValueError for a secret key that does not begin with `sk_test_`, for an invalid seed, and for a seed if the
    file already has a state; InUseError if another process uses the file; OSError if the port is not available.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        seed: str | Path | Json | None = None,
        random_seed: int | str | None = None,
        port: int = 0,
        rate_limits: InstanceType | None = None,
        validate_responses: bool = False,
        observer: Observer | None = None,
        judged: bool | None = None,
    ) -> None:
        if judged is not None:
            message = "Emulator(judged=...) is deprecated: use validate_responses"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            validate_responses = judged
        self._state = create_state(
            db=db,
            secret_key=secret_key,
            seed=seed,
            random_seed=random_seed,
            rate_limits=rate_limits,
            validate_responses=validate_responses,
            observer=observer,
        )
        try:
            self._socket = listen(port=port)
        except (OSError, ValueError):
            self._state.store.close()
            raise
        self._state.store.public_origin = self.origin
        self._server = uvicorn.Server(uvicorn_config(self._state))
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
        self._socket.close()
        self._state.store.close()

    @property
    def origin(self) -> str:
        """The origin of the server, such as http://127.0.0.1:49152."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def url(self) -> str:
        """The base URL of the API, which ends in /v1."""
        return self.origin + PREFIX

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
        """The emulator's clock, which tests can freeze and advance."""
        return self._state.clock

    @property
    def faults(self) -> Faults:
        """The faults to apply to requests."""
        return self._state.faults

    @property
    def problems(self) -> list[str]:
        """Violations of the contract, if responses are validated, and unexpected exceptions."""
        return self._state.problems

    @property
    def filled_in(self) -> set[str]:
        """Properties that the contract requires and no handler sets, such as `User.locale`. They have plain values."""
        return self._state.filled_in

    @property
    def events(self) -> list[Json]:
        """Everything that happened, in order, as the events that Clerk sends to webhooks.

        What a seed creates is not among them.
        """
        with self._state.store.transaction():
            instance_id = self._state.keys.instance_id
            return [events.envelope(entry, instance_id) for entry in ledger.read_after(self._state.store)]

    def dump(self) -> Json:
        """Return keys, custom roles, users, organizations and memberships as a seed for another emulator."""
        with self._state.store.transaction():
            return dump(self._state)

    def reset(self) -> None:
        """Restore the initial state, including time and faults. Raises RuntimeError if the state is in a file."""
        self._state.reset()

    def sign_in(
        self, user_id: str, organization_id: str | None = None, *, origin: str | None = "http://localhost:3000"
    ) -> str:
        """Sign a user in on a new client, and return a session token.

        `organization_id` becomes the active organization. `origin` is that of the page; it becomes the claim `azp`.
        Raises ClerkAPIError for an unknown, banned or locked user, or one who is not a member of the organization.
        """
        with self._state.store.transaction():
            session = session_lifecycle.start(self._state.store, user_id, organization_id, origin=origin)
            return session_tokens.create(self._state.store, self._state.keys, session)

    def subscribe(self, owner_id: str, plan: str | None, features: Sequence[str] = ()) -> None:
        """Subscribe a user or an organization to a plan with these features, or end the subscription with None.

        Session tokens contain both. Raises ClerkAPIError for an unknown owner, or for a plan or feature that is not a
        slug.
        """
        with self._state.store.transaction():
            plans.subscribe(self._state.store, owner_id, plan, features)

    def handshake(self, session_id: str | None = None) -> str:
        """Return the nonce of a handshake, which a browser sends back in `__clerk_handshake_nonce`.

        `GET /clients/handshake_payload` exchanges it within a minute for the cookies of the session or, without a
        session, of a browser that is signed out. Raises ClerkAPIError for an unknown session.
        """
        with self._state.store.transaction():
            return handshakes.start(self._state.store, session_id)

    def redeem(self, ticket: str, *, origin: str | None = "http://localhost:3000") -> str:
        """Sign in with the `token` of a sign-in token or actor token, or the ticket in an agent task's `url`.

        Return a session token; its claim `act` is the actor. Raises ClerkAPIError for a ticket that is invalid, used,
        revoked or expired.
        """
        with self._state.store.transaction():
            session = tickets.redeem(self._state.store, self._state.keys, ticket, origin=origin)
            return session_tokens.create(self._state.store, self._state.keys, session)

    def issue_oauth_token(
        self,
        application_id: str,
        user_id: str,
        scopes: list[str] | None = None,
        *,
        seconds: int = oauth_tokens.TOKEN_SECONDS,
    ) -> str:
        """Return an access token that a user grants an OAuth application, by default with all of its scopes.

        It is opaque (`oat_...`), or a JWT if the instance setting `oauth_jwt_access_tokens` is on. `seconds` is its
        lifetime. Raises ClerkAPIError for an unknown application or user.
        """
        with self._state.store.transaction():
            return oauth_tokens.issue(
                self._state.store, self._state.keys, application_id, user_id, scopes, seconds=seconds
            )

    def refresh_token(self, session_id: str) -> str:
        """Return the refresh token of a session, which a browser stores in a cookie."""
        with self._state.store.transaction():
            token: str = self._state.store.require(SESSIONS, session_id)["_refresh_token"]
            return token

    def client_token(self, client_id: str) -> str:
        """Return the token of a client, which a browser stores in the cookie `__client`."""
        with self._state.store.transaction():
            return client_tokens.create(self._state.store, self._state.keys, client_id)

    def connect_account(
        self, user_id: str, provider: str, *, email_address: str, provider_user_id: str = "1", **values: Any
    ) -> Json:
        """Connect an external account, such as `google`, to a user, and return it.

        `values` are further keys of the account, such as `first_name` and `approved_scopes`.
        """
        with self._state.store.transaction():
            row = external_accounts.connect(
                self._state.store, user_id, provider, email_address, provider_user_id, **values
            )
            return public_fields(row)

    def add_passkey(self, user_id: str, name: str = "Passkey") -> Json:
        """Add a passkey to a user, and return it."""
        with self._state.store.transaction():
            return public_fields(passkeys.add(self._state.store, user_id, name))

    def trust_device(
        self,
        user_id: str,
        app_identifier: str = "com.example.app",
        *,
        platform: Literal["ios", "android"] = "ios",
        name: str | None = None,
    ) -> Json:
        """Add a trusted device to a user, as a native app does, and return it."""
        with self._state.store.transaction():
            return trusted_devices.add(self._state.store, user_id, app_identifier, platform, name)

    def accept_invitation(self, invitation_id: str, **values: Any) -> Json:
        """Sign the invited person up, and return the user.

        `values` are further parameters of `POST /users`, such as `first_name`. Raises ClerkAPIError.
        """
        with self._state.store.transaction():
            body = application_invitations.sign_up_parameters(self._state.store, invitation_id, values)
            user = perform(self._state, "CreateUser", body)
            application_invitations.accept(self._state.store, invitation_id)
            return user

    def accept_organization_invitation(self, invitation_id: str, user_id: str) -> None:
        """Accept an invitation to an organization for a user, who becomes a member. Raises ClerkAPIError."""
        with self._state.store.transaction():
            membership_invitations.accept(self._state.store, invitation_id, user_id)
