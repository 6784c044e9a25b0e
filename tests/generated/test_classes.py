"""Every generated class has the attributes of its schema, and accepts any object."""

from __future__ import annotations

import itertools
import json
import pickle
from typing import Any

import attrs
import pytest

import clerk_bapi.events
import clerk_bapi.models
from clerk_core import UNSET, Model
from tests.generated.json_samples import attributes, bodies_of, classes, problems, properties_of, received
from tests.generated.random_json import ODD_VALUES

each = pytest.mark.parametrize
each_class = each("kind", list(classes()), ids=lambda kind: kind.__name__)
each_received = each("kind", [kind for kind in classes() if kind in received()], ids=lambda kind: kind.__name__)
each_argument = each("kind", [kind for kind in classes() if kind not in received()], ids=lambda kind: kind.__name__)


def test_every_class_has_a_schema() -> None:
    exported = [getattr(module, name) for module in (clerk_bapi.models, clerk_bapi.events) for name in dir(module)]
    generated = {kind for kind in exported if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model}
    assert generated == set(classes())
    assert {getattr(clerk_bapi.models, name) for name in clerk_bapi.models.__all__} <= generated


@each_class
def test_attributes_equal_the_properties_of_the_schema(kind: type[Model]) -> None:
    keys, required = properties_of(kind)
    assert set(attributes(kind).values()) == keys
    given = {attribute: None for attribute, key in attributes(kind).items() if key in required}
    assert set(kind(**given).to_dict()) == required
    for attribute in given:
        with pytest.raises(TypeError, match=rf"missing {attribute}$"):
            kind(**{other: None for other in given if other != attribute})


@each_class
def test_attrs_fields_equal_the_attributes(kind: type[Model]) -> None:
    fields = attrs.fields(kind)
    _, required = properties_of(kind)
    assert [field.name for field in fields] == [*attributes(kind), "additional_properties"]
    for field in fields[:-1]:
        assert field.default is (
            attrs.NOTHING if attributes(kind)[field.name] in required else getattr(kind, field.name)
        )


@each_argument
def test_optional_keywords_are_unset_by_default_and_not_sent(kind: type[Model]) -> None:
    given: dict[str, Any] = {field.name: "x" for field in attrs.fields(kind) if field.default is attrs.NOTHING}
    argument = kind(**given)
    assert argument.to_dict() == {attributes(kind)[name]: "x" for name in given}
    assert {getattr(argument, name) for name in attributes(kind) if name not in given} <= {UNSET}


@each_received
def test_decodes_objects_without_known_keys(kind: type[Model]) -> None:
    for (document, name), body in itertools.product(
        classes()[kind], ({}, {"of": "tomorrow"}, {"é": [{"a": 1.0}], "": None})
    ):
        model = kind.from_dict(body)
        assert list(problems(document, {"$ref": f"#/components/schemas/{name}"}, model, body)) == []


@each_class
def test_decodes_any_value_of_each_key(kind: type[Model]) -> None:
    for document, name in classes()[kind]:
        for key, value in itertools.product(document.properties(name), ODD_VALUES):
            body = {key: value}
            model = kind.from_dict(body)
            assert list(problems(document, {"$ref": f"#/components/schemas/{name}"}, model, body)) == []


@each_class
def test_from_dict_inverts_to_dict(kind: type[Model]) -> None:
    for body in bodies_of(kind):
        model = kind.from_dict(body)
        assert kind.from_dict(model.to_dict()) == model
        assert json.loads(json.dumps(model.to_dict())) == body
        assert pickle.loads(pickle.dumps(model)) == model
        assert model.__replace__() == model
