"""Apply `spec/corrections.yaml`, an OpenAPI Overlay 1.0, to a contract.

Two keys extend the Overlay specification: `x-document` names what an action corrects (`contract`, the default,
`events`, or a list of both), and `x-evidence` says how we know. Corrections without a target, and corrections that
change nothing, are reported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import jsonpath_rfc9535 as jsonpath
import yaml
from jsonpath_rfc9535.selectors import FilterSelector

from clerk_core.guards import is_list, is_object
from generator.contract.nodes import Node
from generator.problems import GeneratorProblem

_KEYS = {"target", "description", "update", "remove", "x-document", "x-evidence"}


class CorrectionProblem(GeneratorProblem):
    """A correction is malformed or cannot be applied."""


@attrs.frozen
class Correction:
    """One action of the overlay."""

    number: int
    target: str
    update: Any
    remove: bool
    documents: tuple[str, ...]

    def __str__(self) -> str:
        return f"correction {self.number} ({self.target})"


def load(path: Path) -> list[Correction]:
    """Return the corrections of a file, in order."""
    try:
        overlay = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CorrectionProblem(f"{path.name}: cannot be read ({error})") from error
    if not is_object(overlay) or overlay.get("overlay") != "1.0.0":
        raise CorrectionProblem(f"{path.name}: is not an OpenAPI Overlay 1.0.0")
    return [_correction(number, action) for number, action in enumerate(overlay.get("actions") or [], start=1)]


def _correction(number: int, action: Any) -> Correction:
    if not is_object(action) or not isinstance(action.get("target"), str):
        raise CorrectionProblem(f"correction {number}: has no target")
    unknown = set(action) - _KEYS
    if unknown:
        raise CorrectionProblem(f"correction {number} ({action['target']}): unknown keys {sorted(unknown)}")
    if ("update" in action) == bool(action.get("remove")):
        raise CorrectionProblem(f"correction {number} ({action['target']}): needs either `update` or `remove: true`")
    if not action.get("x-evidence"):
        raise CorrectionProblem(f"correction {number} ({action['target']}): has no x-evidence")
    documents = action.get("x-document", "contract")
    return Correction(
        number=number,
        target=action["target"],
        update=action.get("update"),
        remove=bool(action.get("remove")),
        documents=(documents,) if isinstance(documents, str) else tuple(documents),
    )


@attrs.frozen
class Applied:
    """The corrections that changed nothing, to be fixed or removed."""

    stale: list[Correction]
    """Those whose target does not exist."""
    settled: list[Correction]
    """Those that Clerk's document no longer needs."""


def apply(corrections: list[Correction], node: Node, document: str) -> Applied:
    """Apply the corrections for `document` to `node`, in place."""
    applied = Applied(stale=[], settled=[])
    for correction in corrections:
        if document not in correction.documents:
            continue
        query = _query(correction)
        found = query.find(node)
        # In reverse order, so that removing an array item does not shift the items still to be visited.
        changed = [_change(correction, node, match.location) for match in reversed(found)]
        if not found and not _picks_from_what_is_there(correction, query, node):
            applied.stale.append(correction)
        elif not any(changed):
            applied.settled.append(correction)
    return applied


def _query(correction: Correction) -> jsonpath.JSONPathQuery:
    try:
        return jsonpath.compile(correction.target)
    except jsonpath.JSONPathError as error:
        raise CorrectionProblem(f"{correction}: is not an RFC 9535 path ({error})") from error


def _picks_from_what_is_there(correction: Correction, query: jsonpath.JSONPathQuery, node: Node) -> bool:
    """Return whether a removal by filter finds the array or object to filter, but no matching item in it."""
    if not correction.remove or not any(isinstance(one, FilterSelector) for one in query.segments[-1].selectors):
        return False
    return bool(jsonpath.JSONPathQuery(env=query.env, segments=query.segments[:-1]).find(node))


def _change(correction: Correction, node: Any, location: Any) -> bool:
    """Apply a correction at one place, and return whether that changed it."""
    if not location:
        raise CorrectionProblem(f"{correction}: the whole document cannot be a target")
    for step in location[:-1]:
        node = node[step]
    last = location[-1]
    if correction.remove:
        del node[last]
        return True
    old = node[last]
    node[last] = _merged(old, correction.update)
    return bool(node[last] != old)


def _merged(old: Any, new: Any) -> Any:
    """Merge as the Overlay specification says: objects by member, lists by appending, other values by replacing.

    Items that a list already has are not appended again.
    """
    if is_object(old) and is_object(new):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    if is_list(old):
        return [*old, *(item for item in (new if is_list(new) else [new]) if item not in old)]
    return new
