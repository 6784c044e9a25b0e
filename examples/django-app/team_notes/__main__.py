"""Serves the application with a local Clerk: python -m team_notes [PORT]

To serve it with your instance, set the variables of `.env.example`, and use `manage.py runserver` or a WSGI server.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from team_notes.local import run_local_clerk


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    origin = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder, run_local_clerk(origin) as environment:
        os.environ |= {
            **environment,
            "DJANGO_SETTINGS_MODULE": "team_notes.settings",
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'notes.db'}",
        }
        django.setup()
        call_command("migrate", verbosity=0)
        _copy_people()
        print(f"Local Clerk:  {environment['CLERK_API_URL']}/")
        print("Sign in as:   ada@example.com, with the password: analytical engine no 1")
        print(f"Application:  {origin}/", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, stdout=io.StringIO())


def _copy_people() -> None:
    from clerkkit.sync.django.connection import get_sync  # needs the settings

    get_sync().backfill(["users", "organizations", "memberships"])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
