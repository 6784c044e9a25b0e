"""Each fault, over real sockets and with each client, has the result that docs/faults.md lists."""

from __future__ import annotations

import pytest

from tests.loopback import WAYS
from tools.faults import FAULTS, TABLE, Fault, row, run, table


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_has_the_documented_result(fault: Fault, way: str) -> None:
    get, post = run(way, fault, "GET"), run(way, fault, "POST")
    assert (get, post) == fault.expected(way)
    assert row(fault, fault.get, fault.post) in TABLE.read_text(encoding="utf-8").splitlines()


def test_the_table_lists_each_fault_once() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(row(fault, fault.get, fault.post) for fault in FAULTS)
