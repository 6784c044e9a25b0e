"""Hooks that tell PyInstaller which data files a packaged program needs; it finds them by their entry point."""

from __future__ import annotations

from pathlib import Path


def hook_folders() -> list[str]:
    """Return the folders that hold hooks."""
    return [str(Path(__file__).parent)]
