"""docs/browser-matrix.md: which flows work in the browser, from the results of the tests marked with `flow`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import npm

PAGE = npm.ROOT / "docs" / "browser-matrix.md"

_INTRODUCTION = """\
# Flows in the browser

`make browser` runs these flows in Chromium, with unmodified packages of Clerk, against [the local Clerk](emulator.md),
and writes this page from the results.

Packages: {packages}.
"""

_FRONTEND = """
## Clerk's frontend in a page

Cross-origin: the page is at `http://localhost:PORT` and the Frontend API at `http://127.0.0.1:PORT`. Same-origin: the
application forwards `/__clerk` to the Frontend API, with `FrontendApiProxy`.

"""

_SERVERS = """
## Pages that a server renders

The [examples](../examples) with `ClerkMiddleware`, without any script of Clerk: cookies, handshakes and hosted pages.

"""

_TOOLS = """
## Test tools

"""


@dataclass(frozen=True)
class Table:
    """A table of the page, with a column for each value of a fixture's parameter."""

    introduction: str
    fixture: str | None
    columns: tuple[str, ...]


TABLES = (
    Table(_FRONTEND, "site", ("cross-origin", "same-origin")),
    Table(_SERVERS, "app", ("fastapi", "django", "flask")),
    Table(_TOOLS, None, ("result",)),
)


@dataclass(frozen=True)
class Result:
    """The result of a flow, in one column of a table."""

    flow: str
    table: Table
    column: str
    passed: bool


def render(results: Iterable[Result]) -> str:
    """Return the page. A flow of several tests works if all of them pass."""
    cells: dict[Table, dict[str, dict[str, bool]]] = {table: {} for table in TABLES}
    for result in results:
        row = cells[result.table].setdefault(result.flow, {})
        row[result.column] = row.get(result.column, True) and result.passed
    packages = ", ".join(f"`{name}@{version}`" for name, version in {**npm.SCRIPTS, **npm.PACKAGES}.items())
    lines = [_INTRODUCTION.format(packages=packages)]
    for table, rows in cells.items():
        lines.append(table.introduction)
        lines += [_line("flow", *table.columns), _line(*["---"] * (1 + len(table.columns)))]
        lines += [_line(flow, *(_word(row.get(column)) for column in table.columns)) for flow, row in rows.items()]
    return "".join(lines)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _word(passed: bool | None) -> str:
    return {True: "works", False: "fails", None: "not tested"}[passed]


def _place(item: pytest.Item) -> tuple[Table, str]:
    """Return the table and the column of a test."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    table = next(one for one in TABLES if one.fixture in parameters or one.fixture is None)
    return table, parameters[table.fixture] if table.fixture else "result"


class Recorder:
    """Records the results of a run, and writes the page if all tests have run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._results: dict[str, Result] = {}
        self._is_complete = True

    def pytest_deselected(self) -> None:
        """A selection of tests says nothing about the others."""
        self._is_complete = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> object:
        """Record the result of a flow: it works if setup, call and teardown pass."""
        report: pytest.TestReport = yield
        marker = item.get_closest_marker("flow")
        if marker is not None:
            before = self._results.get(item.nodeid)
            passed = report.passed and (before is None or before.passed)
            self._results[item.nodeid] = Result(marker.args[0], *_place(item), passed)
        return report

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the page. The run fails if it has changed, so that a difference is noticed."""
        folder = npm.ROOT / "tests" / "browser"
        whole = [Path(argument).resolve() for argument in self._config.args] == [folder]
        # Otherwise tests were not collected, or the run was stopped.
        has_run = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.shouldfail
        if not (whole and self._is_complete and has_run) or self._config.option.collectonly:
            return
        text = render(self._results.values())
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return
        PAGE.write_text(text, encoding="utf-8")
        print(f"\n{PAGE.name} was not up to date, and is now: commit it")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
