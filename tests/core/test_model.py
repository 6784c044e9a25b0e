"""Models: creation, conversion, attributes, `repr` and attrs, independent of Clerk's API."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

import clerk_bapi.events
import clerk_bapi.models
from clerk_bapi.models import (
    JWKS,
    ActorToken,
    AgentTask,
    EmailAddress,
    Invitation,
    JWKSEcdsaPrivateKey,
    JWKSEd25519PrivateKey,
    JWKSRsaPrivateKey,
    JWKSSymmetricKey,
    Organization,
    OrganizationInvitation,
    OrganizationMembership,
    RedirectURL,
    SignInToken,
    User,
    VerificationFromOAuth,
)
from clerk_core import UNSET, ErrorDetail, Model
from tests.generated.json_samples import CONTRACT, attributes, classes, difference, plain, problems
from tests.generated.random_json import ODD_VALUES

each = pytest.mark.parametrize


def membership() -> OrganizationMembership:
    """Return a model that contains other models."""
    return OrganizationMembership.from_dict(
        {"id": "m_1", "organization": {"id": "org_1", "public_metadata": {"teams": ["a"]}}, "unknown": [{"a": 1}]}
    )


def nested(depth: int) -> Any:
    """Return objects and lists nested in each other, `depth` levels in all."""
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 == 0 else {"a": value}
    return value


# -- a model -------------------------------------------------------------------------------------------------------


def test_model_is_created_from_keywords() -> None:
    key = JWKSSymmetricKey(alg="HS256", k="c2VjcmV0", kid="k_1", kty="oct", use="sig", x5t_s256="print")
    assert key.to_dict() == {
        "alg": "HS256", "k": "c2VjcmV0", "kid": "k_1", "kty": "oct", "use": "sig", "x5t#S256": "print",
    }  # fmt: skip
    assert (key.alg, key.x5t_s256, key["x5t#S256"], key.x5u) == ("HS256", "print", "print", None)
    assert "x5t_s256" not in key


def test_missing_keywords_are_named_in_the_error() -> None:
    with pytest.raises(TypeError, match=r"^JWKSSymmetricKey\(\): missing kid, kty, use$"):
        JWKSSymmetricKey(alg="HS256", k="c2VjcmV0")  # type: ignore[call-arg]


def test_unexpected_keywords_are_named_in_the_error() -> None:
    given: dict[str, Any] = {"alg": "HS256", "k": "c2VjcmV0", "kid": "k_1", "kty": "oct", "use": "sig"}
    given |= {"x5t#S256": "print", "colour": "red"}
    with pytest.raises(TypeError, match=r"^JWKSSymmetricKey\(\): unexpected x5t#S256, colour$"):
        JWKSSymmetricKey(**given)


def test_unset_keywords_are_left_out() -> None:
    built = JWKSSymmetricKey(alg="HS256", k="c2VjcmV0", kid="k_1", kty="oct", use="sig", x5u=UNSET)  # type: ignore[arg-type]
    assert "x5u" not in built
    assert built.x5u is None
    assert "UNSET" not in repr(built)


def test_from_dict_does_not_change_its_argument() -> None:
    data = {"id": "m_1", "organization": {"public_metadata": {"teams": ["a"]}}, "unknown": [{"a": 1}]}
    before = copy.deepcopy(data)
    made = OrganizationMembership.from_dict(data)
    assert difference(data, before) is None
    made.id = "m_2"
    made.organization.public_metadata["teams"].append("b")
    made["unknown"][0]["a"] = 2
    assert difference(data, before) is None


def test_from_dict_accepts_nested_models() -> None:
    organization = Organization.from_dict({"id": "org_1"})
    made = OrganizationMembership.from_dict({"organization": organization})
    assert made.organization == organization
    assert made.organization is not organization
    assert made.to_dict() == {"organization": {"id": "org_1"}}


def test_to_dict_returns_a_deep_copy() -> None:
    model = membership()
    given = model.to_dict()
    given["organization"]["public_metadata"]["teams"].append("b")
    given["unknown"][0]["a"] = 2
    assert model == membership()
    assert type(given["organization"]) is dict


def test_conversion_has_no_limit_of_depth_below_that_of_json() -> None:
    value, depth = None, 100_000
    while value is None:
        try:
            value = json.loads('{"a":[' * (depth // 2) + "]}" * (depth // 2))
        except RecursionError:
            depth = depth * 9 // 10
    given: Any = Model.from_dict(value).to_dict()
    levels = 0
    while given:
        assert given is not value
        step: Any = "a" if isinstance(given, dict) else 0
        given, value, levels = given[step], value[step], levels + 1
    assert levels == depth // 2 * 2 - 1
    assert value == []


def test_rejects_values_that_contain_themselves() -> None:
    teams: list[Any] = ["a"]
    model = Organization.from_dict({"public_metadata": {"teams": teams, "also": teams}})
    metadata = model.public_metadata
    assert metadata["teams"] is not metadata["also"]
    metadata["teams"].append({"all": metadata})
    with pytest.raises(ValueError, match=r"^'all' contains itself, which JSON cannot represent$"):
        model.to_dict()
    with pytest.raises(ValueError, match="contains itself"):
        Organization.from_dict({"public_metadata": metadata})


def test_subscription_reads_keys() -> None:
    model = membership()
    assert model["unknown"] == [{"a": 1}]
    assert model["organization"] is model.organization
    assert ("unknown" in model, "role" in model, 1 in model) == (True, False, False)
    with pytest.raises(KeyError, match="role"):
        model["role"]


def test_missing_attributes_are_none_and_unknown_ones_raise() -> None:
    model = membership()
    values: list[Any] = [model.role, model.private_metadata]  # `role` is required
    assert values == [None, None]
    with pytest.raises(AttributeError, match=r"'OrganizationMembership' object has no attribute 'rolle'"):
        model.rolle  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(Model.from_dict({}), "role")


def test_attributes_can_be_assigned() -> None:
    model = membership()
    model.role = "org:admin"
    model.organization.name = "Acme"
    key = JWKSSymmetricKey.from_dict({})
    key.x5t_s256 = "print"
    assert (model["role"], model.to_dict()["organization"]["name"]) == ("org:admin", "Acme")
    assert key.to_dict() == {"x5t#S256": "print"}


def test_json_keys_do_not_hide_methods() -> None:
    model = Model.from_dict({"to_dict": "a value"})
    assert model.to_dict() == {"to_dict": "a value"}
    assert model["to_dict"] == "a value"
    with pytest.raises(AttributeError, match=r"^to_dict is a method of the model"):
        model.to_dict = "other"  # type: ignore[assignment,method-assign]


def test_models_with_the_same_class_and_keys_are_equal() -> None:
    assert membership() == membership()
    assert User.from_dict({}) != Organization.from_dict({})
    assert User.from_dict({}) != Model.from_dict({})
    assert User.from_dict({}) != {}
    assert User.from_dict({"first_name": None}) != User.from_dict({})
    changed = membership()
    changed.organization.id = "org_2"
    assert changed != membership()


def test_mutable_model_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(membership())


def test_replace_returns_a_new_model() -> None:
    model = membership()
    key = JWKSSymmetricKey.from_dict({"kid": "k_1"}).__replace__(x5t_s256="print")
    changed = model.__replace__(id="m_2", organization={"id": "org_2"})
    assert (changed.id, changed.organization) == ("m_2", Organization.from_dict({"id": "org_2"}))
    assert changed["unknown"] == [{"a": 1}]
    assert model == membership()
    assert key.to_dict() == {"kid": "k_1", "x5t#S256": "print"}


def test_replace_with_unset_removes_the_key() -> None:
    model = membership()
    model.role = UNSET  # type: ignore[assignment]
    changed = model.__replace__(id=UNSET)
    assert changed.to_dict() == {key: value for key, value in membership().to_dict().items() if key != "id"}
    assert "id" not in changed
    assert "role" not in changed
    assert changed.id is None
    assert model.id == "m_1"


def test_replace_rejects_unknown_attributes() -> None:
    with pytest.raises(TypeError, match="rolle"):
        membership().__replace__(rolle="org:admin")


def test_repr_shows_the_keys_that_are_set() -> None:
    assert repr(Organization.from_dict({"id": "org_1", "x": None})) == "Organization(id='org_1', x=None)"
    assert repr(Model.from_dict({"a": [1]})) == "Model(a=[1])"


SECRET = re.compile(
    r"(^|_)(token|jwt|secret|password|cookies|backup_codes)$|(secret|signing|api)_key$|password_digest$"
)
"""Matches the keys of secrets, which must not appear in logs."""


@each(
    ("kind", "attribute"),
    [(kind, name) for kind in classes() for name, key in attributes(kind).items() if SECRET.search(key)],
)
def test_repr_hides_secrets(kind: type[Model], attribute: str) -> None:
    for value in ("confidential", ["confidential"]):
        model = kind.from_dict({attribute: value, "id": "shown"})
        assert "confidential" not in repr(model)
        assert "confidential" not in repr([{"inside": model}])
        assert "id='shown'" in repr(model)
        assert model.to_dict()[attribute] == value


PRIVATE_KEYS = [JWKSRsaPrivateKey, JWKSEcdsaPrivateKey, JWKSEd25519PrivateKey, JWKSSymmetricKey]
PUBLIC_MEMBERS = {"alg", "crv", "e", "kid", "kty", "n", "use", "x", "x5c", "x5t", "x5t#S256", "x5u", "y"}
"""Public members of keys: RFC 7517, section 4, and RFC 7518, section 6."""


@each("kind", PRIVATE_KEYS, ids=lambda kind: kind.__name__)
def test_repr_hides_private_members_of_a_key(kind: type[Model]) -> None:
    members = set(attributes(kind).values())
    shown = repr(kind.from_dict({member: f"<{member}>" for member in members}))
    assert members - PUBLIC_MEMBERS
    for member in members:
        assert (f"<{member}>" in shown) == (member in PUBLIC_MEMBERS)


@each(
    ("data", "shown"),
    [
        ({"code": "123456"}, "Model(code=...)"),
        ({"otp_code": "123456", "codes": ["1"]}, "Model(otp_code=..., codes=...)"),
        ({"code": "not_found", "message": "is not there"}, "Model(code='not_found', message='is not there')"),
        (
            {"reason": {"code": "card_declined", "decline_code": "lost_card"}},
            "Model(reason={'code': 'card_declined', 'decline_code': 'lost_card'})",
        ),
        ({"otp_code": "123456", "message": "is your code"}, "Model(otp_code=..., message='is your code')"),
        ({"blocked_country_codes": ["DE"]}, "Model(blocked_country_codes=['DE'])"),
        ({"k": "not of a key", "d": "e"}, "Model(k='not of a key', d='e')"),
        ({"to_phone_number": "+1", "message": "123456 is your code"}, "Model(to_phone_number='+1', message=...)"),
        (
            {"to_email_address": "a@b.example", "subject": "123456 is your code", "body": "<b>", "body_plain": "x"},
            "Model(to_email_address='a@b.example', subject=..., body=..., body_plain=...)",
        ),
        ({"token": None, "secret": True, "password": ""}, "Model(token=None, secret=True, password=...)"),
    ],
)
def test_repr_hides_secrets_depending_on_other_keys(data: dict[str, Any], shown: str) -> None:
    assert repr(Model.from_dict(data)) == shown


def test_repr_hides_secrets_in_objects_without_a_class() -> None:
    data = {"token": "confidential", "keys": [{"kty": "oct", "k": "confidential"}], 1: ["shown"]}
    shown = "{'token': ..., 'keys': [{'kty': 'oct', 'k': ...}], 1: ['shown']}"
    assert repr(Model.from_dict({"type": "of.tomorrow", "data": data})) == f"Model(type='of.tomorrow', data={shown})"


@each(
    ("link", "shown"),
    [
        ("https://accounts.acme.example/accept?token=confidential", "https://accounts.acme.example/accept?..."),
        ("https://acme.example/v1/tickets?a=1&__clerk_ticket=confidential#b", "https://acme.example/v1/tickets?..."),
        ("https://app.svix.example/login#key=confidential", "https://app.svix.example/login#..."),
        (f"https://acme.example/v1/{'confidential' * 3}/accept", "https://acme.example/v1/.../accept"),
        (f"https://acme.example/{'confidential.' * 9}", "https://acme.example/..."),
        ("https://ada:confidential@acme.example/a", "https://...@acme.example/a"),
        ("acme://callback?ticket=confidential", "acme://callback?..."),
        ("Ada? <a href='https://x.example/?t=confidential'>Go</a>", "Ada? <a href='https://x.example/?...'>Go</a>"),
        ("https://acme.example/a/b", "https://acme.example/a/b"),
        (f"https://{'a-long-name.' * 4}accounts.dev/a", f"https://{'a-long-name.' * 4}accounts.dev/a"),
        ("https://acme.example?", "https://acme.example?"),
        ("Is it #1? Yes?no", "Is it #1? Yes?no"),
    ],
)
def test_repr_hides_secret_parts_of_links(link: str, shown: str) -> None:
    for data, around in (({"url": link}, shown), ({"urls": [link]}, [shown]), ({"x": {"y": link}}, {"y": shown})):
        (key,) = data
        assert repr(Model.from_dict(data)) == f"Model({key}={around!r})"


@each("kind", [SignInToken, ActorToken, AgentTask, Invitation, OrganizationInvitation, RedirectURL])
def test_repr_hides_tickets_in_urls(kind: type[Model]) -> None:
    shown = repr(kind.from_dict({"id": "shown", "url": "https://acme.example/v1/accept?ticket=confidential"}))
    assert shown == f"{kind.__name__}(id='shown', url='https://acme.example/v1/accept?...')"


def test_repr_is_bounded_for_deep_and_circular_models() -> None:
    model = Model.from_dict({"deep": nested(800)})
    assert repr(model).startswith("Model(deep={'a': [{'a': [")
    assert len(repr(model)) < 1000
    model = Model.from_dict({"deep": {}})
    model["deep"].update(one=model, two=model["deep"])
    assert repr(model) == "Model(deep={'one': ..., 'two': ...})"


PROTOCOLS = [
    *("__bool__", "__copy__", "__deepcopy__", "__getinitargs__", "__getnewargs__", "__getnewargs_ex__", "__getstate__"),
    *("__iter__", "__len__", "__setstate__", "__slots__"),
]
"""Special methods that Python looks up, in addition to those that every object has."""


@each("key", sorted({*dir(Model), *PROTOCOLS}))
def test_keys_named_like_special_methods_have_no_effect(key: str) -> None:
    for value in ODD_VALUES:
        model = User.from_dict({key: value})
        assert list(problems(CONTRACT, {"$ref": "#/components/schemas/User"}, model, {key: value})) == []
        assert difference(plain(copy.copy(model)), {key: value}) is None
        expected = {**attrs.asdict(User.from_dict({})), "additional_properties": {key: value}}
        assert difference(attrs.asdict(model), expected) is None
        assert isinstance(model, User)
        assert bool(model)


# -- as JSON objects -----------------------------------------------------------------------------------------------


def test_iteration_yields_pairs() -> None:
    model = membership()
    assert dict(model) == vars(model)
    assert dict(model)["organization"] is model.organization
    assert [key for key, _ in model] == ["id", "organization", "unknown"]
    model.role = UNSET  # type: ignore[assignment]
    assert "role" not in dict(model)


def test_json_dumps_encodes_models_with_default_to_dict() -> None:
    model, keys = membership(), JWKS.from_dict({"keys": [{"kty": "RSA"}]})
    written = json.dumps({"a": [model, keys]}, default=Model.to_dict)
    assert json.loads(written) == {"a": [model.to_dict(), keys.to_dict()]}
    with pytest.raises(TypeError, match=r"^Object of type datetime is not JSON serializable$"):
        json.dumps({"a": model, "b": datetime(2030, 1, 1, tzinfo=UTC)}, default=Model.to_dict)


# -- attrs ---------------------------------------------------------------------------------------------------------


def in_fresh_process(code: str) -> Any:
    """Return what a script prints as JSON in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys\n{code}"], capture_output=True, check=True, text=True
    )
    return json.loads(done.stdout)


