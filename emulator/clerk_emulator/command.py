"""The command line of the emulator."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from clerk_emulator.http import app
from clerk_emulator.seeding import seed_files
from clerk_emulator.server import configuration, listen
from clerk_emulator.state import State
from clerk_emulator.storage.store import InUseError

_HELLO = """\
Clerk, on this machine: {url}
Its secret key:         {key}

    from clerkkit import Clerk
    clerk = Clerk(secret_key="{key}", base_url="{url}")
    print(clerk.users.create(email_address=["ada@example.com"]).id)
"""


def run(arguments: list[str] | None = None) -> int:
    """Run the program. Returns 0 when it was stopped, 1 with the reason on standard error where it could not start."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        return _dump(options) if options.dump else _serve(options)
    except (InUseError, OSError, ValueError) as error:
        print(f"clerk_emulator: {error}", file=sys.stderr)
        return 1


def _dump(options: argparse.Namespace) -> int:
    if options.db is None:
        raise ValueError("--dump needs --db FILE, the state to write")
    if options.seed is not None or options.secret_key is not None:
        raise ValueError("--dump writes the state as it is: leave --seed and --secret-key out")
    file = Path(options.db)
    if not file.is_file() or file.stat().st_size == 0:
        raise ValueError(f"--dump: {options.db} holds no state")
    state = State(db=file)
    try:
        with state.store.transaction():
            print(seed_files.written(seed_files.dump(state)), end="")
    finally:
        state.store.close()
    return 0


def _serve(options: argparse.Namespace) -> int:
    state = State(db=options.db, secret_key=options.secret_key, seed=options.seed, rate_limits=options.rate_limits)
    try:
        socket = listen(options.host, options.port)
    except BaseException:
        state.store.close()
        raise
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


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m clerk_emulator", description="A Clerk that runs on your machine.")
    made.add_argument("--port", type=int, default=4010, help="4010 unless said otherwise; 0 for any that is free")
    made.add_argument("--host", default="127.0.0.1", help="where to listen; this machine alone unless said otherwise")
    made.add_argument(
        "--db", metavar="FILE", help="keep the state in this file; without it all is forgotten at the end"
    )
    made.add_argument("--secret-key", metavar="sk_test_...", help="the secret key; made up unless given")
    made.add_argument(
        "--seed", metavar="FILE", help="begin with what this YAML file holds; refused where --db has a state already"
    )
    made.add_argument("--dump", action="store_true", help="write the state of --db as a seed file, and end")
    made.add_argument("--rate-limits", choices=["development", "production"], help="apply Clerk's rate limits")
    return made
