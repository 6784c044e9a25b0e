"""Endpoint functions about users."""

from __future__ import annotations

from clerk_bapi.api import users as bapi
from clerk_bapi.models.users import User
from clerk_core import UNSET, Request, Unset
from clerkkit.images import Image, image
from clerkkit.metadata import OF_USERS, Metadata, fields
from clerkkit.verdict import Verdict


def set_profile_image(user_id: str, file: Image) -> Request[User]:
    """`POST /users/{user_id}/profile_image`; see `clerk.users.set_profile_image`."""
    return bapi.set_user_profile_image(user_id, file=image("file", file))


def update_metadata(user_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset) -> Request[User]:
    """`PATCH /users/{user_id}/metadata`; see `clerk.users.merge_and_update_user_metadata`."""
    return bapi.update_user_metadata(user_id, **fields(OF_USERS, metadata, **named))


def replace_metadata(user_id: str, metadata: Metadata | Unset = UNSET, **named: Metadata | Unset) -> Request[User]:
    """`PUT /users/{user_id}/metadata`; see `clerk.users.replace_metadata`."""
    return bapi.replace_user_metadata(user_id, **fields(OF_USERS, metadata, **named))


def password_matches(user_id: str, password: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_password`; see `clerk.users.password_matches`."""
    return Verdict(bapi.verify_password(user_id, password=password), "incorrect_password")


def totp_matches(user_id: str, code: str) -> Request[bool]:
    """`POST /users/{user_id}/verify_totp`; see `clerk.users.totp_matches`."""
    return Verdict(bapi.verify_totp(user_id, code=code), "totp_incorrect_code", "totp_invalid_length")
