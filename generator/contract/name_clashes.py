"""Keep the names of operations apart, those of their endpoint functions, methods and iterators.

A name that several operations claim goes to the one that has it in `names.yaml`, else to the one that has it in the
contract before, because callers use it. Else it goes to an operation that was there before, to the one under the
resource's path, such as `/users/...` in `users`, or to the first in order. The others keep the name that they had
before. Else a function is named after the path, and a method after its function.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from generator.contract import spelling
from generator.contract.naming_rules import iterator_of, name_by_path
from generator.contract.nodes import Node


@attrs.frozen
class Claim:
    """An operation, and the names that it claims."""

    path: str
    http: str
    names: Node
    """Its `resource`, `method` and `function`, which `keep_apart` changes."""
    decided: Collection[str]
    """Those that `names.yaml` decides."""
    before: Mapping[str, str]
    is_list: bool
    has_pages: bool

    @property
    def elsewhere(self) -> bool:
        """Whether its path is not that of its resource."""
        resource: str = self.names["resource"]
        return spelling.snake(self.path.split("/")[1]) != resource

    def former(self, key: str) -> str | None:
        """Return the name that it had, of a method only in the same resource."""
        same = key == "function" or self.before.get("resource") == self.names["resource"]
        return self.before.get(key) if same else None

    def uses(self, key: str, name: str) -> set[tuple[str, str]]:
        """Return what a name takes: a function in the package, or a method and its iterator in the resource."""
        if key == "function":
            return {("", name)}
        return {(self.names["resource"], one) for one in ([name, iterator_of(name)] if self.has_pages else [name])}

    def priority(self, key: str) -> tuple[bool, bool, bool, bool, str, str]:
        """Return the sort key that decides who gets a name first."""
        held = self.former(key) == self.names[key]
        return key not in self.decided, not held, not self.before, self.elsewhere, self.path, self.http

    def substitutes(self, key: str) -> Iterator[str]:
        """Yield names to use instead, without end."""
        function: str = self.names["function"]
        if key == "function":
            function = name_by_path(function.split("_")[0], self.path, is_list=self.is_list)
        yield function
        yield from (f"{function}_{number}" for number in itertools.count(2))


def keep_apart(claims: Iterable[Claim]) -> list[str]:
    """Give operations different names, in place, and return a note for each that did not get the name it claims."""
    claims = list(claims)
    # Functions first, because methods may be named after them.
    return [*_Names("function").assign(claims), *_Names("method").assign(claims)]


class _Names:
    """The names of one kind, and the operations that have them."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._taken: dict[tuple[str, str], Claim] = {}

    def assign(self, claims: list[Claim]) -> list[str]:
        key = self._key
        ordered = sorted(claims, key=lambda claim: claim.priority(key))
        claimants: defaultdict[tuple[str, str], list[Claim]] = defaultdict(list)
        lost: list[tuple[str, str, Claim]] = []
        waiting: list[Claim] = []
        for claim in ordered:
            claimed = claim.names[key]
            for use in claim.uses(key, claimed):
                claimants[use].append(claim)
            if not self._take(claim, claimed):
                clashes = sorted(claim.uses(key, claimed) & self._taken.keys(), key=lambda use: use[1] != claimed)
                lost.append((*clashes[0], claim))
                if not self._take(claim, claim.former(key)):
                    waiting.append(claim)
        for claim in waiting:
            next(name for name in claim.substitutes(key) if self._take(claim, name))
        notes: list[str] = []
        for scope, name, claim in sorted(lost, key=lambda one: one[:2]):
            count = len({id(one) for one in (*claimants[scope, name], self._taken[scope, name])})
            start, kind = (f"{scope}.", "") if scope else ("", "the function ")
            operation = f"{claim.http.upper()} {claim.path}"
            notes.append(f"{count} operations claim {kind}{start}{name}: {operation} is {start}{claim.names[key]}")
        return notes

    def _take(self, claim: Claim, name: str | None) -> bool:
        """Give a name to an operation, and return whether it was free."""
        uses = claim.uses(self._key, name) if name else set[tuple[str, str]]()
        if not uses or uses & self._taken.keys():
            return False
        self._taken.update(dict.fromkeys(uses, claim))
        claim.names[self._key] = name
        return True
