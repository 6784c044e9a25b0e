"""Treat every document of a folder, in order of date, as an update, and print a table of the results."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import attrs

from generator.changes import report
from generator.code.generate import write_package
from generator.contract import spec_folder
from generator.contract.build import Contract, build_contract
from generator.contract.nodes import Node
from generator.contract.spec_folder import load
from generator.fetch import document
from generator.problems import GeneratorProblem

_PASSED = "passed"
_SKIPPED = {"fapi"}
"""Folders with documents of the Frontend API, from which no code is generated."""
_WIDTHS = (10, 6, 8, 9)
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_TESTS = (
    "tests/generated/test_wire_contract.py::test_endpoint_functions_equal_the_operations",
    "tests/generated/test_wire_contract.py::test_methods_equal_the_operations",
    "tests/generated/test_wire_contract.py::test_requests_are_valid_by_the_contract",
    "tests/generated/test_decoding.py::test_documented_results_are_decoded",
    "tests/generated/test_classes.py::test_every_class_has_a_schema",
    "tests/generated/test_classes.py::test_attributes_equal_the_properties_of_the_schema",
    "tests/generated/test_events.py::test_documented_events_are_decoded",
    "tests/generated/test_events.py::test_schemas_shared_by_events_and_responses_have_one_class",
)
"""Tests that take all expectations from the contract: requests (checked by openapi-core), responses and events."""
_PROBE = """
import importlib, pkgutil
import clerk_bapi
for found in pkgutil.walk_packages(clerk_bapi.__path__, "clerk_bapi."):
    importlib.import_module(found.name)
"""


def replay(root: Path, folder: Path) -> int:
    """Print a row per document, and return the exit code: 1 if one failed."""
    sources = sorted(path for path in folder.rglob("*.y*ml") if path.is_file() and path.parent.name not in _SKIPPED)
    if not sources:
        raise GeneratorProblem(f"{folder}: has no documents")
    start = time.monotonic()
    print(f"{'document':34} {'operations':>10} {'added':>6} {'removed':>8} {'breaking':>9} {'seconds':>8}  result")
    with tempfile.TemporaryDirectory() as caches, ProcessPoolExecutor(os.cpu_count()) as workers:
        read = list(workers.map(_read, [root] * len(sources), sources))
        updates = [_Update(root, new, old, Path(caches)) for new, old in _in_order(read)]
        failed = 0
        for update, row in zip(updates, workers.map(_row, updates), strict=True):
            counts = " ".join(f"{count:>{width}}" for count, width in zip(row.counts, _WIDTHS, strict=True))
            print(f"{update.new.name:34} {counts} {row.seconds:>8.1f}  {row.result}", flush=True)
            failed += not row.result.startswith(_PASSED)
    print(f"{len(sources) - failed} passed, {failed} failed, in {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


@attrs.frozen
class _Read:
    """A document, with its contract or the reason why it has none."""

    path: Path
    contract: Contract | None
    problem: str
    seconds: float

    @property
    def name(self) -> str:
        return "/".join(self.path.parts[-2:])

    @property
    def operations(self) -> int:
        """The number of operations, or of events."""
        if self.contract is None:
            return 0
        places: Node = self.contract.facts["paths" if self.contract.kind == "contract" else "webhooks"]
        return sum(len(item) for item in places.values())

    @property
    def age(self) -> tuple[str, bool, int, str]:
        """The sort key: by version, then unpublished before published, then by number of operations."""
        dated = _VERSION.search(self.path.name)
        return dated[0] if dated else "", "@" not in self.path.name, self.operations, self.name


@attrs.frozen
class _Update:
    root: Path
    new: _Read
    old: _Read | None
    caches: Path
    """A folder for the caches of mypy. Each process has its own, as most of a first run is spent on other packages."""


@attrs.frozen
class _Row:
    counts: tuple[str, ...]
    """Operations, those added, those removed, and changes that break callers; `-` without a document before."""
    seconds: float
    result: str


def _read(root: Path, path: Path) -> _Read:
    start = time.monotonic()
    try:
        made, problem = build_contract(document.read(str(path)), root / "spec"), ""
    except GeneratorProblem as found:
        made, problem = None, str(found)
    return _Read(path, made, problem, time.monotonic() - start)


def _in_order(read: list[_Read]) -> list[tuple[_Read, _Read | None]]:
    """Each document with the one before it of its kind that became a contract."""
    pairs: list[tuple[_Read, _Read | None]] = []
    last: dict[str, _Read] = {}
    for one in sorted(read, key=lambda one: one.age):
        kind = one.contract.kind if one.contract else ""
        pairs.append((one, last.get(kind)))
        if one.contract:
            last[kind] = one
    return pairs


def _row(update: _Update) -> _Row:
    start = time.monotonic()
    made, counts, problem, notes = update.new.contract, ("-", "-", "-"), update.new.problem, list[str]()
    if made:
        try:
            counts = _counts(update.old.contract if update.old else None, made)
            notes = [*made.notes, *_generate_and_test(update.root, made, update.caches / str(os.getpid()))]
        except GeneratorProblem as found:
            problem = str(found)
    seconds = update.new.seconds + time.monotonic() - start
    return _Row(
        (str(update.new.operations), *counts),
        seconds,
        f"FAILED: {problem}" if problem else "; ".join([_PASSED, *notes]),
    )


def _counts(old: Contract | None, new: Contract) -> tuple[str, str, str]:
    """Return the numbers of operations added and removed, and of breaking changes."""
    if old is None:
        return "-", "-", "-"
    changed = report(old.facts, new.facts)
    kinds = [change.kind for change in changed.changes]
    return str(kinds.count("operation-added")), str(kinds.count("operation-removed")), str(len(changed.breaking))


def _generate_and_test(root: Path, made: Contract, cache: Path) -> list[str]:
    """Generate, import, type-check and test the package in a temporary folder; return the generator's notes.

    The package of the contract in spec/ is in generated/, and so it is not checked again.
    """
    spec = root / "spec"
    if made.facts == load(spec / spec_folder.FILES[made.kind]):
        return ["equals spec/, which `make generate`, `make check` and `make test` check"]
    both: dict[str, Node] = {kind: load(spec / spec_folder.FILES[kind]) for kind in spec_folder.OF_CODE} | {
        made.kind: made.facts
    }
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        (copy / "generated").mkdir()
        notes = write_package(
            both["contract"], both["events"], spec, root / "generator_config.yaml", copy / "generated" / "clerk_bapi"
        )
        _run(copy, root, "-c", _PROBE)
        _run(copy, root, "-m", "mypy", "--strict", f"--cache-dir={cache}", "--config-file=", "-p", "clerk_bapi")
        (copy / "spec").mkdir()
        for kind in spec_folder.OF_CODE:
            (copy / "spec" / spec_folder.FILES[kind]).write_text(json.dumps(both[kind]), encoding="utf-8")
        for by_hand in spec.glob("*.yaml"):
            shutil.copy(by_hand, copy / "spec")
        shutil.copytree(root / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("generator_config.yaml", "pyproject.toml"):
            shutil.copy(root / name, copy)
        _run(copy, root, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_TESTS)
    return notes


def _run(copy: Path, root: Path, *arguments: str) -> None:
    path = os.pathsep.join(map(str, (copy / "generated", root / "core", copy, root)))
    done = subprocess.run(
        [sys.executable, *arguments],
        env={
            "PYTHONPATH": path,
            "MYPYPATH": path,
            "PATH": "",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the tests need no plugin, and loading all takes seconds
        },
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise GeneratorProblem(re.sub(r"\s+", " ", " / ".join(said[-3:]))[:300])
