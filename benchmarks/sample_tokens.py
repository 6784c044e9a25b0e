"""Session tokens of one instance, each of another user.

`python sample_tokens.py COUNT`, run in our environment, prints them as JSON with everything else that a worker needs.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from clerkkit.testing import FakeInstance

ORIGIN = "https://app.example.com"
LIFETIME = 3600
"""Seconds; longer than any run."""


def tokens(count: int) -> dict[str, Any]:
    """Return the tokens, their origin, the user of the first one, and the instance's keys."""
    fake = FakeInstance()
    return {
        "jwt_key": fake.jwt_key,
        "publishable_key": fake.publishable_key,
        "origin": ORIGIN,
        "user_id": _user(0),
        "tokens": [_token(fake, number) for number in range(count)],
    }


def _user(number: int) -> str:
    return f"user_{number:027}"


def _token(fake: FakeInstance, number: int) -> str:
    """Return a token of a member of an organization with a few permissions."""
    return fake.session_token(
        _user(number),
        org_id=f"org_{number:027}",
        org_permissions=["org:reports:read", "org:reports:manage", "org:seats:manage"],
        features=["o:reports", "o:seats", "u:themes"],
        claims={"azp": ORIGIN, "sid": f"sess_{number:027}"},
        lifetime=LIFETIME,
    )


if __name__ == "__main__":
    print(json.dumps(tokens(int(sys.argv[1]))))
