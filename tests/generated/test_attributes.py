"""Code that type-checks does not raise: attributes of all classes with missing, null and wrong values."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import types
from collections.abc import Iterator
from typing import Any, get_origin

import pytest

from clerk_bapi.api import get_jwks, list_invitations
from clerk_bapi.events import read_event
from clerk_bapi.models import (
    JWKS,
    EmailAddress,
    InvitationPage,
    JWKSRsaPublicKey,
    OrganizationMembership,
    PhoneNumber,
    User,
    VerificationOTP,
)
from clerk_core import Model, Request, Response
from tests import typing_cases
from tests.generated.json_samples import attributes, bodies_of, classes, difference, received
from tests.generated.random_json import ODD_VALUES
from tests.generated.type_checks import alternatives, broken, hints, is_class

each = pytest.mark.parametrize
RECEIVED = [kind for kind in classes() if kind in received()]
each_received = each("kind", RECEIVED, ids=lambda kind: kind.__name__)
WRONG: list[Any] = [*ODD_VALUES, [1, {}], {"a": None, "b": 5}, {"object": []}]


def wrong_attributes(kind: type[Model], body: Any) -> Iterator[str]:
    model = kind.from_dict(body)
    before = model.to_dict()
    yield from broken(model, kind, kind.__name__)
    assert difference(model.to_dict(), before) is None, "reading an attribute changed the model"


@each_received
def test_empty_object_has_all_attributes(kind: type[Model]) -> None:
    assert list(wrong_attributes(kind, {})) == []


@each_received
def test_attributes_with_wrong_values_have_the_declared_types(kind: type[Model]) -> None:
    for key in attributes(kind).values():
        for value in WRONG:
            assert list(wrong_attributes(kind, {key: value})) == []


@each_received
def test_valid_values_are_unchanged(kind: type[Model]) -> None:
    for body in bodies_of(kind):
        model = kind.from_dict(body)
        for attribute, key in attributes(kind).items():
            if key in body and (body[key] is not None or types.NoneType in alternatives(hints(kind)[attribute])):
                assert getattr(model, attribute) is model[key]


@each_received
def test_missing_key_reads_as_none_or_as_an_empty_list_map_or_object(kind: type[Model]) -> None:
    model = kind.from_dict({})
    for attribute, hint in hints(kind).items():
        seen = getattr(model, attribute)
        if get_origin(hint) in (list, dict):
            assert difference(seen, get_origin(hint)()) is None
        elif is_class(hint):
            assert type(seen) is hint
            assert vars(seen) == {}
        else:
            assert seen is None
    assert model.to_dict() == {}


# -- single cases --------------------------------------------------------------------------------------------------


def test_search_visits_lists_and_objects_and_finds_wrong_types() -> None:
    """Otherwise the search could pass without visiting any attribute."""
    asked = [hint for kind in RECEIVED for hint in hints(kind).values()]
    assert sum(get_origin(part) is list for hint in asked for part in alternatives(hint)) > 50
    assert sum(is_class(part) for hint in asked for part in alternatives(hint)) > 50
    assert list(broken(None, list[str])) == ["value: None is no list[str]"]
    assert list(broken([5], list[User])) != []
    assert list(broken(Model.from_dict({}), User)) != []
    assert list(broken({}, VerificationOTP)) != []


@each("verification", [{"object": "verification_of_tomorrow"}, {"status": "verified"}, {}])
def test_unknown_variant_has_the_attributes_of_all_variants(verification: dict[str, Any]) -> None:
    user = User.from_dict({"email_addresses": [{"verification": verification}]})
    seen = user.email_addresses[0].verification
    assert type(seen) is Model
    assert seen is not None
    assert (seen.expire_at, seen.attempts, seen.status) == (None, None, verification.get("status"))
    with pytest.raises(AttributeError, match="'Model' object has no attribute 'expires'"):
        seen.expires  # type: ignore[attr-defined]  # noqa: B018
    assert user.to_dict() == {"email_addresses": [{"verification": verification}]}


@each("kind", [{"type": "of.tomorrow"}, {}, {"type": None}, {"type": 5}])
def test_unknown_event_has_the_attributes_of_events(kind: dict[str, Any]) -> None:
    event = read_event({"object": "event", **kind})
    assert type(event) is Model
    assert (event.type, event.timestamp, event.data.id) == (kind.get("type"), None, None)
    event = read_event({**kind, "data": {"id": "user_1", "email_addresses": [{"id": "idn_1"}]}})
    assert (event.data.id, event["data"]["id"]) == ("user_1", "user_1")
    assert event.to_dict() == {**kind, "data": {"id": "user_1", "email_addresses": [{"id": "idn_1"}]}}


def decoded(request: Request[Any], body: bytes) -> Any:
    return request.decode(Response(200, {}, body))


def test_page_that_lacks_a_key_is_a_page() -> None:
    page = decoded(list_invitations(paginated=True), b'{"data": [{"id": "inv_1"}]}')
    assert type(page) is InvitationPage
    assert (page.data[0].id, page.total_count) == ("inv_1", None)


def test_class_of_an_incomplete_signing_key_follows_from_its_members() -> None:
    keys = decoded(get_jwks(), b'{"keys": [{"kty": "RSA", "n": "n", "e": "AQAB"}, {"use": "sig"}, {"kty": "?"}]}').keys
    assert [type(key) for key in keys] == [JWKSRsaPublicKey, Model, Model]
    assert [(key.kid, key.alg, key.use) for key in keys] == [(None, None, use) for use in (None, "sig", None)]


def test_substitutes_for_missing_values_are_not_stored() -> None:
    user = User.from_dict({"email_addresses": None, "phone_numbers": [None, {"id": "idn_1"}]})
    user.email_addresses.append(user.phone_numbers[0])
    assert [number.id for number in user.phone_numbers] == [None, "idn_1"]
    assert [*user.web3_wallets] == []
    assert "web3_wallets" not in user
    assert user["email_addresses"] is None
    assert user["phone_numbers"][0] is None
    assert user.to_dict() == {"email_addresses": None, "phone_numbers": [None, {"id": "idn_1"}]}


def test_received_and_assigned_values_are_stored() -> None:
    user = User.from_dict({"email_addresses": []})
    user.email_addresses.append(User.from_dict({"id": "x"}))  # type: ignore[arg-type]
    user.phone_numbers = []
    assert user.phone_numbers is user["phone_numbers"]
    assert user.to_dict() == {"email_addresses": [{"id": "x"}], "phone_numbers": []}
    del user.phone_numbers
    assert "phone_numbers" not in user
    with pytest.raises(AttributeError, match="phone_numbers"):
        del user.phone_numbers


def test_required_object_that_is_null_reads_as_an_empty_one() -> None:
    membership = OrganizationMembership.from_dict({"organization": None})
    assert membership.organization.id is None
    assert membership["organization"] is None
    assert membership.public_metadata.get("plan") is None
    membership.organization = {"id": "org_1"}  # type: ignore[assignment]
    assert membership.organization.id == "org_1"


@each("value", WRONG, ids=repr)
def test_type_checked_code_runs_with_any_value(value: Any) -> None:
    users = [{}, {"email_addresses": [{"verification": value}]}]
    users += [{key: value} for key in ("email_addresses", "external_accounts", "public_metadata")]
    members = [{}, {"organization": value}, {"organization": {"public_metadata": value}}]
    key_sets = [{}, {"keys": value}, {"keys": [{"kty": "RSA"}, {"kty": value}, {"kty": "RSA", "x5c": value}]}]
    for user, member, keys in itertools.product(users, members, key_sets):
        typing_cases.nested(
            User.from_dict(user),
            OrganizationMembership.from_dict(member),
            decoded(list_invitations(paginated=True), json.dumps({"data": value}).encode()),
            JWKS.from_dict(keys),
        )
    for event in ({}, {"type": value}, {"type": "user.created", "data": value}, {"type": "of tomorrow"}):
        typing_cases.unknown(read_event(event))


# -- computed attributes -------------------------------------------------------------------------------------------

ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "primary_email_address_id": "idn_2",
    "primary_phone_number_id": "idn_3",
    "email_addresses": [
        {"id": "idn_1", "email_address": "old@example.com"},
        {"id": "idn_2", "email_address": "ada@example.com"},
    ],
    "phone_numbers": [{"id": "idn_3", "phone_number": "+15555550100"}],
}


def test_user_has_full_name_and_primary_identifiers() -> None:
    user = User.from_dict(ADA)
    assert user.full_name == "Ada Lovelace"
    assert user.primary_email_address is user.email_addresses[1]
    assert user.primary_phone_number is user.phone_numbers[0]
    assert user.to_dict() == ADA
    nobody = User.from_dict({})
    assert (nobody.full_name, nobody.primary_email_address, nobody.primary_phone_number) == (None, None, None)
    assert User.from_dict({**ADA, "primary_email_address_id": "idn_9"}).primary_email_address is None
    assert (
        User.from_dict({**ADA, "email_addresses": [{}], "primary_email_address_id": None}).primary_email_address is None
    )
    assert User.from_dict({"first_name": "", "last_name": "Lovelace"}).full_name == "Lovelace"


@each("name", ["full_name", "primary_email_address", "primary_phone_number"])
def test_json_keys_do_not_hide_computed_attributes(name: str) -> None:
    user = User.from_dict({**ADA, name: "from Clerk"})
    assert getattr(user, name) == getattr(User.from_dict(ADA), name)
    assert user[name] == "from Clerk"
    assert user.to_dict() == {**ADA, name: "from Clerk"}
    with pytest.raises(AttributeError, match=name):
        setattr(user, name, "changed")
    assert "from Clerk" in repr(user)
    assert copy.deepcopy(user) == user
    assert pickle.loads(pickle.dumps(user)).to_dict() == user.to_dict()


@each("key", sorted(ADA))
def test_computed_attributes_never_raise(key: str) -> None:
    for value in [*WRONG, ["idn_2"], [None, 5, "idn_2"]]:
        user = User.from_dict({**ADA, key: value})
        assert isinstance(user.full_name, str | None)
        assert isinstance(user.primary_email_address, EmailAddress | None)
        assert isinstance(user.primary_phone_number, PhoneNumber | None)
