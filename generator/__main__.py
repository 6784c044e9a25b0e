"""`python -m generator update`, and what it is made of or goes with: `--help` names all commands."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.contract import recording
from generator.fetch import document, source
from generator.follow import install
from generator.problems import GeneratorProblem

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a problem is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to work on (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    follow = commands.add_parser("update", help="follow Clerk's newest documents: a change ready to commit, or none")
    _add_from(follow)
    follow.add_argument("--dry-run", action="store_true", help="only tell what an update would mean")
    follow.add_argument(
        "--no-tests",
        action="store_true",
        help="leave the change without `make check` and `make test`, to mend by hand what they would refuse",
    )
    make = commands.add_parser(
        "contract", help="write spec/contract.json or spec/events.json from a document of Clerk's"
    )
    make.add_argument("source", help="a path or an http(s) URL of an OpenAPI 3.0 document, YAML or JSON")
    make.add_argument("--recorded-as", help="what spec/lock.toml calls the source, e.g. owner/repository@commit:file")
    write = commands.add_parser("generate", help="write generated/clerk_bapi from spec/")
    write.add_argument(
        "--version", help="an API version, YYYY-MM-DD: from its document instead, leaving spec/ as it is"
    )
    _add_from(write)
    diff = commands.add_parser("diff", help="what changed between two contracts, and what it means for callers")
    diff.add_argument("old", help="a contract, or a document of Clerk's, which is corrected first: a path or a URL")
    diff.add_argument("new", help="the same, newer")
    diff.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    diff.add_argument(
        "--signatures", action="store_true", help="generate both, compare the signatures, and check the overlay too"
    )
    commands.add_parser("guard", help="check that every generated name which the overlay or the emulator uses is there")
    drift = commands.add_parser("drift", help="propose corrections from drifts that clients have reported")
    drift.add_argument("log", type=Path, help="a drift a line: its str(), or its fields as a JSON object")
    replay = commands.add_parser("replay", help="every document below a folder in order of date, each as an update")
    replay.add_argument("folder", type=Path)
    release = commands.add_parser("release", help="what must be true before a release")
    release.add_argument("--check", action="store_true", required=True, help="look, and release nothing")
    chosen = parser.parse_args(arguments)
    try:
        if install.finish(chosen.root):
            print("finished an update that was interrupted while it was put in place")
        return _run(chosen)
    except GeneratorProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


def _add_from(command: argparse.ArgumentParser) -> None:
    what = "Clerk's repository or one like it, an archive of it, a folder or checkout of it, or one document"
    command.add_argument("--from", dest="where", default=source.CLERKS, help=f"{what} (default: {source.CLERKS})")


def _run(chosen: argparse.Namespace) -> int:
    root: Path = chosen.root
    if chosen.command == "update":
        from generator.follow import update

        return update.update(root, chosen.where, dry_run=chosen.dry_run, tests=not chosen.no_tests)
    if chosen.command == "contract":
        read = document.read(chosen.source, recorded_as=chosen.recorded_as)
        made = recording.build(read, root / "spec")
        path = recording.write(read, made, root / "spec")
        for correction in made.settled:
            print(f"note: Clerk's document says so itself: {correction} can be removed")
        for note in made.notes:
            print(f"note: {note}")
        print(f"wrote {path.relative_to(root)} for version {made.version}")
        return 0
    if chosen.command == "generate":
        from generator.checks import guard
        from generator.code import generate

        dated = None
        if chosen.version is not None:
            read = source.find(chosen.where).read("bapi", chosen.version)
            dated = recording.build(read, root / "spec")
        generated = generate.generate(root, contract=dated.facts if dated else None)
        skipped = [f"names.yaml: {misfit}, so that the entry is skipped" for misfit in dated.misfits] if dated else []
        for note in [*(dated.notes if dated else ()), *skipped, *generated.notes]:
            print(f"note: {note}")
        for finding in guard.check(root / "overlay" / "clerkkit", root / "generated" / "clerk_bapi"):
            print(f"clerkkit needs what {dated.version if dated else 'spec/'} has not: {finding}", file=sys.stderr)
        if dated:
            print(f"generated/ is of {dated.version}; spec/ is as it was, and `make generate` brings its version back")
        return 0
    if chosen.command == "diff":
        from generator.changes import command

        print(command.run(root, chosen.old, chosen.new, chosen.format, signatures=chosen.signatures), end="")
        return 0
    if chosen.command == "guard":
        from generator.checks import guard

        findings = guard.of_project(root)
        for finding in findings:
            print(finding, file=sys.stderr)
        return 1 if findings else 0
    if chosen.command == "drift":
        from generator.checks import drift

        print(drift.run(root / "spec", chosen.log), end="")
        return 0
    if chosen.command == "release":
        from generator.follow import release

        return release.check(root)
    from generator.follow import replay

    return replay.replay(root, chosen.folder)


if __name__ == "__main__":
    sys.exit(main())
