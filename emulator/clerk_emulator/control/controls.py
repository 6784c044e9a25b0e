"""What tests and tools can do with an emulator besides calling its API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from clerk_emulator.control.billing import Billing
from clerk_emulator.control.enterprise_controls import EnterpriseControls
from clerk_emulator.control.sign_up_controls import SignUpControls
from clerk_emulator.domain import events
from clerk_emulator.domain.billing import checkouts
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.domain.factors import passkeys, trusted_devices
from clerk_emulator.domain.invitations import application_invitations
from clerk_emulator.domain.oauth import access_tokens
from clerk_emulator.domain.organizations import membership_invitations
from clerk_emulator.domain.sessions import browser_sessions, client_tokens, handshakes, session_lifecycle, tickets
from clerk_emulator.domain.sessions.browser_sessions import BrowserSession
from clerk_emulator.domain.social import external_accounts
from clerk_emulator.json_types import Json
from clerk_emulator.request.execution import perform
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.request_ledger import RequestLedger
from clerk_emulator.request.state import State
from clerk_emulator.seeding import load
from clerk_emulator.seeding.dump import dump
from clerk_emulator.storage import ledger
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import SESSIONS
from clerk_emulator.webhooks.controls import Webhooks

DEFAULT_ORIGIN = "http://localhost:3000"
"""The origin of the page that a user signs in on, unless another is given."""


class Controls(EnterpriseControls, SignUpControls):
    """The controls of an emulator. Each has a route of the control API, so that every language can use it.

    They can be used from any thread, also while the emulator serves requests.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def secret_key(self) -> str:
        """The secret key of the instance."""
        return self._state.keys.secret_key

    @property
    def publishable_key(self) -> str:
        """The publishable key of the instance."""
        return self._state.keys.publishable_key

    @property
    def jwt_key(self) -> str:
        """The public key as PEM, which SDKs take as `CLERK_JWT_KEY`. With it they verify tokens without a request."""
        return self._state.keys.public_pem

    @property
    def clock(self) -> Clock:
        """The emulator's clock, which tests can freeze and advance."""
        return self._state.clock

    @property
    def faults(self) -> Faults:
        """The faults to apply to requests."""
        return self._state.faults

    @property
    def webhooks(self) -> Webhooks:
        """The endpoints that receive events, and the deliveries to them."""
        return self._state.webhooks

    @property
    def billing(self) -> Billing:
        """Plans, discounts, checkouts and payments."""
        return Billing(self._state.store)

    @property
    def requests(self) -> RequestLedger:
        """The last requests to the API, with secrets masked."""
        return self._state.requests

    @property
    def problems(self) -> list[str]:
        """Violations of the contract, if responses are validated, and unexpected exceptions."""
        return self._state.problems

    @property
    def filled_in(self) -> set[str]:
        """Properties that the contract requires and no handler sets, such as `User.locale`. They have plain values."""
        return self._state.differences.filled_in

    @property
    def left_out(self) -> set[str]:
        """Properties that a handler sets and the contract does not allow. Responses do not have them."""
        return self._state.differences.left_out

    @property
    def generic(self) -> set[str]:
        """The ids of operations that the generic resource layer answered, because no handler covers them."""
        return self._state.generic

    @property
    def events(self) -> list[Json]:
        """Everything that happened, in order, as the events that Clerk sends to webhooks.

        What a seed creates is not among them.
        """
        with self._state.store.transaction():
            settle(self._state.store)
            instance_id = self._state.keys.instance_id
            return [events.envelope(entry, instance_id) for entry in ledger.read_after(self._state.store)]

    # State

    @property
    def settings(self) -> Json:
        """The settings of the instance by section, which Clerk's dashboard has."""
        # Imported on first use, because an emulator starts faster without it.
        from clerk_emulator.frontend_api.views import instance_settings

        with self._state.store.transaction():
            return instance_settings.read(self._state.store)

    def update_settings(self, **sections: Json) -> Json:
        """Change settings of the instance, and return all. Those that are not named stay as they are.

        The sections are `authentication`, `attributes`, `passwords`, `display`, `users`, `restrictions`,
        `organizations`, `instance` and `oauth`. Raises ValueError, which names the setting, for one that does not exist
        or has an invalid value; nothing is changed then.
        """
        # Likewise.
        from clerk_emulator.frontend_api.views import instance_settings

        with self._state.store.transaction():
            return instance_settings.update(self._state.store, self._state.keys, sections)

    def dump(self) -> Json:
        """Return keys, custom roles, users, organizations and memberships as a seed for another emulator."""
        with self._state.store.transaction():
            return dump(self._state)

    def load_seed(self, seed: str | Path | Json) -> None:
        """Add what a seed describes to the state: a seed file, or its parsed content. Nothing is added if it fails.

        Raises SeedError for an invalid seed, and for one with `keys`; OSError if the file cannot be read.
        """
        load.add(self._state, seed)

    def reset(self) -> None:
        """Restore the initial state, including time and faults. Raises RuntimeError if the state is in a file."""
        self._state.reset()

    # What users do in a browser

    def start_session(
        self, user_id: str, organization_id: str | None = None, *, origin: str | None = DEFAULT_ORIGIN
    ) -> BrowserSession:
        """Sign a user in on a new client, and return the session with its tokens and cookies.

        `organization_id` becomes the active organization. `origin` is that of the page; it becomes the claim `azp`.
        Raises ClerkAPIError for an unknown, banned or locked user, or one who is not a member of the organization.
        """
        with self._state.store.transaction():
            session = session_lifecycle.start(self._state.store, user_id, organization_id, origin=origin)
            return browser_sessions.of_session(self._state.store, self._state.keys, session)

    def sign_in(self, user_id: str, organization_id: str | None = None, *, origin: str | None = DEFAULT_ORIGIN) -> str:
        """Sign a user in as `start_session` does, and return the session token."""
        return self.start_session(user_id, organization_id, origin=origin).session_token

    def end_session(self, session_id: str, status: Literal["ended", "removed"] = "removed") -> None:
        """End a session. Ended sessions stay on the client; `signOut()` of Clerk's frontend also removes them.

        Nothing happens if it has ended before. Raises ClerkAPIError for an unknown session.
        """
        with self._state.store.transaction():
            session_lifecycle.expire(self._state.store)
            session_lifecycle.end(self._state.store, self._state.store.require(SESSIONS, session_id), status)

    def redeem_ticket(self, ticket: str, *, origin: str | None = DEFAULT_ORIGIN) -> BrowserSession:
        """Sign in with the `token` of a sign-in token or actor token, or the ticket in an agent task's `url`.

        Return the session with its tokens and cookies; the claim `act` of its tokens is the actor. Raises ClerkAPIError
        for a ticket that is invalid, used, revoked or expired.
        """
        with self._state.store.transaction():
            session = tickets.redeem(self._state.store, self._state.keys, ticket, origin=origin)
            return browser_sessions.of_session(self._state.store, self._state.keys, session)

    def redeem(self, ticket: str, *, origin: str | None = DEFAULT_ORIGIN) -> str:
        """Sign in with a ticket as `redeem_ticket` does, and return the session token."""
        return self.redeem_ticket(ticket, origin=origin).session_token

    def handshake(self, session_id: str | None = None) -> str:
        """Return the nonce of a handshake, which a browser sends back in `__clerk_handshake_nonce`.

        `GET /clients/handshake_payload` exchanges it within a minute for the cookies of the session or, without a
        session, of a browser that is signed out. Raises ClerkAPIError for an unknown session.
        """
        with self._state.store.transaction():
            return handshakes.start(self._state.store, session_id)

    def refresh_token(self, session_id: str) -> str:
        """Return the refresh token of a session, which a browser stores in a cookie."""
        with self._state.store.transaction():
            token: str = self._state.store.require(SESSIONS, session_id)["_refresh_token"]
            return token

    def client_token(self, client_id: str) -> str:
        """Return the token of a client, which a browser stores in the cookie `__client`."""
        with self._state.store.transaction():
            return client_tokens.create(self._state.store, self._state.keys, client_id)

    def issue_oauth_token(
        self,
        application_id: str,
        user_id: str,
        scopes: list[str] | None = None,
        *,
        seconds: int = access_tokens.TOKEN_SECONDS,
    ) -> str:
        """Return an access token that a user grants an OAuth application, by default with all of its scopes.

        It is opaque (`oat_...`), or a JWT if the instance setting `oauth_jwt_access_tokens` is on. `seconds` is its
        lifetime. Raises ClerkAPIError for an unknown application or user.
        """
        with self._state.store.transaction():
            return access_tokens.issue(
                self._state.store, self._state.keys, application_id, user_id, scopes, seconds=seconds
            )

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

    def subscribe(self, owner_id: str, plan: str | None, features: Sequence[str] = ()) -> None:
        """Give a user or an organization a plan with these features at once, or take it away with None.

        Session tokens contain both. A plan that does not exist is created, free of charge. Raises ClerkAPIError for an
        unknown owner, or for a plan or feature that is not a slug.
        """
        with self._state.store.transaction():
            settle(self._state.store)
            checkouts.subscribe(self._state.store, owner_id, plan, features)
