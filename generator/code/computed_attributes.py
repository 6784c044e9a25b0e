"""Read `spec/attributes.yaml`: attributes that models compute from their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from clerk_core.guards import is_list, is_object
from generator.problems import GeneratorProblem
from generator.yaml_files import read_yaml

Rules = Mapping[str, Mapping[str, "Rule"]]
"""The rules by model and attribute."""


@attrs.frozen
class Rule:
    """How an attribute is computed: from an item of a list, or from several strings."""

    keys: tuple[str, ...]
    finds: bool
    """Whether `keys` are a list and the id of one of its items."""


@attrs.frozen
class Computed:
    """A property of a model."""

    name: str
    annotation: str
    doc: str
    expression: str


def load(path: Path) -> Rules:
    """Read the rules.

    Raises:
        GeneratorProblem: the file or a rule is malformed.
    """
    loaded = read_yaml(path)
    if not is_object(loaded) or not all(map(is_object, loaded.values())):
        raise GeneratorProblem(f"{path.name}: expected models with attributes")
    return {
        model: {name: _rule(f"{path.name}, {model}.{name}", rule) for name, rule in attributes.items()}
        for model, attributes in loaded.items()
    }


def _rule(place: str, rule: object) -> Rule:
    if is_object(rule) and set(rule) == {"find", "by"}:
        keys, finds = [rule["find"], rule["by"]], True
    elif is_object(rule) and set(rule) == {"join"} and is_list(rule["join"]):
        keys, finds = rule["join"], False
    else:
        raise GeneratorProblem(f"{place}: expected `find` and `by`, or a list under `join`")
    if not all(isinstance(key, str) for key in keys):
        raise GeneratorProblem(f"{place}: expected names of keys")
    return Rule(tuple(keys), finds)


def computed(rules: Mapping[str, Rule], declared: Mapping[str, tuple[str, str]]) -> list[Computed]:
    """Return the properties of a model; those whose keys it lacks are left out.

    Args:
        rules: The rules of the model, by attribute.
        declared: The name and annotation of the attribute of each key.
    """
    return [
        _computed(name, rule, [declared[key] for key in rule.keys])
        for name, rule in sorted(rules.items())
        if declared.keys() >= set(rule.keys)
    ]


def _computed(name: str, rule: Rule, of: Sequence[tuple[str, str]]) -> Computed:
    names = [attribute for attribute, _ in of]
    values = ", ".join(f"self.{attribute}" for attribute in names)
    if not rule.finds:
        given = " and ".join(f"`{attribute}`" for attribute in names)
        return Computed(
            name,
            "str | None",
            f"{given}, those that are set, joined with spaces; None if none is set.",
            f"join_words({values})",
        )
    item = of[0][1].removeprefix("list[").partition("]")[0]
    doc = f"The item of `{names[0]}` whose id is `{names[1]}`; None if there is no such item."
    return Computed(name, f"{item} | None", doc, f"find_by_id({values})")