def test_attrs_fields_lists_every_attribute() -> None:
    names = ["alg", "k", "kid", "kty", "use", "x5c", "x5t", "x5t_s256", "x5u", "additional_properties"]
    fields = attrs.fields(JWKSSymmetricKey)
    assert attrs.has(JWKSSymmetricKey)
    assert [field.name for field in fields] == names
    assert [field.default for field in fields] == [attrs.NOTHING] * 5 + [None] * 4 + [attrs.Factory(dict)]
    assert (fields.kid.type, fields.x5c.type, fields.kid.kw_only) == ("str", "list[str] | None", True)


def test_attrs_asdict_and_astuple_convert_a_model() -> None:
    user = User.from_dict({"id": "user_1", "email_addresses": [{"id": "idn_1"}], "unknown": 1})
    absent = attrs.asdict(User.from_dict({}))
    emails = [{**attrs.asdict(EmailAddress.from_dict({})), "id": "idn_1"}]
    assert {*absent} == {*attributes(User), "additional_properties"}
    assert attrs.asdict(user) == {
        **absent, "id": "user_1", "email_addresses": emails, "additional_properties": {"unknown": 1},
    }  # fmt: skip
    assert attrs.astuple(Organization.from_dict({"id": "org_1"})).count("org_1") == 1


