"""Rules for the names of classes, checked for every model and event of all versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import clerk_bapi.events
import clerk_bapi.models
from clerk_core import Model, Page
from generator.contract import operation_names, spec_folder
from generator.contract.build import build_contract
from generator.contract.class_names import Models, name_models
from generator.fetch import document
from tests.generator.projects import ROOT
from tests.shared import shared

Json = dict[str, Any]

_WORD = re.compile(r"OAuth|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+")
_SAYS_NOTHING = {"Cookies", "Data", "Event", "Item", "List", "Object", "Payload", "Response", "Result", "Token"}
TEXT: Json = {"type": "string"}


# -- the rules -----------------------------------------------------------------------------------------------------


def faults(names: set[str]) -> Iterator[str]:
    """Yield the faults of class names, independent of their schemas."""
    for name in names:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            yield f"{name} is no name of a class"
        if re.search(r"(?<!Web)\d$", name):
            yield f"{name} has a number"
        if re.search(r"Paginated|Commerce|(Response|Payload|List)$", name):
            yield f"{name} has a word of Clerk's documents, and not of users"
        if name in _SAYS_NOTHING:
            yield f"{name} says nothing"
    if len({name.lower() for name in names}) < len(names):
        yield "two names differ in capitals alone"
    spellings: dict[str, set[str]] = {}
    for name in names:
        for word in _WORD.findall(name):
            spellings.setdefault(word.lower(), set()).add(word)
    yield from (f"{sorted(found)} are one word" for found in spellings.values() if len(found) > 1)


def misnamed(facts: Json, shared: Collection[str] = ()) -> Iterator[str]:
    """Yield classes whose name does not fit their schema. `shared` are classes of events that the API also has."""
    schemas: Json = facts["components"]["schemas"]
    operations = [operation for item in facts["paths"].values() for operation in item.values()]
    returned = reached(facts, [response_contents(operation) for operation in operations])
    of_operations = returned | reached(facts, [operation.get("parameters", []) for operation in operations])
    bodies = [media(facts, operation.get("requestBody", {})) for operation in operations]
    of_operations |= reached(
        facts, [schemas[body.rpartition("/")[2]].get("properties", {}) for body in filter(None, bodies)]
    )
    event_schemas = {
        item["post"]["operationId"]: media(facts, item["post"]["requestBody"]) for item in facts["webhooks"].values()
    }
    events = reached(facts, list(facts["webhooks"].values()))
    yield from faults(of_operations | events)
    for name in of_operations | events:
        row = row_of(facts, schemas[name])
        if row and name != f"{row}Page" and not (name.endswith("Page") and f"{row}Page" in of_operations):
            yield f"{name} is a page of {row}"
        if name.endswith("Page") and not row:
            yield f"{name} is no page"
        if name in returned and "deleted" in schemas[name]["properties"] and name != "DeletedObject":
            yield f"{name} is a DeletedObject"
    for event, ref in event_schemas.items():
        name = ref.rpartition("/")[2]
        expected = "".join(part[0].upper() + part[1:] for part in re.split(r"\W", event)) + "Event"
        if name != expected:
            yield f"{name} is the event {event}"
        data = schemas[name]["properties"]["data"]["$ref"].rpartition("/")[2]
        if data not in of_operations and not data.endswith("EventData"):
            yield f"{data} is the data of {event}"
    for name in events - of_operations:
        if not name.startswith("Event") and not name.endswith(("Event", "EventData")) and name not in shared:
            yield f"{name} is a part of events alone"


def response_contents(operation: Json) -> list[Json]:
    return [response for status, response in operation["responses"].items() if status.startswith("2")]


def media(facts: Json, holder: Json) -> str:
    """Return the reference in the body of a request."""
    holder = facts["components"]["requestBodies"][holder["$ref"].rpartition("/")[2]] if "$ref" in holder else holder
    schemas = [content["schema"] for content in holder.get("content", {}).values()]
    return schemas[0].get("$ref", "") if schemas else ""


def reached(facts: Json, roots: list[Any]) -> set[str]:
    """Return the names of the objects that are referred to, at any depth."""
    found: set[str] = set()
    todo = list(roots)
    while todo:
        node = todo.pop()
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if node["$ref"] not in found:
                found.add(node["$ref"])
                _, _, kind, name = node["$ref"].split("/")
                todo.append(facts["components"][kind][name])
        elif isinstance(node, dict | list):
            todo += node.values() if isinstance(node, dict) else node
    names = {ref.rpartition("/")[2] for ref in found if "/schemas/" in ref}
    return {name for name in names if "properties" in facts["components"]["schemas"][name]}


def row_of(facts: Json, schema: Json) -> str | None:
    """Return the name of the rows of a page: the objects of the only list, if there is a `total_count`."""

    def follow(node: Json) -> tuple[str, Json]:
        name = ""
        while "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            node = facts["components"]["schemas"][name]
        return name, node

    lists = [inner for _, inner in map(follow, schema["properties"].values()) if inner.get("type") == "array"]
    if "total_count" not in schema["properties"] or len(lists) != 1:
        return None
    name, row = follow(lists[0]["items"])
    return name if "properties" in row else None


# -- real documents ------------------------------------------------------------------------------------------------


@cache
def named(facts: str | None = None) -> Models:
    """Return the classes of a document of Clerk, or of spec/contract.json, with the events of spec/."""
    spec = ROOT / "spec"
    built = build_contract(document.read(facts), spec).facts if facts else spec_folder.load(spec / "contract.json")
    return name_models(built, spec_folder.load(spec / "events.json"), operation_names.load(spec / "names.yaml"))


def exported() -> dict[str, type[Model]]:
    found = {name: getattr(module, name) for module in (clerk_bapi.models, clerk_bapi.events) for name in dir(module)}
    kinds = {name: kind for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, Model)}
    return {name: kind for name, kind in kinds.items() if kind not in (Model, Page)}


def test_rules_find_faults() -> None:
    """The names are those of Clerk's documents."""
    for bad in (
        *({"CommercePlan"}, {"CommercePlan2"}, {"FeatureResponse"}, {"PaginatedUsers"}, {"Token"}, {"Data"}),
        *({"OAuthToken", "OauthConfig"}, {"VerificationOtp", "OTPCode"}, {"SAMLConnection", "EnterpriseSaml"}),
        *({"JWKS", "Jwks"}, {"Foo_Bar"}, {"SessionEventPayload"}, {"DirectoryList"}),
    ):
        assert list(faults(bad)), bad
    assert list(faults({"VerificationWeb3", "Web3Wallet", "OAuthToken", "TOTPVerification"})) == []


