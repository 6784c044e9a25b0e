"""Endpoint functions for users."""

from __future__ import annotations

from typing import Any

from clerk_bapi.api import users as bapi
from clerk_bapi.models import User
from clerk_core import UNSET, Request, Unset
from clerk_core.files import AnyFile
from clerkkit.api.boolean_request import BooleanRequest
from clerkkit.api.images import check_image
from clerkkit.api.lookup import find_user, include, normalize_identifier, require_one
from clerkkit.api.mapped_request import MappedRequest


def set_profile_image(user_id: str, file: AnyFile) -> Request[User]:
    """`POST /users/{user_id}/profile_image`; see `clerk.users.set_profile_image`."""
    return bapi.set_user_profile_image(user_id, file=check_image("file", file))


def find(
    *,
    email_address: str | Unset = UNSET,
    phone_number: str | Unset = UNSET,
    username: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
) -> Request[User | None]:
    """`GET /users`; see `clerk.users.find`."""
    name, value = require_one(
        email_address=email_address, phone_number=phone_number, username=username, external_id=external_id
    )
    wanted = normalize_identifier(name, value)
    # Only the filter by external ids takes signs.
    filters: dict[str, Any] = {name: [include(wanted) if name == "external_id" else wanted]}
    return MappedRequest(bapi.list_users(**filters), lambda users: find_user(users, name, wanted))


def password_matches(user_id: str, password: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_password`; see `clerk.users.password_matches`."""
    return BooleanRequest(bapi.verify_password(user_id, password=password), "incorrect_password")


def totp_matches(user_id: str, code: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_totp`; see `clerk.users.totp_matches`."""
    return BooleanRequest(bapi.verify_totp(user_id, code=code), "totp_incorrect_code", "totp_invalid_length")
