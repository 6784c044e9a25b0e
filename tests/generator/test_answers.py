"""`answers.json`: the facts that drift reports compare with, and nothing more."""

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
    """What becomes of a union: the facts of an operation that answers one."""
    content = {"application/json": {"schema": {"anyOf": list(variants)}}}
    contract = {
        "paths": {"/x": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": named},
    }
    return response_schemas.answers(contract)["operations"]["GET /x"]["200"]


def variant(**constants: list[Any] | None) -> dict[str, Any]:
    """An object with constants, or a free text where there is none."""
    texts = {key: {"type": "string", **({"enum": values} if values else {})} for key, values in constants.items()}
    return {"type": "object", "properties": texts}


def test_a_small_contract_becomes_its_answers(tmp_path: Path) -> None:
    limited = changed("components|schemas|Thing|properties|id|maxLength", 5)
    made = response_schemas.answers(build(tmp_path, limited).facts)
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


def test_a_property_may_be_called_like_a_keyword_or_a_limit() -> None:
    names = ("format", "minimum", "$ref", "properties", "tag")
    properties = {name: {"type": "string", "maxLength": 3} for name in names}
    assert union({"type": "object", "properties": properties}) == {
        "anyOf": [{"type": "object", "properties": {name: {"type": "string"} for name in names}}]
    }


@pytest.mark.parametrize("extra", [True, False])
def test_whether_other_keys_are_allowed_is_kept(extra: bool) -> None:
    assert union({"type": "object", "additionalProperties": extra})["anyOf"][0]["additionalProperties"] is extra


def test_the_values_of_a_map_are_kept_without_limits() -> None:
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
def test_the_tag_is_the_key_that_tells_all_objects_apart(variants: list[dict[str, Any]], tag: str | None) -> None:
    assert union(*variants).get("tag") == tag
    named = {f"V{number}": schema for number, schema in enumerate(variants)}
    references = [{"$ref": f"#/components/schemas/{name}"} for name in named]
    assert union(*references, **named).get("tag") == tag
    assert union({"anyOf": references}, {"type": "null"}, **named).get("tag") == tag


def test_the_text_is_compact_in_a_stable_order_and_ends_its_line() -> None:
    text = response_schemas.text(CONTRACT)
    backwards = json.loads(json.dumps(CONTRACT), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert response_schemas.text(backwards) == text
    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) + "\n"


def test_the_package_holds_the_answers_of_the_contract() -> None:
    held = (ROOT / "generated" / "clerk_bapi" / "answers.json").read_bytes()
    assert held == response_schemas.text(CONTRACT).encode("ascii")


def test_every_reference_is_held_and_nothing_that_none_refers_to() -> None:
    made = response_schemas.answers(CONTRACT)
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(made))) == set(made["schemas"])
    assert len(made["operations"]) == sum(map(len, CONTRACT["paths"].values()))
    assert not [name for name in made["schemas"] if name.endswith("Request")]
