"""Arguments: which are rejected before a request, by name, and how the others are encoded."""

from __future__ import annotations

import enum
import json
import pickle
from collections import ChainMap, UserList, deque
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_bapi import UNSET, AsyncClient, ClerkError, Client, InvalidArgument, Request, api
from clerk_bapi.models import CreateBulkInvitationsItem
from tests.loopback import KEY


def refused(call: Callable[[], Any]) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        call()
    error = caught.value
    assert isinstance(error, ClerkError)
    assert isinstance(error, ValueError)
    assert str(error) == f"{error.argument}: {error.problem}"
    assert len(str(error).splitlines()) == 1
    return error


def body_of(request: Request[Any]) -> Any:
    return json.loads(request.content)


def query_of(request: Request[Any]) -> list[tuple[str, str]]:
    return parse_qsl(request.query, keep_blank_values=True)


# -- clients -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    "key",
    ["", " ", "\n", "s3cret_ä", "s3cret\n", "s3 s3cret", "\ts3cret", "s3cret\0", "s3cret\u2028", "s3cret\ud800"],
    ids=ascii,
)
def test_rejects_a_key_that_cannot_be_a_header_without_showing_it(client: type[Client], key: str) -> None:
    error = refused(lambda: client(key))
    assert error.argument == "secret_key"
    assert "s3cret" not in f"{error} {error!r} {vars(error)}"
    assert error.__context__ is None


@pytest.mark.parametrize("key", [None, b"s3cret", 5, ["s3cret"], UNSET], ids=repr)
def test_rejects_a_key_that_is_not_a_string_without_showing_it(key: Any) -> None:
    """`os.environ.get(...)` returns None for a variable that is not set."""
    error = refused(lambda: Client(key))
    assert error.argument == "secret_key"
    assert "s3cret" not in f"{error} {error!r}"


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.clerk.com/v1",
        "/v1",
        "ftp://api.clerk.com/v1",
        "file:///v1",
        "https://",
        "https:///v1",
        "https:api.clerk.com",
        "https://api.clerk.com/v1?a=b",
        "https://api.clerk.com/v1#top",
        "https://api.clerk.com:port/v1",
        "https://api.clerk\0.com/v1",
        "https://api.clerk.com/v1\n",
        "https://\ud800/v1",
        b"https://api.clerk.com/v1",
        None,
        5,
    ],
    ids=ascii,
)
def test_rejects_an_invalid_base_url(client: type[Client], url: Any) -> None:
    assert refused(lambda: client(KEY, base_url=url)).argument == "base_url"


@pytest.mark.parametrize("url", ["https://api.clerk.com/v1?", "https://api.clerk.com/v1#", "https://api.clerk.com?#"])
def test_rejects_a_base_url_with_a_query_or_fragment(url: str) -> None:
    """The path of every request would become part of them."""
    assert refused(lambda: Client(KEY, base_url=url)).argument == "base_url"


@pytest.mark.parametrize("url", ["https://xn--/v1", "https://ex ample.com/v1", "https://api.clerk.com/v1 "])
def test_rejects_a_base_url_with_a_typing_error(url: str) -> None:
    assert refused(lambda: Client(KEY, base_url=url)).argument == "base_url"


@pytest.mark.parametrize("login", ["user:s3cret", "user", ":s3cret"])
def test_rejects_a_base_url_with_credentials_without_showing_them(login: str) -> None:
    """httpx would send them instead of the secret key, and every repr would show them."""
    error = refused(lambda: Client(KEY, base_url=f"https://{login}@api.clerk.com/v1"))
    assert error.argument == "base_url"
    assert "s3cret" not in f"{error} {error!r}"


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/v1", "https://[::1]/v1", "HTTPS://API.CLERK.COM/v1", "https://bücher.example/a/b"]
)
def test_accepts_valid_base_urls(url: str) -> None:
    assert Client(KEY, base_url=url).base_url == url


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("timeout", [0, -1, -0.5, float("nan"), float("inf"), True, False, "5", (1, 2), 1e12], ids=repr)
def test_rejects_an_invalid_timeout(client: type[Client], timeout: Any) -> None:
    """This includes thousands of years, which the operating system does not accept."""
    assert refused(lambda: client(KEY, timeout=timeout)).argument == "timeout"


@pytest.mark.parametrize("timeout", [None, 1, 0.001, 3600.0, 86400])
def test_accepts_valid_timeouts(timeout: float | None) -> None:
    Client(KEY, timeout=timeout).close()


