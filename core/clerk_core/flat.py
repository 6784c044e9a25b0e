"""Copy and pickle JSON values of any depth: `copy` and `pickle` call themselves for each level, and give up early."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object


class Node(NamedTuple):
    """One object or list of a value."""

    kind: type[Any]
    keys: list[str] | None
    """None in a list."""
    values: list[Any]
    inner: dict[int, int]
    """Which of the values are objects or lists: place in `values` -> number of the node."""
    variants: tuple[type[Any], ...]
    """The classes of a union whose attributes this object has."""


def flatten(root: Any, has_attributes: type[Any], known: dict[int, Any]) -> tuple[list[Node], list[Any]]:
    """Return the objects and lists within a value as nodes, and as they are, in the same order; the root is first.

    Args:
        root: A dict, a list, or an object of attributes.
        has_attributes: The class of objects whose `__dict__` is a JSON object.
        known: Ids of objects that stay values of the node they are in.
    """
    nodes: list[Node] = []
    holders: list[Any] = [root]
    numbers = {id(root): 0}
    for holder in holders:  # grows meanwhile
        members = _members(holder)
        values: list[Any] = list(members.values()) if is_object(members) else list(members)
        inner: dict[int, int] = {}
        for place, value in enumerate(values):
            if id(value) not in known and (type(value) in (dict, list) or isinstance(value, has_attributes)):
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


def empty(nodes: list[Node]) -> list[Any]:
    """Return an object or list for each node, to be filled."""
    made: list[Any] = []
    for node in nodes:
        kind: Any = node.kind
        holder = kind.__new__(kind)
        if node.variants:
            object.__setattr__(holder, "_variants", node.variants)
        made.append(holder)
    return made


def fill(holders: list[Any], nodes: list[Node]) -> Any:
    """Fill what `empty` returned with the values of the nodes; the root comes back."""
    for holder, (_, keys, values, inner, _) in zip(holders, nodes, strict=True):
        for place, number in inner.items():
            values[place] = holders[number]
        if is_list(holder):
            holder.extend(values)
        else:
            _members(holder).update(zip(keys or (), values, strict=True))
    return holders[0]


def restore(nodes: list[tuple[Any, ...]]) -> Any:
    """Return the value of these nodes, as pickle has kept them."""
    whole = [Node(*node) for node in nodes]
    return fill(empty(whole), whole)


def deepcopy(root: Any, has_attributes: type[Any], memo: dict[int, Any]) -> Any:
    """Return a deep copy; `memo` is that of `copy.deepcopy`."""
    nodes, holders = flatten(root, has_attributes, memo)
    copies = empty(nodes)
    memo.update((id(holder), made) for holder, made in zip(holders, copies, strict=True))
    for node in nodes:
        node.values[:] = [copy.deepcopy(value, memo) for value in node.values]
    return fill(copies, nodes)
