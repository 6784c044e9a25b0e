"""The command line of the emulator."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import shlex
import signal
import socket
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from clerk_emulator import environment
from clerk_emulator.http import scripts
from clerk_emulator.http.https import HttpsListener
from clerk_emulator.http.server import Server, listen, origin_of, uvicorn_config
from clerk_emulator.json_types import Json
from clerk_emulator.request.generic.resources import generic_operations, unanswered_operations
from clerk_emulator.request.pipeline import PREFIX
from clerk_emulator.request.state import State
from clerk_emulator.seeding.dump import dump
from clerk_emulator.seeding.load import create_state
from clerk_emulator.storage.keys import hostname_in
from clerk_emulator.storage.store import InUseError

if TYPE_CHECKING:
    from http.client import HTTPConnection

_BANNER = """\
Clerk emulator:  {url}
Dashboard:       {origin}/
Secret key:      {secret_key}
Publishable key: {publishable_key}
JWKS:            {origin}/.well-known/jwks.json
Control API:     {origin}/_emulator/openapi.json
{notes}
{exports}

    from clerkkit import Clerk
    clerk = Clerk(secret_key="{secret_key}", base_url="{url}")
    print(clerk.users.create(email_address=["ada@example.com"]).id)
"""


def run(arguments: list[str] | None = None) -> int:
    """Run the command. Return 0 after it was stopped, or 1 if it failed; the reason is on standard error."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        if options.dump:
            _dump(options)
        elif options.print_env:
            _print_environment(options)
        else:
            _serve(options)
    except (InUseError, OSError, ValueError) as error:
        print(f"clerk_emulator: {error}", file=sys.stderr)
        return 1
    return 0


def _dump(options: argparse.Namespace) -> None:
    if options.db is None:
        raise ValueError("--dump needs --db FILE, the state to print")
    if options.seed is not None or options.secret_key is not None:
        raise ValueError("--dump cannot be combined with --seed or --secret-key")
    file = Path(options.db)
    if not file.is_file() or file.stat().st_size == 0:
        raise ValueError(f"--dump: {options.db} has no state")
    # Imported on first use, because an emulator starts faster without PyYAML.
    from clerk_emulator.seeding.seed_yaml import to_yaml

    state = State(db=file)
    try:
        with state.store.transaction():
            print(to_yaml(dump(state)), end="")
    finally:
        state.close()


def _print_environment(options: argparse.Namespace) -> None:
    """Print the variables of the emulator that runs at an address, or that will run with these options."""
    if options.seed is not None:
        raise ValueError("--print-env cannot be combined with --seed")
    if not options.port:
        raise ValueError("--print-env needs the port of the emulator; --port 0 picks any")
    origin = origin_of(options.host, options.port)
    variables = _variables_of_running(origin)
    if variables is None:
        if options.db is None and options.secret_key is None:
            raise ValueError(f"--print-env: no emulator runs at {origin}, and neither --db nor --secret-key is given")
        state = create_state(db=options.db, secret_key=options.secret_key, publishable_key=options.publishable_key)
        variables = _variables(origin, state)
        state.close()
    print(_exports(variables))


def _variables_of_running(origin: str) -> dict[str, str] | None:
    """Return the variables of the emulator that runs at an origin; None if nothing listens there."""
    from http.client import HTTPConnection, HTTPException  # rarely needed

    connection = HTTPConnection(origin.removeprefix("http://"), timeout=10)
    try:
        instance, webhooks = _read(connection, "/_emulator/instance"), _read(connection, "/_emulator/webhooks")
        keys = instance["secret_key"], instance["publishable_key"]
        return environment.variables(origin, *keys, webhooks["endpoints"])
    except ConnectionRefusedError:
        return None
    except (HTTPException, ValueError, KeyError, TypeError):
        raise ValueError(f"--print-env: the server at {origin} is not an emulator that this machine controls") from None
    finally:
        connection.close()


def _read(connection: HTTPConnection, path: str) -> Json:
    connection.request("GET", path)
    found: Json = json.loads(connection.getresponse().read())
    return found


def _variables(origin: str, state: State) -> dict[str, str]:
    keys = state.keys.secret_key, state.keys.publishable_key
    return environment.variables(origin, *keys, state.webhooks.endpoints)


