"""Hooks for PyInstaller that list the data files of a packaged program. It finds them by their entry point."""

from __future__ import annotations

from pathlib import Path


def hook_folders() -> list[str]:
    """Return the folders that hold hooks."""
    return [str(Path(__file__).parent)]
