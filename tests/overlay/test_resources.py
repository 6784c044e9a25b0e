"""Methods of resources that the overlay adds: metadata, checks of secrets, names of Clerk Ex."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clerk_bapi
from clerk_bapi.api import list_user_oauth_access_tokens, update_user
from clerkkit import AsyncClerk, BadRequest, Clerk, InvalidArgument, InvalidResponse, UnprocessableEntity
from clerkkit.api.metadata import merge_patch
from tests.loopback import KEY, WAYS, Script, backend_of, respond, serve, transport_of

ROOT = Path(__file__).resolve().parents[2]
MEMBER = {
    "id": "orgmem_1",
    "public_metadata": {"keep": 1, "deep": {"old": 1, "same": 2}, "list": [1]},
    "private_metadata": {"secret": True},
    "public_user_data": {"user_id": "user_1"},
}


def run_call(way: str, url: str, call: Callable[[Any], Any]) -> Any:
    """Return the result of a call with a sync or async client."""
    if way == "sync":
        with Clerk(KEY, base_url=url) as clerk:
            return call(clerk)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk:
            return await call(clerk)

    return anyio.run(send, backend=backend_of(way))


# -- suggestions for unknown arguments -----------------------------------------------------------------------------

FIELDS = ("public_metadata", "private_metadata", "unsafe_metadata")
MISPLACED = {
    "users": (("user_1",), FIELDS, "update_metadata or replace_metadata"),
    "organizations": (("org_1",), FIELDS[:2], "update_metadata or replace_metadata"),
    "organization_memberships": (("org_1", "user_1"), FIELDS[:2], "update_metadata"),
    "instance_settings": ((), ("allowlist",), "update_restrictions"),
}


@pytest.mark.parametrize("client", [Clerk(KEY), AsyncClerk(KEY)])
@pytest.mark.parametrize("resource", MISPLACED)
def test_update_with_metadata_names_the_method_to_use(client: Any, resource: str) -> None:
    ids, names, use = MISPLACED[resource]
    methods = getattr(client, resource)
    role = {"role": "org:member"} if resource == "organization_memberships" else {}

    async def update_async(**arguments: Any) -> None:
        await methods.update(*ids, **role, **arguments)

    def update(**arguments: Any) -> None:
        if isinstance(client, AsyncClerk):
            anyio.run(partial(update_async, **arguments))
        methods.update(*ids, **role, **arguments)

    assert all(hasattr(methods, name) for name in use.split(" or "))
    for name in names:
        with pytest.raises(InvalidArgument, match=f"^{name}: is not an argument of update; use {use}$"):
            update(**{name: {}})
    with pytest.raises(TypeError, match="no_such_argument"):
        update(no_such_argument={})


def test_suggestions_do_not_change_signatures() -> None:
    assert inspect.iscoroutinefunction(AsyncClerk(KEY).users.update)
    assert not inspect.iscoroutinefunction(Clerk(KEY).users.update)
    assert "public_metadata" not in inspect.signature(Clerk(KEY).users.update).parameters
    with pytest.raises(InvalidArgument, match="use update_user_metadata or replace_user_metadata"):
        update_user("user_1", public_metadata={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# -- metadata ------------------------------------------------------------------------------------------------------

OWNERS: dict[str, tuple[Callable[[Any], Any], str, tuple[str, ...]]] = {
    "users": (lambda clerk: clerk.users, "/users/{user_id}", FIELDS),
    "organizations": (lambda clerk: clerk.organizations, "/organizations/{organization_id}", FIELDS[:2]),
    "organization_memberships": (
        lambda clerk: clerk.organization_memberships,
        "/organizations/{organization_id}/memberships/{user_id}",
        FIELDS[:2],
    ),
}
IDS = {"user_id": "user_1", "organization_id": "org_1"}
NEW = {"plan": "pro", "deep": {"a": [1, None]}}


def owner_with_metadata(path: str) -> str | None:
    """Return the resource of a path that ends with `/metadata`, or None."""
    found = re.fullmatch(r"/(?:.*/)?(\w+)/\{\w+\}/metadata", path)
    return found and f"{'organization_' if found[1] == 'memberships' else ''}{found[1]}"


def test_all_resources_with_metadata_are_covered() -> None:
    paths = json.loads((ROOT / "spec" / "contract.json").read_text(encoding="utf-8"))["paths"]
    assert {owner for owner in map(owner_with_metadata, paths) if owner} == set(OWNERS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize(("verb", "http"), [("update_metadata", "PATCH"), ("replace_metadata", "PUT")])
def test_metadata_methods_have_the_same_names_in_all_resources(way: str, owner: str, verb: str, http: str) -> None:
    resource, path, names = OWNERS[owner]
    given = dict.fromkeys(names, NEW)
    ids = [IDS[name] for name in re.findall(r"\{(\w+)\}", path)]
    with serve(respond(200, {"id": "x_1", "data": []})) as server:
        run_call(way, server.url, lambda clerk: getattr(resource(clerk), verb)(*ids, **given))
    last = server.requests[-1]
    if (owner, verb) == ("organization_memberships", "replace_metadata"):
        http = "PATCH"  # after a GET
    assert (last.method, last.path) == (http, f"{path.format(**IDS)}/metadata")
    assert last.json() == given


@pytest.mark.parametrize("client", [Clerk(KEY), AsyncClerk(KEY)])
@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("verb", ["update_metadata", "replace_metadata"])
def test_metadata_methods_accept_only_the_documented_keywords(client: Any, owner: str, verb: str) -> None:
    resource, path, names = OWNERS[owner]
    method = getattr(resource(client), verb)
    parameters = inspect.signature(method).parameters.values()
    assert {one.name for one in parameters if one.kind is one.KEYWORD_ONLY} == set(names)
    assert not any(one.kind is one.VAR_KEYWORD for one in parameters)
    ids = [IDS[name] for name in re.findall(r"\{(\w+)\}", path)]
    for wrong in ("public", "publicMetadata", *set(FIELDS).difference(names)):
        with pytest.raises(TypeError, match=f"{verb}.* unexpected keyword argument '{wrong}'"):
            method(*ids, **{wrong: {}})
    with pytest.raises(TypeError, match="positional argument"):
        method(*ids, {"public_metadata": {}})


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("verb", ["update_metadata", "replace_metadata"])
@pytest.mark.parametrize("wrong", [None, "{}", [], 5])
def test_rejects_metadata_that_is_not_a_mapping(owner: str, verb: str, wrong: Any) -> None:
    resource, path, names = OWNERS[owner]
    ids = [IDS[name] for name in re.findall(r"\{(\w+)\}", path)]
    with serve(respond(200, {"data": []})) as server, Clerk(KEY, base_url=server.url) as clerk:
        for name in names:
            with pytest.raises(InvalidArgument, match=rf"^{name}: expected a mapping, got "):
                getattr(resource(clerk), verb)(*ids, **{name: wrong})
        assert not [request for request in server.requests if request.method != "GET"]


@pytest.mark.parametrize("way", WAYS)
def test_merge_metadata_is_the_clerk_ex_name_of_update_metadata(way: str) -> None:
    def merge(*arguments: Any, **fields: Any) -> Any:
        with serve(respond(200, {"id": "user_1"})) as server:
            run_call(way, server.url, lambda c: c.users.merge_and_update_user_metadata("user_1", *arguments, **fields))
        assert (server.request.method, server.request.path) == ("PATCH", "/users/user_1/metadata")
        return server.request.json()

    assert merge({"unsafe_metadata": NEW}) == {"unsafe_metadata": NEW}
    assert merge({"unsafe_metadata": {}}, public_metadata=NEW) == {"unsafe_metadata": {}, "public_metadata": NEW}
    for short in ("public", "private", "unsafe"):
        with pytest.warns(DeprecationWarning, match=f"^`{short}=` is deprecated: use `{short}_metadata=`$") as warned:
            assert merge(**{short: NEW}) == {f"{short}_metadata": NEW}
        assert [warning.filename for warning in warned] == [__file__]
    with pytest.raises(TypeError, match="'plan'"):
        merge({"plan": "pro"})
    with pytest.raises(TypeError, match="public_metadata is given twice"):
        merge({"public_metadata": {}}, public_metadata={})


@pytest.mark.parametrize("way", WAYS)
def test_replacing_metadata_of_a_membership_sends_a_merge(way: str) -> None:
    new = {"deep": {"same": 2, "new": {"x": []}}, "list": {"now": "object"}}
    with serve(respond(200, {"data": [MEMBER], "total_count": 1}), respond(200, MEMBER)) as server:
        membership = run_call(
            way,
            server.url,
            lambda clerk: clerk.organization_memberships.replace_metadata("org_1", "user_1", public_metadata=new),
        )
    assert membership.id == "orgmem_1"
    reading, writing = server.requests
    assert (reading.path, reading.query) == ("/organizations/org_1/memberships", [("user_id", "+user_1")])
    assert (writing.method, writing.target) == ("PATCH", "/organizations/org_1/memberships/user_1/metadata")
    assert writing.json() == {
        "public_metadata": {"keep": None, "deep": {"old": None, **new["deep"]}, "list": new["list"]}
    }


@pytest.mark.parametrize(
    "page", [{"data": []}, {"data": None}, {}, [], {"data": [{**MEMBER, "public_user_data": {"user_id": "user_2"}}]}]
)
def test_replace_metadata_ignores_memberships_of_other_users(page: Any) -> None:
    gone = respond(404, {"errors": [{"code": "resource_not_found"}]})
    new = {"a": 1}
    with serve(respond(200, page), gone) as server, pytest.raises(clerk_bapi.NotFound):
        run_call(
            "sync",
            server.url,
            lambda clerk: clerk.organization_memberships.replace_metadata("o", "user_1", public_metadata=new),
        )
    assert [request.json() for request in server.requests[1:]] == [{"public_metadata": new}]


def test_rejects_null_that_a_merge_cannot_store() -> None:
    with serve(respond(200, {"data": [MEMBER]})) as server, Clerk(KEY, base_url=server.url) as clerk:
        with pytest.raises(InvalidArgument, match="null at 'b'"):
            clerk.organization_memberships.replace_metadata("org_1", "user_1", private_metadata={"a": {"b": None}})
        for wrong, seen in ((None, "None"), ("{}", "str")):
            with pytest.raises(InvalidArgument, match=f"^public_metadata: expected a mapping, got {seen}$"):
                clerk.organization_memberships.replace_metadata("org_1", "user_1", public_metadata=wrong)  # type: ignore[arg-type]
        assert {request.method for request in server.requests} == {"GET"}


def merged(old: Any, change: Any) -> Any:
    """Merge as defined in RFC 7386, which Clerk uses for metadata."""
    if not isinstance(change, dict):
        return change
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


SCALARS = st.booleans() | st.integers() | st.text(max_size=3)
JSON = st.recursive(
    SCALARS | st.lists(st.none() | SCALARS, max_size=2), lambda v: st.dictionaries(st.sampled_from("abc"), v)
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSON)


@given(OBJECTS, OBJECTS)
def test_merging_the_patch_gives_the_new_metadata(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert merged(old, merge_patch("public_metadata", old, new)) == new


# -- secrets -------------------------------------------------------------------------------------------------------

CHECKS: dict[str, tuple[Callable[[Any], Any], str, list[str]]] = {
    "password": (lambda clerk: clerk.users.password_matches("user_1", "hunter22"), "password", ["incorrect_password"]),
    "code": (
        lambda clerk: clerk.users.totp_matches("user_1", "123456"),
        "code",
        ["totp_incorrect_code", "totp_invalid_length"],
    ),
}


def refusal(status: int, code: str) -> bytes:
    return respond(status, {"errors": [{"code": code, "message": "no", "long_message": "No."}]})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("check", CHECKS)
def test_checks_of_secrets_return_a_boolean(way: str, check: str) -> None:
    call, name, codes = CHECKS[check]
    with serve(respond(200, {"verified": True})) as server:
        assert run_call(way, server.url, call) is True
    assert list(server.request.json()) == [name]
    for code in codes:
        with serve(refusal(422, code)) as server:
            assert run_call(way, server.url, call) is False


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "body", [{}, {"verified": None}, {"verified": False}, {"verified": "true"}, {"verified": 1}, [], "yes"]
)
def test_only_verified_true_counts_as_true(check: str, body: Any) -> None:
    with serve(respond(200, body)) as server:
        assert run_call("sync", server.url, CHECKS[check][0]) is False


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("script", "error"),
    [
        (refusal(400, "no_password_set"), BadRequest),
        (refusal(400, "totp_disabled"), BadRequest),
        (refusal(404, "resource_not_found"), clerk_bapi.NotFound),
        (refusal(422, "form_param_nil"), UnprocessableEntity),
        (respond(422, b"<html>"), UnprocessableEntity),
        (respond(500), clerk_bapi.ServerError),
        (respond(200, b"<html>"), InvalidResponse),
    ],
)
def test_checks_of_secrets_raise_other_errors(check: str, script: Script, error: type[Exception]) -> None:
    with serve(script) as server, pytest.raises(error):
        run_call("sync", server.url, CHECKS[check][0])


def test_generated_verify_methods_raise() -> None:
    with serve(refusal(422, "incorrect_password")) as server, pytest.raises(UnprocessableEntity):
        run_call("sync", server.url, lambda clerk: clerk.users.verify_password("user_1", password="hunter22"))


# -- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("provider", "sent"),
    [("google", "oauth_google"), ("oauth_google", "oauth_google"), ("custom_mine", "oauth_custom_mine")],
)
def test_provider_is_accepted_with_and_without_prefix(way: str, provider: str, sent: str) -> None:
    with serve(respond(200, [{"token": "t"}])) as server:
        tokens = run_call(way, server.url, lambda clerk: clerk.users.list_oauth_access_tokens("user_1", provider))
    assert [token.token for token in tokens] == ["t"]
    assert server.request.path == f"/users/user_1/oauth_access_tokens/{sent}"


def test_iterator_and_request_accept_both_forms_of_a_provider() -> None:
    with serve(respond(200, [])) as server, Clerk(KEY, base_url=server.url) as clerk:
        for provider in ("google", "oauth_google"):
            assert list(clerk.users.iterate_oauth_access_tokens("user_1", provider)) == []
            assert clerk.send(list_user_oauth_access_tokens("user_1", provider)) == []
    assert {received.path.partition("?")[0] for received in server.requests} == {
        "/users/user_1/oauth_access_tokens/oauth_google"
    }


@pytest.mark.parametrize("provider", ["", None, 5])
def test_rejects_an_invalid_provider_by_name(provider: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Clerk(KEY).users.list_oauth_access_tokens("user_1", provider)
    assert caught.value.argument == "provider"


def documented(client: type) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in inspect.getmembers(client):
        if isinstance(value, cached_property):
            resource = type(getattr(client(KEY), name))
            if resource.__module__.startswith("clerkkit"):
                own = {
                    key: item
                    for key, item in vars(resource).items()
                    if inspect.isfunction(item) and key != "__getattr__"
                }
                found |= {f"{name}.{key}": inspect.getdoc(item) for key, item in own.items()}
    return found


def test_sync_and_async_methods_have_the_same_docstrings() -> None:
    assert documented(Clerk) == documented(AsyncClerk)
    assert len(documented(Clerk)) >= 18
    assert all(documented(Clerk).values())
