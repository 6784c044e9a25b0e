"""Serves the application with a local Clerk: python -m app [PORT]

With CLERK_SECRET_KEY, in the environment or in `.env`, it uses your instance instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import uvicorn

from app.application import create_app
from app.backfill import backfill
from app.settings import Settings


def main(port: int) -> None:
    """Serve until Ctrl-C is pressed."""
    with contextlib.ExitStack() as stack:
        if os.environ.get("CLERK_SECRET_KEY") or Path(".env").exists():
            settings = Settings.load()
        else:
            settings = stack.enter_context(_run_local_clerk(port))
        print(f"Application:  {settings.app_origin}/", flush=True)
        uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_level="warning")


@contextlib.contextmanager
def _run_local_clerk(port: int) -> Generator[Settings]:
    """Run a local Clerk, copy its people to a new database, and return the settings."""
    from app.local import run_local_clerk

    with (
        tempfile.TemporaryDirectory() as folder,
        run_local_clerk(f"http://localhost:{port}") as environment,
    ):
        os.environ |= {**environment, "DATABASE_URL": f"sqlite+aiosqlite:///{Path(folder) / 'notes.db'}"}
        settings = Settings.load()
        asyncio.run(backfill(settings))
        print(f"Local Clerk:  {settings.clerk_api_url}/")
        print("Sign in as:   ada@example.com, with the password: analytical engine no 1")
        yield settings


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
