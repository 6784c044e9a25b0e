"""`python -m tools.site`: build the site and check its links, or serve it."""

from __future__ import annotations

import argparse
import sys
from urllib.parse import urlsplit

from tools.site import build, check, staging, structure

EXTERNAL_LINKS = staging.FOLDER.parent / "external-links.txt"


def main() -> int:
    """Return the exit code: 1 if the site has problems."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("command", choices=["build", "serve"], nargs="?", default="build")
    parser.add_argument("--address", default="127.0.0.1:8000", help="where `serve` listens (%(default)s)")
    arguments = parser.parse_args()
    if arguments.command == "serve":
        build.serve(arguments.address)
        return 0
    staged = build.build()
    report = check.check(build.SITE, urlsplit(build.URL).path or "/")
    EXTERNAL_LINKS.write_text("".join(f"{link}\n" for link in sorted(report.external)), encoding="utf-8")
    problems = [*staged.problems, *structure.differences(build.SITE, staged.pages), *report.problems]
    print("\n".join(problems), file=sys.stderr)
    print(
        f"{len(staged.pages)} pages in {build.SITE}: {report.internal} internal links, "
        f"{len(report.external)} external ones (only their syntax is checked), {len(problems)} problems"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