def test_attrs_evolve_returns_a_changed_model() -> None:
    key = JWKSSymmetricKey(alg="HS256", k="c2VjcmV0", kid="k_1", kty="oct", use="sig", x5t_s256="print")
    evolve: Any = attrs.evolve  # typed for classes that attrs created
    evolved = evolve(key, kid="k_2")
    assert type(evolved) is JWKSSymmetricKey
    assert (evolved.kid, evolved.x5t_s256, key.kid) == ("k_2", "print", "k_1")
    with pytest.raises(TypeError, match="colour"):
        evolve(key, colour="red")


def test_attrs_evolve_keeps_undeclared_keys() -> None:
    model = membership()
    evolve: Any = attrs.evolve
    evolved = evolve(model, role="org:admin")
    assert evolved == model.__replace__(role="org:admin")
    assert evolved.to_dict() == {**membership().to_dict(), "role": "org:admin"}
    assert evolve(User.from_dict({"phone_numbers": None})).to_dict() == {"phone_numbers": None}
    assert OrganizationMembership.from_dict(evolve(model).to_dict()) == membership()


def test_asdict_can_be_converted_back_to_a_model() -> None:
    organization = Organization.from_dict({"id": "org_1", "unknown": 1})
    taken: Any = {field.name: getattr(organization, field.name) for field in attrs.fields(Organization)}
    built = Organization(**{**taken, "additional_properties": dict(taken["additional_properties"])})
    assert (built.id, built["unknown"]) == ("org_1", 1)


