"""Peak memory after the import, a call and 500 users: `memory_official.py USERS.json BASE_URL`."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
from clerk_backend_api import Clerk, models
from clerk_backend_api.utils.unmarshal_json_response import unmarshal_json_response
from loop import tell_peak_memory

clerk = Clerk(bearer_auth="sk_test_x", server_url=sys.argv[2])
clerk.users.get(user_id="user_1")
users = unmarshal_json_response(list[models.User], httpx.Response(200, content=Path(sys.argv[1]).read_bytes()))
tell_peak_memory()
