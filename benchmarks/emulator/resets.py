"""Resets after a typical test: `python -m benchmarks.emulator.resets` prints their seconds.

This runs in another process, because a process that starts servers must stay small: their peak size starts at its size.
"""

from __future__ import annotations

import json
import time

from benchmarks.emulator.bare import SECRET_KEY
from benchmarks.emulator.load import Request, connected, read_response
from clerk_emulator import Emulator

_TIMES = 200


def resets() -> dict[str, list[float]]:
    """Return the elapsed seconds of a reset, of the first request after it, and of the same request again."""
    request = Request("/users", {"skip_user_requirement": True}).encoded()
    samples: dict[str, list[float]] = {"reset": [], "first": [], "again": []}
    with Emulator(secret_key=SECRET_KEY) as emulator, connected(int(emulator.origin.rpartition(":")[2])) as connection:

        def ask() -> None:
            connection.sendall(request)
            read_response(connection)

        ask()
        for _ in range(_TIMES):
            for name, act in (("reset", emulator.reset), ("first", ask), ("again", ask)):
                begun = time.perf_counter()
                act()
                samples[name].append(time.perf_counter() - begun)
    return samples


if __name__ == "__main__":
    print(json.dumps(resets()))