def test_generated_classes_follow_the_rules() -> None:
    kinds = exported()
    assert len(kinds) > 250
    assert list(faults(set(kinds))) == []
    assert all(name == kind.__name__ for name, kind in kinds.items())
    assert list(misnamed(named().facts)) == []
    assert {name for name in kinds if "SessionToken" in name} == {"SessionToken"}


@pytest.mark.parametrize(
    "version", ["2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12"]
)
def test_classes_of_all_versions_follow_the_rules(version: str) -> None:
    found = named(str(shared("specs", "bapi", f"{version}.yml")))
    assert len(found.of_contract) > 100
    assert list(misnamed(found.facts, dir(clerk_bapi.models))) == []


def test_every_model_in_names_yaml_is_used() -> None:
    decided = operation_names.load(ROOT / "spec" / "names.yaml").models
    found = named()
    assert decided.items() <= {*found.of_contract.items(), *found.of_events.items()}
    assert set(decided.values()) <= set(exported())


# -- the rules for new names ---------------------------------------------------------------------------------------


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(*required: str, **members: Json) -> Json:
    return {"type": "object", "properties": members, **({"required": [*required]} if required else {})}


def of(*texts: str) -> Json:
    return thing(**dict.fromkeys(texts, TEXT))


def classes(
    schemas: Mapping[str, Json],
    returned: Mapping[str, str],
    event_schemas: Mapping[str, str] | None = None,
    decided: Mapping[str, str] | None = None,
) -> Models:
    """Return the classes of a contract with these schemas of responses and of the data of events."""
    paths = {
        f"/{operation}": {
            "get": {
                "operationId": operation,
                "tags": ["Things"],
                "x-python": {"resource": "things"},
                "responses": {"200": {"content": {"application/json": {"schema": ref(schema)}}}},
            }
        }
        for operation, schema in returned.items()
    }
    events = {f"Made{index}": thing(data=ref(schema)) for index, schema in enumerate((event_schemas or {}).values())}
    webhooks = {
        event: {
            "post": {
                "operationId": event,
                "requestBody": {"content": {"application/json": {"schema": ref(f"Made{index}")}}},
            }
        }
        for index, event in enumerate(event_schemas or {})
    }
    return name_models(
        {"paths": paths, "components": {"schemas": dict(schemas)}},
        {"webhooks": webhooks, "components": {"schemas": {**schemas, **events}}},
        operation_names.Names(operations={}, models=decided or {}, words={"Commerce": "Billing", "Saml": "SAML"}),
    )


