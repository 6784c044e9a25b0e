"""Rules that compare lists, with their filters, orders and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.emulator.api import Json
from tests.emulator.model import ADMIN, MEMBER, Invitation, Membership, Organization, User
from tests.emulator.model_comparison import (
    ADDRESSES,
    PICK,
    START,
    Comparison,
    has_organizations,
    has_users,
    ranked,
)


class ListRules(Comparison):
    """Lists of users, organizations, members and invitations."""

    @rule(
        data=st.data(),
        order=st.sampled_from(
            [None, "created_at", "+created_at", "-created_at", "first_name", "-username", "email_address"]
        ),
        limit=st.sampled_from([None, 1, 2, 500]),
        offset=st.sampled_from([None, 0, 1, 3]),
        after=st.none() | PICK,
    )
    def list_users(
        self, data: st.DataObject, order: str | None, limit: int | None, offset: int | None, after: int | None
    ) -> None:
        # Nothing else is drawn: which users are found depends on their ids, which hypothesis does not repeat.
        names = data.draw(st.lists(st.sampled_from(sorted(self._user_filters())), max_size=2, unique=True))
        query: Json = {}
        wanted: list[Callable[[User], bool]] = []
        for name in names:
            query[name], condition = self._user_filters()[name](data.draw(PICK))
            wanted.append(condition)
        users = self.model.users_where(lambda user: all(condition(user) for condition in wanted))
        assert self._get("/users/count", **query)["total_count"] == len(users)
        query |= {"order_by": order} if order else {}
        ordered = ranked(users, order or "-created_at", self.model.sorted_by)
        if after is not None and users and not offset and (order or "created_at").endswith("created_at"):
            last = after % len(ordered)
            query["starting_after"] = ordered[last].id
            ordered = ordered[last + 1 :]
        self._same_page("/users", query, ordered, limit, offset)

    def _user_filters(self) -> dict[str, Callable[[int], tuple[Any, Callable[[User], bool]]]]:
        """Return for each filter a value, and the condition that it stands for."""
        organization = list(self.model.organizations)

        def by_membership(number: int) -> tuple[Any, Callable[[User], bool]]:
            one = organization[number % len(organization)] if organization else "org_x"
            held = [held.user for held in self.model.members(one)]
            if number % 2:
                return f"-{one}", lambda user: user.id not in held
            return one, lambda user: user.id in held

        def by_ids(number: int) -> tuple[Any, Callable[[User], bool]]:
            ids = [self._user_id(number), self._user_id(number + 1)]
            if number % 2:
                return [f"-{one}" for one in ids], lambda user: user.id not in ids
            return [f"+{ids[0]}", ids[1]], lambda user: user.id in ids

        def by_address(number: int) -> tuple[Any, Callable[[User], bool]]:
            some = [ADDRESSES[number % 8].upper(), ADDRESSES[number % 5]]
            return some, lambda user: any(one.lower() in user.emails for one in some)

        def by_part(number: int) -> tuple[Any, Callable[[User], bool]]:
            part = ["DA", "example.com", "bob", "nowhere"][number % 4]

            def holds(user: User) -> bool:
                texts = [user.id, user.username, user.first_name, user.last_name, *user.emails]
                return any(part.lower() in (text or "").lower() for text in texts)

            return part, holds

        def by_time(number: int) -> tuple[Any, Callable[[User], bool]]:
            at = self._user(number).created_at if self.model.users else START
            return at, lambda user: user.created_at > at

        return {
            "organization_id": by_membership,
            "user_id": by_ids,
            "email_address": by_address,
            "query": by_part,
            "created_at_after": by_time,
            "email_address_query": lambda number: (
                ["A@", "B"][number % 2],
                lambda user: any(["a@", "b"][number % 2] in one for one in user.emails),
            ),
            "name_query": lambda number: (
                "a",
                lambda user: "a" in f"{user.first_name or ''} {user.last_name or ''}".lower(),
            ),
            "username": lambda number: ("ADA_L", lambda user: user.username == "ada_l"),
            "external_id": lambda number: ("1", lambda user: user.external_id == "1"),
            "banned": lambda number: (bool(number % 2), lambda user: user.banned == bool(number % 2)),
        }

    @rule(
        order=st.sampled_from([None, "name", "-name", "+created_at", "-members_count", "members_count"]),
        user=st.none() | PICK,
        part=st.sampled_from([None, "AC", "other"]),
        limit=st.sampled_from([None, 1, 2]),
        offset=st.sampled_from([None, 1]),
    )
    def list_organizations(
        self, order: str | None, user: int | None, part: str | None, limit: int | None, offset: int | None
    ) -> None:
        found = list(self.model.organizations.values())
        query: Json = {"order_by": order} if order else {}
        if user is not None:
            query["user_id"] = self._user_id(user)
            found = [one for one in found if self.model.membership(one.id, query["user_id"])]
        if part is not None:
            query["query"] = part
            found = [one for one in found if part.lower() in one.name.lower() or part.lower() in one.slug.lower()]

        def value(one: Organization, name: str) -> Any:
            return len(self.model.members(one.id)) if name == "members_count" else getattr(one, name)

        self._same_page(
            "/organizations", query, ranked(found, order or "-created_at", value), limit, offset, len(found)
        )

    @has_organizations
    @rule(
        number=PICK,
        order=st.sampled_from([None, "created_at", "email_address", "-first_name", "username"]),
        role=st.sampled_from([None, ADMIN, MEMBER]),
        limit=st.sampled_from([None, 1]),
        offset=st.sampled_from([None, 1]),
    )
    def list_members(
        self, number: int, order: str | None, role: str | None, limit: int | None, offset: int | None
    ) -> None:
        one = self._organization(number)
        found = [held for held in self.model.members(one.id) if role in (None, held.role)]
        query: Json = ({"order_by": order} if order else {}) | ({"role": role} if role else {})

        def value(held: Membership, name: str) -> Any:
            return held.created_at if name == "created_at" else self.model.sorted_by(self.model.users[held.user], name)

        ordered = ranked(found, order or "-created_at", value)
        self._same_page(f"/organizations/{one.id}/memberships", query, ordered, limit, offset, len(found))

    @has_organizations
    @rule(
        number=PICK,
        order=st.sampled_from([None, "+created_at", "email_address"]),
        status=st.sampled_from([None, "pending", "accepted", "revoked", "expired"]),
        limit=st.sampled_from([None, 1]),
    )
    def list_invitations(self, number: int, order: str | None, status: str | None, limit: int | None) -> None:
        one = self._organization(number)
        found = [
            held
            for held in self.model.invitations.values()
            if held.organization == one.id and status in (None, held.status(self.model.now))
        ]
        query: Json = ({"order_by": order} if order else {}) | ({"status": status} if status else {})

        def value(held: Invitation, name: str) -> Any:
            return held.created_at if name == "created_at" else held.address

        ordered = ranked(found, order or "-created_at", value)
        self._same_page(f"/organizations/{one.id}/invitations", query, ordered, limit, None, len(found))

    @has_users
    @rule(number=PICK)
    def list_what_a_user_has(self, number: int) -> None:
        user = self._user(number)
        members = [one for one in self.model.memberships.values() if one.user == user.id]
        ordered = ranked(members, "-created_at", lambda one, _: one.created_at)
        self._same_page(f"/users/{user.id}/organization_memberships", {}, ordered, 500, None, len(members))
        invited = [one for one in self.model.invitations.values() if user.emails.get(one.address)]
        ordered_too = ranked(invited, "-created_at", lambda one, _: one.created_at)
        self._same_page(f"/users/{user.id}/organization_invitations", {}, ordered_too, 500, None, len(invited))
