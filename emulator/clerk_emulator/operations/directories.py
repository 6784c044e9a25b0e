"""Directories, and the roles of their groups."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.enterprise import directories, group_role_mappings
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import DIRECTORIES

_MAPPING = "directory_group_role_mapping"


@operation("ListDirectories")
def list_directories(call: Call) -> Response:
    return list_resources(call, DIRECTORIES, serialize=directories.serialize)


@operation("CreateDirectory")
def create_directory(call: Call) -> Json:
    return _serialize(call, directories.create(call.store, call.body), with_key=True)


@operation("GetDirectory")
def get_directory(call: Call) -> Json:
    return _serialize(call, _directory(call))


@operation("UpdateDirectory")
def update_directory(call: Call) -> Json:
    return _serialize(call, directories.update(call.store, _directory(call), call.body))


@operation("DeleteDirectory")
def delete_directory(call: Call) -> Json:
    row = _directory(call)
    directories.delete(call.store, row)
    return deleted_object(row)


@operation("RotateDirectoryAPIKey")
def rotate_api_key(call: Call) -> Json:
    return _serialize(call, directories.rotate_api_key(call.store, _directory(call)), with_key=True)


@operation("ListDirectoryGroupRoleMappings")
def list_group_role_mappings(call: Call) -> Json:
    return _serialize_mappings(call, group_role_mappings.of_directory(call.store, _directory(call)))


@operation("ReplaceDirectoryGroupRoleMappings")
def replace_group_role_mappings(call: Call) -> Json:
    rows = group_role_mappings.replace(call.store, _directory(call), call.body["mappings"])
    return _serialize_mappings(call, rows)


@operation("CreateDirectoryGroupRoleMapping")
def create_group_role_mapping(call: Call) -> Json:
    row = group_role_mappings.create(call.store, _directory(call), call.body)
    return group_role_mappings.serialize(call.store, [row], _MAPPING)[0]


@operation("DeleteDirectoryGroupRoleMapping")
def delete_group_role_mapping(call: Call) -> Json:
    return deleted_object(group_role_mappings.delete(call.store, _directory(call), call.path["mapping_id"]))


def _directory(call: Call) -> Json:
    return call.path_resource(DIRECTORIES, "directory_id")


def _serialize(call: Call, row: Json, *, with_key: bool = False) -> Json:
    (directory,) = directories.serialize(call, [row], with_key=with_key)
    return directory


def _serialize_mappings(call: Call, rows: list[Json]) -> Json:
    return {"data": group_role_mappings.serialize(call.store, rows, _MAPPING), "total_count": len(rows)}
