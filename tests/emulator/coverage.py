"""Count the emulator's responses in a run of these tests, by operation and status.

`CLERK_EMULATOR_COVERAGE=1 pytest tests/emulator` prints a table at the end. The run fails if an emulated operation
never responded with a success or never with an error, or if the emulator filled in a property. Workers of pytest-xdist
report their counts to the main process, which writes docs/emulator-coverage.md, docs/emulator-frontend-coverage.md and
the error codes for docs/reference. The run fails if one of these files was not up to date. Operations of the Frontend
API are named as in `frontend/getClient`.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from clerk_emulator.contract import specification
from clerk_emulator.contract.specification import Operation
from clerk_emulator.frontend_api.registry import HANDLERS as FRONTEND_HANDLERS
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.storage import ledger
from clerk_emulator.storage.store import Store
from tests.emulator import coverage_page, observed_errors
from tests.emulator.observed_errors import ObservedError

SWITCH = "CLERK_EMULATOR_COVERAGE"

Counts = Mapping[tuple[str, int], int]
"""The number of responses by operation and status."""

_ANSWERS: Counter[tuple[str, int]] = Counter()
_FILLED_IN: set[str] = set()
_STATUSES: set[tuple[str, int]] = set()
"""The statuses of responses to tests without random input, by operation."""
_ERRORS: set[ObservedError] = set()
"""The errors in the responses of the Backend API to the same tests."""
_EVENTS: set[tuple[str, str]] = set()
"""The types of the events that requests caused, by operation, in the same tests."""


class _Current(threading.local):
    """What happens in a thread of an emulator."""

    def __init__(self) -> None:
        self.events: list[str] = []
        """The types of the events that the request has recorded so far."""


_CURRENT = _Current()


def observe(operation_id: str, status: int, body: Any) -> None:
    """Count a response; an `observer` for the emulator."""
    _ANSWERS[operation_id, status] += 1
    if not Plugin.is_unobserved:
        _STATUSES.add((operation_id, status))
        _ERRORS.update(observed_errors.in_response(operation_id, status, body))
        if status < 400:
            _EVENTS.update((operation_id, event) for event in _CURRENT.events)
    _CURRENT.events.clear()


def observe_events() -> None:
    """Note the type of each event that a request records. The ledger itself does not have the operation."""
    append = ledger.append

    def append_and_note(store: Store, event_type: str, data: dict[str, Any]) -> None:
        append(store, event_type, data)
        if store.cause.client_ip:  # not empty for requests
            _CURRENT.events.append(event_type)

    ledger.append = append_and_note


def observe_filled_in(properties: Collection[str]) -> None:
    """Record the properties that an emulator has filled in."""
    _FILLED_IN.update(properties)


def lacking(counts: Counts, operations: Collection[str]) -> list[str]:
    """Return a line for each operation without a success or without an error response.

    Errors that any operation can respond with count only for operations that have no others: injected faults (5xx),
    rate limits (429), a wrong key (401), a wrong Content-Type (415). In the Frontend API a 401 counts: the browser is
    unknown, or signed out.
    """
    successes = {operation for operation, status in counts if status < 400}
    # An operation that Clerk has removed has no success.
    successes |= {operation for operation, status in counts if status == 410} | _WITHOUT_SUCCESS
    refusals = {
        operation
        for operation, status in counts
        if 400 <= status < 500 and (status not in _of_any(operation) or not _has_refusals(operation))
    } | {operation for operation, _ in counts if _is_open(operation)}
    return [
        f"{operation}: no {kind}"
        for operation in sorted(operations, key=str.lower)
        for kind, seen in (("success", successes), ("refusal", refusals))
        if operation not in seen
    ]


def _of_any(operation_id: str) -> tuple[int, ...]:
    """Return the statuses that each operation of the same API can have."""
    return (415, 429) if operation_id.startswith("frontend/") else (401, 415, 429)


_WITHOUT_SUCCESS = {
    # The ownership of a domain is confirmed through the Backend API, because no DNS record is looked up.
    "frontend/attemptOrganizationDomainOwnershipVerification",
    # The instance has one origin.
    "frontend/getWebAuthnRelatedOrigins",
}
"""Operations that only refuse, and are no less emulated."""

_UNKNOWN_REFUSALS = {
    # The document does not say when it responds with 402, 404 and 422; it has no parameters.
    "GetInstanceOrganizationSettings",
}
"""Operations without parameters whose documented refusals have no known cause."""


def _has_refusals(operation_id: str) -> bool:
    """Return whether an operation has reasons to refuse besides those that all operations have."""
    documented = {status for status in _operations()[operation_id].responses if 400 <= status < 500}
    is_documented = not documented <= {*_of_any(operation_id)} and operation_id not in _UNKNOWN_REFUSALS
    return is_documented or _takes_anything(operation_id)


def _takes_anything(operation_id: str) -> bool:
    operation = _operations()[operation_id]
    return bool(operation.query or operation.body or "{" in operation.path)


def _is_open(operation_id: str) -> bool:
    """Return whether an operation has nothing to refuse: anyone may read it, without parameters."""
    if operation_id == "frontend/postOauthCallback":  # redirects to the GET, which refuses
        return True
    api, _, name = operation_id.rpartition("/")
    handler = FRONTEND_HANDLERS.get(name) if api else None
    if handler is None or not handler.anonymous:
        return False
    return _operations()[operation_id].method == "GET" and not _takes_anything(operation_id)


def _operations() -> dict[str, Operation]:
    """Return the operations of both APIs."""
    known = (*specification.operations().values(), *specification.frontend_operations().values())
    return {one.qualified_id: one for one in known}


def emulated() -> list[str]:
    """Return the ids of the operations of both APIs that have a handler."""
    return [*HANDLERS, *(f"frontend/{one}" for one in FRONTEND_HANDLERS)]


def table(counts: Counts, operations: Collection[str]) -> list[str]:
    """Return the operations with the number of responses for each status, as lines of text."""
    statuses = sorted({status for _, status in counts})
    width = max((len(operation) for operation in operations), default=0)
    head = " " * width + "".join(f"{status:>6}" for status in statuses)
    lines = [
        operation.ljust(width) + "".join(f"{counts.get((operation, status), 0) or '·':>6}" for status in statuses)
        for operation in sorted(operations, key=str.lower)
    ]
    return [head, *lines]


class Plugin:
    """Collects the counts of this process and of the workers at the end of the session."""

    changed_pages: tuple[str, ...] = ()
    is_unobserved = False
    """Whether the pages ignore the responses to the current test: to random input, which differ from run to run, and to
    injected failures, which are not Clerk's."""

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Recognize the tests of hypothesis, and those that are marked."""
        Plugin.is_unobserved = (
            getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
            or item.get_closest_marker("unobserved") is not None
        )

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the counts of a worker to the main process; in the main process, fail the run if coverage is missing."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["api_coverage"] = [[*key, count] for key, count in _ANSWERS.items()]
            session.config.workeroutput["api_filled_in"] = sorted(_FILLED_IN)
            session.config.workeroutput["api_statuses"] = [list(pair) for pair in _STATUSES]
            session.config.workeroutput["api_errors"] = [list(one) for one in _ERRORS]
            session.config.workeroutput["api_events"] = [list(pair) for pair in _EVENTS]
        elif session.exitstatus == pytest.ExitCode.OK:
            if not _all_that_lacks():
                self.changed_pages = (*coverage_page.update(_STATUSES, _EVENTS), *observed_errors.update(_ERRORS))
            if _all_that_lacks() or self.changed_pages:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the counts of a pytest-xdist worker."""
        for operation, status, count in getattr(node, "workeroutput", {}).get("api_coverage", ()):
            _ANSWERS[operation, status] += count
        output: dict[str, Any] = getattr(node, "workeroutput", {})
        _FILLED_IN.update(output.get("api_filled_in", ()))
        _STATUSES.update((operation, status) for operation, status in output.get("api_statuses", ()))
        _ERRORS.update(ObservedError(*one) for one in output.get("api_errors", ()))
        _EVENTS.update((operation, event) for operation, event in output.get("api_events", ()))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and the missing coverage."""
        said = f"{len(emulated())} of {len(_operations())} operations are emulated"
        terminalreporter.section(said)
        for line in table(_ANSWERS, emulated()):
            terminalreporter.write_line(line)
        for line in _all_that_lacks():
            terminalreporter.write_line(line, red=True)
        for page in self.changed_pages:
            terminalreporter.write_line(f"{page} was not up to date, and is now: commit it", red=True)


def _all_that_lacks() -> list[str]:
    return lacking(_ANSWERS, emulated()) + [f"{name}: no handler knows it" for name in sorted(_FILLED_IN)]


def register(config: pytest.Config) -> None:
    """Register the plugin, if enabled."""
    if os.environ.get(SWITCH) == "1":
        from clerk_emulator import operations
        from clerk_emulator.frontend_api import operations as frontend_operations

        operations.load()
        frontend_operations.load()
        observe_events()
        config.pluginmanager.register(Plugin(), "api-coverage")
