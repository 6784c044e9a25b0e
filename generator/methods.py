"""Operations that claim one method name: one keeps it, the others are called by their operation ids."""

from __future__ import annotations

from collections import defaultdict

from generator import names
from generator.normalise import METHODS, Node

_NAME = "x-speakeasy-name-override"


def distinct_methods(contract: Node) -> list[str]:
    """Give each operation of a group a method name of its own, in place; tells of those that lost the one they claim.

    The name stays with the path below the group's own, such as `/users/...` in `users`, else with the first in order,
    so that the same document always gives the same names.
    """
    claims: dict[tuple[str, str], list[tuple[bool, str, str]]] = defaultdict(list)
    for path, item in contract["paths"].items():
        for http in METHODS:
            if http in item:
                facts = item[http]
                group = names.snake(facts.get("x-speakeasy-group") or facts["tags"][0])
                method = names.snake(facts.get(_NAME) or facts["operationId"])
                elsewhere = names.snake(path.split("/")[1]) != group
                claims[group, method].append((elsewhere, path, http))
    said: list[str] = []
    for (group, method), claimed in sorted(claims.items()):
        for _, path, http in sorted(claimed)[1:]:
            facts = contract["paths"][path][http]
            facts[_NAME] = facts["operationId"]
            own = names.snake(facts["operationId"])
            said.append(f"{len(claimed)} operations claim {group}.{method}: {http.upper()} {path} is {group}.{own}")
    return said
