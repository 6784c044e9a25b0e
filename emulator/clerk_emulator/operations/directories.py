"""Directories, and the roles of their groups."""

from __future__ import annotations

from clerk_emulator.operations.directory_handlers import DirectoryHandlers
from clerk_emulator.operations.registry import operation

_handlers = DirectoryHandlers("directory_id", "directory", "directory_group_role_mapping")

operation("ListDirectories")(_handlers.list_all)
operation("CreateDirectory")(_handlers.create)
operation("GetDirectory")(_handlers.get)
operation("UpdateDirectory")(_handlers.update)
operation("DeleteDirectory")(_handlers.delete)
operation("RotateDirectoryAPIKey")(_handlers.rotate_api_key)
operation("ListDirectoryGroupRoleMappings")(_handlers.list_mappings)
operation("ReplaceDirectoryGroupRoleMappings")(_handlers.replace_mappings)
operation("CreateDirectoryGroupRoleMapping")(_handlers.create_mapping)
operation("DeleteDirectoryGroupRoleMapping")(_handlers.delete_mapping)
