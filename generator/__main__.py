"""`python -m generator contract SOURCE`, `generate`, `diff OLD NEW`, `guard`, `replay FOLDER`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator import contract, document
from generator.problems import GeneratorProblem

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a problem is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to work on (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser(
        "contract", help="write spec/contract.json or spec/events.json from a document of Clerk's"
    )
    make.add_argument("source", help="a path or an http(s) URL of an OpenAPI 3.0 document, YAML or JSON")
    make.add_argument("--recorded-as", help="what spec/lock.toml calls the source, e.g. owner/repository@commit:file")
    commands.add_parser("generate", help="write generated/clerk_bapi from spec/")
    diff = commands.add_parser("diff", help="what changed between two contracts, and what it means for callers")
    diff.add_argument("old", help="a contract, or a document of Clerk's, which is corrected first: a path or a URL")
    diff.add_argument("new", help="the same, newer")
    diff.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    diff.add_argument(
        "--signatures", action="store_true", help="generate both, compare the signatures, and check the overlay too"
    )
    commands.add_parser("guard", help="check that every generated name which the overlay uses is there")
    replay = commands.add_parser("replay", help="contract and generation for every document below a folder")
    replay.add_argument("folder", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except GeneratorProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    root: Path = chosen.root
    if chosen.command == "contract":
        read = document.read(chosen.source, recorded_as=chosen.recorded_as)
        made = contract.build(read, root / "spec" / "corrections.yaml")
        path = contract.write(read, made, root / "spec")
        print(f"wrote {path.relative_to(root)} for version {made.version}")
        return 0
    if chosen.command == "generate":
        from generator import generate

        generate.generate(root)
        return 0
    if chosen.command == "diff":
        from generator.changes import command

        print(command.run(root, chosen.old, chosen.new, chosen.format, signatures=chosen.signatures), end="")
        return 0
    if chosen.command == "guard":
        from generator import guard

        findings = guard.check(root / "overlay" / "clerkkit", root / "generated" / "clerk_bapi")
        for finding in findings:
            print(finding, file=sys.stderr)
        return 1 if findings else 0
    from generator import replay

    return replay.replay(root, chosen.folder)


if __name__ == "__main__":
    sys.exit(main())
