"""A small project for updates, whose contract is made from the small documents, with versions like Clerk's."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from generator.commands import main
from tests.generator.documents import DOCUMENT, EMPTY_OVERLAY, EVENTS, NO_NAMES, Json

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n\n## 0.1.0\n\n- The first.\n"
README = "Clerk's whole API, 3 operations and 1 webhook events, as Python.\n"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def newer() -> Json:
    """Return a newer small document: an operation is added, one is removed, and the version is later."""
    new = copy.deepcopy(DOCUMENT)
    new["info"]["version"] = "2030-02-02"
    new["paths"]["/things/count"] = {
        "get": {"operationId": "CountThings", "tags": ["Things"], "responses": {"204": {"description": ""}}}
    }
    del new["paths"]["/things/{thing_id}"]
    return new


def specs(folder: Path, *documents: Json) -> Path:
    """Create a folder like Clerk's repository, with documents of the Backend API and one of the events."""
    for name, document in [
        *((f"bapi/{d['info']['version']}.yml", d) for d in documents),
        ("webhooks/2030-01-01.yml", EVENTS),
    ]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def archive(folder: Path) -> bytes:
    """Return the folder as an archive, as a forge creates it for a commit."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": COMMIT}) as tar:
        tar.add(folder, "openapi-specs-HEAD")
    return packed.getvalue()


def project(root: Path) -> Path:
    """Create a project that follows the small documents, with everything that an update reads or writes."""
    spec = root / "spec"
    spec.mkdir(parents=True)
    (spec / "corrections.yaml").write_text(EMPTY_OVERLAY, encoding="utf-8")
    (spec / "names.yaml").write_text(NO_NAMES, encoding="utf-8")
    (spec / "attributes.yaml").write_text("{}\n", encoding="utf-8")
    (spec / "codes.yaml").write_text("not_found: [404]\n", encoding="utf-8")
    (spec / "compatibility.yaml").write_text("renamed: []\n", encoding="utf-8")
    words = {name: {"summary": "It."} for name in ("ListThings", "createThing", "DeleteThing")}
    schemas = dict.fromkeys(("Thing", "Owner", "Named", "ThingPart", "CreateThingOptions", "ThingCreatedEvent"), "One.")
    parameters = dict.fromkeys(("limit", "kinds", "name", "title", "options", "thing_id"), "It.")
    docs = {"operations": words, "parameters": parameters, "schemas": schemas}
    (spec / "docs.yaml").write_text(json.dumps(docs), encoding="utf-8")
    (root / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (root / "README.md").write_text(README, encoding="utf-8")
    shutil.copy(ROOT / "generator_config.yaml", root)
    source = specs(root.parent / f"{root.name}-specs", DOCUMENT)
    for path in sorted(source.rglob("*.yml")):
        assert main(["--root", str(root), "contract", str(path)]) == 0
    assert main(["--root", str(root), "generate"]) == 0
    return root


def copied(root: Path) -> Path:
    """Copy the source, data and generated code of this project."""
    patterns = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", ".update", "dist")

    def left_out(folder: str, names: list[str]) -> set[str]:
        built = {"build", "site"} if Path(folder) == ROOT else set()  # tools/site is a package
        return patterns(folder, names) | built

    return Path(shutil.copytree(ROOT, root, ignore=left_out, symlinks=True))


def state(root: Path) -> dict[str, str]:
    """Return the files that git does not ignore, with their contents."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {"__pycache__", ".update", ".git"} & set(path.relative_to(root).parts)
    }


def command(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of the generator on a project in a new process."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "generator", "--root", str(root), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(running: subprocess.Popen[str], text: str) -> None:
    """Read the output of a process until it contains the text."""
    assert running.stdout is not None
    seen = ""
    while text not in seen:
        character = running.stdout.read(1)
        if not character:
            assert running.stderr is not None
            raise AssertionError(f"{text!r} did not come: {seen}{running.stderr.read()}")
        seen += character
