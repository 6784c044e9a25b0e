"""Create a user, set an image and metadata, list users, delete the user, and handle errors.

CLERK_SECRET_KEY=sk_test_... python examples/users.py picture.png
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clerkkit import Clerk, NotFound, UnprocessableEntity, codes, to_datetime


def main(picture: Path) -> None:
    """Run all steps with one client."""
    with Clerk() as clerk:
        try:
            user = clerk.users.create(email_address=["ada@example.com"], first_name="Ada", password="correct horse 7")
        except UnprocessableEntity as error:
            if not error.has_code(codes.FORM_IDENTIFIER_EXISTS):
                raise
            print("This email address is taken:", error)
            return
        clerk.users.set_profile_image(user.id, picture)
        clerk.users.update_metadata(user.id, public_metadata={"plan": "pro"}, private_metadata={"crm": {"id": 7}})
        print(f"{user.full_name}, since {to_datetime(user.created_at):%d %B %Y}")

        yesterday = datetime.now(UTC) - timedelta(days=1)
        for one in clerk.users.iterate(created_at_after=yesterday, order_by="-created_at"):
            print("-", one.id, one.first_name)

        print("right password:", clerk.users.password_matches(user.id, "correct horse 7"))
        clerk.users.delete(user.id)
        try:
            clerk.users.get(user.id)
        except NotFound as error:
            print(error)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
