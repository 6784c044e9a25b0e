"""JSON at the limits of Python's `json`: documents that it rejects, and values that it changes."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections import UserString
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_bapi import ApiError, InvalidArgument, InvalidResponse, Model, api
from clerk_bapi.models import Organization, User
from clerk_core import deep_json
from clerkkit import Clerk
from clerkkit.api.metadata import merge_patch
from tests.core.error_samples import GET_USER, failure, through_pickle
from tests.loopback import KEY, WAYS, respond, send_by, serve

DEEP = b'{"id": "user_1", "public_metadata": ' + b'{"a": [' * 900 + b"1" + b"]}" * 900 + b"}"
DIGITS = "-" + "1234567890" * 1000
LONG = b'{"id": "user_1", "public_metadata": {"a": [%s, 5]}}' % DIGITS.encode()


def depth_of(value: Any) -> int:
    depth = 0
    while isinstance(value, dict | list) and value:
        value, depth = value["a"] if isinstance(value, dict) else value[0], depth + 1
    return depth


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


def read_in_another_process(document: bytes) -> str:
    """Return the document as another process reads and writes it, without Python's limits on depth and digits."""
    code = (
        "import json, sys, threading; sys.setrecursionlimit(10**6); sys.set_int_max_str_digits(0);"
        "threading.stack_size(256 * 2**20); value = None\n"
        "def read():\n"
        "    sys.stdout.write(json.dumps(json.loads(sys.stdin.buffer.read())))\n"
        "thread = threading.Thread(target=read); thread.start(); thread.join()"
    )
    done = subprocess.run([sys.executable, "-c", code], input=document, capture_output=True, check=True)
    return done.stdout.decode()


# -- decoding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_response_may_be_nested_deeper_than_the_recursion_limit(way: str) -> None:
    with serve(respond(200, DEEP)) as server:
        user = send_by(way, GET_USER, server.url)
    assert isinstance(user, User)
    assert depth_of(user.public_metadata) == 1800
    sent = api.create_user(public_metadata=user.public_metadata).content
    assert json.loads(read_in_another_process(b"[0]")) == [0]
    assert read_in_another_process(sent) == read_in_another_process(DEEP).replace('"id": "user_1", ', "")


@pytest.mark.parametrize("way", WAYS)
def test_response_may_contain_integers_of_any_length(way: str) -> None:
    with serve(respond(200, LONG)) as server:
        user = send_by(way, GET_USER, server.url)
    value = user.public_metadata["a"][0]
    assert value % 10**9 == 10**9 - 234567890
    assert hex(value) == hex(-sum(int(digit) * 10**place for place, digit in enumerate(DIGITS[:0:-1])))
    assert api.create_user(public_metadata=user.public_metadata).content == (
        b'{"public_metadata":{"a":[%s,5]}}' % DIGITS.encode()
    )
    assert "..." in repr(user)


def test_error_may_be_nested_deeper_than_the_recursion_limit() -> None:
    error = failure(respond(422, b'{"errors": [{"code": "a", "meta": {"param_name": "p", "x": ' + DEEP + b"}}]}"))
    assert "a (p)" in str(error)
    assert error.errors[0].meta["x"]["id"] == "user_1"


@pytest.mark.parametrize(
    "content", [DEEP[:-1], DEEP + b"]", DEEP[:-2] + b",}", LONG[:-2], b"[" * 10**5, b'{"a":' * 5000]
)
def test_invalid_json_raises_invalid_response(content: bytes) -> None:
    assert isinstance(failure(respond(200, content)), InvalidResponse)


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(plain_json, st.sampled_from([None, 0, 2]), st.data())
def test_decoder_for_deep_documents_agrees_with_json(value: Any, indent: int | None, data: st.DataObject) -> None:
    text = json.dumps(value, indent=indent)
    assert repr(deep_json.parse(text)) == repr(json.loads(text))
    cut = data.draw(st.integers(0, len(text)))
    broken = (
        text[:cut] + data.draw(st.sampled_from(["", "{", "}", "[", "]", ",", ":", '"', "0", " ", "\x00"])) + text[cut:]
    )
    try:
        expected = repr(json.loads(broken))
    except ValueError:
        with pytest.raises(ValueError, match="line"):
            deep_json.parse(broken)
    else:
        assert repr(deep_json.parse(broken)) == expected


# -- copies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("travel", [copy.deepcopy, through_pickle])
@pytest.mark.parametrize("levels", [1, 50, 900, 5000])
def test_models_of_any_depth_can_be_copied_and_pickled(travel: Any, levels: int) -> None:
    organization = Organization.from_dict({"id": "org_1", "public_metadata": {"a": nested(levels)}, "other": [{}]})
    holder = Model.from_dict({"id": "m_1"})
    vars(holder).update(organization=organization, same=organization, list=[organization.public_metadata])
    other = travel(holder)
    assert type(other) is Model
    assert type(vars(other)["organization"]) is Organization
    assert vars(other)["organization"] is vars(other)["same"]
    assert list(vars(other)) == list(vars(holder))
    inner = vars(other)["organization"].public_metadata
    assert inner is vars(other)["list"][0]
    assert inner is not organization.public_metadata
    assert depth_of(inner) == levels + 1
    assert api.create_user(public_metadata=inner).content == (
        api.create_user(public_metadata=organization.public_metadata).content
    )


def test_deepcopy_preserves_shared_objects() -> None:
    user = User.from_dict({"id": "user_1", "public_metadata": {"a": {}}})
    copies: list[Any] = copy.deepcopy([user, user, user.public_metadata])
    first, second, metadata = copies
    assert first is second
    assert first.public_metadata is metadata
    assert first.public_metadata is not user.public_metadata


