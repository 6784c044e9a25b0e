"""Compare responses of the emulator with the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.model import ExpectedErrors, Invitation, Membership, Model, Organization, User

START = 1_800_000_000_000

ADDRESSES = [f"{name}@example.com" for name in ("ada", "bob", "cy", "Dora", "eve", "flo", "gus", "hal")]
PICK = st.integers(0, 1000)
"""Picks an existing resource, modulo their number."""

has_users = precondition(lambda self: self.model.users)
has_organizations = precondition(lambda self: self.model.organizations)
has_members = precondition(lambda self: self.model.memberships)
has_invitations = precondition(lambda self: self.model.invitations)


class Comparison(RuleBasedStateMachine):
    """The emulator and the model, and how their resources are compared."""

    emulator: Emulator
    http: httpx.Client
    model: Model

    def _done(self, method: str, path: str, body: Any, expected_errors: ExpectedErrors) -> Any:
        """Return the response; None if the emulator responds with an error that the model expects."""
        response = self.http.request(method, path, json=body)
        if expected_errors:
            errors = response.json().get("errors")
            assert errors, f"succeeded, although the model expects one of {expected_errors}"
            assert (response.status_code, errors[0]["code"]) in expected_errors
            return None
        assert response.is_success, response.text
        return response.json()

    def _get(self, path: str, **query: Any) -> Any:
        response = self.http.get(path, params=query)
        assert response.is_success, response.text
        return response.json()

    def _same_user(self, response: Json, user: User) -> None:
        emails = {
            one["email_address"]: (one["verification"] or {}).get("status") == "verified"
            for one in response["email_addresses"]
        }
        ids = {one["id"]: one["email_address"] for one in response["email_addresses"]}
        told = {**response, "emails": emails, "primary": ids.get(response["primary_email_address_id"])}
        self._same(told, self.model.serialize_user(user))

    def _same_membership(self, response: Json, one: Membership) -> None:
        told = {
            **response,
            "organization": response["organization"]["id"],
            "user": response["public_user_data"]["user_id"],
        }
        self._same(told, self.model.serialize_membership(one))

    @staticmethod
    def _same(response: Json, wanted: Json) -> None:
        assert {key: response.get(key) for key in wanted} == wanted

    def _user(self, number: int) -> User:
        return list(self.model.users.values())[number % len(self.model.users)]

    def _user_id(self, number: int) -> str:
        """Return the id of a user, or sometimes an unknown id."""
        return "user_x" if number % 17 == 13 or not self.model.users else self._user(number).id

    def _organization(self, number: int) -> Organization:
        return list(self.model.organizations.values())[number % len(self.model.organizations)]

    def _invitation(self, number: int) -> Invitation:
        return list(self.model.invitations.values())[number % len(self.model.invitations)]

    def _membership(self, number: int) -> Membership:
        return list(self.model.memberships.values())[number % len(self.model.memberships)]

    def _same_page(
        self,
        path: str,
        query: Json,
        ordered: list[Any],
        limit: int | None,
        offset: int | None,
        total: int | None = None,
    ) -> None:
        query = query | ({"limit": limit} if limit else {}) | ({} if offset is None else {"offset": offset})
        response = self._get(path, **query)
        if total is not None:
            assert response["total_count"] == total
            response = response["data"]
        wanted = ordered[offset or 0 :][: limit or 10]
        assert [one["id"] for one in response] == [one.id for one in wanted]


def ranked(found: list[Any], order: str, value: Callable[[Any, str], Any]) -> list[Any]:
    """Return resources in the order of a list: None first, ties broken by id."""

    def rank(one: Any) -> Any:
        held = value(one, order.lstrip("+-"))
        return (held is not None, "" if held is None else held, one.id)

    return sorted(found, key=rank, reverse=order.startswith("-"))
