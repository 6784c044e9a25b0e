"""`spec/corrections.yaml`: an OpenAPI Overlay 1.0, applied last. Each correction must still find its target,
and those that change nothing any more are told.

Beside what the Overlay specification defines, an action names in `x-document` what it corrects (`contract`, the
default, `events`, or a list of both) and in `x-evidence` how we know.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import jsonpath_rfc9535 as jsonpath
import yaml
from jsonpath_rfc9535.selectors import FilterSelector

from clerk_core.guards import is_list, is_object
from generator.contract.normalise import Node
from generator.problems import GeneratorProblem

_KEYS = {"target", "description", "update", "remove", "x-document", "x-evidence"}


class CorrectionProblem(GeneratorProblem):
    """A correction that cannot be applied."""


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
    """The overlay's actions, in order."""
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
    """The corrections that changed nothing: they are to be mended or removed."""

    stale: list[Correction]
    """The target is gone."""
    settled: list[Correction]
    """Clerk's document says by itself what they say."""


def apply(corrections: list[Correction], node: Node, document: str) -> Applied:
    """Apply what concerns `document` to `node`, in place."""
    applied = Applied(stale=[], settled=[])
    for correction in corrections:
        if document not in correction.documents:
            continue
        query = _query(correction)
        found = query.find(node)
        # RFC 9535 lists the items of an array in order: from the end, a removal moves none that is still to come.
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
    """Whether it would remove what a filter picks, and what it picks from is there, without any such item."""
    if not correction.remove or not any(isinstance(one, FilterSelector) for one in query.segments[-1].selectors):
        return False
    return bool(jsonpath.JSONPathQuery(env=query.env, segments=query.segments[:-1]).find(node))


def _change(correction: Correction, node: Any, location: Any) -> bool:
    """Whether the place is another one afterwards."""
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
    """The Overlay's merge: objects member by member, lists by appending what they lack, anything else replaced.

    The lists of a schema are sets: an item twice would say nothing more.
    """
    if is_object(old) and is_object(new):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    if is_list(old):
        return [*old, *(item for item in (new if is_list(new) else [new]) if item not in old)]
    return new