def test_repr_shows_a_key_with_a_lone_surrogate() -> None:
    user = User.read(json.loads('{"id": "\\ud800", "\\ud800": {"\\udfff": "\\ud800"}}'))
    error = failure(
        respond(400, b'{"errors": [{"code": "\\ud800", "long_message": "x\\udfff"}], "clerk_trace_id": "\\ud801"}')
    )
    assert isinstance(error, ApiError)
    for shown in (user, error, repr(error), InvalidArgument("\ud800", "\udfff")):
        str(shown).encode()


# -- encoding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({1: "a", "1": "b"}, "two of its keys are the same"),
        ({"1": "a", 1: "b"}, "two of its keys are the same"),
        ({None: 1}, "expected strings for keys, found None"),
        ({True: 1}, "expected strings for keys, found bool"),
        ({0.5: 1}, "expected strings for keys, found float"),
        ({(1,): 1}, "expected strings for keys, found tuple"),
        ({b"a": 1}, "expected strings for keys, found bytes"),
        ({"\ud800": 1}, "lone surrogate"),
        ({"a": "x\udfff"}, "lone surrogate"),
        ({"a": memoryview(b"ab")}, "found memoryview"),
        ({"a": bytearray(b"ab")}, "found bytearray"),
        ({"a": b"ab"}, "found bytes"),
        ({"a": UserString("ab")}, "found UserString"),
        ({"a": float("nan")}, "JSON has no nan"),
        ({"a": float("-inf")}, "JSON has no -inf"),
    ],
)
@pytest.mark.parametrize("around", [lambda value: value, lambda value: {"x": [{"y": value}]}], ids=["near", "deep"])
def test_rejects_values_that_json_would_change_and_names_the_argument(around: Any, value: Any, problem: str) -> None:
    for argument, call in (
        ("public_metadata", lambda: api.create_user(public_metadata=around(value))),
        ("invitations", lambda: api.create_bulk_invitations(invitations=[around(value)])),
        ("json", lambda: Clerk(KEY).request("POST", "/x", json=[around(value)])),
    ):
        with pytest.raises(InvalidArgument, match=problem) as caught:
            call()
        assert caught.value.argument == argument


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, {(1,): 1}, {}, None, "a", 5, memoryview(b"ab"), UserString("ab")],
    ids=lambda value: type(value).__name__,
)
def test_rejects_a_body_that_must_be_a_list(value: Any) -> None:
    calls: dict[str, Callable[[Any], Any]] = {
        "invitations": api.create_bulk_invitations,
        "waitlist_entries": api.create_bulk_waitlist_entries,
    }
    for argument, call in calls.items():
        with pytest.raises(InvalidArgument, match="expected a list") as caught:
            call(value)
        assert caught.value.argument == argument


def test_rejects_a_body_that_is_too_deep_and_names_the_argument() -> None:
    api.create_user(public_metadata={"a": nested(9_990)})
    with pytest.raises(InvalidArgument, match="nested more than 10000 levels deep") as caught:
        api.create_user(public_metadata={"a": nested(10_000)})
    assert caught.value.argument == "public_metadata"


def test_integer_keys_are_sent_as_strings() -> None:
    metadata: dict[Any, Any] = {2026: {7: 1}}
    assert api.create_user(public_metadata=metadata).content == b'{"public_metadata":{"2026":{"7":1}}}'


@pytest.mark.parametrize("json_value", [{"a": 1.0, "b": [2.0, {"c": 3.0}]}, [1.0, {"a": 2.0}], [{"a": [1.0]}], {}, []])
def test_json_of_a_custom_request_is_sent_unchanged(json_value: Any) -> None:
    with serve(respond(200, {})) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.request("POST", "/x", json=json_value)
    assert server.request.body == json.dumps(json_value, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"method": "GE T"}, "method"),
        ({"method": ""}, "method"),
        ({"method": None}, "method"),
        ({"path": None}, "path"),
        ({"path": "/users\ud800"}, "path"),
        ({"path": "/users\n"}, "path"),
        ({"query": {"\ud800": 1}}, "\ud800"),
        ({"query": {1: "a", "1": "b"}}, "query"),
        ({"query": [("a", 1)]}, "query"),
        ({"query": {"a": memoryview(b"ab")}}, "a"),
        ({"query": {"a": 10**5000}}, "a"),
        ({"json": "text"}, "json"),
        ({"json": None}, "json"),
    ],
)
def test_custom_request_names_invalid_arguments(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Clerk(KEY).request(**{"method": "POST", "path": "/users", **arguments})
    assert caught.value.argument == named


@pytest.mark.parametrize("value", [10**5000, -(10**5000), 2**1025], ids=["huge", "negative", "just too large"])
def test_rejects_a_number_that_is_too_large_for_a_url(value: int) -> None:
    for argument in ("limit", "offset", "created_at_after"):
        with pytest.raises(InvalidArgument) as caught:
            api.list_users(**{argument: value})  # type: ignore[arg-type]
        assert caught.value.argument == argument


def test_merge_patch_replaces_metadata_of_any_depth() -> None:
    old, new = {"a": nested_objects(5000, "old")}, {"a": nested_objects(5000, "new")}
    changes = merge_patch("public_metadata", old, new)
    innermost = changes
    while "a" in innermost:
        innermost = innermost["a"]
    assert innermost == {"old": None, "new": 1}


def nested_objects(levels: int, key: str) -> dict[str, Any]:
    value: dict[str, Any] = {key: 1}
    for _ in range(levels):
        value = {"a": value}
    return value
