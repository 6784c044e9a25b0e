"""What people do who sign up."""

from __future__ import annotations

from typing import Any, Literal

from clerk_emulator.domain import session_lifecycle, sign_ups
from clerk_emulator.json_types import Json
from clerk_emulator.request.execution import perform
from clerk_emulator.request.state import State


class SignUpControls:
    """The controls for sign-ups."""

    _state: State

    def start_sign_up(self, **values: Any) -> Json:
        """Begin a sign-up as a browser does, and return it.

        `values` are `email_address`, `phone_number`, `username`, `web3_wallet`, `password`, `first_name`, `last_name`,
        `unsafe_metadata` and `locale`; the email address and the password are required for a complete sign-up. Raises
        ClerkAPIError for a value that is malformed, not unique, or not allowed.
        """
        with self._state.store.transaction():
            return sign_ups.serialize(sign_ups.start(self._state.store, values))

    def verify_sign_up(
        self, sign_up_id: str, field: Literal["email_address", "phone_number", "web3_wallet"] = "email_address"
    ) -> Json:
        """Verify a value of a sign-up, as the code that was sent does, and return the sign-up. Raises ClerkAPIError."""
        with self._state.store.transaction():
            row = sign_ups.require(self._state.store, sign_up_id)
            return sign_ups.serialize(sign_ups.verify(self._state.store, row, field))

    def complete_sign_up(self, sign_up_id: str, *, origin: str | None = "http://localhost:3000") -> Json:
        """Create the user of a sign-up, with a session, and return the sign-up.

        Values that were not verified are verified by it. `origin` is that of the page. Raises ClerkAPIError if a
        required value is missing, or if the sign-up is complete or abandoned.
        """
        store = self._state.store
        with store.transaction():
            row = sign_ups.require(store, sign_up_id)
            for name in sign_ups.serialize(row)["unverified_fields"]:
                row = sign_ups.verify(store, row, name)
            user = perform(self._state, "CreateUser", sign_ups.user_parameters(row))
            session = session_lifecycle.start(store, user["id"], origin=origin)
            return sign_ups.serialize(sign_ups.complete(store, row, user["id"], session["id"]))
