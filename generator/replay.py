"""Every document of a folder through contract and generation, with no hand work: a table tells how each fares."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import attrs

from generator import contract, document
from generator.generate import write_package
from generator.normalise import Node
from generator.problems import GeneratorProblem

_PASSED = "passed"
_PROBE = """
import importlib, inspect, json, pkgutil, sys
import clerk_bapi
from clerk_bapi import api, models

def sample(parameter):
    return [] if "Sequence" in str(parameter.annotation) else b"x" if "File" in str(parameter.annotation) else "x"

for found in pkgutil.walk_packages(clerk_bapi.__path__, "clerk_bapi."):
    importlib.import_module(found.name)
called = 0
for name in api.__all__:
    function = getattr(api, name)
    required = {
        key: sample(parameter)
        for key, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    called += isinstance(function(**required), clerk_bapi.Request)
print(json.dumps([called, len(models.__all__)]))
"""


def replay(root: Path, folder: Path) -> int:
    """Print a row per document; the exit code is 1 where one failed."""
    sources = sorted(path for path in folder.rglob("*.y*ml") if path.is_file())
    if not sources:
        raise GeneratorProblem(f"{folder}: holds no documents")
    events: Node = json.loads((root / "spec" / "events.json").read_text(encoding="utf-8"))
    print(f"{'document':40} {'operations':>10} {'models':>7} {'stale':>6} {'seconds':>8}  result")
    failed = 0
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for source, row in zip(sources, workers.map(_row, repeat(root), sources, repeat(events)), strict=True):
            name = "/".join(source.parts[-2:])
            print(
                f"{name:40} {row.operations:>10} {row.models:>7} {row.stale:>6} {row.seconds:>8.1f}  {row.result}",
                flush=True,
            )
            failed += row.result != _PASSED
    print(f"{len(sources) - failed} passed, {failed} failed")
    return 1 if failed else 0


@attrs.frozen
class _Row:
    operations: int
    models: int
    stale: int
    seconds: float
    result: str


def _row(root: Path, source: Path, events: Node) -> _Row:
    start = time.monotonic()
    try:
        counts, result = _one(root, source, events), _PASSED
    except GeneratorProblem as problem:
        counts, result = (0, 0, 0), f"FAILED: {problem}"
    return _Row(*counts, seconds=time.monotonic() - start, result=result)


def _one(root: Path, source: Path, events: Node) -> tuple[int, int, int]:
    """Operations, models and stale corrections of one document, generated, imported, called and type-checked."""
    made = contract.build(document.read(str(source)), root / "spec" / "corrections.yaml")
    facts, webhooks = (made.facts, events)
    if made.kind == "events":
        facts = json.loads((root / "spec" / "contract.json").read_text(encoding="utf-8"))
        webhooks = made.facts
    expected = sum(len(item) for item in facts["paths"].values())
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / "clerk_bapi"
        write_package(facts, webhooks, root / "spec", root / "generator_config.yaml", package)
        called, models = json.loads(_run(root, scratch, ["-c", _PROBE]))
        if called != expected:
            raise GeneratorProblem(f"{called} of {expected} operations can be called")
        _run(root, scratch, ["-m", "mypy", "--strict", "--no-incremental", "--config-file=", "-p", "clerk_bapi"])
    return called, models, len(made.stale)


def _run(root: Path, package: str, arguments: list[str]) -> str:
    path = f"{package}:{root / 'core'}"
    done = subprocess.run(
        [sys.executable, *arguments],
        env={"PYTHONPATH": path, "MYPYPATH": path, "PATH": ""},
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise GeneratorProblem(re.sub(r"\s+", " ", " / ".join(said[-3:]))[:300])
    return done.stdout
