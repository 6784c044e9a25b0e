"""`python -m tests.sdks.calls`: compare the calls on docs/clerk-ex.md with the signatures of Clerk's SDK for Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from benchmarks import environments

HERE = Path(__file__).resolve().parent
PAGE = environments.ROOT / "docs" / "clerk-ex.md"
ROW = re.compile(r"\| `\w+\.\w+`.*\| ([^|]+) \|")
CALL = re.compile(r"`(\w+\.\w+\(.*?\))`")


def main() -> int:
    """Return 1 where the SDK does not take a call, or a row has none and does not say so."""
    cells = ROW.findall(PAGE.read_text(encoding="utf-8"))
    calls = [call for cell in cells for call in CALL.findall(cell)]
    problems = [f"neither a call nor (none): {cell}" for cell in cells if not CALL.search(cell) and cell != "(none)"]
    done = subprocess.run(
        environments.official().command("-W", "ignore", str(HERE / "bind_calls.py")),
        input=json.dumps(calls),
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    problems += json.loads(done.stdout)
    if not calls:
        problems.append(f"{PAGE.name} has no calls")
    print(f"{environments.OFFICIAL}: {len(calls)} calls of {PAGE.name} compared, {len(problems)} problems")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
