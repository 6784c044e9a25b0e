"""Find, create, change and delete users."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from clerk_bapi.api import create_user
from clerkkit import ApiError, Clerk, ClerkError, EmailAddress, User, codes


def find_by_email_address(clerk: Clerk, email_address: str) -> User | None:
    """Return the user with an email address, or None."""
    return clerk.users.find(email_address=email_address)


def find_by_external_id(clerk: Clerk, external_id: str) -> User | None:
    """Return the user with an id of another system, or None. The id can begin with any character."""
    return clerk.users.find(external_id=external_id)


def get_or_create(clerk: Clerk, email_address: str) -> User:
    """Return the user with an email address; create it if necessary. Safe if the user is created concurrently."""
    try:
        return clerk.users.find(email_address=email_address) or clerk.users.create(email_address=[email_address])
    except ApiError as error:
        user = clerk.users.find(email_address=email_address)
        if user is None or not error.has_code(codes.FORM_IDENTIFIER_EXISTS):
            raise
        return user


def create_many(clerk: Clerk, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], User | ClerkError]]:
    """Create users concurrently from rows of arguments, and return each row with its user or error."""
    rows = list(rows)
    return list(zip(rows, clerk.map(create_user(**row) for row in rows), strict=True))


def set_metadata_key(clerk: Clerk, user_id: str, value: str) -> User:
    """Set one nested key of a user's public metadata, and keep all other keys."""
    return clerk.users.update_metadata(user_id, public_metadata={"billing": {"plan": value}})


def change_primary_email_address(clerk: Clerk, user_id: str, email_address: str) -> EmailAddress:
    """Add a verified email address to a user and make it the primary one."""
    return clerk.email_addresses.create(user_id=user_id, email_address=email_address, verified=True, primary=True)


def verify_phone_number(clerk: Clerk, phone_number_id: str, ask: Callable[[], str]) -> bool:
    """Send a code to a phone number, ask for it, and return whether it was right."""
    sent = clerk.phone_numbers.prepare_verification(phone_number_id)
    result = clerk.phone_numbers.attempt_verification(phone_number_id, verification_id=sent.id, code=ask())
    return result.status == "verified"


def count_active(clerk: Clerk, days: int = 30) -> int:
    """Return the number of users who were active in the last days."""
    return clerk.users.count(last_active_at_after=datetime.now(UTC) - timedelta(days=days)).total_count


def google_access_token(clerk: Clerk, user_id: str) -> str:
    """Return the access token of a user's first Google account."""
    return clerk.users.list_oauth_access_tokens(user_id, "google")[0].token


def delete_with_organizations(clerk: Clerk, user_id: str) -> None:
    """Delete a user and the organizations without other members."""
    for membership in list(clerk.users.iterate_organization_memberships(user_id)):
        organization_id = membership.organization.id
        if len(clerk.organization_memberships.list(organization_id, limit=2)) == 1:
            clerk.organizations.delete(organization_id)
    clerk.users.delete(user_id)
