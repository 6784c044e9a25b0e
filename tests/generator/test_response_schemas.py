"""`response_schemas.json`: the facts about responses that drift detection compares with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.code import response_schemas
from tests.generator.documents import build, changed

ROOT = Path(__file__).resolve().parents[2]
CONTRACT: Any = json.loads((ROOT / "spec" / "contract.json").read_text(encoding="utf-8"))


def union(*variants: dict[str, Any], **named: dict[str, Any]) -> Any:
    """Return the schema of an operation that returns a union."""
    content = {"application/json": {"schema": {"anyOf": list(variants)}}}
    contract = {
        "paths": {"/x": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": named},
    }
    return response_schemas.describe(contract)["operations"]["GET /x"]["200"]


def variant(**constants: list[Any] | None) -> dict[str, Any]:
    """Return the schema of an object whose keys are constants, or strings if the values are None."""
    texts = {key: {"type": "string", **({"enum": values} if values else {})} for key, values in constants.items()}
    return {"type": "object", "properties": texts}


def test_describes_the_responses_of_a_small_contract(tmp_path: Path) -> None:
    limited = changed("components|schemas|Thing|properties|id|maxLength", 5)
    made = response_schemas.describe(build(tmp_path, limited).facts)
    words = made.pop("words")
    assert {"thing", "things", "owner", "since", "parts", "state", "off"} <= set(words)
    assert made == {
        "operations": {
            "GET /things": {"200": {"type": "array", "items": {"$ref": "Thing"}}, "400": None},
            "POST /things": {"201": {"$ref": "Thing"}},
            "DELETE /things/{thing_id}": {"204": None},
        },
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["id", "owner"],
                "properties": {
                    "id": {"type": "string"},
                    "description": {"type": "string"},
                    "owner": {"anyOf": [{"$ref": "Owner"}, {"type": "null"}]},
                    "state": {"type": ["string", "null"], "enum": ["off", "on", None]},
                    "parts": {"type": "array", "items": {"$ref": "ThingPart"}},
                },
            },
            "ThingPart": {"type": "object", "properties": {"x": {"type": "integer"}}},
            "Owner": {
                "type": "object",
                "required": ["name", "since"],
                "properties": {"name": {"type": "string"}, "since": {"type": "integer"}},
            },
        },
    }


def test_properties_named_like_keywords_are_kept() -> None:
    names = ("format", "minimum", "$ref", "properties", "tag")
    properties = {name: {"type": "string", "maxLength": 3} for name in names}
    assert union({"type": "object", "properties": properties}) == {
        "anyOf": [{"type": "object", "properties": {name: {"type": "string"} for name in names}}]
    }


@pytest.mark.parametrize("extra", [True, False])
def test_additional_properties_flag_is_kept(extra: bool) -> None:
    assert union({"type": "object", "additionalProperties": extra})["anyOf"][0]["additionalProperties"] is extra


def test_schemas_of_map_values_are_kept_without_limits() -> None:
    made = union({"type": "object", "additionalProperties": {"type": "string", "minLength": 1}})
    assert made["anyOf"] == [{"type": "object", "additionalProperties": {"type": "string"}}]


@pytest.mark.parametrize(
    ("variants", "tag"),
    [
        ([variant(object=["a"], kind=["x"]), variant(object=["b"], kind=["y"])], "object"),
        ([variant(kind=["x"], type=["p"]), variant(kind=["y"], type=["q"])], "kind"),
        ([variant(kind=["x"]), variant(kind=["x"]), variant(kind=["y", "z"])], "kind"),
        ([variant(object=["a"]), variant(object=["b"]), {"type": "null"}], "object"),
        ([variant(object=["a"]), variant(object=["b"]), {"type": "array", "items": {}}], "object"),
        ([variant(status=["a", "b"]), variant(status=["b", "c"])], None),
        ([variant(status=["a", "b"]), variant(status=["a", "b"])], None),
        ([variant(object=["a"]), variant(object=None)], None),
        ([variant(object=["a"]), variant(other=["b"])], None),
        ([variant(object=["a"]), {"type": "null"}], None),
        ([variant(object=["a"]), variant(object=["b"]), {"type": "object"}], None),
        ([variant(object=["a"]), variant(object=["b"]), {}], None),
        ([{"type": "string"}, {"type": "null"}], None),
    ],
)
def test_tag_is_the_key_that_discriminates_all_objects(variants: list[dict[str, Any]], tag: str | None) -> None:
    assert union(*variants).get("tag") == tag
    named = {f"V{number}": schema for number, schema in enumerate(variants)}
    references = [{"$ref": f"#/components/schemas/{name}"} for name in named]
    assert union(*references, **named).get("tag") == tag
    assert union({"anyOf": references}, {"type": "null"}, **named).get("tag") == tag


def test_text_is_compact_and_sorted() -> None:
    text = response_schemas.text(CONTRACT)
    backwards = json.loads(json.dumps(CONTRACT), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert response_schemas.text(backwards) == text
    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) + "\n"


def test_package_contains_the_schemas_of_the_contract() -> None:
    held = (ROOT / "generated" / "clerk_bapi" / "response_schemas.json").read_bytes()
    assert held == response_schemas.text(CONTRACT).encode("ascii")


def test_schemas_are_those_that_responses_refer_to() -> None:
    made = response_schemas.describe(CONTRACT)
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(made))) == set(made["schemas"])
    assert len(made["operations"]) == sum(map(len, CONTRACT["paths"].values()))
    assert not [name for name in made["schemas"] if name.endswith("Request")]
