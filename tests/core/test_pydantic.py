"""Models in pydantic and FastAPI. openapi-spec-validator checks the OpenAPI documents."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any

import anyio
import httpx
import pydantic
import pytest
from fastapi import Body, FastAPI
from fastapi.encoders import jsonable_encoder
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, TypeAdapter, ValidationError

from clerk_bapi.models import JWKS, DeletedObject, InvitationPage, Organization, SessionCookies, SessionToken, User
from clerk_core import Model
from tests.generated.json_samples import attributes, bodies_of, classes

each = pytest.mark.parametrize
each_class = each("kind", list(classes()), ids=lambda kind: kind.__name__)
BODY: dict[str, Any] = {
    "id": "user_1",
    "object": "user",
    "first_name": None,
    "email_addresses": [{"id": "idn_1", "verification": {"object": "of tomorrow", "new": [1]}}],
    "public_metadata": {"plan": {"name": "pro"}},
    "of tomorrow": {"a": [1, 1.5, None]},
}


class Account(BaseModel):
    user: User
    organizations: list[Organization] = []
    token: SessionToken | SessionCookies | None = None
    anything: Any = None


class Node(Model):
    """A model that contains models of its own class."""

    children: list[Node]
    parent: Node | None = None
    name: str | None = None


def test_field_accepts_a_model_or_a_dict() -> None:
    user = User.from_dict(BODY)
    assert Account(user=user).user is user
    account = Account.model_validate({"user": BODY, "organizations": [{"id": "org_1"}]})
    assert (account.user, account.organizations[0].id) == (user, "org_1")
    assert Account.model_validate_json(json.dumps({"user": BODY})).user == user
    assert account.user.to_dict() == BODY


def test_model_dump_returns_the_json_object() -> None:
    account = Account(user=User.from_dict(BODY), organizations=[Organization.from_dict({"x": 1})])
    account.anything = [User.from_dict(BODY), JWKS.from_dict({"keys": []})]
    expected = {"user": BODY, "organizations": [{"x": 1}], "token": None, "anything": [BODY, {"keys": []}]}
    assert account.model_dump() == expected
    assert json.loads(account.model_dump_json()) == expected
    assert TypeAdapter(list[User]).dump_python([account.user]) == [BODY]
    assert TypeAdapter(dict[str, Any]).dump_python({"user": account.user}) == {"user": BODY}
    assert json.loads(TypeAdapter(InvitationPage).dump_json(InvitationPage.from_dict({"data": []}))) == {"data": []}


@each("value", [None, 5, "text", [], [["id", "user_1"]], Organization.from_dict({}), {"object": "organization"}])
def test_field_rejects_other_values(value: Any) -> None:
    with pytest.raises(ValidationError, match="Input should be a User or its JSON object"):
        TypeAdapter(User).validate_python(value)


def test_tag_selects_the_class_of_a_union() -> None:
    adapter: TypeAdapter[SessionToken | SessionCookies] = TypeAdapter(SessionToken | SessionCookies)
    for tag, kind in (("token", SessionToken), ("cookies", SessionCookies)):
        assert type(adapter.validate_python({"object": tag})) is kind
        assert type(adapter.validate_python(kind.from_dict({}))) is kind


@each_class
@each("mode", ["validation", "serialization"])
def test_json_schema_lists_the_attributes(kind: type[Model], mode: Any) -> None:
    schema = TypeAdapter(kind).json_schema(mode=mode)
    Draft202012Validator.check_schema(schema)
    assert {*_definition(schema, kind)["properties"]} == {*attributes(kind).values()}
    assert schema.get("$defs", {}).keys() <= {found.__name__ for found in classes()}
    judge = Draft202012Validator(schema)
    for body in bodies_of(kind):
        assert list(judge.iter_errors(body)) == []
        assert TypeAdapter(kind).dump_python(TypeAdapter(kind).validate_python(body)) == body


def _definition(schema: dict[str, Any], kind: type[Model]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][kind.__name__] if "$ref" in schema else schema
    return found


def test_json_schema_can_be_recursive() -> None:
    schema = TypeAdapter(Node).json_schema()
    assert _definition(schema, Node)["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert Draft202012Validator(schema).is_valid({"children": [{"children": []}]})
    assert not Draft202012Validator(schema).is_valid({"children": [{"children": 5}]})


def site() -> FastAPI:
    app = FastAPI()

    @app.get("/user")
    def user() -> User:
        return User.from_dict(BODY)

    @app.get("/users", response_model=list[User])
    async def users() -> Any:
        return [User.from_dict(BODY), BODY]

    @app.get("/page")
    def page() -> InvitationPage:
        return InvitationPage.from_dict({"data": [{"id": "inv_1"}], "total_count": 1})

    @app.get("/either")
    def either() -> User | DeletedObject | None:
        return DeletedObject.from_dict({"id": "user_1", "deleted": True})

    @app.get("/inside")
    def inside() -> dict[str, Any]:
        return {"users": [User.from_dict(BODY)], "keys": JWKS.from_dict({"keys": [{"kty": "?"}]})}

    @app.get("/untyped", response_model=None)
    def untyped():  # type: ignore[no-untyped-def]
        return {"users": [User.from_dict(BODY)], "keys": JWKS.from_dict({"keys": [{"kty": "?"}]})}

    @app.get("/account")
    def account() -> Account:
        return Account(user=User.from_dict(BODY))

    @app.post("/account")
    def take(account: Account) -> Account:
        return account

    @app.post("/user")
    def take_user(user: Annotated[User, Body()]) -> User:
        return user

    @app.get("/wrong")
    def wrong() -> User:
        return Organization.from_dict({})  # type: ignore[return-value]

    return app


def call(method: str, path: str, body: Any = None) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(site(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            return await client.request(method, path, json=body)

    return anyio.run(send)


def test_fastapi_accepts_and_returns_models() -> None:
    account = {"user": BODY, "organizations": [], "token": None, "anything": None}
    inside = {"users": [BODY], "keys": {"keys": [{"kty": "?"}]}}
    expected: dict[str, Any] = {
        "/user": BODY,
        "/users": [BODY, BODY],
        "/page": {"data": [{"id": "inv_1"}], "total_count": 1},
        "/either": {"id": "user_1", "deleted": True},
        "/inside": inside,
        "/untyped": inside,
        "/account": account,
    }
    assert {path: call("GET", path).json() for path in expected} == expected
    assert call("POST", "/user", BODY).json() == BODY
    assert call("POST", "/account", {"user": BODY}).json() == account
    assert call("POST", "/user", [1]).status_code == 422
    assert call("POST", "/account", {"user": 5}).json()["detail"][0]["loc"] == ["body", "user"]
    assert call("GET", "/wrong").status_code == 500


def test_fastapi_openapi_document_describes_models() -> None:
    document = site().openapi()
    OpenAPIV31SpecValidator(document).validate()
    schemas = document["components"]["schemas"]
    assert {*schemas["User"]["properties"]} == {*attributes(User).values()}
    assert schemas["User"]["properties"]["email_addresses"]["items"] == {"$ref": "#/components/schemas/EmailAddress"}
    response = document["paths"]["/user"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert response == {"$ref": "#/components/schemas/User"}
    assert schemas["Account"]["properties"]["user"] == {"$ref": "#/components/schemas/User"}


def test_jsonable_encoder_encodes_models() -> None:
    assert jsonable_encoder({"a": [User.from_dict(BODY), JWKS.from_dict({"keys": []})]}) == {"a": [BODY, {"keys": []}]}
    assert jsonable_encoder(User.from_dict({"keys": 5, "items": []})) == {"keys": 5, "items": []}
    for page in ({}, {"data": [], "total_count": 0, "keys": 1}, {"data": [{"id": "inv_1"}, {"id": "inv_2"}]}):
        assert jsonable_encoder(InvitationPage.from_dict(page)) == page


def test_models_do_not_import_pydantic() -> None:
    code = (
        "import sys; from clerk_bapi.models import User; u = User.from_dict({'id': '1'}); dict(u); repr(u); "
        "assert not {'pydantic', 'pydantic_core'} & set(sys.modules); sys.modules['pydantic_core'] = None; "
        "assert not hasattr(u, '__pydantic_serializer__')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert pydantic.VERSION.startswith("2.")
