"""Drift reports over real sockets, beside jsonschema as an independent judge, and what they must never show."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args

import anyio
import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from clerk_bapi.api import delete_api_key, get_jwks, get_user, get_user_list
from clerk_core import Request
from clerkkit import (
    AsyncClerk,
    Clerk,
    ClerkError,
    Drift,
    DriftDetected,
    InvalidArgument,
    InvalidResponse,
    NotFound,
    ServerError,
)
from clerkkit.drift import Kind
from clerkkit.drift_report import drifts_of
from clerkkit.drift_walk import Walk
from clerkkit.drift_words import is_name
from tests.json_samples import CONTRACT, Answer, answers, bodies, changed, constants, for_all, random_bodies, requests
from tests.json_samples import with_unknown_keys as with_more_keys
from tests.loopback import KEY, WAYS, Script, answer, serve
from tests.shared import shared
from tests.test_recorded import operation_of

GET_USER = "GET /users/{user_id}"
Change = Callable[[Any], object]


def call(way: str, request: Request[Any], url: str, **options: Any) -> Any:
    """Send a request with a client of its own."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=way)


def reports(said: Script, request: Request[Any] | None = None, way: str = "sync") -> list[list[Drift]]:
    """What the callback is told of an answer, call by call."""
    told: list[list[Drift]] = []
    with serve(said) as server:
        call(way, request or get_user("user_1"), server.url, on_drift=told.append)
    return told


@cache
def fullest(operation: str) -> str:
    shown = next(a for a in answers() if a.operation == operation and a.succeeds)
    made = [body for body in bodies(CONTRACT, shown.schema) if CONTRACT.judge(shown.schema).is_valid(body)]
    return max(map(json.dumps, made), key=len)


def valid(operation: str = GET_USER, *changes: Change) -> Any:
    """The fullest valid body of an operation, changed."""
    body = json.loads(fullest(operation))
    for change in changes:
        change(body)
    return body


def verification(user: Any) -> Any:
    found: Any = next(email for email in user["email_addresses"] if email["verification"])["verification"]
    return found


# -- each kind -----------------------------------------------------------------------------------------------------

