"""Enterprise connections and their test runs."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.enterprise import connection_tests, connections
from clerk_emulator.domain.enterprise.connection_tests import TEST_RUNS
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import equals, is_one_of
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import ENTERPRISE_CONNECTIONS


@operation("ListEnterpriseConnections")
def list_enterprise_connections(call: Call) -> Response:
    return list_resources(
        call,
        ENTERPRISE_CONNECTIONS,
        equals(ENTERPRISE_CONNECTIONS.c.active, call.query["active"]),
        equals(ENTERPRISE_CONNECTIONS.c.organization_id, call.query["organization_id"]),
        serialize=lambda call, rows: connections.serialize(call.keys, rows),
    )


@operation("CreateEnterpriseConnection")
def create_enterprise_connection(call: Call) -> Json:
    return _serialize(call, connections.create(call.store, call.body))


@operation("GetEnterpriseConnection")
def get_enterprise_connection(call: Call) -> Json:
    return _serialize(call, _connection(call))


@operation("UpdateEnterpriseConnection")
def update_enterprise_connection(call: Call) -> Json:
    return _serialize(call, connections.update(call.store, _connection(call), call.body))


@operation("DeleteEnterpriseConnection")
def delete_enterprise_connection(call: Call) -> Json:
    row = _connection(call)
    connections.delete(call.store, row)
    return deleted_object(row)


@operation("ListEnterpriseConnectionTestRuns")
def list_test_runs(call: Call) -> Response:
    return list_resources(
        call,
        TEST_RUNS,
        TEST_RUNS.c.enterprise_connection_id == _connection(call)["id"],
        is_one_of(TEST_RUNS.c.status, call.query["status"]),
        serialize=lambda _, rows: connection_tests.serialize(rows),
    )


@operation("CreateEnterpriseConnectionTestRun")
def create_test_run(call: Call) -> Json:
    return {"url": connection_tests.start(call.store, call.keys, _connection(call))}


def _connection(call: Call) -> Json:
    return call.path_resource(ENTERPRISE_CONNECTIONS, "enterprise_connection_id")


def _serialize(call: Call, row: Json) -> Json:
    (connection,) = connections.serialize(call.keys, [row])
    return connection
