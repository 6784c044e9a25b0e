"""What people do who sign up."""

from __future__ import annotations

from typing import Any, Literal

from clerk_emulator.domain.sign_up import attempts, completion, verification
from clerk_emulator.domain.sign_up.views import serialize
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State


class SignUpControls:
    """The controls for sign-ups."""

    _state: State

    def start_sign_up(self, **values: Any) -> Json:
        """Begin a sign-up as a browser does, and return it.

        `values` are `email_address`, `phone_number`, `username`, `web3_wallet`, `password`, `first_name`, `last_name`,
        `unsafe_metadata`, `locale` and `legal_accepted`; which of them a complete sign-up needs is a setting, by
        default the email address and the password. Raises ClerkAPIError for a value that is malformed, not unique, or
        not allowed.
        """
        store = self._state.store
        with store.transaction():
            return serialize(store, attempts.start(store, values))

    def verify_sign_up(
        self, sign_up_id: str, field: Literal["email_address", "phone_number", "web3_wallet"] = "email_address"
    ) -> Json:
        """Verify a value of a sign-up, as the code that was sent does, and return the sign-up. Raises ClerkAPIError."""
        store = self._state.store
        with store.transaction():
            return serialize(store, verification.verify(store, attempts.require(store, sign_up_id), field))

    def complete_sign_up(self, sign_up_id: str, *, origin: str | None = "http://localhost:3000") -> Json:
        """Create the user of a sign-up, with a session, and return the sign-up.

        Values that were not verified are verified by it. `origin` is that of the page. Raises ClerkAPIError if a
        required value is missing, or if the sign-up is complete or abandoned.
        """
        store = self._state.store
        with store.transaction():
            row = attempts.require(store, sign_up_id)
            for name in attempts.unverified_fields(store, row):
                row = verification.verify(store, row, name)
            return serialize(store, completion.complete(store, row, origin=origin))
