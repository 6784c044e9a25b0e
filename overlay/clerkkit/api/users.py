"""Endpoint functions about users."""

from __future__ import annotations

from typing import Any

from clerk_bapi.api import users as bapi
from clerk_bapi.models.users import User
from clerk_core import UNSET, Request, Unset
from clerkkit.api.boolean import Verdict
from clerkkit.api.images import Image, image
from clerkkit.api.mapped import MappedRequest
from clerkkit.lookup import holder, including, normalized, only_one


def set_profile_image(user_id: str, file: Image) -> Request[User]:
    """`POST /users/{user_id}/profile_image`; see `clerk.users.set_profile_image`."""
    return bapi.set_user_profile_image(user_id, file=image("file", file))


def find(
    *,
    email_address: str | Unset = UNSET,
    phone_number: str | Unset = UNSET,
    username: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
) -> Request[User | None]:
    """`GET /users`; see `clerk.users.find`."""
    name, value = only_one(
        email_address=email_address, phone_number=phone_number, username=username, external_id=external_id
    )
    wanted = normalized(name, value)
    # The filter by external ids takes signs.
    filters: dict[str, Any] = {name: [including(wanted) if name == "external_id" else wanted]}
    return MappedRequest(bapi.list_users(**filters), lambda users: holder(users, name, wanted))


def password_matches(user_id: str, password: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_password`; see `clerk.users.password_matches`."""
    return Verdict(bapi.verify_password(user_id, password=password), "incorrect_password")


def totp_matches(user_id: str, code: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_totp`; see `clerk.users.totp_matches`."""
    return Verdict(bapi.verify_totp(user_id, code=code), "totp_incorrect_code", "totp_invalid_length")