# -- path ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 5, "", ".", "..", True, b"user_1", ["user_1"], UNSET, "\ud800"], ids=ascii)
def test_rejects_an_invalid_id_by_name(value: Any) -> None:
    assert refused(lambda: api.get_user(value)).argument == "user_id"
    assert refused(lambda: api.delete_external_account("user_1", value)).argument == "external_account_id"
    assert refused(lambda: api.delete_external_account(value, "eac_1")).argument == "user_id"


def test_error_has_the_python_name_of_the_argument() -> None:
    """In the contract it is `apiKeyID`."""
    assert refused(lambda: api.get_api_key("")).argument == "api_key_id"


def test_empty_id_is_reported_as_missing() -> None:
    assert str(refused(lambda: api.get_user(None))) == (
        "user_id: expected an id to put into /users/{user_id}, got NoneType"
    )
    assert "''" in str(refused(lambda: api.get_user("")))


# -- query ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, b"x", float("nan"), float("-inf"), [], ["x"], {"a": 1}, datetime.now(UTC), Decimal(1), object(), 1j]
)
def test_rejects_a_query_value_that_is_not_a_scalar_by_name(value: Any) -> None:
    assert refused(lambda: api.list_users(limit=value)).argument == "limit"
    assert refused(lambda: api.list_users(username=["a", value])).argument == "username"


@pytest.mark.parametrize("value", [None, "a", b"a", bytearray(b"a"), 5, {"a": 1}, object()])
@pytest.mark.parametrize("argument", ["username", "user_id"])
def test_rejects_a_query_value_that_is_not_a_list_by_name(argument: str, value: Any) -> None:
    assert refused(lambda: api.list_users(**{argument: value})).argument == argument


def test_error_for_a_string_instead_of_a_list_shows_the_fix() -> None:
    assert "put it into a list" in str(refused(lambda: api.list_users(username="ada")))
    assert "put it into a list" in str(refused(lambda: api.ban_users(user_ids="user_1")))


def test_rejects_unset_in_a_list() -> None:
    assert refused(lambda: api.list_users(username=["a", UNSET])).argument == "username"


@pytest.mark.parametrize("arguments", [{"query": "\ud800"}, {"username": ["a", "\udfff"]}, {"order_by": "\ud800"}])
def test_rejects_a_lone_surrogate_by_name(arguments: dict[str, Any]) -> None:
    assert refused(lambda: api.list_users(**arguments)).argument in arguments


def test_rejects_arguments_that_make_the_url_too_long_by_name() -> None:
    """httpx accepts URLs up to 64 kB, and most servers only a few kB."""
    many = [f"user_{number}" for number in range(10_000)]
    with Client(KEY) as client:
        assert refused(lambda: client.users.list(query="a", user_id=many, limit=1)).argument == "user_id"
        assert refused(lambda: client.users.get("x" * 70_000)).argument == "user_id"


def test_unset_arguments_are_not_sent() -> None:
    assert api.list_users(limit=UNSET, username=UNSET, query=UNSET).query == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10, "10"),
        (10.0, "10"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (2.0**52, "4503599627370496"),
        (2**70, "1180591620717411303424"),
        (True, "true"),
        (False, "false"),
        ("10.0", "10.0"),
        ("", ""),
    ],
)
def test_scalars_are_encoded_in_the_query(value: Any, text: str) -> None:
    assert query_of(api.list_users(offset=value)) == [("offset", text)]
    assert query_of(api.list_users(username=[value])) == [("username", text)]


# -- body ----------------------------------------------------------------------------------------------------------


class Opaque:
    """An object that JSON cannot represent."""


def circular_list() -> list[Any]:
    circle: list[Any] = [1]
    circle.append({"a": circle})
    return circle


def circular_dict() -> dict[str, Any]:
    circle: dict[str, Any] = {}
    circle["a"] = [circle]
    return circle


UNSENDABLE = {
    "nan": float("nan"),
    "inf": float("inf"),
    "datetime": datetime.now(UTC),
    "date": date(2026, 1, 1),
    "bytes": b"x",
    "decimal": Decimal(1),
    "uuid": UUID(int=1),
    "object": Opaque(),
    "class": Opaque,
    "set of objects": {Opaque()},
    "UNSET": UNSET,
    "circular list": circular_list(),
    "circular dict": circular_dict(),
    "generator": (number for number in range(3)),
    "key": {("a", "b"): 1},
    "complex": 1j,
}


