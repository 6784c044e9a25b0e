"""A tour of clerkkit with the local Clerk: `make demo`.

If CLERK_SECRET_KEY is set, the read-only part runs against that instance.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from datetime import UTC, datetime, timedelta
from itertools import islice

import jwt

from clerk_bapi.api import create_user
from clerkkit import ApiError, Clerk, ClerkError, User, codes, to_datetime

PEOPLE = [
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Katherine", "Johnson"),
    ("Barbara", "Liskov"),
    ("Radia", "Perlman"),
]


def main() -> int:
    """Run the tour. Return 1, after printing the error, if a call fails."""
    try:
        if os.environ.get("CLERK_SECRET_KEY"):
            with Clerk() as clerk:
                look_around(clerk)
        else:
            from clerk_emulator import Emulator

            with Emulator() as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
                print(f"The local Clerk runs at {emulator.url} and stops after this tour.")
                tour(clerk)
                print("\n`make emulator` keeps a local Clerk running, and prints the address of its dashboard.")
    except ClerkError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def tour(clerk: Clerk) -> None:
    """Run all parts, in order."""
    people = users(clerk)
    organization_id = organization(clerk, people)
    session(clerk, people[0], organization_id)
    mistakes(clerk)
    look_around(clerk)


def users(clerk: Clerk) -> list[User]:
    """Create five users concurrently, and give one of them an image and metadata."""
    title("Users")
    requests = [
        create_user(first_name=first, last_name=last, email_address=[f"{first.lower()}@example.com"])
        for first, last in PEOPLE
    ]
    people: list[User] = []
    for result in clerk.map(requests):
        if isinstance(result, ClerkError):
            raise result
        people.append(result)
    for user in people:
        done(f"{user.first_name} {user.last_name}", f"{user.id}, since {to_datetime(user.created_at):%H:%M:%S} UTC")

    ada = clerk.users.set_profile_image(people[0].id, picture())
    done("profile image", ada.image_url)
    clerk.users.update_metadata(ada.id, public_metadata={"plan": "free", "limits": {"seats": 1, "trial": True}})
    ada = clerk.users.update_metadata(ada.id, public_metadata={"plan": "pro", "limits": {"trial": None}})
    done("merged metadata", ada.public_metadata)
    clerk.users.update(ada.id, password="correct horse battery staple")
    right, wrong = (
        clerk.users.password_matches(ada.id, guess) for guess in ("correct horse battery staple", "hunter2")
    )
    done("password matches", f"right: {right}, wrong: {wrong}")

    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    names = [
        user.first_name
        for user in clerk.users.iterate(created_at_after=an_hour_ago, order_by="first_name", page_size=2)
    ]
    done("users, in pages of two", names)
    return people


def organization(clerk: Clerk, people: list[User]) -> str:
    """Create an organization and add members."""
    title("Organization")
    engines = clerk.organizations.create(name="Analytical Engines", created_by=people[0].id)
    for user in people[1:4]:
        clerk.organization_memberships.create(engines.id, user_id=user.id, role="org:member")
    done(engines.name, engines.id)
    for membership in clerk.organization_memberships.iterate(engines.id, order_by="first_name"):
        member = membership.public_user_data
        done(str(member.first_name if member else "?"), membership.role)
    return engines.id


def session(clerk: Clerk, user: User, organization_id: str) -> None:
    """Sign a user in, verify the session token, and revoke the session."""
    title("Session and token")
    signed_in = clerk.sessions.create(user_id=user.id, active_organization_id=organization_id)
    token = clerk.sessions.create_token(signed_in.id).jwt or ""
    keys = jwt.PyJWKSet.from_dict(clerk.jwks.get().to_dict())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], leeway=5)
    done("verified token of", claims["sub"])
    done("organization", f"{claims['o']['id']} as {claims['o']['rol']}")
    done("expires", f"{datetime.fromtimestamp(claims['exp'], UTC):%H:%M:%S} UTC")
    done("session after revoking", clerk.sessions.revoke(signed_in.id).status)


def mistakes(clerk: Clerk) -> None:
    """Show the errors of a rejected and of an invalid call."""
    title("Errors")
    try:
        clerk.users.create(email_address=["ada@example.com"])
    except ApiError as error:
        done("identifier exists", error.has_code(codes.FORM_IDENTIFIER_EXISTS))
        done(type(error).__name__, error)
    try:
        clerk.users.set_profile_image("user_1", b"%PDF-1.7")
    except ClerkError as error:
        done(type(error).__name__, error)


def look_around(clerk: Clerk) -> None:
    """Read counts and the newest users. Changes nothing, so it is safe with any instance."""
    title(f"Instance at {clerk.base_url}")
    done("users", clerk.users.count().total_count)
    for user in islice(clerk.users.iterate(order_by="-created_at"), 3):
        done(f"  {user.first_name or user.username or user.id}", f"since {to_datetime(user.created_at):%d %B %Y}")
    done("organizations", clerk.organizations.list(limit=1).total_count)
    done("keys that sign tokens", len(clerk.jwks.get().keys or []))


def title(text: str) -> None:
    """Print the heading of a part."""
    print(f"\n{text}\n{'-' * len(text)}")


def done(what: str, result: object) -> None:
    """Print the result of a step."""
    print(f"  {what:<30} {result}")


def picture() -> bytes:
    """Return a PNG of 64 by 64 pixels."""
    rows = b"".join(b"\0" + bytes(value for x in range(64) for value in (4 * x, 4 * y, 255)) for y in range(64))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


if __name__ == "__main__":
    sys.exit(main())
