"""Read an OpenAPI document: typed access to its values, and its references, with the place of each problem."""

from __future__ import annotations

from typing import Any

from clerk_core.guards import is_object
from generator.contract.nodes import Node, target
from generator.problems import DocumentProblem


def expect_object(value: Any, at: str) -> Node:
    """Return a value that must be an object; `at` is its JSON pointer."""
    if not is_object(value):
        found = "nothing" if value is None else type(value).__name__
        raise DocumentProblem(at, f"expected an object, found {found}")
    return value


def expect_text(value: Any, at: str) -> str:
    """Return a value that must be a string with at least one character; `at` is its JSON pointer."""
    if not isinstance(value, str) or not value:
        raise DocumentProblem(at, f"expected a text, found {value!r}")
    return value


class References:
    """Resolves references within one document."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def checked(self, node: Node, at: str) -> Node:
        """Return the `$ref` of a node alone, after checking that it points to an object."""
        ref = expect_text(node["$ref"], f"{at}/$ref")
        self.target(ref, at)
        return {"$ref": ref}

    def target(self, ref: str, at: str) -> Node:
        """Return the object that a reference points to; `at` is the place of the reference."""
        if not ref.startswith("#/"):
            raise DocumentProblem(at, f"refers to {ref!r}, outside of the document")
        try:
            node = target(self._document, ref)
        except KeyError:
            raise DocumentProblem(at, f"refers to {ref!r}, which does not exist") from None
        return expect_object(node, ref)

    def follow(self, node: Node) -> Node:
        """Return the node, or what its `$ref` points to."""
        return self.target(node["$ref"], "") if "$ref" in node else node
