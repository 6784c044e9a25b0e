"""Peak memory after the import, a call and 500 users: `memory_ours.py USERS.json BASE_URL`."""

from __future__ import annotations

import sys
from pathlib import Path

from loop import tell_peak_memory

from clerk_bapi.api import list_users
from clerkkit import Clerk, Response

clerk = Clerk("sk_test_x", base_url=sys.argv[2])
clerk.users.get("user_1")
users = list_users().decode(Response(200, {}, Path(sys.argv[1]).read_bytes()))
tell_peak_memory()
