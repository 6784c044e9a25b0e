"""Peak memory after `import httpx`, a call, and `json.loads` of 500 users: `memory_plain.py USERS.json BASE_URL`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx
from loop import tell_peak_memory

client = httpx.Client()
json.loads(client.get(f"{sys.argv[2]}/users/user_1", headers={"Authorization": "Bearer sk_test_x"}).content)
users = json.loads(Path(sys.argv[1]).read_bytes())
tell_peak_memory()
