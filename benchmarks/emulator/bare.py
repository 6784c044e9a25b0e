"""A minimal server with Starlette and uvicorn: it reads a request and responds with a fixed body.

`python -m benchmarks.emulator.bare BODY` imports nothing of the emulator, and is configured like it.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET_KEY = "sk_test_benchmarks"
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def serve(configuration: uvicorn.Config, listening: socket.socket) -> None:
    """Serve until stdin is closed, in the main thread, as servers do.

    Prints the port first; then, for each line that it reads, the processor time (s) and the peak memory (bytes) that
    this process has used.
    """
    server = uvicorn.Server(configuration)

    def report() -> None:
        for _ in sys.stdin:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT
            print(json.dumps({"seconds": time.process_time(), "bytes": peak}), flush=True)
        server.should_exit = True

    threading.Thread(target=report, daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    server.run([listening])


def main(body: str) -> None:
    content = body.encode()

    async def fixed(request: Request) -> Response:
        await request.body()
        return Response(content, media_type="application/json")

    # With an explicit protocol, like the emulator, so that asyncio sets TCP_NODELAY.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    app = Starlette(routes=[Route("/{path:path}", fixed, methods=["GET", "POST"])])
    serve(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
        ),
        listening,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
