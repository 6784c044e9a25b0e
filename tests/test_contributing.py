"""CONTRIBUTING.md and the templates name files and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:\.\w|\w)[\w./-]*(?:/[\w.]*|\.(?:py|md|yaml|yml|toml)))`", TEXT)))
BUILT = {"build/pages", "site/"}
"""What `make docs` creates."""
TARGETS = sorted(set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", TEXT)) - {"it"})
RECIPES = [
    *("a framework integration", "an operation to the emulator", "an operation's example"),
    *("a correction", "a retry rule", "a command"),
]


@pytest.mark.parametrize("name", [path for path in PATHS if "NAME" not in path and path not in BUILT])
def test_a_named_file_exists(name: str) -> None:
    folders = ["", "generator/contract/", "generator/code/", "generator/changes/", "overlay/clerkkit/integrations/"]
    assert any((ROOT / folder / name).exists() for folder in folders)


@pytest.mark.parametrize("target", TARGETS)
def test_a_named_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_target_is_listed() -> None:
    (phony,) = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = set(phony.replace("\\", "").split())
    assert listed - set(TARGETS) == {"setup", "check-configuration", "check-types"}


@pytest.mark.parametrize("recipe", RECIPES)
def test_there_is_a_recipe(recipe: str) -> None:
    assert re.search(rf"^### (?:Add|Change) {recipe}", TEXT, re.MULTILINE)


def test_the_layout_lists_every_folder() -> None:
    (layout,) = re.findall(r"## Architecture\n\n```\n(.*?)```", TEXT, re.DOTALL)
    named = set(re.findall(r"^ *([\w/]+)/ ", layout, re.MULTILINE))
    for package in ("emulator/clerk_emulator", "overlay/clerkkit", "generator"):
        folders = {path.parent.name for path in (ROOT / package).glob("[a-z]*/__init__.py")}
        assert folders <= named
