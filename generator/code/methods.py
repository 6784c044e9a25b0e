"""The rule that names operations which `spec/names.yaml` does not name.

An endpoint function is the operation id with its verb first. A method is Clerk's name for it, or else that of the
function, without the words of its resource. Both start with `list` where the operation answers a list.
"""

from __future__ import annotations

from generator.code.reach import answers
from generator.contract import names
from generator.contract.normalise import Node, follow

_VERBS = ("get", "list", "create", "update", "delete")
_PREPOSITIONS = ("for", "from", "in", "of", "to")


def function_name(operation_id: str, *, is_list: bool) -> str:
    """`GetUserList` -> `list_users`, `UserPasskeyDelete` -> `delete_user_passkey`."""
    words = names.words(operation_id)
    verb = next((word for word in words if word in _VERBS), words[0])
    if words[0] not in _VERBS:
        words = [verb, *(word for word in words if word != verb)]
    return "_".join(_listing(words) if is_list else words)


def method_name(name: str, owners: list[str], *, is_list: bool) -> str:
    """`getApiKeySecret` -> `get_secret`; `owners` are names of its resource, such as `api_keys`, the best one first."""
    words = _listing(names.words(name)) if is_list else names.words(name)
    shorter = (_without(words, owner.split("_")) for owner in owners)
    return names.snake("_".join(next((found for found in shorter if found != words), words)))


def answers_list(contract: Node, operation: Node) -> bool:
    """Whether it answers an array, or a page: an object with an array and `total_count`."""
    answered = [follow(contract, schema) for schema in answers(contract, operation)]
    variants = [one for schema in answered for one in (schema, *schema.get("anyOf", ()))]
    return any(_is_list(contract, follow(contract, one)) for one in variants)


def _is_list(contract: Node, schema: Node) -> bool:
    members: Node = schema.get("properties", {})
    has_rows = any(follow(contract, member).get("type") == "array" for member in members.values())
    return schema.get("type") == "array" or ("total_count" in members and has_rows)


def _listing(words: list[str]) -> list[str]:
    """`get user list` and `get user` -> `list users`."""
    if words[0] != "get":
        return words
    things = words[1:-1] if words[-1] == "list" else words[1:]
    return ["list", *things[:-1], *map(names.plural, things[-1:])]


def _without(words: list[str], owner: list[str]) -> list[str]:
    """The words without those of the owner, singular or plural, nor a preposition that ends them then."""
    alike, wanted = ([names.singular(word) for word in some] for some in (words, owner))
    for start in range(1, len(words) - len(owner) + 1):
        if alike[start : start + len(owner)] == wanted:
            before, after = words[:start], words[start + len(owner) :]
            return before[:-1] if before[-1] in _PREPOSITIONS and not after else before + after
    return words
