"""Update the project to Clerk's newest documents (`make update`): leaves a change ready to commit, or changes nothing.

The update runs in a copy of the project; at the end `install.commit` moves the results into the project.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import attrs

from generator.changes import Report, report
from generator.changes.signatures import compare
from generator.checks import guard, missing_docs
from generator.code import compatibility, generate
from generator.contract import spec_folder
from generator.contract.build import Contract, build_contract, check_contract, kind_of
from generator.contract.nodes import Node
from generator.contract.spec_folder import load
from generator.fetch import source
from generator.fetch.document import Document
from generator.follow import install, reference, revisions
from generator.follow.changelog import with_entry
from generator.follow.progress import step
from generator.problems import GeneratorProblem

REPORT = "spec/report.md"
_FRONTEND = "frontend_api"
_PACKAGE = "generated/clerk_bapi"
_MADE = (
    *("spec/contract.json", "spec/events.json", "spec/frontend_api.json"),
    *("spec/revisions.json", _PACKAGE, "docs/reference", REPORT, "CHANGELOG.md", "README.md", "spec/lock.toml"),
)
"""The files that an update writes. The lock file is last: it marks the update as complete."""
_SOURCE_ROOTS = ("core", "generated", "overlay", "emulator")
"""The folders of the packages; tests of the copy import from its folders, not from those of this checkout."""
_BY_HAND = ("CHANGELOG.md", "README.md")
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "dist", "build", install.WORK
)
_COUNTS = re.compile(r"\d+ operations and \d+ webhook events")


@attrs.frozen
class _New:
    """A document that is not in the lock file, with its contract."""

    document: Document
    contract: Contract


def update(root: Path, where: str, *, dry_run: bool = False, tests: bool = True) -> int:
    """Update to the newest documents at `where`, and return the exit code.

    Args:
        root: The project.
        where: A repository, archive, folder or document.
        dry_run: Print the report, and write nothing.
        tests: Run `make check` and `make test` in the updated copy first.

    Raises:
        GeneratorProblem: a document cannot be read or is older than the contract, or the updated project fails its
            checks or tests. The project is unchanged then, as after an interruption.
    """
    # Handle SIGTERM like Ctrl-C, so that the copy is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    spec = root / "spec"
    with step(f"read the newest documents at {where}") as said:
        found = source.newest(where)
        said += [document.source for document in found]
    unknown = [document for document in found if _is_unknown(document, spec)]
    if not unknown:
        print("spec/ is up to date with these documents: nothing to do")
        return 0
    with step("build the contract"):
        new = [_New(document, build_contract(document, spec)) for document in unknown]
        for one in new:
            _check(one, spec)
    with tempfile.TemporaryDirectory(prefix="clerkkit-update-") as scratch:
        copy = Path(scratch, "clerkkit")
        with step("copy the project"):
            shutil.copytree(root, copy, ignore=_LEFT_OUT, symlinks=True)
            by_hand = {name: (root / name).read_bytes() for name in _BY_HAND if (root / name).exists()}
        with step("generate"):
            for one in new:
                spec_folder.write(one.document, one.contract, copy / "spec")
                _extend_revisions(root, copy, one)
            noted = [*(note for one in new for note in one.contract.notes), *generate.generate(copy).notes]
        with step("compare") as said:
            reported = [one for one in new if one.contract.kind != _FRONTEND]
            reports = _reports(root, copy, reported)
            said += [each.summary for each in reports]
        if not dry_run:
            with step("write docs/reference"):
                noted += reference.write(copy, _import_path(copy))
        notes = [*_frontend_notes(root, new), *_notes(copy, new, noted)]
        _write(copy, reported, reports, notes)
        listed = "".join(f"{note}\n" for note in ["", *notes]) if notes else ""
        print(f"\n{''.join(each.text() for each in reports)}{listed}", flush=True)
        if dry_run:
            print("nothing was written")
            return 0
        for target in ("check", "test") if tests else ():
            with step(f"make {target}"):
                _make(target, root, copy)
        with step("put in place"):
            for name, text in by_hand.items():
                if (root / name).read_bytes() != text:
                    raise GeneratorProblem(f"{name} was edited during the update: run it again")
            install.commit(root, copy, [made for made in _MADE if (copy / made).exists()])
    print(f"ready to commit: Follow {' and '.join(one.document.source for one in new)}")
    return 0


def _is_unknown(document: Document, spec: Path) -> bool:
    return spec_folder.locked(spec).get(kind_of(document), {}).get("sha256") != document.sha256


def _check(new: _New, spec: Path) -> None:
    check_contract(new.contract)
    known = spec_folder.locked(spec).get(new.contract.kind, {}).get("api_version", "")
    if new.contract.version < known:
        problem = (
            f"its version {new.contract.version} is older than {known}, the version of the {new.contract.kind} in spec/"
        )
        raise GeneratorProblem(f"{new.document.source}: {problem}")


def _extend_revisions(root: Path, copy: Path, new: _New) -> None:
    path = root / "spec" / spec_folder.FILES["contract"]
    if new.contract.kind == "contract" and path.exists():
        revisions.extend(copy / "spec", load(path), new.contract.facts, new.document.source)


def _reports(root: Path, copy: Path, new: list[_New]) -> list[Report]:
    """Return a report per document; the first has the signature changes and the findings of the guard."""
    before, after = root / _PACKAGE, copy / _PACKAGE
    moved = compare(before, after) if before.exists() else ()
    findings = guard.check_project(copy)
    shims = compatibility.load_for_project(copy)
    made: list[Report] = []
    for one in new:
        path = root / "spec" / spec_folder.FILES[one.contract.kind]
        old = load(path) if path.exists() else one.contract.facts
        first = not made
        in_code = (moved, findings) if first else ((), ())
        made.append(report(old, one.contract.facts, shims=shims, moved=in_code[0], findings=in_code[1]))
    return made


def _frontend_notes(root: Path, new: list[_New]) -> list[str]:
    """Return notes on the operations of the Frontend API, which callers of clerkkit do not use: they get no report."""
    path = root / "spec" / spec_folder.FILES[_FRONTEND]
    notes: list[str] = []
    for one in new:
        if one.contract.kind == _FRONTEND:
            before = _operation_ids(load(path)) if path.exists() else set[str]()
            after = _operation_ids(one.contract.facts)
            changes = [
                *(f"+{name}" for name in sorted(after - before)),
                *(f"-{name}" for name in sorted(before - after)),
            ]
            notes.append(f"Frontend API: {', '.join(changes) or 'the same operations'}")
    return notes


def _operation_ids(contract: Node) -> set[str]:
    return {operation["operationId"] for item in contract["paths"].values() for operation in item.values()}


def _notes(copy: Path, new: list[_New], noted: list[str]) -> list[str]:
    """Return notes on what is left to do by hand."""
    settled = sorted({str(correction) for one in new for correction in one.contract.settled})
    notes = [*noted]
    notes += [f"Clerk's document no longer needs {each}: remove it from spec/corrections.yaml" for each in settled]
    if wanted := str(missing_docs.check(copy / "spec")):
        notes.append(wanted)
    return notes


def _write(copy: Path, new: list[_New], reports: list[Report], notes: list[str]) -> None:
    """Write the report, the changelog entry and the counts in the README."""
    text = "\n".join(each.markdown() for each in reports)
    lines = "".join(f"- {line}\n" for note in notes for line in note.splitlines())
    by_hand = f"\n## By hand\n\n{lines}" if lines else ""
    (copy / REPORT).write_text(text + by_hand, encoding="utf-8")
    changelog = copy / "CHANGELOG.md"
    if reports:
        sources = [one.document.source for one in new]
        changelog.write_text(with_entry(changelog.read_text(encoding="utf-8"), sources, reports), encoding="utf-8")
    readme = copy / "README.md"
    if readme.exists():
        spec = copy / "spec"
        operations = sum(len(item) for item in load(spec / "contract.json")["paths"].values())
        counts = f"{operations} operations and {len(load(spec / 'events.json')['webhooks'])} webhook events"
        readme.write_text(_COUNTS.sub(counts, readme.read_text(encoding="utf-8")), encoding="utf-8")


def _import_path(copy: Path) -> dict[str, str]:
    """Return the variable that makes Python import the packages of the copy."""
    return {"PYTHONPATH": os.pathsep.join(str(copy / folder) for folder in _SOURCE_ROOTS)}


def _make(target: str, root: Path, copy: Path) -> None:
    """Run a target of the copy's Makefile, with the environment of this checkout and the packages of the copy."""
    if not (copy / ".venv").exists() and (root / ".venv").exists():
        (copy / ".venv").symlink_to((root / ".venv").resolve())
    environment = {**os.environ, **_import_path(copy)}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    done = subprocess.run(
        # `-o`: never rebuild the environment, which is shared with this checkout.
        ["make", "-o", ".venv/.ready", target],  # noqa: S607
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-30:])
        raise GeneratorProblem(f"make {target} failed in the updated project; nothing was changed\n{last}")
