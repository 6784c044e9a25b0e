"""Run the JavaScript of docs/emulator-javascript.md."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import environments
from clerk_emulator import Emulator
from tests.guides.commands import free_port
from tests.sdks import npm

PAGE = environments.ROOT / "docs" / "emulator-javascript.md"
_FOLDER = npm.FOLDER / "page"
_BLOCK = re.compile(
    r"^```js\n// (?P<name>\S+)\n(?P<code>.*?)^```\n(?:\n```\n(?P<output>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Script:
    """A block of code of the page, which begins with the name of its file."""

    name: str
    code: str
    output: str | None
    """What it prints; None if the page does not show it."""


def scripts(page: str) -> list[Script]:
    """Return the blocks of JavaScript. Raises ValueError if one does not begin with the name of its file."""
    found = [Script(match["name"], match["code"], match["output"]) for match in _BLOCK.finditer(page)]
    if len(found) != page.count("```js"):
        raise ValueError(f"{PAGE.name}: a block of JavaScript does not begin with the name of its file")
    return found


def problems() -> Iterator[str]:
    """Write the files of the page, run those with an output and the tests, and yield what is different."""
    npm.install()
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    found = scripts(PAGE.read_text(encoding="utf-8"))
    for script in found:
        (_FOLDER / script.name).write_text(script.code, encoding="utf-8")
    with Emulator() as emulator:
        for script in found:
            if script.output is not None:
                done = _run(["node", script.name], npm.variables(emulator))
                if done.stdout != script.output:
                    yield f"{PAGE.name}: {script.name} prints {done.stdout!r}: {done.stderr}"
    started = {
        "CLERK_EMULATOR": f"{shlex.quote(sys.executable)} -m clerk_emulator",
        "CLERK_EMULATOR_PORT": str(free_port()),
    }
    vitest = str(npm.FOLDER / "node_modules" / ".bin" / "vitest")
    done = _run([vitest, "run", "--testTimeout=60000", "--hookTimeout=60000"], started)  # for busy machines
    if done.returncode:
        yield f"{PAGE.name}: its tests fail\n{done.stdout}{done.stderr}"


def _run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        command,
        cwd=_FOLDER,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=600)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the emulator that the tests have started, too
            stdout, stderr = process.communicate()
            stderr += "\nkilled after 600 seconds"
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)