VARIANTS = " or ".join(
    f'"verification_{name}"' for name in ("otp", "admin", "from_oauth", "ticket", "saml", "email_link", "scim")
)
TEXT = "a value of somebody"
KINDS: dict[str, tuple[Change, Drift]] = {
    "missing": (lambda u: u.pop("banned"), Drift(GET_USER, "/banned", "missing key", "boolean", "nothing", 1)),
    "unknown": (
        lambda u: u.update(new_key=[TEXT]),
        Drift(GET_USER, "/new_key", "unknown key", "no such key", "array", 1),
    ),
    "unknown below": (
        lambda u: verification(u).update(newKey=TEXT),
        Drift(GET_USER, "/email_addresses/0/verification/newKey", "unknown key", "no such key", "string", 1),
    ),
    "enum": (
        lambda u: u.update(object="person"),
        Drift(GET_USER, "/object", "unknown enum value", '"user"', '"person"', 1),
    ),
    "variant": (
        lambda u: verification(u).update(object="verification_magic"),
        Drift(
            GET_USER,
            "/email_addresses/0/verification/object",
            "unknown variant",
            VARIANTS,
            '"verification_magic"',
            1,
        ),
    ),
    "type": (lambda u: u.update(banned=TEXT), Drift(GET_USER, "/banned", "other type", "boolean", "string", 1)),
    "fraction": (
        lambda u: u.update(created_at=1.5),
        Drift(GET_USER, "/created_at", "other type", "integer", "number", 1),
    ),
    "bool is no integer": (
        lambda u: u.update(created_at=True),
        Drift(GET_USER, "/created_at", "other type", "integer", "boolean", 1),
    ),
    "null": (lambda u: u.update(id=None), Drift(GET_USER, "/id", "other type", "string", "null", 1)),
    "no object": (
        lambda u: u.update(email_addresses=[5]),
        Drift(GET_USER, "/email_addresses/0", "other type", "object", "integer", 1),
    ),
    "no union": (
        lambda u: u["email_addresses"][0].update(verification=[]),
        Drift(GET_USER, "/email_addresses/0/verification", "other type", "object or null", "array", 1),
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", KINDS)
def test_each_kind_is_told(case: str, way: str) -> None:
    change, drift = KINDS[case]
    body = valid(GET_USER, change)
    schema = next(a.schema for a in answers() if a.operation == GET_USER and a.succeeds)
    assert drift.kind == "unknown key" or not CONTRACT.judge(schema).is_valid(body)
    assert reports(answer(200, body), way=way) == [[drift]]


def test_these_are_all_kinds() -> None:
    assert {drift.kind for _, drift in KINDS.values()} == set(get_args(Kind))


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_keeps_to_the_contract_is_not_told(way: str) -> None:
    assert reports(answer(200, valid()), way=way) == []


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    assert reports(answer(200, valid(GET_USER, lambda u: u.update(created_at=2.0)))) == []


def test_a_variant_may_be_told_by_another_constant_than_object() -> None:
    keys = valid("GET /jwks")
    keys["keys"][0]["kty"] = "AKP"
    (found,) = reports(answer(200, keys), get_jwks())
    assert [drift[:3] for drift in found] == [("GET /jwks", "/keys/0/kty", "unknown variant")]
    assert found[0].expected == '"OKP" or "EC" or "RSA" or "oct"'
    assert found[0].seen == '"AKP"'


def test_a_constant_that_is_no_text_is_shown_by_what_it_is() -> None:
    body = valid("DELETE /api_keys/{apiKeyID}") | {"deleted": False}
    ((drift,),) = reports(answer(200, body), delete_api_key("ak_1"))
    assert drift == Drift("DELETE /api_keys/{apiKeyID}", "/deleted", "unknown enum value", "true", "false", 1)


def test_several_departures_come_in_one_call_in_the_order_of_the_body() -> None:
    body = valid(GET_USER, lambda u: u.update(id=5, banned=None, zzz=1), lambda u: u.pop("username"))
    (found,) = reports(answer(200, body))
    assert [(drift.pointer, drift.seen) for drift in found] == [
        ("/username", "nothing"),
        ("/banned", "null"),
        ("/id", "integer"),
        ("/zzz", "integer"),
    ]


@pytest.mark.parametrize("way", WAYS)
def test_what_many_rows_have_in_common_is_told_once(way: str) -> None:
    rows = [valid() for _ in range(5)]
    for row in rows[1:]:
        row["banned"] = None
    rows[3]["object"] = "person"
    assert reports(answer(200, rows), get_user_list(), way) == [
        [
            Drift("GET /users", "/1/banned", "other type", "boolean", "null", 4),
            Drift("GET /users", "/3/object", "unknown enum value", '"user"', '"person"', 1),
        ]
    ]


def test_free_form_objects_are_not_walked() -> None:
    body = valid(GET_USER, lambda u: u.update(public_metadata={"any": [None, {"key": 1}], "other": {}}))
    assert reports(answer(200, body)) == []


def test_errors_are_looked_at_too() -> None:
    told: list[list[Drift]] = []
    said = {"errors": [{"message": "m", "long_message": 5, "code": "c"}], "clerk_trace_id": "t"}
    with serve(answer(404, said)) as server, pytest.raises(NotFound):
        call("sync", get_user("user_1"), server.url, on_drift=told.append)
    assert told == [[Drift(GET_USER, "/errors/0/long_message", "other type", "string", "integer", 1)]]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(200, b"<html>"), InvalidResponse),
        (answer(200, b"[" * 100_000), InvalidResponse),
        (answer(200, b"\xff"), InvalidResponse),
        (answer(200), InvalidResponse),
        (answer(404, b"<html>"), NotFound),
        (answer(599, {"new": 1}), ServerError),
    ],
    ids=["html", "too deep", "no text", "empty", "html error", "undeclared status"],
)
def test_what_is_no_json_or_not_declared_is_no_drift(said: bytes, error: type[ClerkError]) -> None:
    with serve(said) as server, pytest.raises(error):
        call("sync", get_user("user_1"), server.url, strict=True, max_retries=0)


