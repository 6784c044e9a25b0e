"""The types of arguments: values that type-check are sent unchanged, and limits are checked.

Signatures are read with `typing` and `inspect`, limits from the contract.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import json
import pickle
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote

import attrs
import pytest

from clerk_bapi import AsyncClient, Client, InvalidArgument, Model, Request, api, dicts, models
from clerk_core.models.model import fields
from tests.generated.json_samples import CONTRACT, Schema, class_of
from tests.generated.wire_samples import OPERATIONS, Operation, samples
from tests.loopback import KEY

Function = Callable[..., Any]


def methods(kind: type[Any]) -> Iterator[tuple[str, Function]]:
    """Yield every public method of every resource."""
    made = kind(KEY)
    for group in sorted({operation.group for operation in OPERATIONS}):
        resource = getattr(made, group)
        for name, member in inspect.getmembers(type(resource), inspect.isfunction):
            if not name.startswith("_"):
                yield f"{group}.{name}", member


FUNCTIONS: dict[str, Function] = {name: getattr(api, name) for name in api.__all__}
METHODS = {kind.__name__: dict(methods(kind)) for kind in (Client, AsyncClient)}


class Known(NamedTuple):
    """An argument with documented values."""

    operation: Operation
    argument: str
    place: str
    wire: str
    is_list: bool
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.operation}.{self.argument}"


def literals(hint: Any) -> Iterator[tuple[bool, tuple[Any, ...]]]:
    """Yield the values of each Literal in a type, and whether they are the items of a list."""
    if typing.get_origin(hint) is Literal:
        yield False, typing.get_args(hint)
    elif isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        for part in typing.get_args(hint):
            yield from literals(part)
    else:
        yield from ((True, values) for part in typing.get_args(hint) for _, values in literals(part))


def arguments_with_known_values() -> Iterator[Known]:
    for operation in OPERATIONS:
        hints = typing.get_type_hints(operation.function)
        for argument in operation.arguments:
            for is_list, values in literals(hints[argument.name]):
                yield Known(operation, argument.name, argument.place, argument.wire, is_list, values)


KNOWN = list(arguments_with_known_values())


# -- signatures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_type_hints_of_endpoint_functions_can_be_evaluated(name: str) -> None:
    hints = typing.get_type_hints(FUNCTIONS[name])
    assert hints.keys() == {*inspect.signature(FUNCTIONS[name]).parameters, "return"}
    assert typing.get_origin(hints["return"]) is Request


@pytest.mark.parametrize("kind", METHODS)
def test_type_hints_of_methods_can_be_evaluated(kind: str) -> None:
    for name, method in METHODS[kind].items():
        hints = typing.get_type_hints(inspect.unwrap(method))
        assert hints.keys() == {*inspect.signature(method).parameters, "return"} - {"self"}, name


def test_methods_have_the_arguments_of_their_endpoint_functions() -> None:
    for kind in METHODS.values():
        for operation in OPERATIONS:
            method = inspect.signature(kind[f"{operation.group}.{operation.member}"])
            function = inspect.signature(operation.function)
            own = [parameter for name, parameter in method.parameters.items() if name != "self"]
            assert own == list(function.parameters.values()), operation


# -- documented values ---------------------------------------------------------------------------------------------


def sent(known: Known, value: Any) -> Any:
    """Return the encoded values of the argument."""
    given = samples(known.operation)["required only"] | {known.argument: [value] if known.is_list else value}
    request = known.operation.function(**given)
    if known.place == "query":
        return dict(parse_qsl(request.query, keep_blank_values=True))[known.wire]
    if known.place == "path":
        position = known.operation.path.split("/").index(f"{{{known.wire}}}")
        return unquote(request.path.split("/")[position])
    held = json.loads(request.content)[known.wire]
    return held[0] if known.is_list else held


@pytest.mark.parametrize("known", KNOWN, ids=str)
def test_documented_values_are_sent_unchanged(known: Known) -> None:
    for value in known.values:
        assert sent(known, value) == value


@pytest.mark.parametrize("known", KNOWN, ids=str)
def test_undocumented_values_are_sent_unchanged(known: Known) -> None:
    assert sent(known, "+something_new") == "+something_new"


def test_order_by_has_documented_values() -> None:
    ordered = {str(known.operation): known.values for known in KNOWN if known.argument == "order_by"}
    assert len(ordered) == 15
    for values in ordered.values():
        bare = {value for value in values if value[0] not in "+-"}
        assert set(values) == {sign + key for key in bare for sign in ("", "+", "-")}
    assert {value for value in ordered["ListOrganizations"] if value[0] not in "+-"} == {
        "created_at",
        "members_count",
        "name",
    }


def test_arguments_with_documented_values_are_literals() -> None:
    names = {"order_by", "enrollment_mode", "domains_enrollment_modes", "password_hasher", "template_type"}
    typed = {(str(known.operation), known.argument) for known in KNOWN}
    for operation in OPERATIONS:
        for argument in operation.arguments:
            if argument.name in names:
                assert (str(operation), argument.name) in typed
    hashers = {known.values for known in KNOWN if known.argument == "password_hasher"}
    assert [len(values) for values in hashers] == [21]


@pytest.mark.parametrize(("given", "text"), [(True, "true"), (False, "false"), ("true", "true")])
def test_booleans_in_the_query_are_typed_bool(given: Any, text: str) -> None:
    for function, name, ids in (
        (api.list_api_keys, "include_invalid", {"subject": f"user_{'a' * 27}"}),
        (api.list_all_organization_domains, "verified", {}),
        (api.list_organization_domains, "verified", {"organization_id": "org_1"}),
    ):
        call: Function = function
        assert call(**ids, **{name: given}).query.endswith(f"{name}={text}")
        assert bool in typing.get_args(typing.get_type_hints(call)[name])


# -- dicts ---------------------------------------------------------------------------------------------------------


def schemas() -> Iterator[tuple[type[Model], Schema]]:
    """Return every class of the contract with its schema."""
    for name, schema in CONTRACT.schemas.items():
        with contextlib.suppress(AttributeError):  # bodies whose members are arguments have no class
            yield class_of(CONTRACT, name), schema


SCHEMAS = dict(schemas())


def classes_in(hint: Any) -> Iterator[Any]:
    """Yield the models, typed dicts and mappings in a type, including those in lists."""
    if isinstance(hint, type) and (issubclass(hint, Model) or typing.is_typeddict(hint)):
        yield hint
    elif typing.get_origin(hint) is Mapping:
        yield Mapping
    for part in typing.get_args(hint):
        yield from classes_in(part)


def test_arguments_that_accept_a_model_accept_a_dict() -> None:
    found: dict[str, set[Any]] = {}
    for function in FUNCTIONS.values():
        for argument, hint in typing.get_type_hints(function).items():
            classes = set(classes_in(hint))
            given = {one for one in classes if not typing.is_typeddict(one) and one is not Mapping}
            if argument != "return" and given:
                (model,) = given
                found[model.__name__] = classes - given
    assert len(found) == 16
    open_ones = {name for name, others in found.items() if others == {Mapping}}
    assert open_ones == {"CreateActorTokenActor"}
    for name in found.keys() - open_ones:
        assert found[name] == {getattr(dicts, f"{name}Dict")}


@pytest.mark.parametrize("name", dicts.__all__)
def test_typed_dicts_have_the_keys_of_their_models(name: str) -> None:
    schema = SCHEMAS[getattr(models, name.removesuffix("Dict"))]
    hints = typing.get_type_hints(getattr(dicts, name), include_extras=True)
    assert hints.keys() == schema["properties"].keys()
    optional = {key for key, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
    assert hints.keys() - optional == set(schema.get("required", ()))


# -- open models ---------------------------------------------------------------------------------------------------


def test_model_with_an_open_schema_accepts_more_keys() -> None:
    actor = models.CreateActorTokenActor(sub="user_1", iss="https://example.com", session=None)
    assert actor.to_dict() == {"sub": "user_1", "iss": "https://example.com", "session": None}
    assert actor["iss"] == "https://example.com"
    assert copy.copy(actor) == actor == pickle.loads(pickle.dumps(actor))
    replaced = actor.__replace__(iss="other", role="admin")
    assert replaced.to_dict() == {"sub": "user_1", "iss": "other", "session": None, "role": "admin"}
    assert attrs.evolve(actor, sub="user_2").to_dict() == {**actor.to_dict(), "sub": "user_2"}
    with pytest.raises(TypeError, match="missing sub"):
        models.CreateActorTokenActor(iss="https://example.com")  # type: ignore[call-arg]
    request = api.create_actor_token(user_id="user_2", actor=actor)
    assert json.loads(request.content)["actor"] == actor.to_dict()
    assert api.create_actor_token(user_id="user_2", actor=actor.to_dict()).content == request.content


def test_only_models_with_open_schemas_accept_more_keys() -> None:
    for model, schema in SCHEMAS.items():
        values = dict.fromkeys(one for one, field in fields(model).items() if field.required)
        if schema.get("additionalProperties") is True:
            assert model(**values, something_new=1)["something_new"] == 1
        else:
            with pytest.raises(TypeError, match="unexpected something_new"):
                model(**values, something_new=1)


# -- limits --------------------------------------------------------------------------------------------------------


class Limited(NamedTuple):
    """A list argument with a limited number of items."""

    operation: Operation
    argument: str
    fewest: int
    most: int | None
    of_query: bool

    def call(self, size: int) -> Request[Any]:
        given = samples(self.operation)["required only"]
        items = [{"email_address": f"{n}@example.com", "role": "org:member"} for n in range(size)]
        texts = [f"x_{n}" for n in range(size)]
        raw = self.operation.of("raw")
        request: Request[Any] = self.operation.function(**given | {self.argument: items if raw else texts})
        return request

    def __str__(self) -> str:
        return f"{self.operation}.{self.argument}"


LIMITED = [
    Limited(
        operation,
        argument.name,
        argument.schema.get("minItems", 0),
        argument.schema.get("maxItems"),
        argument.place == "query",
    )
    for operation in OPERATIONS
    for argument in operation.arguments
    if argument.schema.keys() & {"minItems", "maxItems"}
]


@pytest.mark.parametrize("limited", LIMITED, ids=str)
def test_rejects_a_list_of_invalid_length_and_names_the_limit(limited: Limited) -> None:
    wrong = {limited.fewest - 1: limited.fewest}
    if limited.most is not None:
        wrong |= {limited.most + 1: limited.most, limited.most * 3: limited.most}
    for size, limit in wrong.items():
        if size < 0:
            continue
        with pytest.raises(InvalidArgument) as caught:
            limited.call(size)
        assert caught.value.argument == limited.argument
        assert f"got {size}" in caught.value.problem
        assert str(limit) in caught.value.problem


@pytest.mark.parametrize("limited", LIMITED, ids=str)
def test_lists_at_the_limit_are_sent(limited: Limited) -> None:
    limited.call(max(limited.fewest, 1))
    if limited.most is not None:
        limited.call(limited.most)


def test_limits_of_lists() -> None:
    limits = {str(limited): (limited.fewest, limited.most) for limited in LIMITED if not limited.of_query}
    assert limits == {
        "AddRolesToRoleSet.role_keys": (1, 10),
        "CreateBulkInvitations.invitations": (1, 10),
        "CreateBulkWaitlistEntries.waitlist_entries": (1, 50),
        "CreateEnterpriseConnection.domains": (1, None),
        "CreateMachine.scoped_machines": (0, 150),
        "CreateOrganizationInvitationBulk.invitations": (1, 10),
        "CreateRoleSet.roles": (1, 10),
        "UpdateInstanceCommunication.blocked_country_codes": (0, 250),
        "UsersBan.user_ids": (1, 50),
        "UsersUnban.user_ids": (1, 50),
    }
    filters = [limited for limited in LIMITED if limited.of_query]
    assert len(filters) == 24
    assert {(limited.fewest, limited.most) for limited in filters} == {(0, 100)}


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_list_body_can_be_passed_by_position(client: type[Any]) -> None:
    resources = client(KEY)
    for method, name in (
        (resources.invitations.bulk_create, "invitations"),
        (resources.organization_invitations.bulk_create, "invitations"),
        (resources.waitlist_entries.bulk_create, "waitlist_entries"),
    ):
        parameter = list(inspect.signature(method).parameters.values())[-1]
        assert (parameter.name, parameter.kind) == (name, inspect.Parameter.POSITIONAL_OR_KEYWORD)


# -- required arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "needed"),
    [
        (api.create_organization_domain, {"organization_id", "name"}),
        (api.verify_domain_proxy, {"domain_id", "proxy_url"}),
        (api.verify_oauth_access_token, {"access_token"}),
        (api.change_production_instance_domain, {"home_url"}),
        (api.update_production_instance_domain, {"home_url"}),
    ],
)
def test_required_arguments_must_be_passed(function: Function, needed: set[str]) -> None:
    parameters: Mapping[str, inspect.Parameter] = inspect.signature(function).parameters
    assert {name for name, parameter in parameters.items() if parameter.default is parameter.empty} == needed
    with pytest.raises(TypeError, match="missing"):
        function()
