"""An update writes docs/reference, and says what its pages lack."""

from __future__ import annotations

from pathlib import Path

from generator.follow import reference


def project(root: Path, main: str) -> Path:
    """Create a project whose generator of docs/reference is this code."""
    folder = root / "tools" / "reference"
    folder.mkdir(parents=True)
    for name, text in (("../__init__.py", ""), ("__init__.py", ""), ("__main__.py", main)):
        (folder / name).write_text(text, encoding="utf-8")
    return root


def test_pages_are_written_in_the_copy_with_its_packages(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "import os, pathlib\n"
        "pathlib.Path('docs.md').write_text(os.environ['PYTHONPATH'])\n"
        "print('GetUser has no example')\n"
        "print('1 pages, 1 changed')\n",
    )
    assert reference.write(root, {"PYTHONPATH": "core"}) == ["GetUser has no example"]
    assert (root / "docs.md").read_text(encoding="utf-8") == "core"


def test_failing_example_is_a_note(tmp_path: Path) -> None:
    root = project(tmp_path, "import sys\nsys.exit('GetUser: NotFound')\n")
    (note,) = reference.write(root, {})
    assert note.startswith("docs/reference is not up to date: mend the examples, and run make reference\n")
    assert note.endswith("GetUser: NotFound")


def test_project_without_a_generator_has_no_pages(tmp_path: Path) -> None:
    assert reference.write(tmp_path, {}) == []
