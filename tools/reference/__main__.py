"""Write docs/reference: `python -m tools.reference`. With `--check`, only report the pages that are not up to date."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tools.reference.section import ROOT, Section, SectionFailed

FOLDER = ROOT / "docs" / "reference"
SECTIONS = ("home", "operations", "events", "models", "options", "documents")
"""The modules of the sections, each with a function `build`."""


def build() -> Section:
    """Return all pages, and what they lack."""
    pages: dict[str, str] = {}
    problems: list[str] = []
    for name in SECTIONS:
        section: Section = importlib.import_module(f"tools.reference.{name}").build()
        pages.update(section.pages)
        problems += section.problems
    return Section(pages, problems)


def changes(pages: Mapping[str, str], folder: Path) -> dict[str, str | None]:
    """Return the pages of a folder to write, by path; None for one that must be removed."""
    existing = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    found: dict[str, str | None] = dict.fromkeys(sorted(existing.keys() - pages.keys()))
    for name, text in pages.items():
        if name not in existing or existing[name].read_text(encoding="utf-8") != text:
            found[name] = text
    return found


def write(changed: Mapping[str, str | None], folder: Path) -> None:
    """Write and remove pages, and remove the folders that are empty then."""
    for name, text in changed.items():
        path = folder / name
        if text is None:
            path.unlink()
            if path.parent != folder and not any(path.parent.iterdir()):
                path.parent.rmdir()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the pages, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description="Write docs/reference.")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if a page is not up to date")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        section = build()
    except SectionFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    changed = changes(section.pages, FOLDER)
    for problem in section.problems:
        print(problem, file=sys.stderr if options.check else sys.stdout)
    if options.check:
        for name in changed:
            print(f"docs/reference/{name} is not up to date: run make reference", file=sys.stderr)
        return 1 if changed or section.problems else 0
    write(changed, FOLDER)
    print(f"{len(section.pages)} pages, {len(changed)} changed, in {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