def test_a_request_of_ones_own_is_looked_at_where_the_contract_knows_it() -> None:
    told: list[list[Drift]] = []
    with serve(answer(200, {"object": "total_count"})) as server:
        clerk = Clerk(KEY, base_url=server.url, on_drift=told.append)
        clerk.request("GET", "/users/count")
        clerk.request("GET", "/users/user_2abcSecretId")
        clerk.close()
    (found,) = told
    assert [drift[:3] for drift in found] == [("GET /users/count", "/total_count", "missing key")]


# -- the callback, the error, the client ---------------------------------------------------------------------------

DRIFTING = valid(GET_USER, lambda u: u.update(id=None, banned=TEXT, new_key=1))


@pytest.mark.parametrize("way", WAYS)
def test_strict_raises_all_of_it(way: str) -> None:
    with serve(answer(200, DRIFTING)) as server, pytest.raises(DriftDetected) as caught:
        call(way, get_user("user_1"), server.url, strict=True)
    assert isinstance(caught.value, ClerkError)
    assert [drift.pointer for drift in caught.value.drifts] == ["/banned", "/id", "/new_key"]
    text = "GET /users/{user_id}, /banned: other type, expected boolean, seen string (and 2 more)"
    assert str(caught.value) == text
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert (type(again), str(again), again.drifts) == (DriftDetected, text, caught.value.drifts)


def test_strict_lets_through_what_keeps_to_the_contract() -> None:
    with serve(answer(200, valid())) as server:
        assert call("sync", get_user("user_1"), server.url, strict=True).to_dict() == valid()


def test_a_strict_client_calls_back_before_it_raises() -> None:
    told: list[list[Drift]] = []
    with serve(answer(200, DRIFTING)) as server, pytest.raises(DriftDetected) as caught:
        call("sync", get_user("user_1"), server.url, strict=True, on_drift=told.append)
    assert told == [caught.value.drifts]


def test_a_drift_in_an_error_goes_before_the_error_where_strict() -> None:
    with serve(answer(404, {"errors": 5})) as server, pytest.raises(DriftDetected) as caught:
        call("sync", get_user("user_1"), server.url, strict=True)
    assert str(caught.value) == "GET /users/{user_id}, /errors: other type, expected array, seen integer"


def test_places_and_a_body_that_is_wrong_as_a_whole_are_said_in_words() -> None:
    assert str(Drift("GET /x", "", "other type", "object", "null", 1)) == (
        "GET /x, the body: other type, expected object, seen null"
    )
    assert str(Drift("GET /x", "/0/a", "missing key", "string", "nothing", 3)).endswith("seen nothing (in 3 places)")


@pytest.mark.parametrize("way", WAYS)
def test_what_the_callback_raises_comes_out(way: str) -> None:
    def refuse(drifts: list[Drift]) -> None:
        raise ZeroDivisionError(len(drifts))

    with serve(answer(200, DRIFTING)) as server, pytest.raises(ZeroDivisionError, match="3"):
        call(way, get_user("user_1"), server.url, on_drift=refuse)


def test_the_callback_runs_in_the_thread_of_the_call() -> None:
    threads: list[int] = []
    with serve(answer(200, DRIFTING)) as server:
        clerk = Clerk(KEY, base_url=server.url, on_drift=lambda _: threads.append(threading.get_ident()))
        caller = threading.Thread(target=clerk.send, args=(get_user("user_1"),))
        caller.start()
        caller.join()
        clerk.close()
    assert threads == [caller.ident]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("body", [DRIFTING, valid(), {}, [], 5, None], ids=["drifting", "valid", *"oa5n"])
def test_the_value_is_the_same_as_without(body: Any, way: str) -> None:
    told: list[list[Drift]] = []
    with serve(answer(200, body)) as server:
        plain, watched = (
            call(way, get_user("user_1"), server.url, **options) for options in ({}, {"on_drift": told.append})
        )
    assert type(watched) is type(plain)
    assert watched == plain
    assert bool(told) is (body != valid())


