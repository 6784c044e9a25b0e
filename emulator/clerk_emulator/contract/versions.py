"""API versions: read them from requests, and describe how operations differ in older ones.

The default is the version of the contract. Versions are dates and compare as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clerk_emulator.contract.specification import document
from clerk_emulator.errors import ClerkAPIError

_KNOWN = ("2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12")
"""The versions at the time of writing. The version of a later contract is accepted too."""

COMPACT_SESSION_TOKENS = "2025-04-10"
"""The first version whose session tokens have version 2, with the claims `v`, `o`, `fea` and `pla`."""

_REMOVED = {
    "UpdateUser": ("2026-05-12", ("public_metadata", "private_metadata", "unsafe_metadata")),
    "UpdateOrganization": ("2026-05-12", ("public_metadata", "private_metadata")),
    "frontend/patchUser": ("2026-05-12", ("unsafe_metadata",)),
}
"""For each operation, by its qualified id, the version that removed body parameters, and their names."""


def current() -> str:
    """Return the version of the contract."""
    version: str = document()["info"]["version"]
    return version


def requested(headers: Mapping[str, str], query: Iterable[tuple[str, str]]) -> str:
    """Return the version that a request names. Raises ClerkAPIError if it is unknown or given twice."""
    given = [value for name, value in query if name == "__clerk_api_version"]
    if "clerk-api-version" in headers:
        given.append(headers["clerk-api-version"])
    if len(given) > 1:
        message = "The API version can be given in a header or in the query, not both."
        raise ClerkAPIError(400, "api_version_invalid", "is invalid", message)
    if given and given[0] not in (*_KNOWN, current()):
        raise ClerkAPIError(400, "api_version_invalid", "is invalid", f"There is no API version {given[0]}.")
    return given[0] if given else current()


def removed_parameters(operation_id: str, version: str) -> tuple[str, ...]:
    """Return the body parameters that `version` accepts and that the contract no longer has."""
    until, names = _REMOVED.get(operation_id, ("", ()))
    return names if version < until else ()
