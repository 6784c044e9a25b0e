"""`python -m clerk_emulator`: a Clerk on this machine, until it is stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys

import uvicorn

from clerk_emulator import app
from clerk_emulator.server import configuration, listen
from clerk_emulator.state import State
from clerk_emulator.store import InUseError

_HELLO = """\
Clerk, on this machine: {url}
Its secret key:         {key}

    from clerkkit import Clerk
    clerk = Clerk(secret_key="{key}", base_url="{url}")
    print(clerk.users.create(email_address=["ada@example.com"]).id)
"""


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when it was stopped, 1 with the reason on standard error where it could not start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        state = State(db=options.db, secret_key=options.secret_key, rate_limits=options.rate_limits)
        socket = listen(options.host, options.port)
    except (InUseError, OSError, ValueError) as error:
        print(f"clerk_emulator: {error}", file=sys.stderr)
        return 1
    host = f"[{options.host}]" if ":" in options.host else options.host
    url = f"http://{host}:{socket.getsockname()[1]}{app.PREFIX}"
    print(_HELLO.format(url=url, key=state.keys.secret_key), flush=True)
    server = uvicorn.Server(configuration(state))
    # uvicorn stops on these by itself, and passes them on when it has: then, and before it began, they end here.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    try:
        server.run([socket])
    finally:
        state.store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clerk_emulator", description="A Clerk that runs on your machine.")
    parser.add_argument("--port", type=int, default=4010, help="4010 unless said otherwise; 0 for any that is free")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; this machine alone unless said otherwise")
    parser.add_argument(
        "--db", metavar="FILE", help="keep the state in this file; without it all is forgotten at the end"
    )
    parser.add_argument("--secret-key", metavar="sk_test_...", help="the secret key; made up unless given")
    parser.add_argument("--rate-limits", choices=["development", "production"], help="apply Clerk's rate limits")
    return parser


if __name__ == "__main__":
    sys.exit(main())