@pytest.mark.parametrize("kind", UNSENDABLE)
@pytest.mark.parametrize("around", [lambda x: {"a": x}, lambda x: {"a": [1, {"b": (x,)}]}], ids=["near", "deep"])
def test_rejects_nested_values_that_are_not_json_by_name(around: Callable[[Any], Any], kind: str) -> None:
    value = around(UNSENDABLE[kind])
    error = refused(lambda: api.create_user(first_name="Ada", public_metadata=value, last_name="Lovelace"))
    assert error.argument == "public_metadata"
    assert refused(lambda: api.create_bulk_invitations(invitations=[value])).argument == "invitations"
    pickle.dumps(error)  # the error does not keep the rejected value


@pytest.mark.parametrize("kind", [kind for kind in UNSENDABLE if kind not in ("UNSET", "key")])
def test_rejects_values_that_are_not_json_by_name(kind: str) -> None:
    assert refused(lambda: api.create_user(first_name=UNSENDABLE[kind], last_name="L")).argument == "first_name"


def test_rejects_json_that_is_too_deep_by_name() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert refused(lambda: api.create_user(public_metadata={"a": deep})).argument == "public_metadata"


@pytest.mark.parametrize("value", ["user_1", b"user_1", {"a": 1}, 5, object(), (name for name in ["user_1"])])
def test_rejects_a_body_field_that_is_not_a_list_by_name(value: Any) -> None:
    assert refused(lambda: api.ban_users(user_ids=value)).argument == "user_ids"
    assert refused(lambda: api.create_user(email_address=value)).argument == "email_address"


@pytest.mark.parametrize("value", ["text", b"bytes", 5, (item for item in [{"email_address": "a@x.example"}])])
def test_rejects_a_body_that_is_not_a_list(value: Any) -> None:
    assert refused(lambda: api.create_bulk_invitations(invitations=value)).argument == "invitations"


def test_none_is_sent_as_null_and_unset_is_left_out() -> None:
    assert body_of(api.create_user(first_name=None, last_name=UNSET, public_metadata={"a": None})) == {
        "first_name": None,
        "public_metadata": {"a": None},
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [(10.0, "10"), (10, "10"), (0.5, "0.5"), (True, "true"), (False, "false"), (2**70, "1180591620717411303424")],
)
def test_numbers_and_booleans_are_encoded_in_the_body(value: Any, text: str) -> None:
    """`True` equals 1 and has the same hash, so a cache could confuse them."""
    request = api.create_user(create_organizations_limit=value, banned=value)
    assert request.content == f'{{"banned":{text},"create_organizations_limit":{text}}}'.encode()


def test_true_and_1_are_different_in_metadata() -> None:
    request = api.create_user(public_metadata={"a": [1, True, 0, False, 0.5]})
    assert request.content == b'{"public_metadata":{"a":[1,true,0,false,0.5]}}'


class Name(str, enum.Enum):  # noqa: UP042 - as code older than StrEnum has them
    ADA = "ada"


class Strong(enum.StrEnum):
    ADA = "ada"


class Size(enum.IntEnum):
    TEN = 10


class Half(float, enum.Enum):
    HALF = 0.5


@pytest.mark.parametrize(
    ("member", "value"), [(Name.ADA, "ada"), (Strong.ADA, "ada"), (Size.TEN, 10), (Half.HALF, 0.5)], ids=repr
)
def test_enum_members_are_sent_as_their_values(member: Any, value: Any) -> None:
    """`str()` and `repr()` of these members return something else."""
    assert body_of(api.create_user(first_name=member, public_metadata={"a": [member]}, email_address=[member])) == {
        "first_name": value,
        "public_metadata": {"a": [value]},
        "email_address": [value],
    }
    assert query_of(api.list_users(query=member)) == [("query", str(value))]
    assert query_of(api.list_users(username=[member])) == [("username", str(value))]
    assert query_of(api.list_all_organization_domains(enrollment_mode=[member])) == [("enrollment_mode", str(value))]
    if isinstance(member, str):
        assert api.get_user(member).path == "/users/ada"


# -- types of lists and mappings -----------------------------------------------------------------------------------

