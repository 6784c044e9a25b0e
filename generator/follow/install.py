"""Install the files that an update made, so that a kill at any moment leaves the old tree or the new one.

The new files are first gathered in a work folder, which is then renamed: this commits the update. Before the rename a
kill changes nothing; after it, `resume` installs the files that are still in the work folder.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

WORK = ".update"


def commit(root: Path, made: Path, places: Sequence[str]) -> None:
    """Replace files and folders of `root` with those of `made`, all of them or none."""
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
    # The list of places is written last, and the rename makes it visible: every place in it has been gathered.
    with _signals_blocked():
        (gathered / "places").write_text("\n".join(places), encoding="utf-8")
        gathered.rename(work / "whole")
        resume(root)


def resume(root: Path) -> bool:
    """Complete an interrupted `commit`, and return whether there was one."""
    work = root / WORK
    whole = work / "whole"
    pending = whole.is_dir()
    if pending:
        for place in (whole / "places").read_text(encoding="utf-8").splitlines():
            if (whole / place).exists():
                _swap(whole / place, root / place, work / "old")
        # Removing the folder takes several steps; renamed, it cannot be mistaken for a pending update.
        whole.rename(work / "done")
    shutil.rmtree(work, ignore_errors=True)
    return pending


def _swap(new: Path, target: Path, aside: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not new.is_dir():
        os.replace(new, target)
        return
    # A folder cannot be replaced in one step. Between the two renames it is missing, and `new` is still pending.
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
    new.rename(target)


@contextmanager
def _signals_blocked() -> Generator[None, None, None]:
    """Delay SIGINT and SIGTERM for the few milliseconds that the block takes."""
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
