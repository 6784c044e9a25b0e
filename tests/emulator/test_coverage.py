"""The report about operations that the tests have called."""

from __future__ import annotations

from tests.emulator import coverage

COUNTS = {
    ("GetUser", 200): 2,
    ("GetUser", 404): 1,
    ("BanUser", 204): 1,
    ("BanUser", 401): 1,
    ("BanUser", 429): 1,
    ("BanUser", 503): 1,
    ("createSession", 422): 12,
    ("GetInstance", 200): 1,
    ("GetInstance", 401): 1,
}


def test_reports_missing_coverage() -> None:
    assert coverage.lacking(COUNTS, ["DeleteUser", "GetUser", "createSession", "BanUser", "GetInstance"]) == [
        "BanUser: no refusal",
        "createSession: no success",
        "DeleteUser: no success",
        "DeleteUser: no refusal",
    ]
    assert coverage.lacking(COUNTS, ["GetUser"]) == []


def test_coverage_table() -> None:
    assert coverage.table(COUNTS, ["createSession", "GetUser", "DeleteUser"]) == [
        "                200   204   401   404   422   429   503",
        "createSession     ·     ·     ·     ·    12     ·     ·",
        "DeleteUser        ·     ·     ·     ·     ·     ·     ·",
        "GetUser           2     ·     ·     1     ·     ·     ·",
    ]
