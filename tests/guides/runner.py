"""Do what a guide says: save its files, run its commands and programs, and compare what they print."""

from __future__ import annotations

import contextlib
import doctest
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from clerk_emulator import Emulator
from clerkkit.testing import webhook_secret
from tests.guides import commands
from tests.guides.blocks import ROOT, Block, blocks_of
from tests.guides.elsewhere import is_checked_elsewhere

SECONDS = 120
"""In which a command must end, and a server must listen."""

SECONDS_TO_INSTALL = 900
"""In which a command must end that downloads packages."""


class GuideError(AssertionError):
    """A block of a guide does not do what the guide says."""

    def __init__(self, block: Block, problem: str) -> None:
        super().__init__(f"{block}\n{problem}")


class GuideRunner:
    """A reader who follows a guide, in an empty folder.

    A command that serves keeps its terminal. What follows begins in another one, without the variables of the first.
    A guide that does not start the local Clerk is run with one, where Ada and Charles are (examples/people.yaml).
    """

    def __init__(self, page: Path, folder: Path, environment: dict[str, str], *, installs: bool = False) -> None:
        self.page = page
        self.folder = folder
        self.ports = commands.Ports()
        self.installs = installs
        self._seconds = SECONDS_TO_INSTALL if installs else SECONDS
        self._new_terminal = dict(environment)
        self._environment = dict(environment)
        self._current = folder
        self._compiled = Path(f"{environment['PYTHONPYCACHEPREFIX']}{folder.resolve()}")
        shutil.rmtree(self._compiled, ignore_errors=True)
        self._stack = contextlib.ExitStack()
        self._printed = ""

    def __enter__(self) -> GuideRunner:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()

    def run(self) -> None:
        """Run all blocks.

        Raises:
            GuideError: a block fails, prints something else than the guide shows, or is of no use.
        """
        blocks = blocks_of(self.page)
        if not any(commands.starts_emulator(line) for block in blocks for line in block.text.splitlines()):
            self._provide_clerk()
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            expected = following.text if following and following.is_output and following.follows else None
            if is_checked_elsewhere(block):
                pass
            elif block.file:
                self._save(block)
            elif block.language == "sh":
                self._run_commands(block, expected)
            elif block.language == "python":
                self._run_program(block, expected)
            elif not (block.is_output and block.follows):
                raise GuideError(
                    block, "is neither a file, nor a program, nor commands, nor what the last block prints"
                )
        for block in blocks:
            self._check_used(block, blocks)

    def _provide_clerk(self) -> None:
        emulator = self._stack.enter_context(Emulator(seed=ROOT / "examples" / "people.yaml"))
        provided = {**emulator.environment, "CLERK_WEBHOOK_SIGNING_SECRET": webhook_secret()}
        self._new_terminal |= provided
        self._environment |= provided

    def _save(self, block: Block) -> None:
        assert block.file
        path = self._current / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if block.is_appended and not path.exists():
            raise GuideError(block, f"{block.file} does not exist")
        with path.open("a" if block.is_appended else "w", encoding="utf-8") as file:
            file.write(self.ports.replace(block.text))

    def _run_program(self, block: Block, expected: str | None) -> None:
        program = self._current / f".program_{block.number}.py"
        program.write_text(self.ports.replace(block.text), encoding="utf-8")
        python = shutil.which("python", path=self._environment["PATH"]) or "python"
        self._finish(block, [python, str(program)], expected)

    def _run_commands(self, block: Block, expected: str | None) -> None:
        lines = block.text.splitlines()
        prepared = [self._prepare(block, line) for line in lines]
        state = self.folder.parent / "state"
        keep = f"\n{{ pwd; env -0; }} > {shlex.quote(str(state))}\n"
        if not commands.serves(lines[-1]):
            self._finish(block, ["sh", "-ec", "\n".join(prepared) + keep], expected)
            directory, _, variables = state.read_text(encoding="utf-8").partition("\n")
            self._current = Path(directory)
            self._environment = dict(pair.split("=", 1) for pair in variables.rstrip("\0").split("\0"))
            return
        *before, last = prepared
        script = "\n".join([*before, f"exec {last}"])
        self._stack.enter_context(self._serve(block, script, self.ports.of(lines[-1]), expected))
        self._environment = dict(self._new_terminal)

    def _prepare(self, block: Block, line: str) -> str:
        if not commands.installs(line):
            return self.ports.in_command(line)
        if self.installs and not commands.installs_browser(line):
            return line
        missing = [*commands.missing_requirements(line)]
        if missing:
            raise GuideError(block, f"{line} installs what the tests do not have: {', '.join(missing)}")
        return ":"

    def _finish(self, block: Block, command: list[str], expected: str | None) -> None:
        """Run a command to its end."""
        process = subprocess.Popen(
            command,
            cwd=self._current,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if expected is None else subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            printed, errors = process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise GuideError(block, f"has not ended within {self._seconds} seconds") from error
        finally:
            _stop(process)
        if process.returncode:
            raise GuideError(block, f"exit code {process.returncode}\n{printed}{errors or ''}")
        if expected is not None:
            self._compare(block, expected, printed)

    @contextlib.contextmanager
    def _serve(self, block: Block, script: str, port: int, expected: str | None) -> Generator[None]:
        """Run a server until the end of the guide."""
        log = self.folder.parent / f"server_{block.number}.log"

        def printed() -> str:
            return log.read_text(encoding="utf-8")

        with log.open("w", encoding="utf-8") as output:
            server = subprocess.Popen(
                ["sh", "-ec", script],
                cwd=self._current,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            if not _wait_until(lambda: commands.listens(port), while_true=lambda: server.poll() is None):
                raise GuideError(block, f"does not listen\n{printed()}")
            if expected is not None:
                shown = f"...\n{expected}..."
                # The guide may show the first line too, before which nothing is printed.
                _wait_until(lambda: self._matches(shown, f"\n{printed()}"), while_true=lambda: server.poll() is None)
                self._compare(block, shown, f"\n{printed()}")
            yield
        finally:
            _stop(server)

    def _compare(self, block: Block, expected: str, printed: str) -> None:
        if not self._matches(expected, printed):
            raise GuideError(block, f"prints\n{self.ports.restore(printed, expected)}\ninstead of\n{expected}")

    def _matches(self, expected: str, printed: str) -> bool:
        """Whether an output is the one in the guide, where `...` matches any text."""
        got = f"{self.ports.restore(printed, expected).rstrip()}\n"
        return doctest.OutputChecker().check_output(f"{expected.rstrip()}\n", got, doctest.ELLIPSIS)

    def _check_used(self, block: Block, blocks: list[Block]) -> None:
        """Check that Python has imported a file, or that another block names it."""
        name = Path(block.file).name if block.file else None
        if name is None or any(name in other.text for other in blocks if other is not block and not other.is_output):
            return
        if not any(self._compiled.rglob(f"{Path(name).stem}.*.pyc")):
            raise GuideError(block, f"{block.file} is not used by any other block")


def _stop(process: subprocess.Popen[Any]) -> None:
    """End a process and those that it has started, and wait until all have ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            _wait_until(lambda: not _exists(process.pid), while_true=lambda: True, seconds=5)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until(reached: Callable[[], bool], *, while_true: Callable[[], bool], seconds: float = SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end or not while_true():
            return reached()
        time.sleep(0.05)
    return True
