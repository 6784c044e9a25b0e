"""`python -m tests.sdks.calls`: compare calls in docs/migration.md with the signatures of Clerk's SDK for Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from benchmarks import environments

HERE = Path(__file__).resolve().parent
PAGE = environments.ROOT / "docs" / "migration.md"
ROW = re.compile(r"^\| `(\w+\.\w+\(.*?\))`[^|]* \| `clerk\.[^`|]+` \|$", re.MULTILINE)
"""A row that begins with a call of a resource; the rows before them are about the client itself."""


def main() -> int:
    """Return 1 if the SDK does not accept one of the calls."""
    calls = ROW.findall(PAGE.read_text(encoding="utf-8"))
    done = subprocess.run(
        environments.official().command("-W", "ignore", str(HERE / "bind_calls.py")),
        input=json.dumps(calls),
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    problems = json.loads(done.stdout)
    if not calls:
        problems.append(f"{PAGE.name} has no calls")
    print(f"{environments.OFFICIAL}: {len(calls)} calls in {PAGE.name} compared, {len(problems)} problems")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
