"""Name operations that `spec/names.yaml` does not name.

An endpoint function is named after the operation id, verb first. A method has Clerk's name for it, or else the
function's, without the words of its resource. Names of operations that return a list start with `list`.
"""

from __future__ import annotations

import re

from generator.contract import spelling
from generator.contract.nodes import Node, blanked, follow
from generator.contract.reachable import results

_VERBS = ("get", "list", "create", "update", "delete")
_PREPOSITIONS = ("for", "from", "in", "of", "to")


def function_name(operation_id: str, *, is_list: bool) -> str:
    """Return the endpoint function of an operation: `GetUserList` -> `list_users`."""
    words = spelling.words(operation_id)
    verb = next((word for word in words if word in _VERBS), words[0])
    if words[0] not in _VERBS:
        words = [verb, *(word for word in words if word != verb)]
    return "_".join(_listing(words) if is_list else words)


def method_name(name: str, owners: list[str], *, is_list: bool) -> str:
    """Return the method of an operation: `getApiKeySecret` -> `get_secret`.

    Args:
        name: Clerk's name of the method, or the endpoint function.
        owners: Names of its resource, such as `api_keys`, in order of preference.
        is_list: Whether the operation returns a list.
    """
    words = _listing(spelling.words(name)) if is_list else spelling.words(name)
    shorter = (_without(words, owner.split("_")) for owner in owners)
    return spelling.snake("_".join(next((found for found in shorter if found != words), words)))


def iterator_of(method: str) -> str:
    """Return the name of the iterator for a method: `list` -> `iterate`."""
    name = re.sub(r"^(list|get)(?=_|$)", "iterate", method)
    return name if name != method else f"iterate_{name}"


def name_by_path(verb: str, path: str, *, is_list: bool) -> str:
    """Return a name from a verb and a path: `list`, `/users/{user_id}/memberships` -> `list_user_memberships`."""
    words = [verb]
    for part in re.findall(r"([^/{}]+)(/{)?", blanked(path)):
        found = spelling.words(part[0])
        words += [*found[:-1], *map(spelling.singular, found[-1:])] if part[1] else found
    if len(words) > 2 and words[-1] == verb:
        words.pop()
    return spelling.snake("_".join([*words[:-1], spelling.plural(words[-1])] if is_list and len(words) > 1 else words))


def has_pages(contract: Node, operation: Node) -> bool:
    """Return whether an operation takes the arguments of a page, so that it may get an iterator."""
    names = {follow(contract, parameter)["name"] for parameter in operation.get("parameters", ())}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        names |= follow(contract, media["schema"]).get("properties", {}).keys()
    return {"limit", "offset"} <= names


def returns_list(contract: Node, operation: Node) -> bool:
    """Return whether an operation returns an array, or a page: an object with an array and `total_count`."""
    schemas = [follow(contract, schema) for schema in results(contract, operation)]
    variants = [one for schema in schemas for one in (schema, *schema.get("anyOf", ()))]
    return any(_is_list(contract, follow(contract, one)) for one in variants)


def _is_list(contract: Node, schema: Node) -> bool:
    members: Node = schema.get("properties", {})
    has_rows = any(follow(contract, member).get("type") == "array" for member in members.values())
    return schema.get("type") == "array" or ("total_count" in members and has_rows)


def _listing(words: list[str]) -> list[str]:
    """Return the words of a list operation: `get user list` and `get user` -> `list users`."""
    if words[0] != "get":
        return words
    things = words[1:-1] if words[-1] == "list" else words[1:]
    return ["list", *things[:-1], *map(spelling.plural, things[-1:])]


def _without(words: list[str], owner: list[str]) -> list[str]:
    """Return the words without those of the owner (singular or plural), and without a trailing preposition."""
    alike, wanted = ([spelling.singular(word) for word in some] for some in (words, owner))
    for start in range(1, len(words) - len(owner) + 1):
        if alike[start : start + len(owner)] == wanted:
            before, after = words[:start], words[start + len(owner) :]
            return before[:-1] if before[-1] in _PREPOSITIONS and not after else before + after
    return words
