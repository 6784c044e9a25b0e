"""SCIM directories: directories under their former name."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.enterprise import directories, group_role_mappings
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import DIRECTORIES

_KIND = "scim_directory"
_MAPPING = "scim_group_role_mapping"


@operation("ListSCIMDirectories")
def list_scim_directories(call: Call) -> Response:
    return list_resources(call, DIRECTORIES, serialize=lambda call, rows: directories.serialize(call, rows, _KIND))


@operation("CreateSCIMDirectory")
def create_scim_directory(call: Call) -> Json:
    return _serialize(call, directories.create(call.store, call.body), with_key=True)


@operation("GetSCIMDirectory")
def get_scim_directory(call: Call) -> Json:
    return _serialize(call, _directory(call))


@operation("UpdateSCIMDirectory")
def update_scim_directory(call: Call) -> Json:
    return _serialize(call, directories.update(call.store, _directory(call), call.body))


@operation("DeleteSCIMDirectory")
def delete_scim_directory(call: Call) -> Json:
    row = _directory(call)
    directories.delete(call.store, row)
    return {**deleted_object(row), "object": _KIND}


@operation("RotateSCIMDirectoryAPIKey")
def rotate_api_key(call: Call) -> Json:
    return _serialize(call, directories.rotate_api_key(call.store, _directory(call)), with_key=True)


@operation("ListSCIMGroupRoleMappings")
def list_group_role_mappings(call: Call) -> Json:
    return _serialize_mappings(call, group_role_mappings.of_directory(call.store, _directory(call)))


@operation("ReplaceSCIMGroupRoleMappings")
def replace_group_role_mappings(call: Call) -> Json:
    rows = group_role_mappings.replace(call.store, _directory(call), call.body["mappings"])
    return _serialize_mappings(call, rows)


@operation("CreateSCIMGroupRoleMapping")
def create_group_role_mapping(call: Call) -> Json:
    row = group_role_mappings.create(call.store, _directory(call), call.body)
    return group_role_mappings.serialize(call.store, [row], _MAPPING)[0]


@operation("DeleteSCIMGroupRoleMapping")
def delete_group_role_mapping(call: Call) -> Json:
    row = group_role_mappings.delete(call.store, _directory(call), call.path["mapping_id"])
    return {**deleted_object(row), "object": _MAPPING}


def _directory(call: Call) -> Json:
    return call.path_resource(DIRECTORIES, "scim_directory_id")


def _serialize(call: Call, row: Json, *, with_key: bool = False) -> Json:
    (directory,) = directories.serialize(call, [row], _KIND, with_key=with_key)
    return directory


def _serialize_mappings(call: Call, rows: list[Json]) -> Json:
    return {"data": group_role_mappings.serialize(call.store, rows, _MAPPING), "total_count": len(rows)}