IDS = ["user_1", "user_2", "user_3"]
LISTS: dict[str, Callable[[], Any]] = {
    "list": lambda: list(IDS),
    "tuple": lambda: tuple(IDS),
    "set": lambda: set(IDS),
    "frozenset": lambda: frozenset(IDS),
    "deque": lambda: deque(IDS),
    "UserList": lambda: UserList(IDS),
    "dict keys": lambda: dict.fromkeys(IDS).keys(),
    "dict values": lambda: dict(enumerate(IDS)).values(),
}


@pytest.mark.parametrize("kind", LISTS)
def test_sequences_of_all_types_are_sent(kind: str) -> None:
    made = LISTS[kind]
    assert sorted(body_of(api.ban_users(user_ids=made()))["user_ids"]) == IDS
    assert sorted(value for _, value in query_of(api.list_users(user_id=made()))) == IDS
    assert sorted(body_of(api.create_user(public_metadata={"a": made()}))["public_metadata"]["a"]) == IDS
    ((_, joined),) = query_of(api.list_all_organization_domains(enrollment_mode=made()))
    assert sorted(joined.split(",")) == IDS
    if kind not in ("set", "frozenset"):
        assert body_of(api.ban_users(user_ids=made())) == {"user_ids": IDS}


@pytest.mark.parametrize(
    "made",
    [lambda: (name for name in IDS), lambda: iter(IDS), lambda: map(str, IDS), lambda: reversed(IDS)],
    ids=["generator", "iterator", "map", "reversed"],
)
def test_rejects_iterators(made: Callable[[], Any]) -> None:
    """A second attempt would send an empty list."""
    assert refused(lambda: api.ban_users(user_ids=made())).argument == "user_ids"
    assert refused(lambda: api.list_users(user_id=made())).argument == "user_id"


@pytest.mark.parametrize(
    "mapping", [MappingProxyType({"a": 1}), ChainMap({"a": 1}), CreateBulkInvitationsItem.from_dict({"a": 1})], ids=repr
)
def test_mappings_of_all_types_are_sent(mapping: Any) -> None:
    assert body_of(api.create_user(public_metadata=mapping)) == {"public_metadata": {"a": 1}}
    assert body_of(api.create_user(public_metadata={"b": [mapping]})) == {"public_metadata": {"b": [{"a": 1}]}}
    assert body_of(api.create_bulk_invitations(invitations=[mapping])) == [{"a": 1}]


def test_unset_attributes_of_models_are_not_sent() -> None:
    items = [CreateBulkInvitationsItem(email_address="a@x.example", notify=UNSET, public_metadata={"a": None})]
    assert body_of(api.create_bulk_invitations(invitations=items)) == [
        {"email_address": "a@x.example", "public_metadata": {"a": None}}
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(-1e9, 1e9).filter(lambda x: not x.is_integer()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), json_values))
def test_any_json_is_sent_unchanged(value: dict[str, Any]) -> None:
    request = api.create_user(public_metadata=value)
    assert request.content.isascii()
    arrived = body_of(request)["public_metadata"]
    assert arrived == value
    assert repr(arrived) == repr(value)  # the order counts, and True is not 1


# -- passed objects ------------------------------------------------------------------------------------------------


def test_later_changes_of_arguments_do_not_affect_a_request() -> None:
    metadata: dict[str, Any] = {"a": {"b": [1]}}
    addresses = ["a@x.example"]
    items = [{"email_address": "a@x.example", "public_metadata": metadata}]
    names = ["ada"]
    requests = [
        api.create_user(public_metadata=metadata, email_address=addresses),
        api.create_bulk_invitations(invitations=items),
        api.list_users(username=names),
    ]
    before = [(request.path, request.query, request.content) for request in requests]
    metadata["a"]["b"].append(2)
    metadata["c"] = 3
    addresses.clear()
    items.append({"email_address": "b@x.example"})
    names[0] = "eve"
    assert [(request.path, request.query, request.content) for request in requests] == before


def test_creating_a_request_does_not_change_its_arguments() -> None:
    item = CreateBulkInvitationsItem(email_address="a@x.example", notify=UNSET)
    metadata = {"b": (1.0, {"c": None}), "a": 10.0}
    names = ("ada", "eve")
    api.create_user(public_metadata=metadata, email_address=names)
    api.create_bulk_invitations(invitations=[item])
    api.list_users(username=names)
    assert repr(metadata) == "{'b': (1.0, {'c': None}), 'a': 10.0}"
    assert names == ("ada", "eve")
    assert item.notify is UNSET
