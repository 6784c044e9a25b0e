"""`python -m generator drift LOG`: what clients reported as drift becomes corrections for a person to judge.

A log holds a drift a line: its `str()`, whatever stands before it in the line, or its fields as a JSON object.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import attrs
import yaml

from clerk_core.guards import is_list, is_object
from clerkkit.drift import Drift, Kind
from generator.contract.normalise import Node, follow, target
from generator.contract.recording import load
from generator.problems import GeneratorProblem

_SCHEMA = "#/components/schemas/"
_FIELDS = set(Drift._fields)
_KINDS = get_args(Kind)
_LINE = re.compile(
    r"(?P<operation>(?:GET|PUT|POST|PATCH|DELETE) /\S*), (?P<pointer>/.*?|the body|the status): "
    rf"(?P<kind>{'|'.join(_KINDS)}), expected (?P<expected>.+?), seen (?P<seen>.+?)(?: \(in (?P<places>\d+) places\))?$"
)
_MOST_OPERATIONS = 3


@attrs.frozen
class Proposal:
    """A correction that would make the drifts seen no drifts; `drifts` counts how often each was reported."""

    actions: list[Node]
    drifts: Counter[Drift]

    @property
    def evidence(self) -> str:
        """How often, where and what."""
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
    """The proposals as a list of actions for `corrections.yaml`; what cannot be proposed follows as comments.

    Raises:
        GeneratorProblem: the log cannot be read, or holds no drift.
    """
    contract, events = load(spec / "contract.json"), load(spec / "events.json")
    found, others = proposals(contract, events, read(log))
    actions = [action for proposal in found for action in proposal.actions]
    dump: Any = cast(Any, yaml).safe_dump
    text = dump(actions, sort_keys=False, width=110, allow_unicode=True) if actions else ""
    lines = [f"# by hand, {why}: {drift} ({count} reports)\n" for (drift, why), count in others.items()]
    return text + "".join(lines)


def read(log: Path) -> Counter[Drift]:
    """The drifts of a log, with how often each was reported. Lines of other kinds are passed over."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GeneratorProblem(f"{log}: cannot be read ({error})") from error
    drifts = Counter(drift for number, line in enumerate(lines, 1) if (drift := _drift(f"{log}, line {number}", line)))
    if not drifts:
        raise GeneratorProblem(f"{log}: holds no drift; docs/updating.md tells how to record some")
    return drifts


def _drift(place: str, line: str) -> Drift | None:
    if line.startswith("{"):
        try:
            fields: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise GeneratorProblem(f"{place}: is not whole JSON ({error.msg})") from error
        if not is_object(fields) or fields.keys() != _FIELDS or fields["kind"] not in _KINDS:
            raise GeneratorProblem(f"{place}: expected the fields {', '.join(Drift._fields)}")
        *texts, places = (fields[name] for name in Drift._fields)
        if not all(isinstance(text, str) for text in texts) or type(places) is not int:
            raise GeneratorProblem(f"{place}: all fields are texts but `places`, which is a number")
        return Drift(**fields)
    found = _LINE.search(line)
    if found is None:
        return None
    pointer = found["pointer"] if found["pointer"].startswith("/") else ""
    kind: Any = found["kind"]
    return Drift(found["operation"], pointer, kind, found["expected"], found["seen"], int(found["places"] or 1))


def proposals(
    contract: Node, events: Node, drifts: Counter[Drift]
) -> tuple[list[Proposal], Counter[tuple[Drift, str]]]:
    """One proposal per place of the contract and kind of correction, the most reported first, and what has none."""
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
    """Why no correction can be proposed."""


@attrs.frozen
class _At:
    """A schema and the path to it, which begins at the last named schema."""

    path: str
    schema: Node

    def inner(self, *steps: str) -> str:
        """The path, some names further."""
        return self.path + "".join(f"[{_quoted(step)}]" for step in steps)


def _actions(contract: Node, drift: Drift) -> list[Node]:
    """What makes the drift none, without its evidence; nothing where the contract allows it already."""
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
    """The schema, or a value of the type that was seen."""
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
    """A schema for a value of which only the type is known; of a null not even that."""
    kind = seen.partition(" ")[0]
    if kind == "array":
        return {"type": "array", "items": {}}
    return {"type": kind}


# -- where a pointer leads -----------------------------------------------------------------------------------------


def _places(contract: Node, operation: str, steps: list[str]) -> Iterator[_At]:
    """The schemas of an operation's answers that a pointer may lead to; those of errors only where no other fits."""
    method, _, template = operation.partition(" ")
    answers: Node = contract["paths"].get(template, {}).get(method.lower(), {}).get("responses", {})
    for successes in (True, False):
        found: dict[str, _At] = {}
        for status, answer in answers.items():
            content = follow(contract, answer).get("content", {}).get("application/json")
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
    """The schema itself, the one that it refers to, or those of its variants."""
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
    """Whether the path is in a named schema that is the same in both documents."""
    name = re.match(r"\$\.components\.schemas\['([^']+)'\]", path)
    if name is None:
        return False
    one, other = (facts["components"]["schemas"].get(name[1]) for facts in (contract, events))
    return bool(one == other)
