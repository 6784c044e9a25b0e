"""The command line of the emulator."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from clerk_emulator.http.server import listen, uvicorn_config
from clerk_emulator.request.pipeline import PREFIX
from clerk_emulator.request.state import State
from clerk_emulator.seeding.dump import dump
from clerk_emulator.seeding.format import to_yaml
from clerk_emulator.seeding.load import create_state
from clerk_emulator.storage.store import InUseError

_BANNER = """\
Clerk emulator: {url}
Secret key:     {key}

    from clerkkit import Clerk
    clerk = Clerk(secret_key="{key}", base_url="{url}")
    print(clerk.users.create(email_address=["ada@example.com"]).id)
"""


def run(arguments: list[str] | None = None) -> int:
    """Run the command. Return 0 after it was stopped, or 1 if it failed; the reason is on standard error."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        return _dump(options) if options.dump else _serve(options)
    except (InUseError, OSError, ValueError) as error:
        print(f"clerk_emulator: {error}", file=sys.stderr)
        return 1


def _dump(options: argparse.Namespace) -> int:
    if options.db is None:
        raise ValueError("--dump needs --db FILE, the state to print")
    if options.seed is not None or options.secret_key is not None:
        raise ValueError("--dump cannot be combined with --seed or --secret-key")
    file = Path(options.db)
    if not file.is_file() or file.stat().st_size == 0:
        raise ValueError(f"--dump: {options.db} has no state")
    state = State(db=file)
    try:
        with state.store.transaction():
            print(to_yaml(dump(state)), end="")
    finally:
        state.store.close()
    return 0


def _serve(options: argparse.Namespace) -> int:
    state = create_state(
        db=options.db,
        secret_key=options.secret_key,
        seed=options.seed,
        rate_limits=options.rate_limits,
        webhooks=[{"url": url, "secret": options.webhook_secret} for url in options.webhook],
    )
    try:
        socket = listen(options.host, options.port)
    except BaseException:
        state.store.close()
        raise
    host = f"[{options.host}]" if ":" in options.host else options.host
    state.store.public_origin = f"http://{host}:{socket.getsockname()[1]}"
    url = state.store.public_origin + PREFIX
    server = uvicorn.Server(uvicorn_config(state))

    # While uvicorn serves, it handles these signals itself and raises them again at the end. Then, and before it
    # starts, they arrive here.
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print(_BANNER.format(url=url, key=state.keys.secret_key), flush=True)
    for endpoint in state.webhooks.endpoints:
        print(f"Webhooks to {endpoint['url']} are signed with {endpoint['secret']}", flush=True)
    try:
        server.run([socket])
    finally:
        state.store.close()
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    arguments = argparse.ArgumentParser(prog="python -m clerk_emulator", description="Run a local Clerk.")
    arguments.add_argument("--port", type=int, default=4010, help="port (default: 4010); 0 picks a free one")
    arguments.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    arguments.add_argument("--db", metavar="FILE", help="file to keep the state in (default: in memory)")
    arguments.add_argument("--secret-key", metavar="sk_test_...", help="secret key (default: generated)")
    arguments.add_argument("--seed", metavar="FILE", help="seed file to begin with; rejected if --db has a state")
    arguments.add_argument("--dump", action="store_true", help="print the state of --db as a seed file, and exit")
    arguments.add_argument("--webhook", metavar="URL", action="append", default=[], help="send events to this URL")
    arguments.add_argument("--webhook-secret", metavar="whsec_...", help="secret of --webhook (default: generated)")
    arguments.add_argument("--rate-limits", choices=["development", "production"], help="apply Clerk's rate limits")
    return arguments