@pytest.mark.parametrize("way", WAYS)
def test_views_share_it(way: str) -> None:
    told: list[list[Drift]] = []

    async def from_views(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, on_drift=told.append) as clerk:
            await clerk.with_options(timeout=5).users.get("user_1")
            await clerk.with_options(timeout=5).with_options(max_retries=0).send_detailed(get_user("user_1"))

    with serve(answer(200, DRIFTING)) as server:
        if way == "sync":
            with Clerk(KEY, base_url=server.url, on_drift=told.append) as clerk:
                clerk.with_options(timeout=5).users.get("user_1")
                clerk.with_options(timeout=5).with_options(max_retries=0).send_detailed(get_user("user_1"))
        else:
            anyio.run(from_views, server.url, backend=way)
    assert len(told) == 2
    assert told[0] == told[1] != []


def test_every_answer_of_a_bulk_call_and_none_that_is_tried_again_is_looked_at() -> None:
    told: list[list[Drift]] = []
    again = answer(429, {"new_key": 1}, {"Retry-After": "0"})
    with serve(again, answer(200, DRIFTING)) as server:
        with Clerk(KEY, base_url=server.url, on_drift=told.append) as clerk:
            list(clerk.map(get_user(f"user_{n}") for n in range(3)))
        with Clerk(KEY, base_url=server.url, strict=True) as clerk:
            results = list(clerk.map([get_user("user_1")]))
    assert [len(drifts) for drifts in told] == [3, 3, 3]
    assert [type(result) for result in results] == [DriftDetected]


async def later(drifts: list[Drift]) -> None:
    """What nobody would wait for."""


