"""What identity providers and directories of companies do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from clerk_emulator.domain.enterprise import connection_tests, directories, provisioning, sign_on
from clerk_emulator.domain.lifecycle import user_lifecycle
from clerk_emulator.domain.users.user_accounts import serialize_user
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.request.state import State
from clerk_emulator.storage.tables import USERS


class EnterpriseControls:
    """The controls for enterprise connections and directories."""

    _state: State

    def connect_enterprise_account(
        self, user_id: str, connection_id: str, *, email_address: str | None = None, provider_user_id: str = ""
    ) -> Json:
        """Connect a user to an active enterprise connection, as the first single sign-on does, and return the user.

        `email_address` must be at a domain of the connection; by default it is such an address of the user.
        `provider_user_id` is the id that the identity provider has for the user, by default the address. The user
        becomes a member of the connection's organization. Raises ClerkAPIError.
        """
        store = self._state.store
        with store.transaction():
            sign_on.connect(store, user_id, connection_id, email_address, provider_user_id)
            return serialize_user(store, store.require(USERS, user_id))

    def finish_test_run(
        self, connection_id: str, *, status: Literal["success", "failed"] = "success", **user_info: str
    ) -> Json:
        """Finish the oldest pending test run of an enterprise connection, and return it.

        `user_info` is what the identity provider says about the user: `email_address` (required for a success),
        `first_name`, `last_name` and `user_id`. Raises ClerkAPIError if no run is pending.
        """
        with self._state.store.transaction():
            return connection_tests.finish(self._state.store, connection_id, status, user_info)

    def provision_user(
        self,
        directory: str,
        external_id: str,
        *,
        email_address: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        groups: Sequence[str] | None = None,
    ) -> Json:
        """Create a user through a directory, or change and reactivate one, and return the user.

        `directory` is the id or the API key of the directory, `external_id` the user's id in it. A new user needs an
        `email_address`; the user who has it already is linked to the directory. `groups` are all groups of the user,
        whose roles in the organization the directory maps. Raises ClerkAPIError.
        """
        store = self._state.store
        with store.transaction():
            row = directories.with_id_or_key(store, directory)
            provisioning.require_enabled(row)
            names = {"first_name": first_name, "last_name": last_name}
            user = provisioning.find(store, row, external_id)
            if user is None:
                user_id = self._create_or_link(row, external_id, email_address, names)
                user = store.require(USERS, user_id)
            else:
                user = provisioning.change(store, user, deprovisioned=False, **names)
            provisioning.assign_role(store, row, user, groups)
            return serialize_user(store, store.require(USERS, user["id"]))

    def deprovision_user(self, directory: str, external_id: str) -> Json:
        """Deactivate a user through a directory, and return the user.

        All sessions are revoked and the user cannot sign in, until the directory provisions the user again. Raises
        ClerkAPIError.
        """
        store = self._state.store
        with store.transaction():
            row = directories.with_id_or_key(store, directory)
            provisioning.require_enabled(row)
            user = provisioning.require(store, row, external_id)
            return serialize_user(store, provisioning.deactivate(store, user))

    def _create_or_link(self, directory: Json, external_id: str, address: str | None, names: dict[str, Any]) -> str:
        """Create a user for a directory, or link the one who has the address. Return the id."""
        if address is None:
            message = "A new user of a directory needs an email_address."
            raise ClerkAPIError(422, "form_param_missing", "is missing", message, param_name="email_address")
        store = self._state.store
        if user := provisioning.with_address(store, address):
            provisioning.link(store, directory, user, external_id, address, **names)
            return str(user["id"])

        def adopt(user: Json) -> Json:
            return provisioning.adopt(store, directory, user, external_id, address)

        body = {"email_address": [address], **{name: value for name, value in names.items() if value is not None}}
        return str(user_lifecycle.create(store, body, adopt)["id"])
