"""`python -m tests.sdks`: call every method of Clerk's SDKs for JavaScript and Python against the emulator.

With an argument, such as `billing`, only the methods and checks whose names contain it; then no page is written.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import environments
from clerk_emulator import Emulator
from tests.sdks import javascript_page, npm, page
from tests.sdks.results import Json, Result, problems, read_result

HERE = Path(__file__).resolve().parent


def main(*selection: str) -> int:
    """Return 1 if a method of an SDK fails, if a response violates the contract, or if the page was not up to date."""
    commands = {
        npm.version("@clerk/backend"): npm.command("driver.mjs"),
        environments.OFFICIAL: environments.official().command("-W", "ignore", str(HERE / "python" / "driver.py")),
    }
    results: dict[str, list[Result]] = {}
    checks: dict[str, list[str]] = {}
    failures: list[str] = []
    for sdk, command in commands.items():
        report, violations = _run([*command, *selection])
        results[sdk] = [read_result(call) for call in report["calls"]]
        checks[sdk] = [check["name"] for check in report["checks"]]
        failed = [f"{check['name']}: {check['error']}" for check in report["checks"] if check["error"]]
        found = [*problems(results[sdk], report["methods"], report["entries"]), *failed, *violations]
        failures += [f"{sdk}: {problem}" for problem in found]
        print(f"{sdk}: {len(report['methods'])} methods, {len(checks[sdk])} checks, {len(found)} problems")
    if not selection:
        failures += javascript_page.problems()
    if not failures and not selection:
        failures += _update(page.render(results, checks))
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


def _run(command: list[str]) -> tuple[Json, list[str]]:
    """Run a driver against a new emulator. Return its report, and the violations of the contract."""
    with Emulator(validate_responses=True) as emulator:
        done = subprocess.run(
            command,
            env={**os.environ, **npm.variables(emulator)},
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1]), list(emulator.problems)


def _update(text: str) -> list[str]:
    """Write the page, and return a problem if it has changed."""
    if page.PAGE.is_file() and page.PAGE.read_text(encoding="utf-8") == text:
        return []
    page.PAGE.write_text(text, encoding="utf-8")
    return [f"{page.PAGE.name} was not up to date, and is now: commit it"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
