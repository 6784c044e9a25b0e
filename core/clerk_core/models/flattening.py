"""Copy and pickle JSON values of any depth. `copy` and `pickle` recurse, which limits the depth."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object


class Node(NamedTuple):
    """One object or list of a nested value."""

    kind: type[Any]
    keys: list[str] | None
    """None for a list."""
    values: list[Any]
    inner: dict[int, int]
    """The values that are objects or lists: index in `values` -> number of the node."""
    variants: tuple[type[Any], ...]
    """The variants of a union, for an object that matches none of them."""


def flatten(root: Any, base: type[Any], known: dict[int, Any]) -> tuple[list[Node], list[Any]]:
    """Return the objects and lists within a value, as nodes and unchanged, in the same order; the root is first.

    Args:
        root: A dict, a list, or an object of attributes.
        base: The base class of all models.
        known: Ids of objects that are not flattened.
    """
    nodes: list[Node] = []
    holders: list[Any] = [root]
    numbers = {id(root): 0}
    for holder in holders:  # the list grows while it is read
        members = _members(holder)
        values: list[Any] = list(members.values()) if is_object(members) else list(members)
        inner: dict[int, int] = {}
        for place, value in enumerate(values):
            if id(value) not in known and (type(value) in (dict, list) or isinstance(value, base)):
                if id(value) not in numbers:
                    numbers[id(value)] = len(holders)
                    holders.append(value)
                inner[place] = numbers[id(value)]
        for place in inner:
            values[place] = None
        keys = list(members) if is_object(members) else None
        nodes.append(Node(type(holder), keys, values, inner, getattr(holder, "_variants", ())))
    return nodes, holders


def _members(holder: Any) -> Any:
    return getattr(holder, "__dict__", holder)  # dicts and lists have none


def create_empty(nodes: list[Node]) -> list[Any]:
    """Return an empty object or list for each node."""
    made: list[Any] = []
    for node in nodes:
        kind: Any = node.kind
        holder = kind.__new__(kind)
        if node.variants:
            object.__setattr__(holder, "_variants", node.variants)
        made.append(holder)
    return made


def fill(holders: list[Any], nodes: list[Node]) -> Any:
    """Fill the result of `create_empty` with the values of the nodes, and return the root."""
    for holder, (_, keys, values, inner, _) in zip(holders, nodes, strict=True):
        for place, number in inner.items():
            values[place] = holders[number]
        if is_list(holder):
            holder.extend(values)
        else:
            _members(holder).update(zip(keys or (), values, strict=True))
    return holders[0]


def restore(nodes: list[tuple[Any, ...]]) -> Any:
    """Return the value that pickle stored as these nodes."""
    whole = [Node(*node) for node in nodes]
    return fill(create_empty(whole), whole)


def deepcopy(root: Any, base: type[Any], memo: dict[int, Any]) -> Any:
    """Return a deep copy. `memo` is the memo of `copy.deepcopy`."""
    nodes, holders = flatten(root, base, memo)
    copies = create_empty(nodes)
    memo.update((id(holder), made) for holder, made in zip(holders, copies, strict=True))
    for node in nodes:
        node.values[:] = [copy.deepcopy(value, memo) for value in node.values]
    return fill(copies, nodes)
