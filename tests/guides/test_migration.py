"""The calls in the guides for migrating send what they should; `make official-calls` compares them with Clerk's SDK."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD, operations, route
from tests.guides.blocks import FOLDER
from tests.sdks.calls import ours, samples, table

OFFICIAL = table.calls(table.PAGE.read_text(encoding="utf-8"))
CLERK_EX = re.findall(
    r"^\| `[A-Z]\w+\.\w+` \| ((?:`clerk\.[^`]+`(?:, )?)+) \|$",
    (FOLDER / "migrate-from-clerk-ex.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def operation_of(request: Any) -> str:
    """Return the operation of a request."""
    found = route(request["path"].removeprefix("/v1"))[0][request["method"]]
    return found.id


def test_each_method_of_the_official_sdk_has_a_call_of_its_own_operation() -> None:
    called = [operation_of(ours.send(call)) for _, call in OFFICIAL]
    assert len(called) == len(set(called)) == 237
    missing = {one.path.split("/")[1] for one in operations().values() if one.id not in {*called, HANDSHAKE_PAYLOAD}}
    assert missing == {"directories", "billing"}


def test_the_calls_are_those_of_the_methods_that_the_contract_names() -> None:
    names = {f"clerk.{one.resource}.{one.method}" for one in samples.operations().values()}
    assert {call.partition("(")[0] for _, call in OFFICIAL} <= names


def test_functions_of_clerk_ex_with_two_names_send_one_request() -> None:
    assert len(CLERK_EX) == 34
    for cell in CLERK_EX:
        requests = [ours.send(call) for call in re.findall(r"`(clerk\.[^`]+)`", cell)]
        assert len({operation_of(request) for request in requests}) == 1, cell


def test_a_row_passes_the_same_arguments_as_each_library_takes_them() -> None:
    verify = {
        "name": "users.verify_password",
        "operation": "VerifyPassword",
        "parameters": {"user_id": True, "password": True},
        "request": {},
    }
    create = {
        "name": "organizations.create",
        "operation": "CreateOrganization",
        "parameters": {"request": False},
        "request": {"name": True, "slug": False},
    }
    first, second = table.rows([verify, create])
    assert first.official == 'clerk.organizations.create(request={"name": "Engines"})'
    assert first.clerkkit == 'clerk.organizations.create(name="Engines")'
    assert second.official == 'clerk.users.verify_password(user_id=user_id, password="...")'
    assert second.clerkkit == 'clerk.users.verify_password(user_id, password="...")'
    page = table.replace(f"# Title\n{table.BEGIN}old\n{table.END}rest\n", table.render([first, second]))
    assert page.startswith("# Title\n")
    assert page.endswith("rest\n")
    assert table.calls(page) == [(first.official, first.clerkkit), (second.official, second.clerkkit)]


SENT = {"method": "PATCH", "path": "/v1/x", "query": {"limit": ["1"]}, "body": {"a": {"b": 1}}}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"body": {"a": {"b": 1}, "notify": False}}, []),
        ({"method": "PUT"}, ["method PUT, not PATCH"]),
        ({"path": "/v1/y"}, ["path /v1/y, not /v1/x"]),
        ({"query": {}}, ["query {} instead of {'limit': ['1']}"]),
        ({"body": {"a": {}}}, ["body {'a': {}} instead of {'a': {'b': 1}}"]),
        ({"error": "TypeError: no such argument"}, ["TypeError: no such argument"]),
    ],
)
def test_requests_that_differ_are_found(changed: Any, found: list[str]) -> None:
    assert [*ours.differences(SENT, {**SENT, **changed})] == found


def test_rows_that_differ_are_found() -> None:
    sent = {**SENT, "body": [{"a": 1}]}
    assert [*ours.differences(sent, {**sent, "body": [{"a": 1, "notify": True}]})] == []
    assert [*ours.differences(sent, {**sent, "body": [{}]})] == ["body {}, not {'a': 1}"]


def test_a_sample_fits_its_schema() -> None:
    assert samples.value("plan", {"enum": [None, "pro"]}) == "pro"
    assert samples.value("count", {"type": ["integer", "null"], "minimum": 5}) == 5
    assert samples.value(
        "rows", {"type": "array", "items": {"required": ["a"], "properties": {"a": {"type": "boolean"}}}}
    ) == [{"a": True}]
    assert samples.resolve({"$ref": "#/components/schemas/User"}) is samples.CONTRACT["components"]["schemas"]["User"]
