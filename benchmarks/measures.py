"""The measures. Sides take turns in each round, so that other load on the machine affects all of them."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.environments import HERE, Environment
from benchmarks.results import Measure, Rival, Target, Unit

Probe = Callable[[], float]
"""Measures one side once, and returns the result."""
Rounds = Mapping[str, tuple[float, ...]]
"""The samples of each side."""
Ask = Callable[[str], float]
"""Gives a batch to a worker, and returns the seconds that it took."""

IMPORT_ROUNDS = 15
DECODE_ROUNDS = 12
CALL_ROUNDS = 120
TASK_ROUNDS = 5
LONG_CALLS = 2048
"""Calls of tasks that are compared with fewer tasks: enough that starting the tasks does not count."""
LONG_ROUNDS = 15
LONG_PATIENCE = 60.0
"""More rounds of these calls, because the ratio is close to its bound."""
TOKEN_ROUNDS = 20
NEW_TOKENS = 200
"""Tokens in a batch of new tokens."""
USERS = 5000
"""Users who are active at the same time, each with a token that was seen before."""
MEMORY_ROUNDS = 5
PATIENCE = 20.0
"""Seconds after which a measure ends with `FEWEST_ROUNDS`, on a busy machine."""
FEWEST_ROUNDS = 7

_CLIENT = "import clerk_bapi; client = clerk_bapi.Client('sk_test_x', base_url='{url}')"
_CLERK = "import clerkkit; client = clerkkit.Clerk('sk_test_x', base_url='{url}')"
_PLAIN = "import httpx"
_OFFICIAL = "import clerk_backend_api; client = clerk_backend_api.Clerk(bearer_auth='sk_test_x', server_url='{url}')"
_PLAIN_CALL = (
    "import httpx, json; client = httpx.Client(); "
    "json.loads(client.get('{url}/users/user_1', headers={{'Authorization': 'Bearer sk_test_x'}}).content)"
)
_USERS = "client.users"
_VERIFY = "from clerkkit.auth import verify_token"
_PYJWT = "import jwt"
_WEBHOOKS = "from clerkkit.webhooks import verify_webhook"
_CALL = "client.users.get(user_id='user_1')"


@dataclass(frozen=True)
class Sides:
    """The environments and inputs of all sides; `official` is None if it could not be installed."""

    ours: Environment
    tasks: Environment
    official: Environment | None
    many: Path
    one: Path
    tokens: Path


@dataclass(frozen=True)
class Batch:
    """A batch for each round; `official_count` is smaller if the official SDK takes much longer."""

    task: str
    count: int
    rounds: int
    ours: str | None = None
    """The name of the task on our side, if it is not `task`."""
    official_count: int | None = None
    clock: str = "cpu"
    """Processor time for computations, which does not depend on other programs; "wall" for calls."""
    collecting: bool = True


_CALLS = Batch("call", count=50, official_count=15, rounds=CALL_ROUNDS, clock="wall")
_NEW = Batch("new token", count=NEW_TOKENS, rounds=TOKEN_ROUNDS)
_TOKENS_OF_USERS = Batch("token of a user", count=USERS, official_count=200, rounds=TOKEN_ROUNDS)
_SEEN = Batch("token", count=2000, official_count=200, rounds=TOKEN_ROUNDS)


def everything(sides: Sides, progress: Callable[[str], None]) -> list[Measure]:
    """Run all measures, in the order of the report."""
    with _server(sides.one) as url:
        progress("imports, in fresh processes")
        measures = imports(sides, url)
        progress("decoding, and calls over loopback")
        measures += batches(sides, url)
        progress("many tasks")
        measures += together(sides, url)
        progress("tokens")
        measures += tokens(sides)
        progress("memory, in fresh processes")
        return [*measures, memory(sides, url)]


def imports(sides: Sides, url: str) -> list[Measure]:
    """Measure imports and the first client in new processes, without the start of the interpreter."""

    def code(environment: Environment, *statements: str) -> Probe:
        return _process(environment, "-c", "; ".join(statements).format(url=url))

    probes = {
        "start": code(sides.ours, "pass"),
        "Client": code(sides.ours, _CLIENT),
        "Clerk": code(sides.ours, _CLERK),
        "Clerk users": code(sides.ours, _CLERK, _USERS),
        "Clerk call": code(sides.ours, _CLERK, _CALL),
        "verify": code(sides.ours, _VERIFY),
        "PyJWT": code(sides.ours, _PYJWT),
        "webhooks": code(sides.ours, _WEBHOOKS),
        "plain": code(sides.ours, _PLAIN),
        "plain call": code(sides.ours, _PLAIN_CALL),
    }
    if sides.official:
        probes["official"] = code(sides.official, _OFFICIAL)
        probes["official users"] = code(sides.official, _OFFICIAL, _USERS)
        probes["official call"] = code(sides.official, _OFFICIAL, _CALL)
    whole = rounds(probes, IMPORT_ROUNDS)
    start = statistics.median(whole["start"])
    net = {name: tuple(seconds - start for seconds in found) for name, found in whole.items()}

    def measure(name: str, found: Rounds, ours: str, *targets: Target, plain: str = _PLAIN) -> Measure:
        _, space, rest = ours.partition(" ")  # the same extent on the other sides, if they have it
        beside = found.get(f"plain{space}{rest}", found["plain"])
        official = found.get(f"official{space}{rest}", ())
        return Measure(name, plain, Unit.SECONDS, found[ours], beside, official, targets)

    return [
        measure("import and `Client`", net, "Client", Target(Rival.OFFICIAL, 1 / 3), Target(Rival.PLAIN, 1.2)),
        measure("import and `Clerk`", net, "Clerk"),
        measure("import, `Clerk` and `.users`", net, "Clerk users", Target(Rival.PLAIN, 1.25)),
        measure("… with the interpreter's own start", whole, "Clerk users"),
        measure("… and the response of a first call", net, "Clerk call", plain="httpx.Client().get + json.loads"),
        Measure(
            "import of `verify_token`, offline",
            _PYJWT,
            Unit.SECONDS,
            net["verify"],
            net["PyJWT"],
            (),
            (Target(Rival.PLAIN, 1.5),),
        ),
        Measure(
            "import of `verify_webhook`",
            _PLAIN,
            Unit.SECONDS,
            net["webhooks"],
            net["plain"],
            (),
            (Target(Rival.PLAIN, 0.6),),
        ),
    ]


def batches(sides: Sides, url: str) -> list[Measure]:
    """Measure decoding and calls over loopback, in long-running processes."""
    with ExitStack() as stack:
        ask = {"ours": stack.enter_context(_worker(sides.ours, "ours.py", sides.many, sides.one, url))}
        if sides.official:
            ask["official"] = stack.enter_context(_worker(sides.official, "official.py", sides.many, sides.one, url))
        return [
            _batches(
                ask,
                Batch("users", count=10, rounds=DECODE_ROUNDS),
                "decoding 500 users",
                "json.loads",
                Target(Rival.PLAIN, 2),
                Target(Rival.OFFICIAL, 1 / 3),
            ),
            _batches(
                ask,
                Batch("users", count=10, rounds=DECODE_ROUNDS, collecting=False),
                "… without the garbage collector",
                "json.loads",
            ),
            _batches(
                {"ours": ask["ours"]},
                Batch("drift", count=10, rounds=DECODE_ROUNDS),
                "decoding 500 users with `on_drift`",
                "the same without",
                Target(Rival.PLAIN, 2),
            ),
            _batches(
                ask,
                Batch("user", count=500, official_count=50, rounds=DECODE_ROUNDS),
                "decoding one user",
                "json.loads",
                Target(Rival.OFFICIAL, 1 / 15),
            ),
            _batches(
                ask,
                replace(_CALLS, ours="call by Client"),
                "a call by `Client`",
                "httpx.Client.get + json.loads",
                Target(Rival.PLAIN, 1),
            ),
            _batches(
                ask,
                _CALLS,
                "a call by `Clerk`",
                "httpx.Client.get + json.loads",
                Target(Rival.PLAIN, 1.1),
            ),
            _batches(
                ask,
                replace(_CALLS, task="async call"),
                "a call by `AsyncClerk`",
                "httpx.AsyncClient.get + json.loads",
                Target(Rival.PLAIN, 1.1),
            ),
        ]


def together(sides: Sides, url: str) -> list[Measure]:
    """Measure calls of many tasks that share a client, and clients that make one call."""
    plain = "httpx.AsyncClient.get + json.loads"
    ours, aiohttp = "`AsyncClerk`", '`AsyncClerk(transport="aiohttp")`'
    with _worker(sides.tasks, "tasks.py", sides.one, url) as ask:

        def compared(
            name: str,
            task: str,
            rival: str,
            rival_is: str,
            *targets: Target,
            count: int = 500,
            times: int = TASK_ROUNDS,
            worker: Ask = ask,
        ) -> Measure:
            batches = {
                side: _probe(worker, Batch(of, count, times, clock="wall"), of, count)
                for side, of in (("ours", task), ("plain", rival))
            }
            found = rounds(batches, times, patience=LONG_PATIENCE)
            return Measure(name, rival_is, Unit.SECONDS, found["ours"], found["plain"], (), targets)

        measures: list[Measure] = []
        for loop in ("asyncio", "trio"):
            for number in (8, 64, 256):
                targets = [Target(Rival.PLAIN, 1 / 1.5)] if number > 8 else []
                name = f"a call by {ours}, {number} tasks on {loop}"
                task, rival = (f"{side}, {loop}, {number}" for side in ("clerk", "plain"))
                measures.append(compared(name, task, rival, plain, *targets))
            measures.append(
                compared(
                    "… the slowest in a hundred", f"{task}, p99", f"{rival}, p99", plain, Target(Rival.PLAIN, 1 / 3)
                )
            )
            for number in (64, 256):
                # In a new process, because memory that earlier rows have used makes the tasks up to 5 % slower.
                with _worker(sides.tasks, "tasks.py", sides.one, url) as alone:
                    measures.append(
                        compared(
                            f"… {number} tasks beside 8 tasks",
                            f"clerk, {loop}, {number}",
                            f"clerk, {loop}, 8",
                            f"{ours}, 8 tasks",
                            Target(Rival.PLAIN, 1.05),
                            count=LONG_CALLS,
                            times=LONG_ROUNDS,
                            worker=alone,
                        )
                    )
        for number in (1, 8, 64, 256):
            targets = [Target(Rival.PLAIN, 1 / 4)] if number > 8 else []
            name = f"a call by {aiohttp}, {number} {'task' if number == 1 else 'tasks'}"
            task = f"clerk by aiohttp, asyncio, {number}"
            measures.append(compared(name, task, f"plain, asyncio, {number}", plain, *targets))
        return [
            *measures,
            compared("… beside plain aiohttp", task, "plain aiohttp, asyncio, 256", "aiohttp, 256 tasks"),
            compared("a `Clerk` for each call", "client per call", "plain client per call", "httpx.Client", count=10),
            compared("an `AsyncClerk` and loop for each call", "loop per call", "plain loop per call", plain, count=10),
        ]


def tokens(sides: Sides) -> list[Measure]:
    """Measure the verification of tokens and requests with the public key, without network."""
    plain = "jwt.decode with a parsed key"
    with ExitStack() as stack:
        ask = {"ours": stack.enter_context(_worker(sides.ours, "tokens_ours.py", sides.tokens))}
        if sides.official:
            ask["official"] = stack.enter_context(_worker(sides.official, "tokens_official.py", sides.tokens))
        return [
            _batches(ask, _NEW, "verifying a new token", plain, Target(Rival.PLAIN, 1.3)),
            _batches(ask, _SEEN, "verifying a token again", plain, Target(Rival.OFFICIAL, 1 / 20)),
            _batches(
                ask, _TOKENS_OF_USERS, f"… one after the other of {USERS:,} users", plain, Target(Rival.PLAIN, 1 / 2)
            ),
            _batches(
                ask,
                replace(_NEW, task="new request"),
                "a request with a new token",
                plain,
                Target(Rival.OFFICIAL, 1),
            ),
            _batches(
                ask,
                replace(_SEEN, task="request"),
                "a request with a token seen before",
                plain,
                Target(Rival.OFFICIAL, 1 / 10),
            ),
            _batches(ask, replace(_SEEN, task="browser request"), "… in a browser's cookie", plain),
        ]


def memory(sides: Sides, url: str) -> Measure:
    """Measure the peak resident size after import, a call and 500 users."""
    probes = {
        "ours": _peak(sides.ours, "memory_ours.py", sides, url),
        "plain": _peak(sides.ours, "memory_plain.py", sides, url),
    }
    if sides.official:
        probes["official"] = _peak(sides.official, "memory_official.py", sides, url)
    found = rounds(probes, MEMORY_ROUNDS)
    return Measure(
        "peak memory, 500 users",
        "httpx + json.loads",
        Unit.BYTES,
        found["ours"],
        found["plain"],
        found.get("official", ()),
        (Target(Rival.OFFICIAL, 1, below=True),),
    )


def _batches(ask: Mapping[str, Ask], batch: Batch, name: str, plain: str, *targets: Target) -> Measure:
    probes = {
        "ours": _probe(ask["ours"], batch, batch.ours or batch.task, batch.count),
        # In the same process as ours, for the same heap and caches.
        "plain": _probe(ask["ours"], batch, f"plain {batch.task}", batch.count),
    }
    if "official" in ask:
        probes["official"] = _probe(ask["official"], batch, batch.task, batch.official_count or batch.count)
    found = rounds(probes, batch.rounds, patience=PATIENCE)
    return Measure(name, plain, Unit.SECONDS, found["ours"], found["plain"], found.get("official", ()), targets)


def _probe(ask: Ask, batch: Batch, task: str, count: int) -> Probe:
    line = json.dumps({"task": task, "count": count, "collecting": batch.collecting, "clock": batch.clock})
    return lambda: ask(line) / count


def rounds(probes: Mapping[str, Probe], count: int, patience: float = float("inf")) -> Rounds:
    """Run each probe once per round, in rotating order. A first round warms caches and is not counted."""
    end = time.monotonic() + patience
    found: dict[str, list[float]] = {name: [] for name in probes}
    order = list(probes)
    for number in range(count + 1):
        if number > FEWEST_ROUNDS and time.monotonic() > end:
            break
        for name in order:
            sample = probes[name]()
            if number:
                found[name].append(sample)
        order = order[1:] + order[:1]
    return {name: tuple(samples) for name, samples in found.items()}


def _process(environment: Environment, *arguments: str) -> Probe:
    command = environment.command(*arguments)

    def probe() -> float:
        before = _seconds_of_children()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, cwd=HERE / "workers")
        return _seconds_of_children() - before

    return probe


def _seconds_of_children() -> float:
    """Return the processor time of ended child processes, which varies less than elapsed time."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(environment: Environment, script: str, sides: Sides, url: str) -> Probe:
    # The peak size of a new process starts at the size of its parent, so this process must stay small: matplotlib is
    # imported after all measures.
    return lambda: float(environment.output(str(HERE / "workers" / script), str(sides.many), url))


@contextmanager
def _server(one: Path) -> Iterator[str]:
    """Run the loopback server in another process, and yield its base URL."""
    with running([sys.executable, str(HERE / "server.py"), str(one)]) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"


@contextmanager
def _worker(environment: Environment, script: str, *arguments: object) -> Iterator[Ask]:
    """Run a worker of `workers/`, and yield a function that sends it batches."""
    command = environment.command(str(HERE / "workers" / script), *map(str, arguments))
    with running(command) as process:

        def ask(line: str) -> float:
            assert process.stdin
            assert process.stdout
            process.stdin.write(line + "\n")
            process.stdin.flush()
            output = process.stdout.readline()
            if not output:
                raise RuntimeError(f"{script} ended at {line}")
            return float(output)

        yield ask


@contextmanager
def running(command: list[str], *, cwd: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a child process that ends when its stdin is closed."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd
    ) as process:
        assert process.stdin
        try:
            yield process
        finally:
            process.stdin.close()