def test_words_of_clerk_are_replaced() -> None:
    found = classes(
        {"CommerceThingResponse": of("a"), "some_saml_thing": of("b"), "Samle": of("c")},
        {"one": "CommerceThingResponse", "two": "some_saml_thing", "three": "Samle"},
    )
    assert found.of_contract == {
        "CommerceThingResponse": "BillingThing",
        "some_saml_thing": "SomeSAMLThing",
        "Samle": "Samle",
    }
    assert found.facts["paths"]["/one"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] == ref(
        "BillingThing"
    )


def test_fitting_schemas_of_one_name_become_one_class() -> None:
    schemas = {
        "Thing": thing("a", "b", a=TEXT, b=TEXT),
        "Thing-2": thing("a", "b", a={"type": ["string", "null"]}, b=TEXT, c=TEXT),
        "Holder": thing(one=ref("Thing"), two={"anyOf": [ref("Thing-2"), ref("Thing")]}),
    }
    found = classes(schemas, {"get": "Holder"})
    assert found.of_contract == {"Thing": "Thing", "Thing-2": "Thing", "Holder": "Holder"}
    assert found.schemas == {"Thing": ["Thing", "Thing-2"], "Holder": ["Holder"]}
    assert found.facts["components"]["schemas"] == {
        "Thing": {
            "type": "object",
            "properties": {"a": {"type": ["string", "null"]}, "b": TEXT, "c": TEXT},
            "required": ["a", "b"],
        },
        "Holder": thing(one=ref("Thing"), two={"anyOf": [ref("Thing")]}),
    }


@pytest.mark.parametrize("other", [thing(a={"type": "integer"}), of("x", "y"), thing(a=ref("Holder"))])
def test_conflicting_schema_is_named_after_what_contains_it(other: Json) -> None:
    schemas = {
        "Thing": of("a", "b"),
        "Thing-2": other,
        "Holder": thing(first_things={"type": "array", "items": ref("Thing-2")}),
    }
    found = classes(schemas, {"get": "Holder", "getThing": "Thing"})
    assert found.of_contract == {"Thing": "Thing", "Thing-2": "HolderFirstThing", "Holder": "Holder"}
    found = classes(
        {"Thing": of("a", "b"), "Thing-2": thing(a=TEXT, b={"type": "integer"})},
        {"one": "Thing", "getOther": "Thing-2"},
    )
    assert found.of_contract == {"Thing": "Thing", "Thing-2": "GetOtherResult"}


def test_generic_name_is_qualified() -> None:
    found = classes(
        {"Token": of("jwt"), "Data": of("x"), "Holder": thing(data=ref("Data"))}, {"a": "Token", "b": "Holder"}
    )
    assert found.of_contract == {"Token": "ThingToken", "Data": "HolderData", "Holder": "Holder"}


