"""Serve the application under test, ASGI or WSGI, on a free port of this machine."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import socket
import threading
import time
from collections.abc import Callable, Generator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from clerk_core import InvalidArgument

_STARTUP_SECONDS = 60


@contextlib.contextmanager
def serve(application: object) -> Generator[str]:
    """Serve an application until the end of the block, in a thread. Returns its origin, such as http://localhost:49152.

    Args:
        application: An ASGI or WSGI application, a function without arguments that returns one, or the name of either,
            such as `my_package.my_module:app`.

    Raises:
        InvalidArgument: it is none of these.
        RuntimeError: the startup of the application has failed.
    """
    found = load(application)
    with contextlib.closing(_listen()) as listener:
        run = _serve_asgi if _is_asgi(found) else _serve_wsgi
        with run(found, listener):
            yield f"http://localhost:{listener.getsockname()[1]}"


def load(application: object) -> Callable[..., Any]:
    """Return an application: import it if a name is given, and create it if a function is given.

    Raises:
        InvalidArgument: see `serve`.
    """
    found = _import(application) if isinstance(application, str) else application
    if not callable(found):
        raise InvalidArgument("application", f"expected an ASGI or WSGI application, got {type(found).__name__}")
    if not inspect.isclass(found) and _takes_no_arguments(found):
        return load(found())
    return found


def _import(name: str) -> object:
    module, _, path = name.partition(":")
    if not module or not path:
        raise InvalidArgument("application", f"expected a name such as my_package.my_module:app, got {name!r}")
    found: object = importlib.import_module(module)
    for attribute in path.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            raise InvalidArgument("application", f"{module} has no attribute {path!r}") from None
    return found


def _takes_no_arguments(function: Callable[..., Any]) -> bool:
    try:
        return not inspect.signature(function).parameters
    except ValueError:  # some functions of C have no signature
        return False


def _is_asgi(application: Callable[..., Any]) -> bool:
    call = application if inspect.isroutine(application) else type(application).__call__
    return inspect.iscoroutinefunction(call)


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


@contextlib.contextmanager
def _serve_asgi(application: Callable[..., Any], listener: socket.socket) -> Generator[None]:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False, timeout_graceful_shutdown=2))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.run([listener])
        except BaseException as error:  # raised in the thread of the test instead
            failures.append(error)

    thread = threading.Thread(target=run, name="clerk_app", daemon=True)
    thread.start()
    end = time.monotonic() + _STARTUP_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            message = "the application has not started: its log has the reason"
            raise RuntimeError(message) from next(iter(failures), None)
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    """A server with a thread for each request, so that an application can call itself."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    """Handles requests without printing a line for each."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Print nothing."""


@contextlib.contextmanager
def _serve_wsgi(application: Callable[..., Any], listener: socket.socket) -> Generator[None]:
    server = _Server(listener.getsockname(), _QuietHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = "localhost", listener.getsockname()[1]
    server.setup_environ()
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="clerk_app", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
