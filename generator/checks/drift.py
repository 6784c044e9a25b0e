"""Propose corrections from a log of drift that clients reported (`python -m generator drift LOG`).

A log has one drift per line: its `str()` with any prefix, or its fields as a JSON object.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import attrs
import yaml

from clerk_core.guards import is_list, is_object
from generator.contract.nodes import Node, follow, target
from generator.contract.spec_folder import load
from generator.problems import GeneratorProblem

_SCHEMA = "#/components/schemas/"
KINDS = ("missing key", "unknown key", "unknown enum value", "unknown variant", "other type", "undocumented status")
_LINE = re.compile(
    r"(?P<operation>(?:GET|PUT|POST|PATCH|DELETE) /\S*), (?P<pointer>/.*?|the body|the status): "
    rf"(?P<kind>{'|'.join(KINDS)}), expected (?P<expected>.+?), seen (?P<seen>.+?)(?: \(in (?P<places>\d+) places\))?$"
)
_MOST_OPERATIONS = 3


class Drift(NamedTuple):
    """One mismatch between a response and the contract, with the fields of `clerkkit.drift.Drift`."""

    operation: str
    pointer: str
    kind: str
    expected: str
    seen: str
    places: int

    def __str__(self) -> str:
        places = f" (in {self.places} places)" if self.places > 1 else ""
        at = self.pointer or ("the status" if self.kind == "undocumented status" else "the body")
        return f"{self.operation}, {at}: {self.kind}, expected {self.expected}, seen {self.seen}{places}"


@attrs.frozen
class Proposal:
    """A correction that would make the contract allow the reported drifts; `drifts` counts the reports of each."""

    actions: list[Node]
    drifts: Counter[Drift]

    @property
    def evidence(self) -> str:
        """The text for `x-evidence`: operations, mismatch, and number of reports."""
        operations = list(dict.fromkeys(drift.operation for drift in self.drifts))
        more = f" and {len(operations) - _MOST_OPERATIONS} more" if len(operations) > _MOST_OPERATIONS else ""
        first = next(iter(self.drifts))
        places = sum(drift.places * count for drift, count in self.drifts.items())
        reports = self.drifts.total()
        counted = (
            f"{reports} {'report' if reports == 1 else 'reports'}, {places} {'place' if places == 1 else 'places'}"
        )
        seen = f"{first.pointer or 'the body'}: {first.kind}, expected {first.expected}, seen {first.seen}"
        return f"drift in {', '.join(operations[:_MOST_OPERATIONS])}{more}; {seen}; {counted}"


def run(spec: Path, log: Path) -> str:
    """Return the proposals as actions for `corrections.yaml`; drifts without a proposal follow as comments.

    Raises:
        GeneratorProblem: the log cannot be read, or has no drift.
    """
    contract, events = load(spec / "contract.json"), load(spec / "events.json")
    found, others = proposals(contract, events, read(log))
    actions = [action for proposal in found for action in proposal.actions]
    dump: Any = cast(Any, yaml).safe_dump
    text = dump(actions, sort_keys=False, width=110, allow_unicode=True) if actions else ""
    lines = [f"# by hand, {why}: {drift} ({count} reports)\n" for (drift, why), count in others.items()]
    return text + "".join(lines)


def read(log: Path) -> Counter[Drift]:
    """Return the drifts of a log with the number of reports of each. Other lines are ignored."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GeneratorProblem(f"{log}: cannot be read ({error})") from error
    drifts = Counter(drift for number, line in enumerate(lines, 1) if (drift := _drift(f"{log}, line {number}", line)))
    if not drifts:
        raise GeneratorProblem(f"{log}: has no drift; docs/updating.md describes how to record it")
    return drifts


def _drift(place: str, line: str) -> Drift | None:
    if line.startswith("{"):
        try:
            fields: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise GeneratorProblem(f"{place}: is not valid JSON ({error.msg})") from error
        if not is_object(fields) or fields.keys() != set(Drift._fields) or fields["kind"] not in KINDS:
            raise GeneratorProblem(f"{place}: expected the fields {', '.join(Drift._fields)}")
        *texts, places = (fields[name] for name in Drift._fields)
        if not all(isinstance(text, str) for text in texts) or type(places) is not int:
            raise GeneratorProblem(f"{place}: `places` must be a number, all other fields strings")
        return Drift(**fields)
    found = _LINE.search(line)
    if found is None:
        return None
    pointer = found["pointer"] if found["pointer"].startswith("/") else ""
    places = int(found["places"] or 1)
    return Drift(found["operation"], pointer, found["kind"], found["expected"], found["seen"], places)


def proposals(
    contract: Node, events: Node, drifts: Counter[Drift]
) -> tuple[list[Proposal], Counter[tuple[Drift, str]]]:
    """Return the proposals, most reported first, and the drifts that have none, with the reason."""
    found: dict[str, Proposal] = {}
    others: Counter[tuple[Drift, str]] = Counter()
    for drift, count in drifts.items():
        try:
            actions = _actions(contract, drift)
        except _NoProposal as problem:
            others[drift, str(problem)] += count
            continue
        if not actions:
            others[drift, "the contract says so already"] += count
            continue
        proposal = found.setdefault(json.dumps(actions), Proposal(actions, Counter()))
        proposal.drifts[drift] += count
    ordered = sorted(found.values(), key=lambda proposal: -proposal.drifts.total())
    for proposal in ordered:
        for action in proposal.actions:
            if _is_in_both(contract, events, action["target"]):
                action["x-document"] = ["contract", "events"]
            action["x-evidence"] = proposal.evidence
    return ordered, others


class _NoProposal(Exception):
    """No correction can be proposed; the message is the reason."""


