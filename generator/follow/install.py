"""Puts what an update made in place. Killed at any moment, it has changed nothing, or `finish` does the rest.

What is new is gathered beside the tree, and one renaming says that it is whole: before it the old tree stands, after
it the new one is owed. Each renaming takes what it moved out of what is still to do.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

WORK = ".update"


def put(root: Path, made: Path, places: Sequence[str]) -> None:
    """Replace files and folders of `root` by those of `made`, all of them or none."""
    work = root / WORK
    shutil.rmtree(work, ignore_errors=True)
    gathered = work / "gathered"
    for place in places:
        source, target = made / place, gathered / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    # In this order: what `finish` finds in the list is there, and no list, nothing to do.
    with _undisturbed():
        (gathered / "places").write_text("\n".join(places), encoding="utf-8")
        gathered.rename(work / "whole")
        finish(root)


def finish(root: Path) -> bool:
    """Do what an interrupted `put` still had to do; whether there was anything."""
    work = root / WORK
    whole = work / "whole"
    owed = whole.is_dir()
    if owed:
        for place in (whole / "places").read_text(encoding="utf-8").splitlines():
            if (whole / place).exists():
                _swap(whole / place, root / place, work / "old")
        # Clearing up takes many steps; what is left of it must not be taken for something owed.
        whole.rename(work / "done")
    shutil.rmtree(work, ignore_errors=True)
    return owed


def _swap(new: Path, target: Path, aside: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not new.is_dir():
        os.replace(new, target)
        return
    # A folder cannot be replaced in one step: between the two it is missing, and `new` is still owed.
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
    new.rename(target)


@contextmanager
def _undisturbed() -> Generator[None, None, None]:
    """Ctrl-C and a polite kill wait for the few milliseconds that this takes."""
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
