"""Reduce schemas to their facts: OpenAPI 3.0 in, 3.1 out, in which null is a type like any other."""

from __future__ import annotations

from typing import Any

from clerk_core.guards import is_list, is_object
from generator.contract.nodes import LIMITS, Node, or_null, pointer
from generator.contract.raw_document import References, expect_object, expect_text
from generator.problems import DocumentProblem

_TYPES = {"array", "boolean", "integer", "number", "object", "string"}
_FACTS = ("default", "deprecated", "format", *LIMITS, "readOnly", "writeOnly")


class SchemaNormaliser:
    """Turns the schemas of one document into facts."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._merging: list[str] = []

    def schema(self, raw: Any, at: str) -> Node:
        """Return the facts of one schema; `at` is its JSON pointer."""
        raw = expect_object(raw, at)
        if "$ref" in raw:
            plain = self._references.checked(raw, at)
            if raw.get("deprecated"):
                plain["deprecated"] = True
            return or_null(plain) if raw.get("nullable") else plain
        facts = self._merged(raw, at) if "allOf" in raw else self._plain(raw, at)
        return or_null(facts) if raw.get("nullable") else facts

    def _plain(self, raw: Node, at: str) -> Node:
        facts: Node = {key: raw[key] for key in _FACTS if key in raw}
        self._bounds(raw, facts)
        union = next((key for key in ("oneOf", "anyOf") if key in raw and not self._only_requires(raw[key], at)), None)
        if union:
            branches = [self.schema(branch, pointer(f"{at}/{union}", i)) for i, branch in enumerate(raw[union])]
            if len(branches) == 1:
                return {**branches[0], **facts}
            # Always `anyOf`: variants overlap (a private key has all members of the public one), and `oneOf` would
            # reject a value that matches two.
            facts["anyOf"] = branches
            self._discriminator(raw, facts, at)
            return facts
        kind = raw.get("type", "object" if "properties" in raw else None)
        if kind is not None:
            if kind not in _TYPES:
                raise DocumentProblem(f"{at}/type", f"expected one of {', '.join(sorted(_TYPES))}, found {kind!r}")
            facts["type"] = kind
        if "enum" in raw:
            values: Any = raw["enum"]
            if not is_list(values) or not values:
                raise DocumentProblem(f"{at}/enum", "expected a list of values")
            facts["enum"] = sorted((value for value in values if value is not None), key=str)
        if kind == "array":
            facts["items"] = self.schema(raw.get("items", {}), f"{at}/items")
        if kind == "object":
            self._members(raw, facts, at)
        return facts

    def _members(self, raw: Node, facts: Node, at: str) -> None:
        properties = expect_object(raw.get("properties", {}), f"{at}/properties")
        if properties:
            facts["properties"] = {
                name: self.schema(value, pointer(f"{at}/properties", name)) for name, value in properties.items()
            }
        required = raw.get("required", [])
        # `required: true` on a schema is a mistake for the parameter's flag; it does not concern the members.
        if is_list(required) and required:
            facts["required"] = sorted({expect_text(name, f"{at}/required") for name in required})
        extra = raw.get("additionalProperties")
        if isinstance(extra, dict):
            facts["additionalProperties"] = self.schema(extra, f"{at}/additionalProperties")
        elif extra is not None:
            facts["additionalProperties"] = bool(extra)

    def _merged(self, raw: Node, at: str) -> Node:
        """Return the single schema that an `allOf` is equivalent to."""
        parts = [(part, pointer(f"{at}/allOf", i)) for i, part in enumerate(raw["allOf"])]
        own = {key: value for key, value in raw.items() if key not in ("allOf", "nullable")}
        if len(parts) == 1 and "properties" not in own:
            only = self.schema(*parts[0])
            return {**only, **({"deprecated": True} if own.get("deprecated") else {})}
        if "properties" in own or "required" in own:
            parts.append(({"type": "object", **own}, at))
        merged: Node = {"type": "object", "properties": {}}
        required: set[str] = set()
        closed: list[bool] = []
        for part, here in parts:
            facts = self._resolved(expect_object(part, here), here)
            merged["properties"].update(facts.get("properties", {}))
            required.update(facts.get("required", ()))
            if "properties" in facts:
                closed.append(facts.get("additionalProperties") is False)
        if required:
            merged["required"] = sorted(required)
        if closed and all(closed):
            merged["additionalProperties"] = False
        return merged

    def _resolved(self, part: Node, at: str) -> Node:
        if "$ref" not in part:
            return self.schema(part, at)
        ref = self._references.checked(part, at)["$ref"]
        if ref in self._merging:
            raise DocumentProblem(at, f"{ref} contains itself")
        self._merging.append(ref)
        facts = self._resolved(self._references.target(ref, at), ref)
        self._merging.pop()
        return facts

    def _only_requires(self, branches: Any, at: str) -> bool:
        """Return whether all branches only constrain which members go together, which does not affect the type."""
        if not is_list(branches) or not all(is_object(branch) for branch in branches):
            raise DocumentProblem(at, "expected a list of schemas")
        return all(set(branch) <= {"required", "not", "description"} for branch in branches)

    def _discriminator(self, raw: Node, facts: Node, at: str) -> None:
        discriminator = raw.get("discriminator")
        if discriminator is None:
            return
        here = f"{at}/discriminator"
        kept: Node = {"propertyName": expect_text(expect_object(discriminator, here).get("propertyName"), here)}
        mapping = discriminator.get("mapping")
        if mapping:
            kept["mapping"] = {
                value: self._references.checked({"$ref": ref}, pointer(f"{here}/mapping", value))["$ref"]
                for value, ref in mapping.items()
            }
        facts["discriminator"] = kept

    @staticmethod
    def _bounds(raw: Node, facts: Node) -> None:
        """Convert exclusive bounds: a flag in OpenAPI 3.0, the bound itself in 3.1."""
        for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if raw.get(flag) is True and bound in facts:
                facts[flag] = facts.pop(bound)
            elif isinstance(raw.get(flag), int | float) and not isinstance(raw[flag], bool):
                facts[flag] = raw[flag]