@attrs.frozen
class _At:
    """A schema and its JSONPath, which starts at the innermost named schema."""

    path: str
    schema: Node

    def inner(self, *steps: str) -> str:
        """Return the path extended by some keys."""
        return self.path + "".join(f"[{_quoted(step)}]" for step in steps)


def _actions(contract: Node, drift: Drift) -> list[Node]:
    """Return the actions that make the contract allow the drift; none if it does already."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in drift.pointer.split("/")[1:]]
    keyed = drift.kind in ("missing key", "unknown key")
    if drift.kind == "unknown variant":
        raise _NoProposal("a variant needs a schema")
    if drift.kind == "undocumented status":
        raise _NoProposal("a response needs a description")
    if keyed and steps[-1] == "*":
        raise _NoProposal("the key is not shown")
    places = list(_places(contract, drift.operation, steps[:-1] if keyed else steps))
    if drift.kind != "other type":
        places = [holder for at in places for holder in _holders(contract, at)]
    if not places:
        raise _NoProposal("the contract has no such place")
    key = steps[-1] if keyed else ""
    actions = [action for at in places for action in _action(at, drift, key)]
    return [action for index, action in enumerate(actions) if action not in actions[:index]]


def _action(at: _At, drift: Drift, key: str) -> Iterator[Node]:
    schema = at.schema
    if drift.kind == "missing key":
        if key in schema.get("required", ()):
            yield {"target": f"{at.inner('required')}[?@ == {_quoted(key)}]", "remove": True}
    elif drift.kind == "unknown key":
        if "properties" in schema and key not in schema["properties"]:
            yield {"target": at.inner("properties"), "update": {key: _of_type(drift.seen)}}
    elif drift.kind == "unknown enum value":
        if not drift.seen.startswith('"'):
            raise _NoProposal("the value is not shown")
        value = json.loads(drift.seen)
        if "enum" in schema and value not in schema["enum"]:
            yield {"target": at.inner("enum"), "update": [value]}
    else:
        yield from _wider(at, drift.seen)


def _wider(at: _At, seen: str) -> Iterator[Node]:
    """Yield the actions that make a schema also allow values of the type that was seen."""
    schema = at.schema
    if "anyOf" in schema:
        if _of_type(seen) not in schema["anyOf"]:
            yield {"target": at.inner("anyOf"), "update": [_of_type(seen)]}
    elif "$ref" in schema:
        yield {"target": at.inner("$ref"), "remove": True}
        yield {"target": at.path, "update": {"anyOf": [{"$ref": schema["$ref"]}, _of_type(seen)]}}
    elif "type" in schema:
        types = schema["type"] if is_list(schema["type"]) else [schema["type"]]
        if "enum" in schema and seen not in ("null", *types):
            raise _NoProposal("constants of one type, and a value of another one")
        if seen not in types:
            update: Node = {"type": [seen] if is_list(schema["type"]) else [*types, seen]}
            if seen == "null" and "enum" in schema:
                update["enum"] = [None]
            yield {"target": at.path, "update": update}


def _of_type(seen: str) -> Node:
    """Return the schema of a value of which only the type is known."""
    kind = seen.partition(" ")[0]
    if kind == "array":
        return {"type": "array", "items": {}}
    return {"type": kind}


# -- where a pointer leads -----------------------------------------------------------------------------------------


def _places(contract: Node, operation: str, steps: list[str]) -> Iterator[_At]:
    """Yield the response schemas that a pointer may lead to; those of errors only if no other matches."""
    method, _, template = operation.partition(" ")
    responses: Node = contract["paths"].get(template, {}).get(method.lower(), {}).get("responses", {})
    for successes in (True, False):
        found: dict[str, _At] = {}
        for status, response in responses.items():
            content = follow(contract, response).get("content", {}).get("application/json")
            if content and status.startswith("2") is successes:
                start = _At(
                    f"$.paths[{_quoted(template)}].{method.lower()}.responses[{_quoted(status)}]"
                    ".content['application/json'].schema",
                    content["schema"],
                )
                found |= {at.path: at for at in _walk(contract, start, steps)}
        if found:
            yield from found.values()
            return


def _walk(contract: Node, at: _At, steps: list[str]) -> Iterator[_At]:
    if not steps:
        yield at
        return
    for holder in _holders(contract, at):
        schema, step, rest = holder.schema, steps[0], steps[1:]
        if step in schema.get("properties", {}):
            yield from _walk(contract, _At(holder.inner("properties", step), schema["properties"][step]), rest)
        elif "items" in schema and (step.isdigit() or step == "*"):
            yield from _walk(contract, _At(holder.inner("items"), schema["items"]), rest)
        elif is_object(schema.get("additionalProperties")):
            inner = schema["additionalProperties"]
            yield from _walk(contract, _At(holder.inner("additionalProperties"), inner), rest)


def _holders(contract: Node, at: _At) -> Iterator[_At]:
    """Yield the schema, or the one it refers to, or its variants."""
    ref = at.schema.get("$ref")
    if ref:
        yield from _holders(
            contract, _At(f"$.components.schemas[{_quoted(ref.removeprefix(_SCHEMA))}]", target(contract, ref))
        )
    for index, variant in enumerate(at.schema.get("anyOf", ())):
        yield from _holders(contract, _At(f"{at.path}.anyOf[{index}]", variant))
    if not ref and "anyOf" not in at.schema:
        yield at


def _quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _is_in_both(contract: Node, events: Node, path: str) -> bool:
    """Return whether the path is in a named schema that is equal in both documents."""
    name = re.match(r"\$\.components\.schemas\['([^']+)'\]", path)
    if name is None:
        return False
    one, other = (facts["components"]["schemas"].get(name[1]) for facts in (contract, events))
    return bool(one == other)