def test_attrs_is_imported_only_when_used() -> None:
    counts = in_fresh_process(
        "import clerk_bapi.models as models, clerk_bapi.events\n"
        "read = [getattr(models, name).from_dict({'id': '1'}) for name in models.__all__]\n"
        "texts = [repr(model) for model in read if model == model and 'id' in model]\n"
        "before = 'attr' in sys.modules or 'attrs' in sys.modules\n"
        "fields = len(models.User.__attrs_attrs__)\n"
        "print(json.dumps([len(texts), before, 'attr' in sys.modules, fields]))"
    )
    assert counts == [len(clerk_bapi.models.__all__), False, True, len(attributes(User)) + 1]


def test_attrs_fields_of_the_base_class_can_be_read_first() -> None:
    counts = in_fresh_process(
        "import attrs, clerk_bapi.models, clerk_core\n"
        "classes = clerk_core.Model, clerk_bapi.models.User, clerk_bapi.models.Organization\n"
        "print(json.dumps([len(attrs.fields(kind)) for kind in classes]))"
    )
    assert counts == [1, len(attributes(User)) + 1, len(attributes(Organization)) + 1]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"param_name": "email"}, "email"),
        ({"param_name": 5}, None),
        ({"param_name": ""}, None),
        ({}, None),
        (None, None),
        (5, None),
    ],
)
def test_error_detail_has_its_param_name(meta: Any, expected: str | None) -> None:
    body = {"code": "taken", "message": "m", "meta": meta, "param_name": "of a key"}
    error = VerificationFromOAuth.from_dict({"error": body}).error
    assert type(error) is ErrorDetail is clerk_bapi.models.ErrorDetail
    assert (error.code, error.message, error.param_name) == ("taken", "m", expected)
    assert error["param_name"] == "of a key"
    assert error.to_dict() == body