def _exports(variables: dict[str, str]) -> str:
    """Return the lines of a shell that set variables."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _serve(options: argparse.Namespace) -> None:
    if options.https_ca is not None and options.https is None:
        raise ValueError("--https-ca needs --https")
    packages = scripts.find_packages(options.clerk_js)
    state = create_state(
        db=options.db,
        secret_key=options.secret_key,
        publishable_key=options.publishable_key,
        seed=options.seed,
        rate_limits=options.rate_limits,
        control_hosts=options.control_host,
        allowed_origins=options.allow_origin,
        webhooks=[{"url": url, "secret": options.webhook_secret} for url in options.webhook],
    )
    with contextlib.ExitStack() as opened:
        opened.callback(state.close)
        listener = listen(options.host, options.port)
        opened.callback(listener.close)
        server = Server(uvicorn_config(state, access_log=not options.quiet, packages=packages))
        https = None
        if options.https is not None:
            frontend_host = hostname_in(state.keys.publishable_key)
            https = HttpsListener(options.host, options.https, frontend_host, options.https_ca)
            opened.callback(https.close)
            server.serve_https(https.socket, https.context)
        _run(server, listener, https, state)


def _run(server: Server, listener: socket.socket, https: HttpsListener | None, state: State) -> None:
    """Print how to use the emulator, and serve until it is stopped."""
    origin = state.store.public_origin = origin_of(*listener.getsockname()[:2])

    # While uvicorn serves, it handles these signals itself and raises them again at the end. Then, and before it
    # starts, they arrive here.
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print(
        _BANNER.format(
            url=origin + PREFIX,
            origin=origin,
            secret_key=state.keys.secret_key,
            publishable_key=state.keys.publishable_key,
            notes="".join([*_https_notes(https), *_operations_without_handlers()]),
            exports=textwrap.indent(_exports(_variables(origin, state)), "    "),
        ),
        flush=True,
    )
    for endpoint in state.webhooks.endpoints:
        print(f"Webhooks to {endpoint['url']} are signed with {endpoint['secret']}", flush=True)
    server.run([listener])


def _https_notes(https: HttpsListener | None) -> Iterator[str]:
    """Yield lines about https."""
    if https:
        yield f"HTTPS:           {https.origin}\n"
        yield f"HTTPS authority: {https.authority_file}\n"


def _operations_without_handlers() -> Iterator[str]:
    """Yield a line about the operations of a newer contract, for which the emulator has no handlers."""
    for names, answer in (
        (list(generic_operations()), "only store and return resources as they are sent"),
        (unanswered_operations(), "are not emulated"),
    ):
        if names:
            yield f"{len(names)} operations have no handler and {answer}: {', '.join(names)}\n"


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    arguments = argparse.ArgumentParser(prog="clerk-emulator", description="Run a local Clerk.")
    add = arguments.add_argument
    add("--port", type=int, default=4010, help="port (default: 4010); 0 picks a free one")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--db", metavar="FILE", help="file to keep the state in (default: in memory)")
    add("--seed", metavar="FILE", help="seed file to begin with; rejected if --db has a state")
    add("--secret-key", metavar="sk_test_...", help="secret key (default: that of --db, else generated)")
    add(
        "--publishable-key",
        metavar="pk_test_...",
        help="publishable key; it names the host of the Frontend API, and pk_live_... is for a production instance",
    )
    add("--webhook", metavar="URL", action="append", default=[], help="send events to this URL; can be repeated")
    add("--webhook-secret", metavar="whsec_...", help="secret of --webhook (default: generated)")
    add("--rate-limits", choices=["development", "production"], help="apply Clerk's rate limits")
    add(
        "--https",
        metavar="PORT",
        type=int,
        nargs="?",
        const=4443,
        help="also serve https, with a new certificate (default port: 4443); 0 picks a free port",
    )
    add(
        "--allow-origin",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="let pages of this origin sign users in, besides those of this machine; can be repeated",
    )
    add("--https-ca", metavar="FILE", help="write the certificate that clients must trust (default: a temporary file)")
    add(
        "--clerk-js",
        metavar="DIR",
        help="folder with a copy of @clerk/clerk-js (default: ./node_modules)",
    )
    add("--quiet", action="store_true", help="print no line for each request")
    add("--print-env", action="store_true", help="print the variables for an application as export lines, and exit")
    add("--dump", action="store_true", help="print the state of --db as a seed file, and exit")
    add(
        "--control-host",
        metavar="NAME",
        action="append",
        default=[],
        help="accept control requests that other machines send to this host name; can be repeated "
        "(default: only this machine)",
    )
    return arguments
