"""Docstrings from `spec/docs.yaml` and `spec/rate_limits.yaml`, and invalid files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.checks import missing_docs
from generator.code import rate_limits
from generator.code.docs import Docs
from generator.code.operations import Argument
from generator.code.units import unit
from generator.code.value_facts import describe
from generator.problems import GeneratorProblem
from tests.generator.projects import ROOT, project

FUNCTIONS = {"BanUser": "ban_user", "UnbanUser": "unban_user"}
METHODS = {"BanUser": "users.ban", "UnbanUser": "users.unban"}
BAN: dict[str, Any] = {"operationId": "BanUser", "tags": ["Users & more"], "responses": {"402": {}, "503": {}}}
TIME = "Unix milliseconds, or a `datetime` or ISO 8601 string with a time zone"
USER = Argument("user_id", "user_id", "path", "str", True, {"type": "string", "minLength": 1})


def docs(folder: Path, described: Any, limits: Any = None, known: tuple[str, ...] = ("BanUser", "UnbanUser")) -> Docs:
    folder.mkdir(exist_ok=True)
    (folder / "docs.yaml").write_text(json.dumps(described), encoding="utf-8")
    if limits is not None:
        (folder / "rate_limits.yaml").write_text(json.dumps({"limits": limits}), encoding="utf-8")
    return Docs(folder, {name: FUNCTIONS[name] for name in known}, {name: METHODS[name] for name in known})


DESCRIPTIONS: dict[str, Any] = {
    "operations": {
        "BanUser": {
            "summary": "Ban a user.",
            "details": "Ends all sessions (at once). Undo it with [UnbanUser]. Needs a plan.",
            "parameters": {"user_id": "Id, as of [UnbanUser]."},
        },
        "UnbanUser": {"summary": "Lift a ban."},
    },
    "parameters": {"user_id": "Id of a user."},
}


def test_references_to_operations_become_python_names(tmp_path: Path) -> None:
    made = docs(tmp_path, DESCRIPTIONS)
    assert made.method("/users/{user_id}/ban", "post", BAN, [USER]).splitlines() == [
        "Ban a user.",
        "",
        "Ends all sessions (at once). Undo it with `users.unban`. Needs a plan.",
        "",
        "`POST /users/{user_id}/ban`",
        "https://clerk.com/docs/reference/backend-api/tag/users--more/POST/users/{user_id}/ban",
        "",
        "Args:",
        "    user_id: Id, as of `users.unban`. At least 1 character.",
        "",
        "Raises: InvalidArgument; ApiError, such as PaymentRequired or ServerError; TransportError.",
    ]


def test_docstring_of_an_endpoint_function_refers_to_its_method(tmp_path: Path) -> None:
    described = {
        "operations": {**DESCRIPTIONS["operations"], "BanUser": {"summary": "Ban a user, unlike [UnbanUser]."}}
    }
    assert docs(tmp_path, described).function("/users/{user_id}/ban", "post", BAN).splitlines() == [
        "Ban a user, unlike `unban_user`.",
        "",
        "`POST /users/{user_id}/ban`",
        "Arguments, limits and errors: see `clerk.users.ban`.",
    ]


def test_replacement_of_a_deprecated_operation_has_its_python_name(tmp_path: Path) -> None:
    made = docs(tmp_path, DESCRIPTIONS)
    facts = {**BAN, "deprecated": True, "x-python": {"instead": "use `clerk.users.unban` (twice)"}}
    assert "\nDeprecated by Clerk: use `users.unban` (twice).\n" in made.method("/users", "post", facts, [])
    assert "\nDeprecated by Clerk: use `unban_user` (twice).\n" in made.function("/users", "post", facts)
    unknown = made.method("/users", "post", {**facts, "x-python": {}}, [])
    assert "\nDeprecated by Clerk: it may stop working in a later API version.\n" in unknown


def test_sentences_about_missing_operations_are_left_out(tmp_path: Path) -> None:
    made = docs(tmp_path, DESCRIPTIONS, known=("BanUser",)).method("/users/{user_id}/ban", "post", BAN, [USER])
    assert "Ends all sessions (at once). Needs a plan.\n" in made
    assert "user_id: Id of a user. At least 1 character.\n" in made
    assert "[" not in made


@pytest.mark.parametrize(
    ("described", "place"),
    [
        ({"operations": {"BanUser": {"details": "See [UnbanUsers]."}}}, "docs.yaml, operations, BanUser, details"),
        ({"parameters": {"user_id": "See [UnbanUsers]."}}, "docs.yaml, parameters, user_id"),
        ({"schemas": {"User": "See [UnbanUsers]."}}, "docs.yaml, schemas, User"),
    ],
)
def test_rejects_a_reference_to_an_unknown_operation(described: Any, place: str, tmp_path: Path) -> None:
    with pytest.raises(GeneratorProblem) as caught:
        docs(tmp_path, described)
    assert str(caught.value) == f"{place}: there is no operation UnbanUsers"


def test_rejects_an_unknown_operation_in_docs_yaml_of_this_project(tmp_path: Path) -> None:
    own = (ROOT / "spec" / "docs.yaml").read_text(encoding="utf-8")
    assert own.count("[UnbanUser]") == 1
    (tmp_path / "docs.yaml").write_text(own.replace("[UnbanUser]", "[UnbanUsr]"), encoding="utf-8")
    with pytest.raises(
        GeneratorProblem, match=r"docs\.yaml, operations, BanUser, details: there is no operation UnbanUsr"
    ):
        Docs(tmp_path, {}, {})


def test_iterator_has_the_arguments_of_the_list_except_those_of_pages(tmp_path: Path) -> None:
    made = docs(tmp_path, DESCRIPTIONS)
    limit = Argument("limit", "limit", "query", "int", False, {"type": "integer", "minimum": 1, "maximum": 50})
    facts = {**BAN, "operationId": "UnbanUser"}
    text = made.iterator("/users", "get", facts, [USER, limit])
    assert text.startswith("Iterate over all results of `users.unban`, requesting pages as needed.\n")
    assert "    user_id: Id of a user. At least 1 character.\n" in text
    assert "    page_size: Number of results per request. 1 to 50, default 100.\n" in text
    assert "limit:" not in text


def test_attributes_of_sent_objects_are_described(tmp_path: Path) -> None:
    schema = {"properties": {"user_id": {"type": "string"}, "days": {"type": "integer", "maximum": 1}}}
    described = {
        **DESCRIPTIONS,
        "schemas": {"Item": {"summary": "An item.", "attributes": {"days": "Validity, in days."}}},
    }
    text = docs(tmp_path, described).schema(["Item"], schema, {"user_id": "user_id", "days": "days_"})
    assert text.splitlines() == [
        "An item.",
        "",
        "Attributes:",
        "    user_id: Id of a user.",
        "    days_: Validity, in days. At most 1.",
    ]


def test_units_of_received_attributes_are_documented(tmp_path: Path) -> None:
    number, text = {"type": ["integer", "null"]}, {"type": "string"}
    schema = {
        "properties": {
            "created_at": number,
            "ends_at": number,
            "lockout_seconds": number,
            "starts_at": text,
            "born": {**text, "format": "date-time"},
            "old": {**text, "deprecated": True},
        }
    }
    described = {**DESCRIPTIONS, "schemas": {"Thing": "A thing."}, "units": {"Thing.ends_at": "In Unix seconds"}}
    assert docs(tmp_path, described).schema(["Thing"], schema).splitlines() == [
        "A thing.",
        "",
        "In Unix milliseconds: `created_at`.",
        "In Unix seconds: `ends_at`.",
        "In seconds: `lockout_seconds`.",
        "As RFC 3339 text: `born`.",
        "Deprecated: `old`.",
    ]


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("expires_at", {"type": "integer"}, "In Unix milliseconds"),
        ("created_at_ms", {"type": "integer"}, "In Unix milliseconds"),
        ("next_billing_date", {"type": ["integer", "null"]}, "In Unix milliseconds"),
        ("default_token_ttl", {"type": "integer"}, "In seconds"),
        ("lifetime", {"type": "integer"}, "In seconds"),
        ("cycle_days_total", {"type": "integer"}, "In days"),
        ("amount", {"type": "integer"}, "In the smallest unit of the currency, such as cents"),
        ("proration_date", {"type": "string", "format": "date"}, "As a date (`2026-01-31`)"),
        ("starts_at_block", {"type": "integer"}, None),
        ("verified_at_client", {"type": "string"}, None),
        ("lifetime_paid", {"type": "integer"}, None),
        ("total_count", {"type": "integer"}, None),
    ],
)
def test_unit_follows_from_name_and_type(name: str, schema: Any, expected: str | None) -> None:
    assert unit(name, schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, ""),
        ({"format": "unix-ms"}, f"{TIME}."),
        ({"format": "date-time"}, f"{TIME}, sent as RFC 3339 text."),
        ({"type": "integer", "minimum": 1, "maximum": 500, "default": 10}, "1 to 500, default 10."),
        ({"type": "integer", "exclusiveMinimum": 0, "deprecated": True}, "More than 0. Deprecated."),
        ({"type": "array", "minItems": 1, "uniqueItems": True, "items": {}}, "At least 1 item, no duplicates."),
        ({"type": "array", "maxItems": 50, "items": {"pattern": "^x"}}, "Each matching `^x`, at most 50 items."),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "Exactly 3 characters."),
        ({"type": "string", "x-sort-keys": ["a", "b"], "default": "-a"}, "One of `a`, `b`, default `-a`."),
        ({"enum": ["a", "", None], "default": "a"}, "One of `a`, an empty string, default `a`."),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "Each one of `a`, `b`."),
        ({"anyOf": [{"type": "integer", "maximum": 3}, {"type": "null"}]}, "At most 3."),
    ],
)
def test_limits_of_a_value_are_documented(schema: Any, expected: str) -> None:
    assert describe(schema) == expected


# -- rate limits ---------------------------------------------------------------------------------------------------


def test_rate_limit_of_an_operation_is_documented(tmp_path: Path) -> None:
    limits = [{"operations": ["BanUser", "UnbanUser"], "calls": 5, "seconds": 3600, "per": "user"}]
    text = docs(tmp_path, DESCRIPTIONS, limits).method("/users/{user_id}/ban", "post", BAN, [USER])
    assert "Rate limit: 5 calls an hour per user, together with `users.unban`.\n" in text
    alone = docs(tmp_path, DESCRIPTIONS, [{"operations": ["BanUser"], "calls": 9, "seconds": 10}])
    assert "Rate limit: 9 calls in 10 seconds.\n" in alone.method("/users/{user_id}/ban", "post", BAN, [USER])


REFUSED: list[tuple[Any, str]] = [
    ([{"operations": ["Gone"], "calls": 1, "seconds": 1}], r"rate_limits\.yaml: there is no operation Gone"),
    ([{"operations": ["BanUser"], "calls": 1, "seconds": 1}] * 2, r"rate_limits\.yaml: BanUser has two limits"),
    ([{"operations": ["BanUser"], "calls": 1}], "entry 1: expected the keys operations, calls, seconds"),
    ([{"operations": ["BanUser"], "calls": 1, "seconds": 1, "x": 1}], "entry 1: expected the keys"),
    ([{"operations": [], "calls": 1, "seconds": 1}], "entry 1: expected a list of operation ids"),
    ([{"operations": ["BanUser"], "calls": 0, "seconds": 1}], "expected a positive integer as `calls`, found 0"),
    ([{"operations": ["BanUser"], "calls": 1, "seconds": True}], "as `seconds`, found True"),
]


@pytest.mark.parametrize(("entries", "problem"), REFUSED)
def test_rejects_an_invalid_rate_limit(entries: Any, problem: str, tmp_path: Path) -> None:
    with pytest.raises(GeneratorProblem, match=problem):
        docs(tmp_path, DESCRIPTIONS, entries)


def test_rate_limits_of_this_project_are_valid() -> None:
    limits = rate_limits.load(ROOT / "spec" / "rate_limits.yaml")
    assert limits["UpdateUserMetadata"] is limits["ReplaceUserMetadata"]
    assert (limits["CreateInvitation"].calls, limits["CreateInvitation"].seconds) == (100, 3600)


# -- missing docs --------------------------------------------------------------------------------------------------


def test_missing_and_obsolete_descriptions_are_reported(tmp_path: Path) -> None:
    root = project(tmp_path / "project")
    assert str(missing_docs.check(root / "spec")) == ""
    path = root / "spec" / "docs.yaml"
    described = json.loads(path.read_text(encoding="utf-8"))
    del described["parameters"]["kinds"]
    described["operations"]["ListThings"]["parameters"] = {"limit": "How many (400, 422).", "colour": "Which colour."}
    described["schemas"]["Thing"] = {"summary": "One.", "attributes": {"shade": "A shade."}}
    described["units"] = {"Thing.born_at": "In years"}
    path.write_text(json.dumps(described), encoding="utf-8")
    assert str(missing_docs.check(root / "spec")) == (
        "spec/docs.yaml does not describe ListThings.kinds; "
        "describes what does not exist: ListThings 422, ListThings.colour, Thing.born_at, Thing.shade"
    )
