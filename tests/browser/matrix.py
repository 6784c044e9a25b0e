"""docs/browser-matrix.md: which flows work in the browser, from the results of the tests marked with `flow`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import npm

PAGE = npm.ROOT / "docs" / "browser-matrix.md"
COLUMNS = ("cross-origin", "same-origin")

_INTRODUCTION = """\
# Flows in the browser

`make browser` runs these flows in Chromium, with unmodified packages of Clerk, against [the local Clerk](emulator.md),
and writes this page from the results. Cross-origin: the page is at `http://localhost:PORT` and the Frontend API at
`http://127.0.0.1:PORT`. Same-origin: the application forwards `/__clerk` to the Frontend API.

Packages: {packages}.

| flow | cross-origin | same-origin |
|---|---|---|
"""


@dataclass(frozen=True)
class Result:
    """The result of a flow in one placement; `placement` is None if the flow does not depend on it."""

    flow: str
    placement: str | None
    passed: bool


def render(results: Iterable[Result]) -> str:
    """Return the page. A flow of several tests works if all of them pass."""
    flows: dict[str, dict[str, bool]] = {}
    for result in results:
        cells = flows.setdefault(result.flow, {})
        for column in COLUMNS if result.placement is None else (result.placement,):
            cells[column] = cells.get(column, True) and result.passed
    packages = ", ".join(f"`{name}@{version}`" for name, version in {**npm.SCRIPTS, **npm.PACKAGES}.items())
    rows = [
        "| " + " | ".join([flow, *(_word(cells.get(column)) for column in COLUMNS)]) + " |"
        for flow, cells in flows.items()
    ]
    return _INTRODUCTION.format(packages=packages) + "\n".join(rows) + "\n"


def _word(passed: bool | None) -> str:
    return {True: "works", False: "fails", None: "not tested"}[passed]


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
            callspec = getattr(item, "callspec", None)
            placement = callspec.params.get("site") if callspec else None
            before = self._results.get(item.nodeid)
            passed = report.passed and (before is None or before.passed)
            self._results[item.nodeid] = Result(marker.args[0], placement, passed)
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the page. The run fails if it has changed, so that a difference is noticed."""
        folder = npm.ROOT / "tests" / "browser"
        whole = [Path(argument).resolve() for argument in self._config.args] == [folder]
        if (
            not (whole and self._is_complete)
            or self._config.option.collectonly
            or session.shouldstop
            or session.shouldfail
        ):
            return
        text = render(self._results.values())
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return
        PAGE.write_text(text, encoding="utf-8")
        print(f"\n{PAGE.name} was not up to date, and is now: commit it")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
