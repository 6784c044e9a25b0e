"""Allow null where a schema is referred to, and not in the named schema itself."""

from __future__ import annotations

from generator.contract.nodes import NULL, SCHEMA, Node, walk


def move_null_to_references(facts: Node) -> None:
    """Make each nullable named schema non-null, and each reference to it `anyOf: [$ref, null]`, in place."""
    schemas: Node = facts["components"]["schemas"]
    nullable: set[str] = set()
    for name, schema in schemas.items():
        if isinstance(schema.get("type"), list) and "null" in schema["type"]:
            nullable.add(SCHEMA + name)
            (schema["type"],) = [kind for kind in schema["type"] if kind != "null"]
            if "enum" in schema:
                schema["enum"] = [value for value in schema["enum"] if value is not None]
    branches_with_null = {
        id(branch)
        for node in walk(facts)
        if isinstance(node.get("anyOf"), list) and NULL in node["anyOf"]
        for branch in node["anyOf"]
    }
    for node in list(walk(facts)):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref in nullable and id(node) not in branches_with_null:
            reference = {"$ref": node.pop("$ref")}
            node["anyOf"] = [reference, dict(NULL)]
