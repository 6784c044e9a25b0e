"""Runs the commands `backfill`, `reconcile`, `status` and `replay`."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from clerk_core import ClerkError
from clerkkit.clerk import Clerk
from clerkkit.sync.clients import Sync
from clerkkit.sync.command.options import parse
from clerkkit.sync.command.progress_bar import Show, progress_bar
from clerkkit.sync.flows.reconcile import Report
from clerkkit.sync.schema.tables import tables

DONE, FAILED, WRONG_OPTION, DIFFERENT = range(4)
_SHOWN = 50
Result = tuple[dict[str, Any], list[str], int]
"""The result as JSON, as lines of text, and the exit code."""


def run(arguments: Sequence[str]) -> int:
    """Run a command, print its result, and return the exit code."""
    options = parse([*arguments])
    try:
        with ExitStack() as stack:
            engine = sa.create_engine(options.database)
            stack.callback(engine.dispose)
            clerk = stack.enter_context(Clerk()) if options.command in ("backfill", "reconcile") else None
            sync = Sync(engine, clerk, tables=tables(sa.MetaData(), options.prefix, options.schema))
            if getattr(options, "create_tables", False):
                sync.create_all()
            output, code = execute(sync, options.command, options)
    except (ArgumentError, ImportError) as error:
        # The text of other errors contains the URL, which may contain a password.
        is_safe = isinstance(error, NoSuchModuleError | ImportError)
        problem = str(error) if is_safe else "expected a URL of SQLAlchemy, such as postgresql+psycopg://host/name"
        return _fail(f"--database: {problem}", WRONG_OPTION)
    except ClerkError as error:
        return _fail(str(error), FAILED)
    except SQLAlchemyError as error:
        return _fail(f"the database failed: {getattr(error, 'orig', None) or error}", FAILED)
    except KeyboardInterrupt:
        return _fail("interrupted; a backfill continues where it stopped", FAILED)
    print(output)
    return code


def execute(sync: Sync, command: str, options: Namespace) -> tuple[str, int]:
    """Run a command on a copy, and return its output and exit code."""
    with progress_bar(is_quiet=options.json or command in ("status", "replay")) as show:
        result, lines, code = _COMMANDS[command](sync, options, show)
    return json.dumps(result) if options.json else "\n".join(lines), code


def _fail(problem: str, code: int) -> int:
    print(f"error: {problem}", file=sys.stderr)
    return code


def _backfill(sync: Sync, options: Namespace, show: Show) -> Result:
    if options.dry_run:
        report = _read(sync, options, show, dry_run=True)
        return {"listed": report.checked}, _table(report.checked), DONE
    counts = sync.backfill(
        options.kinds,
        page_size=options.page_size,
        rate_limit=options.rate_limit,
        progress=show,
        restart=options.restart,
    )
    return {"read": counts}, _table(counts), DONE


def _reconcile(sync: Sync, options: Namespace, show: Show) -> Result:
    repairs = options.yes and not options.dry_run
    report = _read(sync, options, show, dry_run=not repairs)
    remaining = [one for one in report.differences if not repairs or one.what in ("restored", "unverified")]
    counted = Counter(f"{one.kind} {one.what}" for one in report.differences)
    lines = _table(dict(counted)) if counted else ["no differences"]
    lines += [f"  {one.kind} {one.id} {one.what}" for one in report.differences[:_SHOWN]]
    if len(report.differences) > _SHOWN:
        lines.append(f"  and {len(report.differences) - _SHOWN} more: --json prints all")
    for kind, count in report.held_back.items():
        lines.append(f"held back: Clerk does not list {count} of the {kind}; --max-deletions 1 deletes them")
    if report.differences and not repairs:
        lines.append("nothing was written; --yes repairs the copy")
    result = {
        "differences": [one._asdict() for one in report.differences],
        "checked": report.checked,
        "held_back": report.held_back,
        "repaired": repairs,
    }
    return result, lines, DIFFERENT if remaining or report.held_back else DONE


def _read(sync: Sync, options: Namespace, show: Show, *, dry_run: bool) -> Report:
    return sync.reconcile(
        options.kinds,
        dry_run=dry_run,
        max_deletions=getattr(options, "max_deletions", 1),
        page_size=options.page_size,
        rate_limit=options.rate_limit,
        progress=show,
    )


def _status(sync: Sync, _options: Namespace, _show: Show) -> Result:
    status = sync.status()
    lines = _table({kind: f"{counts.live} (deleted: {counts.deleted})" for kind, counts in status.rows.items()})
    lines += _table({f"messages {outcome}": count for outcome, count in status.messages.items()})
    lines.append(f"lag of the last message: {'none received' if status.lag is None else f'{status.lag} ms'}")
    for name, task in (("backfill", status.backfill), ("reconcile", status.reconcile)):
        state = "never" if task is None else "interrupted" if task.finished_at is None else "finished"
        lines.append(f"{name}: {state}")
    lines += [f"  failed: {one.message_id} {one.type} {one.reason}" for one in status.failures]
    return status.to_dict(), lines, DIFFERENT if status.failures else DONE


def _replay(sync: Sync, options: Namespace, _show: Show) -> Result:
    replayed = sync.replay(failed=not options.all)
    lines = _table(replayed.outcomes) or ["no events to apply"]
    lines += [f"  failed: {message_id} {problem}" for message_id, problem in replayed.failures.items()]
    return replayed._asdict(), lines, DIFFERENT if replayed.failures else DONE


def _table(values: dict[str, Any]) -> list[str]:
    width = max(map(len, values), default=0)
    return [f"{name:{width}}  {value}" for name, value in values.items()]


_COMMANDS: dict[str, Callable[[Sync, Namespace, Show], Result]] = {
    "backfill": _backfill,
    "reconcile": _reconcile,
    "status": _status,
    "replay": _replay,
}
