"""Shows how far a command is: with rich if it is installed and a person watches, else as lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from clerkkit.sync.flows.backfill import Progress

Show = Callable[[Progress], object]


@contextmanager
def progress_bar(*, is_quiet: bool) -> Generator[Show]:
    """Show progress on the standard error during a block."""
    if is_quiet:
        yield _show_nothing
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars
    except ImportError:
        yield _show_line
        return
    columns: list[Any] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def show(progress: Progress) -> None:
            task = tasks.setdefault(progress.kind, None)
            if task is None:
                task = tasks[progress.kind] = bars.add_task(progress.kind, total=None)
            total = progress.done if progress.finished else progress.total
            bars.update(task, completed=progress.done, total=total)

        yield show


def _show_nothing(_: Progress) -> None:
    """A progress callback that does nothing."""


def _show_line(progress: Progress) -> None:
    of = "" if progress.total is None else f" of {progress.total}"
    print(f"{progress.kind}: {progress.done}{of}", file=sys.stderr)
