"""SCIM directories: directories under their former name."""

from __future__ import annotations

from clerk_emulator.operations.directory_handlers import DirectoryHandlers
from clerk_emulator.operations.registry import operation

_handlers = DirectoryHandlers("scim_directory_id", "scim_directory", "scim_group_role_mapping")

operation("ListSCIMDirectories")(_handlers.list_all)
operation("CreateSCIMDirectory")(_handlers.create)
operation("GetSCIMDirectory")(_handlers.get)
operation("UpdateSCIMDirectory")(_handlers.update)
operation("DeleteSCIMDirectory")(_handlers.delete)
operation("RotateSCIMDirectoryAPIKey")(_handlers.rotate_api_key)
operation("ListSCIMGroupRoleMappings")(_handlers.list_mappings)
operation("ReplaceSCIMGroupRoleMappings")(_handlers.replace_mappings)
operation("CreateSCIMGroupRoleMapping")(_handlers.create_mapping)
operation("DeleteSCIMGroupRoleMapping")(_handlers.delete_mapping)
