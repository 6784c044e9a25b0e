"""The commands of `python -m generator`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import attrs

from generator.changes import diff
from generator.checks import drift, guard
from generator.code import generate
from generator.contract import spec_folder
from generator.contract.build import build_contract
from generator.fetch import document, source
from generator.follow import install, release, replay, revisions, update
from generator.problems import GeneratorProblem

ROOT = Path(__file__).resolve().parent.parent
"""This checkout."""


@attrs.frozen
class Command:
    """A command: its name, its line in `--help`, its arguments, and what it runs."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    """Returns the exit code."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. A problem is printed as one line on stderr, with exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m generator", description="Turn Clerk's OpenAPI documents into spec/ and generated/clerk_bapi."
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to work on (default: this one)")
    subparsers = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_arguments(subparsers.add_parser(command.name, help=command.help))
    options = parser.parse_args(arguments)
    run = next(command.run for command in COMMANDS if command.name == options.command)
    try:
        if install.resume(options.root):
            print("finished installing an update that was interrupted")
        return run(options)
    except GeneratorProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="source",
        default=source.CLERK_REPOSITORY,
        help="Clerk's repository or a similar one, an archive or checkout of it, a folder, or one document "
        f"(default: {source.CLERK_REPOSITORY})",
    )


def _add_update(parser: argparse.ArgumentParser) -> None:
    _add_source(parser)
    parser.add_argument("--dry-run", action="store_true", help="report what the update would change, and write nothing")
    parser.add_argument(
        "--no-tests",
        action="store_true",
        help="skip `make check` and `make test`, so that failures can be fixed by hand afterwards",
    )


def _update(options: argparse.Namespace) -> int:
    return update.update(options.root, options.source, dry_run=options.dry_run, tests=not options.no_tests)


def _add_contract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="a path or http(s) URL of an OpenAPI 3.0 document, YAML or JSON")
    parser.add_argument("--recorded-as", help="the source for spec/lock.toml, e.g. owner/repository@commit:file")


def _contract(options: argparse.Namespace) -> int:
    spec = options.root / "spec"
    read = document.read(options.source, recorded_as=options.recorded_as)
    contract = build_contract(read, spec)
    path = spec_folder.write(read, contract, spec)
    for correction in contract.settled:
        print(f"note: Clerk's document no longer needs {correction}: it can be removed")
    for note in contract.notes:
        print(f"note: {note}")
    print(f"wrote {path.relative_to(options.root)} for version {contract.version}")
    return 0


def _add_generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--version", help="generate from the document of this API version (YYYY-MM-DD) and leave spec/ unchanged"
    )
    _add_source(parser)


def _generate(options: argparse.Namespace) -> int:
    root: Path = options.root
    dated = None
    if options.version is not None:
        dated = build_contract(source.find(options.source).read("bapi", options.version), root / "spec")
        for note in [*dated.notes, *(f"names.yaml: skipped an entry: {misfit}" for misfit in dated.misfits)]:
            print(f"note: {note}")
    for note in generate.generate(root, contract=dated.facts if dated else None).notes:
        print(f"note: {note}")
    for finding in guard.check_overlay(root / "overlay" / "clerkkit", root / "generated" / "clerk_bapi"):
        print(f"clerkkit does not fit {dated.version if dated else 'spec/'}: {finding}", file=sys.stderr)
    if dated:
        print(f"generated/ is for {dated.version}; spec/ is unchanged, and `make generate` restores its version")
    return 0


def _add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", help="a contract, or a document of Clerk's, which is corrected first: a path or a URL")
    parser.add_argument("new", help="the newer contract or document")
    parser.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    parser.add_argument(
        "--signatures",
        action="store_true",
        help="generate both packages, compare their signatures, and check the overlay against the new one",
    )


def _diff(options: argparse.Namespace) -> int:
    print(diff.run(options.root, options.old, options.new, options.format, signatures=options.signatures), end="")
    return 0


def _guard(options: argparse.Namespace) -> int:
    findings = guard.check_project(options.root)
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


def _add_drift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", type=Path, help="a log with one drift per line: its str(), or its fields as JSON")


def _drift(options: argparse.Namespace) -> int:
    print(drift.run(options.root / "spec", options.log), end="")
    return 0


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path)


def _replay(options: argparse.Namespace) -> int:
    return replay.replay(options.root, options.folder)


def _add_revisions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="documents named VERSION.yml or ...VERSION@COMMIT.yml")


def _revisions(options: argparse.Namespace) -> int:
    print(f"wrote {revisions.write(options.root, options.folder).relative_to(options.root)}")
    return 0


def _add_release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", required=True, help="check only: this publishes nothing")


def _release(options: argparse.Namespace) -> int:
    return release.check(options.root)


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""


COMMANDS = (
    Command("update", "update to Clerk's newest documents: leaves a change ready to commit", _add_update, _update),
    Command(
        "contract",
        "write spec/contract.json, events.json or frontend_api.json from a document",
        _add_contract,
        _contract,
    ),
    Command("generate", "write generated/clerk_bapi from spec/", _add_generate, _generate),
    Command("diff", "report what changed between two contracts, and what it means for callers", _add_diff, _diff),
    Command("guard", "check that every generated name the overlay and emulator use exists", _add_nothing, _guard),
    Command("drift", "propose corrections from drift that clients reported", _add_drift, _drift),
    Command("replay", "treat every document of a folder, in order of date, as an update", _add_replay, _replay),
    Command(
        "revisions",
        "write spec/revisions.json: what changed for each operation in the documents of a folder",
        _add_revisions,
        _revisions,
    ),
    Command("release", "check what must be true before a release", _add_release, _release),
)
"""All commands, in the order of `--help`."""
