"""`python -m tests.sdks.calls`: write and compare the calls in docs/guides/migrate-from-the-official-sdk.md.

Clerk's SDK and clerkkit get the same arguments and must send the same request. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import environments
from tests.sdks.calls import ours, table

KNOWN = {"clerk.jwt_templates.create": "claims are not sent", "clerk.jwt_templates.update": "claims are not sent"}
"""Methods of Clerk's SDK that send something else than what they are given. The page says so."""


def main() -> int:
    """Return 1 if a call sends another request, or if the page was not up to date."""
    rows = table.rows(_official("official.py", "signatures"))
    own = [ours.send(row.clerkkit) for row in rows]
    theirs = _official("official.py", "requests", given=[row.official for row in rows])
    problems = [f"{table.PAGE.name}: it is not so that Clerk's SDK {one}" for one in _official("statements.py")]
    for row, expected, sent in zip(rows, own, theirs, strict=True):
        found = list(ours.differences(expected, sent))
        method = row.official.partition("(")[0]
        if bool(found) != (method in KNOWN):
            problems.append(f"{row.official}: {', '.join(found) or f'no longer so: {KNOWN[method]}'}")
    extra = sum(map(_adds, own, theirs))
    print(f"{environments.OFFICIAL}: {len(rows)} methods, {len(problems)} differences, {extra} send more arguments")
    page = table.PAGE.read_text(encoding="utf-8")
    updated = table.replace(page, table.render(rows))
    if page != updated:
        table.PAGE.write_text(updated, encoding="utf-8")
        problems.append(f"{table.PAGE.name} was not up to date, and is now: commit it")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def _official(script: str, *arguments: str, given: Any = None) -> list[Any]:
    """Return what a script prints in an environment with Clerk's SDK."""
    path = str(Path(__file__).with_name(script))
    done = subprocess.run(
        environments.official().command("-W", "ignore", path, *arguments),
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def _adds(own: Any, theirs: Any) -> bool:
    """Whether a request of Clerk's SDK has arguments that ours has not."""
    return any(
        key not in own[part] for part in ("query", "body") for key in theirs.get(part, {}) if isinstance(key, str)
    )


if __name__ == "__main__":
    sys.exit(main())
