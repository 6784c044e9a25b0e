"""The settings of the tests. Those of Clerk are replaced with the local Clerk's: see conftest.py."""

from __future__ import annotations

import os
import secrets

for name in [name for name in os.environ if name.startswith("CLERK_")]:
    del os.environ[name]
os.environ |= {
    "APP_ORIGIN": "http://localhost:8000",
    "CLERK_SECRET_KEY": "sk_test_of_the_local_clerk",
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_of_the_local_clerk",
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_SECRET_KEY": secrets.token_hex(),
}

from team_notes.settings import *  # noqa: E402, F403
