"""`python -m clerk_emulator`: a Clerk on this machine, until it is stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from types import FrameType

import uvicorn

from clerk_emulator import app, seeding
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
        state = State(db=options.db, secret_key=options.secret_key, seed=options.seed, rate_limits=options.rate_limits)
        if options.dump:
            with state.store.transaction():
                print(seeding.written(seeding.dump(state)), end="")
            state.store.close()
            return 0
        socket = listen(options.host, options.port)
    except (InUseError, OSError, ValueError) as error:
        print(f"clerk_emulator: {error}", file=sys.stderr)
        return 1
    host = f"[{options.host}]" if ":" in options.host else options.host
    url = f"http://{host}:{socket.getsockname()[1]}{app.PREFIX}"
    server = uvicorn.Server(configuration(state))

    # uvicorn stops on these by itself, and passes them on when it has: then, and before it began, they end here.
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print(_HELLO.format(url=url, key=state.keys.secret_key), flush=True)
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
    parser.add_argument(
        "--seed", metavar="FILE", help="begin with the users, organizations, memberships and keys of this YAML file"
    )
    parser.add_argument("--dump", action="store_true", help="write the state of --db as a seed file, and end")
    parser.add_argument("--rate-limits", choices=["development", "production"], help="apply Clerk's rate limits")
    return parser


if __name__ == "__main__":
    sys.exit(main())
