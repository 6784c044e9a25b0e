"""Pages are sequences of their rows, for anything that a server sends. Compared with plain JSON."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st

import clerk_bapi.models
from clerk_bapi.models import M2MTokenPage, OrganizationPage
from clerk_core import UNSET, Model, Page
from tests.generated.json_samples import CONTRACT, attributes, bodies_of, class_of, classes, documented_responses
from tests.generated.random_json import JSON, ODD_VALUES, for_all

PAGES = [kind for kind in classes() if issubclass(kind, Page)]
each_page = pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)


def rows_key(kind: type[Model]) -> str:
    """Return the key of the rows in the contract: the only list beside `total_count`."""
    document, name = classes()[kind][0]
    properties = document.properties(name)
    (key,) = [key for key, inner in properties.items() if document.items(inner)]
    assert properties.keys() == {key, "total_count"}
    return key


def plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, Model) else value


def expected(rows: Any) -> list[Any]:
    """Return the rows as JSON. Rows that are not objects read as empty ones, as in any list of objects."""
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def check(kind: type[Model], body: Mapping[str, Any]) -> None:
    sent = copy.deepcopy(dict(body))
    page: Any = kind.from_dict(body)
    rows = expected(sent.get(rows_key(kind)))
    assert [plain(row) for row in page] == [plain(row) for row in [*page]] == rows
    assert [plain(row) for row in reversed(page)] == rows[::-1]
    assert len(page) == len(rows)
    assert bool(page) is bool(rows)
    assert [plain(page[index]) for index in range(len(rows))] == rows
    assert [plain(row) for row in page[1:]] == rows[1:]
    with pytest.raises(IndexError):
        page[len(rows)]
    assert all(row in page for row in page)
    assert [page[key] for key in sent] == list(vars(page).values())
    assert {key: plain(value) for key, value in dict(page).items() if key != rows_key(kind)} == {
        key: value for key, value in sent.items() if key != rows_key(kind)
    }
    assert list(dict(page)) == list(sent)
    assert page.to_dict() == sent
    assert all(key in page for key in sent)
    assert "of tomorrow" not in page
    for again in (copy.copy(page), copy.deepcopy(page), pickle.loads(pickle.dumps(page)), kind.from_dict(sent)):
        assert type(again) is kind
        assert again == page
        assert [plain(row) for row in again] == rows


def test_every_page_of_the_contract_has_a_page_class() -> None:
    """A page is a response with a list and `total_count`."""
    counting = {
        class_of(CONTRACT, name)
        for response in documented_responses()
        if response.succeeds
        for name in CONTRACT.objects(response.schema)
        if "total_count" in CONTRACT.properties(name) and any(map(CONTRACT.items, CONTRACT.properties(name).values()))
    }
    assert counting == set(PAGES)
    assert len(PAGES) >= 30
    assert {name for name in clerk_bapi.models.__all__ if name.endswith("Page")} == {kind.__name__ for kind in PAGES}


@each_page
def test_page_is_a_sequence_of_its_rows(kind: type[Model]) -> None:
    for body in bodies_of(kind):
        check(kind, body)


@each_page
def test_page_with_any_values_is_a_sequence_of_its_rows(kind: type[Model]) -> None:
    key = rows_key(kind)
    rows = st.none() | JSON | st.lists(st.none() | JSON | st.dictionaries(st.text(), JSON), max_size=4)
    for_all(
        st.fixed_dictionaries({}, optional={key: rows, "total_count": JSON}),
        lambda body: check(kind, body),
        name=kind.__name__,
        cases=20,
    )


@each_page
def test_page_without_rows_is_empty(kind: type[Model]) -> None:
    key = rows_key(kind)
    for body in (
        {},
        {"total_count": 3},
        *({key: value} for value in ODD_VALUES if not isinstance(value, list) or not value),
    ):
        page: Any = kind.from_dict(body)
        assert (list(page), len(page), bool(page)) == ([], 0, False)
        check(kind, body)


@each_page
def test_rows_are_the_objects_of_the_attribute(kind: type[Model]) -> None:
    key = rows_key(kind)
    (attribute,) = [name for name, of in attributes(kind).items() if of == key]
    page: Any = kind.from_dict({key: [{"id": "1"}, {"id": "2"}], "total_count": 2})
    assert all(row is same for row, same in zip(page, getattr(page, attribute), strict=True))
    assert [row.id for row in page[:1]] == ["1"]


def test_json_keys_do_not_hide_methods_of_a_page() -> None:
    body = {"data": [{"id": "org_1"}], "keys": 1, "_rows": "x", "__iter__": 2, "__len__": 3, "items": []}
    check(OrganizationPage, body)
    page = OrganizationPage.from_dict(body)
    assert page["keys"] == 1
    assert list(page.keys()) == list(body)
    assert {**page} == dict(page)


def test_page_can_be_created_with_rows() -> None:
    page = M2MTokenPage(m2m_tokens=[], total_count=0)
    assert not page
    page.m2m_tokens = [M2MTokenPage.from_dict({"m2m_tokens": [{"id": "mt_1"}]})[0]]
    assert [token.id for token in page] == ["mt_1"]
    assert attrs.evolve(page, total_count=1).to_dict() == {"m2m_tokens": [{"id": "mt_1"}], "total_count": 1}
    assert attrs.evolve(OrganizationPage.from_dict({"x": 1}), total_count=1).to_dict() == {"x": 1, "total_count": 1}
    assert dict(OrganizationPage(data=[], total_count=UNSET)) == {"data": []}  # type: ignore[arg-type]
    assert json.loads(json.dumps({"page": page}, default=Model.to_dict)) == {"page": page.to_dict()}


def test_repr_of_a_page_shows_the_object() -> None:
    page = OrganizationPage.from_dict({"data": [{"id": "org_1"}], "total_count": 1})
    assert repr(page) == "OrganizationPage(data=[Organization(id='org_1')], total_count=1)"
    rich = pytest.importorskip("rich.pretty")
    assert rich.pretty_repr(page) == repr(page)
    assert rich.pretty_repr(OrganizationPage.from_dict({})) == "OrganizationPage()"


@pytest.mark.parametrize("key", [None, 1.5, ("data",), b"data"])
def test_other_subscripts_raise_type_error(key: Any) -> None:
    with pytest.raises(TypeError):
        OrganizationPage.from_dict({"data": []})[key]
