"""The handlers of directories, which two groups of the API offer under different names."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.enterprise import directories, group_role_mappings
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import DIRECTORIES


@dataclass(frozen=True)
class DirectoryHandlers:
    """The handlers of one group."""

    parameter: str
    """The path parameter with the id of the directory."""
    directory: str
    """The `object` of a directory."""
    mapping: str
    """The `object` of a group role mapping."""

    def list_all(self, call: Call) -> Response:
        """List directories."""
        return list_resources(
            call, DIRECTORIES, serialize=lambda call, rows: directories.serialize(call, rows, self.directory)
        )

    def create(self, call: Call) -> Json:
        """Create a directory; the response has its API key."""
        return self._serialize(call, directories.create(call.store, call.body), with_key=True)

    def get(self, call: Call) -> Json:
        """Get a directory."""
        return self._serialize(call, self._directory(call))

    def update(self, call: Call) -> Json:
        """Update a directory."""
        return self._serialize(call, directories.update(call.store, self._directory(call), call.body))

    def delete(self, call: Call) -> Json:
        """Delete a directory."""
        row = self._directory(call)
        directories.delete(call.store, row)
        return {**deleted_object(row), "object": self.directory}

    def rotate_api_key(self, call: Call) -> Json:
        """Replace the API key; the response has the new one."""
        return self._serialize(call, directories.rotate_api_key(call.store, self._directory(call)), with_key=True)

    def list_mappings(self, call: Call) -> Json:
        """List the group role mappings of a directory."""
        return self._serialize_mappings(call, group_role_mappings.of_directory(call.store, self._directory(call)))

    def replace_mappings(self, call: Call) -> Json:
        """Replace all group role mappings of a directory."""
        rows = group_role_mappings.replace(call.store, self._directory(call), call.body["mappings"])
        return self._serialize_mappings(call, rows)

    def create_mapping(self, call: Call) -> Json:
        """Add a group role mapping."""
        row = group_role_mappings.create(call.store, self._directory(call), call.body)
        return group_role_mappings.serialize(call.store, [row], self.mapping)[0]

    def delete_mapping(self, call: Call) -> Json:
        """Delete a group role mapping."""
        row = group_role_mappings.delete(call.store, self._directory(call), call.path["mapping_id"])
        return {**deleted_object(row), "object": self.mapping}

    def _directory(self, call: Call) -> Json:
        return call.path_resource(DIRECTORIES, self.parameter)

    def _serialize(self, call: Call, row: Json, *, with_key: bool = False) -> Json:
        (directory,) = directories.serialize(call, [row], self.directory, with_key=with_key)
        return directory

    def _serialize_mappings(self, call: Call, rows: list[Json]) -> Json:
        return {"data": group_role_mappings.serialize(call.store, rows, self.mapping), "total_count": len(rows)}
