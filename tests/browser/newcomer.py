"""`python -m tests.browser.newcomer`: measure how long a newcomer needs from the clone to a signed-in page.

Runs the commands of the section "Try it in a browser" of README in a new clone of the last commit, without the cache of
pip, signs in with Chromium, and writes the time into README. With `--check`, it writes nothing.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import chromium, npm
from tests.guides.commands import free_port, listens

README = npm.ROOT / "README.md"
SECTION = README.read_text(encoding="utf-8").partition("## Try it in a browser")[2].partition("\n## ")[0]
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL) for line in block.splitlines()]


def main(*arguments: str) -> None:
    """Print the measured time, and write it into README."""
    chromium.install()
    clone, change, serve = COMMANDS
    # Nothing of this checkout is to be found by the commands of the other one.
    programs = str(npm.ROOT / ".venv" / "bin")
    path = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if one != programs)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cloned = clone.replace("REPOSITORY", npm.ROOT.as_uri())
        subprocess.run(["sh", "-ec", cloned], cwd=folder, check=True)
        script = f"{change}\n{serve} PORT={free_port()}"
        with (
            running(script, Path(folder), {"PATH": path, "PIP_NO_CACHE_DIR": "1"}) as addresses,
            sync_playwright() as playwright,
        ):
            ready = time.monotonic() - start
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.arguments())
            sign_in(browser.new_page(), addresses["Application"])
            whole = time.monotonic() - start
            browser.close()
    print(f"{len(COMMANDS)} commands, {whole:.0f} s, {ready:.0f} s until the application runs")
    if "--check" not in arguments:
        _write({"{} commands and": len(COMMANDS), "and {} seconds from": whole, "after {} of": ready})


def _write(values: Mapping[str, float]) -> None:
    """Write values into sentences of README."""
    text = README.read_text(encoding="utf-8")
    for sentence, value in values.items():
        before, after = sentence.split("{}")
        text, found = re.subn(rf"(?<={before})\d+(?={after} )", f"{value:.0f}", text)
        assert found == 1, f"README.md has {found} times {sentence!r}"
    README.write_text(text, encoding="utf-8")


def sign_in(page: Page, origin: str) -> None:
    """Sign in as README says."""
    page.goto(origin)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Ada Lovelace").click()
    expect(page.get_by_role("link", name="Analytical Engines")).to_be_visible()


@contextmanager
def running(command: str, folder: Path, variables: Mapping[str, str]) -> Generator[dict[str, str]]:
    """Serve an application with a shell command until the end of the block, and return what it prints, by label."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLERK_", "MAKE"))}
    with subprocess.Popen(
        ["sh", "-ec", command],
        cwd=folder,
        env={**inherited, **variables},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        try:
            assert program.stdout is not None
            addresses: dict[str, str] = {}
            while "Application" not in addresses:
                line = program.stdout.readline()
                assert line, "the command has ended"
                name, _, value = line.partition(":")
                addresses[name] = value.strip()
            port = int(addresses["Application"].strip("/").rpartition(":")[2])
            while not listens(port):  # it prints its address just before it listens
                assert program.poll() is None, "the command has ended"
                time.sleep(0.05)
            yield addresses
        finally:
            os.killpg(program.pid, signal.SIGTERM)
            program.wait(20)


def serving_checkout(target: str) -> AbstractContextManager[dict[str, str]]:
    """Serve an application of this checkout, as `running` does, with a target of the Makefile on a free port."""
    # The environment of the tests stays as it is.
    return running(f"make -o .venv/.ready {target} PORT={free_port()}", npm.ROOT, {})


if __name__ == "__main__":
    main(*sys.argv[1:])
