"""Read and write the contracts in `spec/`, and the lock file that records their sources."""

from __future__ import annotations

import json
import os
import tomllib
from importlib.metadata import version
from pathlib import Path

from generator.contract.build import Contract, check_contract, to_text
from generator.contract.nodes import Node
from generator.fetch.document import Document
from generator.problems import GeneratorProblem

FILES = {"contract": "contract.json", "events": "events.json", "frontend_api": "frontend_api.json"}
"""The file of each kind of contract."""
OF_CODE = ("contract", "events")
"""The kinds from which code is generated."""


def load(path: Path) -> Node:
    """Return a contract in `spec/`.

    Raises:
        GeneratorProblem: the file is missing or not valid JSON.
    """
    try:
        loaded: Node = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GeneratorProblem(f"{path} is missing: make it with `python -m generator contract`") from error
    except json.JSONDecodeError as error:
        raise GeneratorProblem(f"{path}, line {error.lineno}: is not valid JSON ({error.msg})") from error
    return loaded


def locked(spec: Path) -> dict[str, dict[str, str]]:
    """Return the lock file's entry for each kind of contract: `source`, `sha256`, `api_version` and `generator`."""
    lock = spec / "lock.toml"
    return tomllib.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}


def write(document: Document, contract: Contract, spec: Path) -> Path:
    """Write a contract and its lock entry, replacing each file atomically, and return the contract's path.

    Raises:
        GeneratorProblem: a correction or a name does not fit the contract.
    """
    check_contract(contract)
    entries = locked(spec)
    entries[contract.kind] = {
        "source": document.source,
        "sha256": document.sha256,
        "api_version": contract.version,
        "generator": f"openapi-python-client {version('openapi-python-client')}",
    }
    path = spec / FILES[contract.kind]
    _replace(path, contract.text())
    _replace(spec / "lock.toml", _toml(entries))
    return path


def save(path: Path, facts: Node) -> None:
    """Write changed facts to a contract in `spec/`, replacing the file atomically."""
    _replace(path, to_text(facts))


def _toml(entries: dict[str, dict[str, str]]) -> str:
    lines = ["# Where the contracts come from. Written by `python -m generator contract`."]
    for name, entry in sorted(entries.items()):
        lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)
