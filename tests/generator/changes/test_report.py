"""The change report: the verdict on each kind of change, and the formats."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from clerk_core import __version__
from generator.changes import RULES, Change, Grade, report
from generator.code.compatibility import Shims
from generator.problems import GeneratorProblem
from tests.generator.changes.cases import CASES, KEPT, Case
from tests.generator.changes.contracts import BASE, BODY, EVENTS, THING, called, edited, member, ref

STRING = {"type": "string"}
FILES = {"BASE": BASE, "EVENTS": EVENTS}


def seen(changes: list[Change]) -> list[tuple[str, str, str]]:
    return sorted((change.kind, change.grade.value, change.place.python) for change in changes)


def pair(case: Case) -> tuple[Any, Any]:
    return edited(case.base, case.old), edited(case.base, case.new)


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_reported_once_with_its_verdict(name: str) -> None:
    case = CASES[name]
    old, new = pair(case)
    assert seen(report(old, new).changes) == sorted(case.there)
    assert seen(report(new, old).changes) == sorted(case.back)


@pytest.mark.parametrize("name", CASES)
def test_reversed_comparison_reports_the_opposite_changes(name: str) -> None:
    old, new = pair(CASES[name])
    there, back = report(old, new).changes, report(new, old).changes
    assert Counter(change.mirrored() for change in there) == Counter(back)


@pytest.mark.parametrize("name", CASES)
def test_report_of_equal_contracts_is_empty(name: str) -> None:
    for contract in pair(CASES[name]):
        made = report(contract, copy.deepcopy(contract))
        assert (made.changes, made.step) == ([], "none")


@pytest.mark.parametrize("name", KEPT)
def test_kept_old_name_is_not_a_breaking_change(name: str) -> None:
    case = KEPT[name]
    old, new = pair(case)
    assert seen(report(old, new, shims=Shims(case.shims)).changes) == sorted(case.there)
    assert seen(report(new, old).changes) == sorted(case.back)


def test_every_rule_has_a_case() -> None:
    proven = {kind for case in [*CASES.values(), *KEPT.values()] for kind, _, _ in [*case.there, *case.back]}
    assert proven == set(RULES)


def test_rules_have_opposites_descriptions_and_reasons() -> None:
    for kind, rule in RULES.items():
        assert RULES[rule.opposite].opposite == kind
        assert rule.reason.endswith(".")
        assert rule.description.format(before="x", after="y")


def scalars(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar of a contract, with its path."""
    if not isinstance(node, dict | list):
        yield path, node
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield from scalars(value, f"{path}|{key}" if path else str(key))


# Facts that callers do not see: names in Clerk's reference, links in docstrings, and security.
INVISIBLE = ("openapi", "info|title", "operationId", "tags", "description", "requestBody|required")


def visible_paths() -> list[str]:
    paths = [path for path, _ in scalars(BASE) if not any(word in path for word in INVISIBLE)]
    # The type of an object with properties is redundant.
    return [path for path in paths if not any(f"{path.removesuffix('type')}properties" in other for other in paths)]


@pytest.mark.parametrize("path", visible_paths())
def test_every_change_of_a_visible_fact_is_reported(path: str) -> None:
    value = dict(scalars(BASE))[path]
    if "$ref" in path:
        other: Any = "#/components/schemas/" + ("Maker" if not value.endswith("Maker") else "Part")
    elif path.endswith("|type") or "|type|" in path:
        other = "boolean" if value != "boolean" else "string"
    elif path.endswith("|in"):
        other = "query" if value == "path" else "path"
    elif isinstance(value, bool):
        other = not value
    else:
        other = value + 1 if isinstance(value, int) else f"{value}x"
    assert report(BASE, edited(BASE, {path: other})).changes


def test_renamed_class_is_recognized_in_lists_and_mappings() -> None:
    edits = {
        f"{THING}|properties|parts": {"type": "array", "items": ref("Piece")},
        f"{THING}|properties|by_name": {"type": "object", "additionalProperties": ref("Piece")},
        "components|schemas|Piece": BASE["components"]["schemas"]["Part"],
        "paths|/things/{thing_id}/parts/{part_id}|get|responses|200|content|application/json|schema": ref("Piece"),
        "components|schemas|Part": ...,
    }
    old = edited(BASE, {f"{THING}|properties|by_name": {"type": "object", "additionalProperties": ref("Part")}})
    assert seen(report(old, edited(BASE, edits)).changes) == [("model-renamed", "breaking", "Piece")]


def test_recursive_class_is_compared_once() -> None:
    def tree(name: str) -> Any:
        return edited(
            BASE,
            {
                f"{THING}|properties|tree": ref(name),
                f"{THING}|properties|other": ref("Oak"),
                f"{THING}|properties|another": ref("Elm"),
                "components|schemas|Oak": member(child=ref("Oak"), leaf=STRING),
                "components|schemas|Elm": member(child=ref("Elm")),
            },
        )

    changes = seen(report(tree("Oak"), tree("Elm")).changes)
    assert changes == [
        ("attribute-removed", "breaking", "Thing.tree.leaf"),
        ("response-class-changed", "types only", "Thing.tree"),
        ("response-class-changed", "types only", "Thing.tree.child"),
    ]