def test_response_of_one_operation_is_named_result() -> None:
    assert classes({"GetThingResponse": of("a")}, {"getThing": "GetThingResponse"}).of_contract == {
        "GetThingResponse": "GetThingResult"
    }


def test_page_is_named_after_its_rows() -> None:
    page = thing(data={"type": "array", "items": ref("CommerceThing")}, total_count={"type": "integer"})
    rows = {"type": "array", "items": ref("CommerceThing")}
    schemas = {
        "CommerceThing": of("a"),
        "PaginatedThings": page,
        "CommerceThingList": thing(things=ref("Rows"), total_count={"type": "integer"}),
        "Rows": rows,
        "Counted": thing(total_count={"type": "integer"}),
    }
    found = classes(schemas, {"one": "CommerceThingList", "two": "PaginatedThings", "three": "Counted"}).of_contract
    assert found["CommerceThingList"] == "BillingThingPage"
    assert found["Counted"] == "Counted"
    # Pages with the same rows under different keys are different classes.
    assert found["PaginatedThings"] == "TwoPage"


def test_response_with_deleted_flag_is_a_deleted_object() -> None:
    tag = {"type": "string", "enum": ["thing"]}
    schemas = {
        "ThingDeleted": thing("id", "deleted", id=TEXT, deleted={"type": "boolean", "enum": [True]}, object=tag),
        "ScopeGone": thing("deleted", of=TEXT, deleted={"type": "boolean"}, object=TEXT),
    }
    found = classes(schemas, {"one": "ThingDeleted", "two": "ScopeGone"})
    assert set(found.of_contract.values()) == {"DeletedObject"}
    assert found.facts["components"]["schemas"]["DeletedObject"] == thing(
        "deleted", id=TEXT, of=TEXT, deleted={"type": "boolean"}, object=TEXT
    )


def test_events_are_named_after_their_types_and_data_after_its_schema() -> None:
    schemas = {
        "User": of("id"),
        "SessionEventPayload": thing(client=ref("Client"), user=ref("User")),
        "Client": of("ip"),
        "CommercePlan": of("fee"),
        "PlanData": thing(plan=ref("BillingPlan")),
        "BillingPlan": of("amount"),
    }
    found = classes(
        schemas,
        {"getUser": "User", "getPlan": "CommercePlan"},
        {"user.created": "User", "session.pastDue": "SessionEventPayload", "plan.created": "PlanData"},
    )
    assert found.of_events == {
        "Made0": "UserCreatedEvent",
        "Made1": "SessionPastDueEvent",
        "Made2": "PlanCreatedEvent",
        "User": "User",
        "SessionEventPayload": "SessionEventData",
        "Client": "EventClient",
        "PlanData": "PlanEventData",
        "BillingPlan": "EventBillingPlan",
    }
    assert found.of_contract["CommercePlan"] == "BillingPlan"


def test_names_yaml_overrides_all_rules() -> None:
    schemas = {"Token": of("jwt"), "TokenResponse": thing("jwt", jwt=TEXT, more=TEXT), "Thing-2": of("a")}
    found = classes(
        schemas,
        {"one": "Token", "two": "TokenResponse", "three": "Thing-2"},
        decided={"Token": "ThingToken", "TokenResponse": "ThingToken", "Thing-2": "OtherThing"},
    )
    assert found.of_contract == {"Token": "ThingToken", "TokenResponse": "ThingToken", "Thing-2": "OtherThing"}
    assert found.facts["components"]["schemas"]["ThingToken"] == of("jwt", "more")


def test_schemas_without_a_class_reserve_no_name(tmp_path: Path) -> None:
    schemas = {"Things": {"type": "array", "items": ref("ThingItem")}, "ThingItem": of("a"), "Unused": of("b")}
    found = classes(schemas, {"one": "Things"}, decided={"ThingItem": "Things"}).of_contract
    assert found == {"Things": "ThingsSchema", "ThingItem": "Things", "Unused": "Unused"}
