"""Write `spec/revisions.json`: what changed for each operation and class, from documents of all API versions."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path

import attrs

from generator.changes.history import History
from generator.code import compatibility
from generator.contract import spec_folder
from generator.contract.build import build_contract, kind_of
from generator.contract.nodes import Node
from generator.fetch import document
from generator.problems import GeneratorProblem

FILE = "revisions.json"

_NAME = re.compile(r"(?P<version>\d{4}-\d{2}-\d{2})(?:@(?P<commit>\w+))?\.ya?ml$")
_COMMIT = re.compile(r"@(\w+):")
_PARTIAL = {"2025-03-12"}
"""Versions whose document has only a part of the API: what it lacks was not removed."""


@attrs.frozen
class _Revision:
    """One document of the Backend API, with its contract."""

    version: str
    commit: str
    is_published: bool
    facts: Node

    @property
    def label(self) -> str:
        """The version and the commit, such as `2026-05-12@fd0ea09`."""
        return f"{self.version}@{self.commit}"

    @property
    def age(self) -> tuple[bool, int, str]:
        """The sort key within a version: documents grow, and the published one is the newest."""
        return self.is_published, sum(len(item) for item in self.facts["paths"].values()), self.commit


def write(root: Path, folder: Path) -> Path:
    """Write the file from all documents of the Backend API below a folder, and return its path.

    Args:
        root: The checkout, whose contract the changes lead to.
        folder: Documents of the Backend API, named `VERSION.yml` (published) or `...VERSION@COMMIT.yml` (an earlier
            revision). The document of the contract is among them.

    Raises:
        GeneratorProblem: the document of the contract is not there, or one cannot be read.
    """
    spec = root / "spec"
    revisions = _read(spec, folder)
    by_version: dict[str, list[_Revision]] = {}
    for revision in sorted(revisions, key=lambda one: (one.version, one.age)):
        by_version.setdefault(revision.version, []).append(revision)
    shims = {version: compatibility.load(spec / "compatibility.yaml", version) for version in by_version}
    history, last = None, None
    for version, chain in by_version.items():
        own = History.begin(chain[0].facts)
        for old, new in pairwise(chain):
            own = own.followed_by(old.facts, new.facts, new.label, shims[version])
        if history is not None and last is not None:
            own = history.followed_by(last.facts, chain[-1].facts, version, shims[version]).merged(own)
        history, last = own.published(version), chain[-1]
    assert history is not None
    assert last is not None
    contract = spec_folder.load(spec / spec_folder.FILES["contract"])
    labels = [revision.label for chain in by_version.values() for revision in chain]
    spec_folder.save(spec / FILE, {"documents": labels, **history.to_json(contract)})
    return spec / FILE


def extend(spec: Path, old: Node, new: Node, source: str) -> None:
    """Add the changes from one contract to the next to the file, if there is one.

    Args:
        spec: The folder of the file, with the new contract.
        old: The contract that the file leads to.
        new: The contract after it.
        source: The source of its document, as in `spec/lock.toml`.
    """
    path = spec / FILE
    if not path.exists():
        return
    data: Node = json.loads(path.read_text(encoding="utf-8"))
    version = str(new["info"]["version"])
    label = f"{version}@{_commit(source)}"
    name = label if version == old["info"]["version"] else version
    shims = compatibility.load(spec / "compatibility.yaml", version)
    history = History.from_json(data, old).followed_by(old, new, name, shims).published(version)
    spec_folder.save(path, {"documents": [*data["documents"], label], **history.to_json(new)})


def _read(spec: Path, folder: Path) -> list[_Revision]:
    """Return the revisions in a folder.

    Raises:
        GeneratorProblem: the document of the contract is not there, or one cannot be read.
    """
    locked = spec_folder.locked(spec)["contract"]
    named = {path: found for path in sorted(folder.rglob("*.y*ml")) if (found := _NAME.search(path.name))}
    checksums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in named}
    if locked["sha256"] not in checksums:
        raise GeneratorProblem(f"{folder}: has no document with the checksum of {locked['source']}")
    return [
        _Revision(
            version=found["version"],
            commit=found["commit"] or _commit(locked["source"]),
            is_published=found["commit"] is None,
            facts=build_contract(read, spec).facts,
        )
        for path, found in named.items()
        if found["version"] not in _PARTIAL and kind_of(read := document.read(str(path))) == "contract"
    ]


def _commit(source: str) -> str:
    """Return the commit in the source of a document; the source itself if it has none."""
    found = _COMMIT.search(source)
    return found[1] if found else source