def test_report_uses_python_names() -> None:
    old = edited(BASE, {f"{BODY}|properties|class": STRING, f"{THING}|properties|x5t#S256": STRING})
    assert seen(report(old, BASE).changes) == [
        ("argument-removed", "breaking", "clerk.things.create(... class_=)"),
        ("attribute-removed", "breaking", "Thing.x5t_s256"),
    ]
    places = {change.place.http for change in report(old, BASE).changes}
    assert places == {"POST /things", "GET /things and 1 more"}


def test_object_that_is_sent_and_received_is_compared_as_both() -> None:
    old = edited(BASE, {f"{BODY}|properties|maker": ref("Maker")})
    new = edited(old, {"components|schemas|Maker|required": ["name"]})
    assert seen(report(old, new).changes) == [
        ("argument-required", "breaking", "Maker.name"),
        ("response-never-none", "compatible", "Maker.name"),
    ]


# -- the version step ----------------------------------------------------------------------------------------------

STEPS = [
    ("an attribute comes", "patch", "minor"),
    ("an attribute may be null", "patch", "minor"),
    ("a default is another", "patch", "patch"),
    ("an argument takes another type", "minor", "major"),
]


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_worst_change_determines_the_version_step(name: str, before: str, after: str) -> None:
    old, new = pair(CASES[name])
    assert report(old, new, version="0.9.9").step == before
    assert report(old, new, version="1.0.0").step == after


def test_default_version_is_that_of_the_package() -> None:
    assert report(BASE, BASE).version == __version__


# -- formats -------------------------------------------------------------------------------------------------------


def with_many_changes() -> Any:
    return edited(
        BASE,
        {
            f"{BODY}|properties|size": ...,
            f"{BODY}|properties|legal_accepted_at": STRING,
            f"{THING}|properties|id": {"type": ["string", "null"]},
            f"{THING}|properties|state|enum": ["broken_again", "off", "on"],
            "paths|/users": {
                "get": {
                    "operationId": "ListUsers",
                    "tags": ["Users"],
                    "x-python": called("accounts", "list", "list_users"),
                    "responses": {"200": {"description": ""}},
                }
            },
        },
    )


def test_breaking_changes_come_first_and_resources_are_sorted() -> None:
    made = report(BASE, with_many_changes())
    grades = [change.grade for change in made.changes]
    assert grades == sorted(grades, key=list(Grade).index)
    assert made.breaking == made.changes[:1]
    compatible = [change.place.resource for change in made.of(Grade.COMPATIBLE)]
    assert compatible == sorted(compatible) == ["accounts", "things", "things"]


def test_text_format() -> None:
    assert (
        report(BASE, with_many_changes(), version="0.1.0").text()
        == """\
Changes within API version 2030-01-01
1 breaking, 1 types only, 3 compatible: a minor version after 0.1.0.

BREAKING
  things
    clerk.things.create(... size=): argument removed (integer)  [POST /things]

FOR TYPE CHECKERS ONLY
  things
    Thing.id: may be None  [GET /things and 1 more]

COMPATIBLE
  accounts
    clerk.accounts.list(): new operation  [GET /users]
  things
    Thing.state: may also be broken_again  [GET /things and 1 more]
    clerk.things.create(... legal_accepted_at=): new optional argument (string)  [POST /things]

operation-added: A new name does not hide another.
argument-added: Calls without it are unchanged.
argument-removed: A call that passes it raises TypeError.
response-maybe-none: Type checkers require a check for None; decoding never raises.
response-values-added: An enum is a string at run time: any value is read.
"""
    )


def test_markdown_format() -> None:
    text = report(BASE, with_many_changes()).markdown()
    assert (
        "## Breaking\n\n### things\n\n- `clerk.things.create(... size=)`: argument removed (integer) (`POST /things`)"
        in text
    )
    assert "- `Thing.state`: may also be broken\\_again (`GET /things and 1 more`)" in text
    assert "| argument-removed | breaking | A call that passes it raises TypeError. |" in text


def test_empty_report_in_all_formats() -> None:
    text = "Changes within API version 2030-01-01\n0 breaking, 0 types only, 0 compatible: no new version is needed.\n"
    assert report(BASE, BASE).text() == text
    assert report(BASE, BASE).markdown().splitlines()[2] == text.splitlines()[1]


def test_json_format() -> None:
    made = json.loads(report(BASE, with_many_changes(), version="0.1.0").json())
    assert made["api"] == {"old": "2030-01-01", "new": "2030-01-01"}
    assert (made["step"], made["counts"]) == ("minor", {"breaking": 1, "types only": 1, "compatible": 3})
    assert made["changes"][0] == {
        "kind": "argument-removed",
        "grade": "breaking",
        "resource": "things",
        "python": "clerk.things.create(... size=)",
        "http": "POST /things",
        "before": "integer",
        "after": None,
        "description": "argument removed (integer)",
        "reason": "A call that passes it raises TypeError.",
    }
    assert (made["signatures"], made["findings"]) == ([], [])


def test_rejects_comparing_events_with_operations() -> None:
    with pytest.raises(GeneratorProblem, match="cannot be compared"):
        report(BASE, EVENTS)