@pytest.mark.parametrize("kind", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"on_drift": 5}, "on_drift: expected a plain function that takes a list of drifts, got int"),
        ({"on_drift": later}, "on_drift: expected a plain function that takes a list of drifts, got an async one"),
        ({"strict": "no"}, "strict: expected True or False, got str"),
        ({"strict": None}, "strict: expected True or False, got NoneType"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(kind: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        kind(KEY, **options)
    assert str(caught.value) == problem


@pytest.mark.parametrize(("options", "loaded"), [("", "False"), ("on_drift=list", "True"), ("strict=True", "True")])
def test_nothing_is_loaded_where_nobody_asks(options: str, loaded: str) -> None:
    code = "; ".join(
        [
            "import sys, clerkkit",
            f"clerk = clerkkit.Clerk({KEY!r}, base_url=sys.argv[1], {options})",
            "clerk.users.get('user_1')",
            "clerk.close()",
            "print('clerkkit.drift_report' in sys.modules)",
        ]
    )
    with serve(answer(200, valid())) as server:
        command = [sys.executable, "-W", "error", "-c", code, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


# -- what is never shown -------------------------------------------------------------------------------------------

PRIVATE = {
    "mail": "jane.doe@example.com",
    "person": "Jane",
    "full name": "Jane Doe",
    "accents": "zoë",
    "phone": "+15551234567",
    "phone after a letter": "tel15551234567",
    "date": "born19870412",
    "domain": "acme.example.com",
    "URL": "https://acme.example.com/?token=abc",
    "address": "192.168.0.1",
    "id": "user_2NNEqL2nrIRdJ194ndJqAHwEfxC",
    "short id": "user_2abc",
    "id without digits": "user_NNEqLnrIRdJndJqAHwEfxCabcde",
    "UUID": "deadbeef-0123-4567-89ab-cdef01234567",
    "hex": "feedfacecafebeeffeedfacecafebeef",
    "secret key": "sk_test_only_for_tests",
    "API key": "ak_live_abc",
    "machine token": "mt_abc",
    "webhook secret": "whsec_abcdef",
    "JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl",
    "header of a JWT": "eyJhbGciOiJSUzI1NiIsImtpZCI",
    "password": "hunter22!",
    "role": "org:acme_admin",
    "slug of a sentence": "the quick brown fox",
    "second line": "active\n",
    "too long": "_".join(["word"] * 20),
    "nothing": "",
}
NAMES = ["active", "from_oauth_google", "web3_signature", "ES256", "RSA", "m2m", "createdAt", "payer-credits", "x5t"]

PLACES: dict[str, Callable[[str], Any]] = {
    "enum value": lambda text: valid(GET_USER, lambda u: u.update(object=text)),
    "tag": lambda text: valid(GET_USER, lambda u: verification(u).update(object=text)),
    "other type": lambda text: valid(GET_USER, lambda u: u.update(banned=text)),
    "unknown key": lambda text: valid(GET_USER, lambda u: u.update({text: 5})),
    "value of an unknown key": lambda text: valid(GET_USER, lambda u: u.update(new_key=text)),
}


@pytest.mark.parametrize("what", PRIVATE)
@pytest.mark.parametrize("place", PLACES)
def test_what_may_be_personal_is_shown_by_type_and_length(place: str, what: str) -> None:
    text = PRIVATE[what]
    ((drift,),) = reports(answer(200, PLACES[place](text)))
    size = f"{len(text)} characters"
    match place:
        case "unknown key":
            assert (drift.pointer, drift.seen) == ("/*", f"integer under a key of {size}")
        case "enum value" | "tag":
            assert drift.seen == f"string of {size}"
        case _:
            assert drift.seen == "string"
    assert not text or text not in repr(drift)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown(name: str) -> None:
    ((drift,),) = reports(answer(200, PLACES["enum value"](name)))
    assert drift.seen == f'"{name}"'
    ((drift,),) = reports(answer(200, PLACES["unknown key"](name)))
    assert (drift.pointer, drift.seen) == (f"/{name}", "integer")


def test_keys_that_are_data_are_not_shown_even_if_they_look_like_names() -> None:
    operation, place = "GET /directories", "/data/0/attribute_mapping/*"
    rows = {"data": [{"attribute_mapping": {"department": 5, "jane@example.com": 6}}]}
    found = drifts_of(operation, 200, json.dumps(rows).encode())
    assert [drift for drift in found if "attribute_mapping" in drift.pointer] == [
        Drift(operation, place, "other type", "string", "integer", 2)
    ]
    assert "jane" not in repr(found)
    assert "department" not in repr(found)


def test_the_names_of_the_contract_could_be_shown() -> None:
    """The form of a name is not narrower than Clerk's own names are; the exceptions are few, and known."""
    names = {key for name in CONTRACT.schemas for key in CONTRACT.properties(name)}
    constants_ = {
        value
        for name in CONTRACT.schemas
        for schema in CONTRACT.properties(name).values()
        for value in schema.get("enum", ())
        if isinstance(value, str)
    }
    hidden = {name for name in names | constants_ if not is_name(name)}
    assert hidden <= {"", "*", "Ed25519", "x5t#S256", *(value for value in constants_ if value.startswith("-"))}
    assert len(hidden) < len(names | constants_) / 50


MARK = "Jane.Doe@7"


def marked(value: Any) -> Any:
    """The same structure, with every text and unknown key a mark."""
    if isinstance(value, str):
        return MARK
    if isinstance(value, list):
        return [marked(item) for item in value]
    if isinstance(value, dict):
        return {**{key: marked(item) for key, item in value.items()}, MARK: {MARK: MARK}}
    return value


def test_no_text_of_any_answer_comes_through() -> None:
    for shown in SHOWN:
        for body in bodies(CONTRACT, shown.schema):
            found = drifts_of(shown.operation, shown.status, json.dumps(marked(body)).encode())
            assert MARK not in repr(found), shown
            assert MARK not in str(DriftDetected(found)) if found else True


# -- schemas that the contract of today has none of ----------------------------------------------------------------


def departures(schema: Any, value: Any, **named: Any) -> list[tuple[str, str, str, str]]:
    found = Walk(named).departures(schema, value)
    return [(departure.pointer, departure.kind, departure.expected, departure.seen) for departure in found]


def closed(*keys: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(keys, TEXTS), "required": list(keys)}


TEXTS = {"type": "string"}


def test_without_a_tag_the_variant_counts_that_is_broken_least() -> None:
    either = {"anyOf": [{**closed("a"), "additionalProperties": True}, {"$ref": "Other"}]}
    other = closed("c")
    more = {"c": "text", "d": 1, "": "text"}
    assert departures(either, more, Other=other) == [
        ("/d", "unknown key", "no such key", "integer"),
        ("/*", "unknown key", "no such key", "string under a key of 0 characters"),
    ]
    assert departures(either, {"c": "text"}, Other=other) == []
    assert departures(either, {"a": 1}, Other=closed("b", "c")) == [("/a", "other type", "string", "integer")]


def test_of_variants_that_break_as_much_the_one_with_fewer_unknown_keys_counts() -> None:
    assert departures({"anyOf": [closed("a"), closed("b"), closed("a", "c")]}, {"a": "text", "c": "text"}) == []


def test_what_is_untyped_may_be_anything() -> None:
    free = {"type": "object", "properties": {"a": {}}, "required": ["a"]}
    assert departures(free, {}) == [("/a", "missing key", "anything", "nothing")]
    assert departures(free, {"a": [None]}) == []


def test_values_of_a_map_are_walked_and_its_keys_hidden() -> None:
    people = {"type": "object", "additionalProperties": closed("name")}
    assert departures(people, {"jane": {}, "joe": {"name": "Joe"}}) == [("/*/name", "missing key", "string", "nothing")]


def test_a_pointer_is_written_as_its_standard_says() -> None:
    assert departures({"type": "array", "items": closed("a/b", "~", "")}, [{"a/b": 5, "~": 6, "": 7}]) == [
        (f"/0/{key}", "other type", "string", "integer") for key in ("a~1b", "~0", "")
    ]


# -- beside an independent judge -----------------------------------------------------------------------------------

SHOWN = [shown for shown in answers() if shown.media == "application/json"]
OPERATIONS = {f"{method.upper()} {path}" for path, item in CONTRACT.root["paths"].items() for method in item}
LIMITS = ("format", "maxLength", "minLength", "minimum", "pattern", "uniqueItems")


@cache
def components(*, closed: bool) -> Any:
    """The contract's components without limits; with every object closed that names its keys, or with none."""
    return without_limits(CONTRACT.root["components"], closed)


def without_limits(node: Any, closed: bool) -> Any:
    if isinstance(node, list):
        return [without_limits(item, closed) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: without_limits(value, closed) for key, value in node.items() if key not in LIMITS}
    for name, schema in node.get("properties", {}).items():  # a property may be called like a limit
        kept["properties"][name] = without_limits(schema, closed)
    if isinstance(kept.get("properties"), dict) and kept.get("additionalProperties") in (None, False):
        kept.pop("additionalProperties", None)
        if closed:
            kept["additionalProperties"] = False
    return kept


def judge(shown: Answer, *, closed: bool) -> Draft202012Validator:
    return Draft202012Validator({**without_limits(shown.schema, closed), "components": components(closed=closed)})


def disagreements(shown: Answer) -> Callable[[Any], set[str]]:
    """Compares the report on a body with what jsonschema finds; gives the kinds that were reported.

    With all objects closed, nothing is reported <=> the body is valid. With all of them open, nothing but unknown
    keys is reported <=> it is valid. Limits are no drift, so the judge does not know them either; and what is valid
    under the contract as it is written, limits and all, is so under the open one too.
    """
    closed, opened, written = judge(shown, closed=True), judge(shown, closed=False), CONTRACT.judge(shown.schema)

    def check(body: Any) -> set[str]:
        found = drifts_of(shown.operation, shown.status, json.dumps(body).encode())
        kinds: set[str] = {drift.kind for drift in found}
        assert (not kinds) is closed.is_valid(body), (found, body)
        assert (not kinds - {"unknown key"}) is opened.is_valid(body), (found, body)
        if kinds - {"unknown key"}:
            assert not written.is_valid(body), (found, body)
        return kinds

    return check


def test_all_operations_are_here() -> None:
    assert {shown.operation for shown in answers()} == OPERATIONS
    assert OPERATIONS
    assert set(requests()) == OPERATIONS


@pytest.mark.parametrize("operation", sorted({shown.operation for shown in SHOWN}))
def test_what_is_reported_is_what_jsonschema_refuses(operation: str) -> None:
    for shown in SHOWN:
        if shown.operation != operation:
            continue
        made = bodies(CONTRACT, shown.schema)
        check = disagreements(shown)
        for body in [*made, with_more_keys(made[-1])]:
            check(body)
        changes = changed(made, sorted(constants(CONTRACT)))
        random = random_bodies(CONTRACT, shown.schema)
        for_all(st.one_of(changes, changes, random), check, name=shown, cases=8 if shown.succeeds else 2)


def test_what_the_judge_is_asked_is_of_every_kind() -> None:
    """So that the comparison above is none of nothing with nothing."""
    shown = next(a for a in SHOWN if a.operation == "GET /email_addresses/{email_address_id}" and a.succeeds)
    seen: set[str] = set()
    check = disagreements(shown)
    changes = changed(bodies(CONTRACT, shown.schema), sorted(constants(CONTRACT)))
    for_all(changes, lambda body: seen.update(check(body) or {"none"}), name="kinds", cases=200)
    assert seen == {"none", *get_args(Kind)}


# -- what Clerk's servers are known to have answered ---------------------------------------------------------------


def recorded() -> Iterator[tuple[str, int, Any]]:
    for row in json.loads(shared("vectors", "responses.json").read_text()):
        operation = operation_of(row)
        if operation is not None:
            yield operation, row["status"], row["body"]
    for path in sorted(shared("payloads").glob("*.json")):
        row = json.loads(path.read_text())
        whole = row["body"]
        if row["fragment_of"] and row["fragment_of"].startswith("User."):
            for step in reversed(row["fragment_of"].split(".")[1:]):
                whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
            yield GET_USER, 200, whole
        elif row["endpoint"] in OPERATIONS:
            yield row["endpoint"], row["status"] or 422, whole


def texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    for inner in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from texts(inner)


def test_recorded_answers_are_reported_without_what_is_in_them() -> None:
    compared = 0
    for operation, status, body in recorded():
        shown = next((a for a in SHOWN if (a.operation, a.status) == (operation, status)), None)
        if shown is None:
            continue
        disagreements(shown)(body)
        said = repr(drifts_of(operation, status, json.dumps(body).encode()))
        telling = [text for text in texts(body) if {*text} & {*"@.:/ "} or sum(c.isdigit() for c in text) > 2]
        assert [text for text in telling if text in said] == [], (operation, said)
        compared += 1
    assert compared > 40


def recorded_drifts(source: str) -> set[tuple[str, str, str]]:
    row = json.loads(shared("payloads", source).read_text())
    first, *steps = row["fragment_of"].split(".")
    assert first == "User"
    whole = row["body"]
    for step in reversed(steps):
        whole = {step.removesuffix("[]"): [whole] if step.endswith("[]") else whole}
    found = drifts_of(GET_USER, 200, json.dumps(whole).encode())
    return {(drift.kind, drift.pointer, drift.seen) for drift in found if "/verification/" in drift.pointer}


@pytest.mark.parametrize("number", ["csharp-13", "csharp-57", "java-47-saml"])
def test_whole_recorded_verifications_keep_to_the_corrected_contract(number: str) -> None:
    assert recorded_drifts(f"clerk-sdk-{number}.json") == set()


def test_of_an_excerpt_the_keys_that_were_left_out_are_reported() -> None:
    at = "/email_addresses/0/verification"
    assert recorded_drifts("clerk-sdk-python-175.json") == {
        ("missing key", f"{at}/{key}", "nothing") for key in ("attempts", "expire_at", "status", "strategy")
    }


def test_keys_that_came_in_camel_case_are_reported_by_name() -> None:
    (row,) = (
        row
        for row in json.loads(shared("vectors", "responses.json").read_text())
        if row["operation_id"] == "verifyM2MToken"
    )
    found = drifts_of("POST /m2m_tokens/verify", row["status"], json.dumps(row["body"]).encode())
    unknown = {drift.pointer: drift.seen for drift in found if drift.kind == "unknown key"}
    assert unknown["/createdAt"] == "integer"
    assert unknown["/revocationReason"] == "null"
