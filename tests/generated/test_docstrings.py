"""Generated docstrings compared with the contract, and with the names that they mention."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import clerk_bapi.api
import clerk_bapi.resources
import clerk_emulator.request.rate_limits
import clerkkit
from clerk_core import Model
from clerk_core.guards import is_list, is_object
from clerk_core.resource import AsyncResource, Resource
from tests.generated.json_samples import CONTRACT, EVENTS, attributes, classes, received

ROOT = Path(__file__).parents[2]
RATE_LIMITS = yaml.safe_load((ROOT / "spec" / "rate_limits.yaml").read_text(encoding="utf-8"))
DESCRIBED = yaml.safe_load((ROOT / "spec" / "docs.yaml").read_text(encoding="utf-8"))
OPERATIONS = {
    f"{http.upper()} {path}": operation
    for path, item in CONTRACT.root["paths"].items()
    for http, operation in item.items()
}
RESOURCES = {name for _, name, _ in pkgutil.iter_modules(clerk_bapi.resources.__path__)}


class Doc(NamedTuple):
    """The docstring of an operation's function or method."""

    name: str
    text: str
    operation: str
    """For example `GET /users`."""
    parameters: list[str]


def documented(package: Any, base: type | None = None) -> Iterator[Doc]:
    """Yield the functions of a package's modules, or the methods of its subclasses of `base`, without old names."""
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        subclasses = [kind for kind in vars(module).values() if inspect.isclass(kind) and base in kind.__bases__]
        for holder in subclasses if base else [module]:
            for name, value in vars(holder).items():
                if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                    text = inspect.getdoc(value) or ""
                    if not text.startswith("The old name of"):
                        operation = re.search(r"^`([A-Z]+ /\S*)`$", text, re.MULTILINE)
                        assert operation, f"{found.name}.{name} names no operation"
                        parameters = [each for each in inspect.signature(value).parameters if each != "self"]
                        yield Doc(f"{found.name}.{name}", text, operation[1], parameters)


FUNCTIONS = list(documented(clerk_bapi.api))
METHODS = list(documented(clerk_bapi.resources, Resource))
ASYNC_METHODS = list(documented(clerk_bapi.resources, AsyncResource))
MODELS = {kind.__name__: inspect.getdoc(kind) or "" for kind in classes()}


def lines(text: str, start: str) -> str:
    """Return the description of one argument or attribute."""
    found = re.search(rf"^    {start}: (.*(?:\n        .*)*)", text, re.MULTILINE)
    assert found, f"nothing on {start} in: {text}"
    return " ".join(found[1].split())


def test_every_operation_has_a_function_and_a_method() -> None:
    for docs in (FUNCTIONS, METHODS, ASYNC_METHODS):
        assert {doc.operation for doc in docs} == set(OPERATIONS)
    assert len(FUNCTIONS) == len(OPERATIONS)


def test_sync_and_async_methods_are_documented_alike() -> None:
    assert {doc.name: doc.text for doc in METHODS} == {doc.name: doc.text for doc in ASYNC_METHODS}


# -- names in docstrings -------------------------------------------------------------------------------------------


def constants(node: Any) -> Iterator[str]:
    """Yield the keys, constants and defaults of a document."""
    if is_object(node):
        yield from map(str, [*node.get("properties", ()), *node.get("enum", ()), node.get("default")])
        for value in node.values():
            yield from constants(value)
    elif is_list(node):
        for value in node:
            yield from constants(value)


KNOWN = {
    *constants(CONTRACT.root),
    *constants(EVENTS.root),
    *yaml.safe_load((ROOT / "spec" / "codes.yaml").read_text(encoding="utf-8")),
    *dir(clerkkit),
    *(kind.__name__ for kind in classes()),
    # Python
    "datetime",
    # claims, cookies and headers
    *("act", "azp", "exp", "iat", "iss", "jti", "nbf", "sid", "sub", "kid"),
    *("__client", "__session", "__refresh", "__clerk_testing_token", "Set-Cookie"),
    # examples and the beginnings of values
    *("-", "+", "=", "#", "*", "USD", "en-US", "user_", "org_", "mch_", "org:", "org:sys_", "role_set:", "idp_"),
    *(
        "profile",
        "manual_override",
        "invited_at",
        "saml_custom",
        "oidc_custom",
        "google",
        "oauth_google",
        "web3wallet",
        "verification_code",
        "2026-01-31",
    ),
    *("org:member", "org:invoices:read", "org:<feature>:<action>", "+15551234567", "{{user.id}}"),
    *("localhost:3000", "*@example.com", "example.com", "https://www.example.com"),
    *("chrome-extension://<id>", "my-app://callback"),
}


def unknown_names(text: str, parameters: list[str], operations: set[str]) -> Iterator[str]:
    """Yield the names in backticks that do not exist; `operations` are the allowed names of operations."""
    text = " ".join(text.split())
    for name in re.findall(r"`([^`]+)`", text):
        if re.fullmatch(r"[A-Z]+ /\S*", name):
            if name not in OPERATIONS:
                yield name
        elif re.search(rf"[Mm]atching `{re.escape(name)}`", text):
            re.compile(name)
        elif name not in operations and name not in parameters and name not in KNOWN:
            yield name


METHOD_OF = {doc.operation: doc.name for doc in METHODS if ".iterate" not in doc.name}


@pytest.mark.parametrize("doc", FUNCTIONS, ids=lambda doc: doc.name)
def test_docstring_of_a_function_names_its_method_and_otherwise_only_functions(doc: Doc) -> None:
    text, line, rest = doc.text.partition(f"\nArguments, limits and errors: see `clerk.{METHOD_OF[doc.operation]}`.")
    assert (bool(line), rest) == (True, "")
    assert list(unknown_names(text, doc.parameters, {each.name.partition(".")[2] for each in FUNCTIONS})) == []
    assert not re.search(rf"`({'|'.join(RESOURCES)})\.", text)


@pytest.mark.parametrize("doc", METHODS, ids=lambda doc: doc.name)
def test_names_in_docstrings_of_methods_exist(doc: Doc) -> None:
    assert list(unknown_names(doc.text, doc.parameters, {each.name for each in METHODS})) == []


def test_names_in_docstrings_of_models_exist() -> None:
    own = {kind.__name__: [*attributes(kind)] for kind in classes()}
    methods = {each.name for each in METHODS}
    found = {name: list(unknown_names(text, own[name], methods)) for name, text in MODELS.items()}
    assert {name: what for name, what in found.items() if what} == {}


def test_methods_that_docstrings_name_exist() -> None:
    named = {name for doc in METHODS for name in re.findall(r"`([a-z_0-9]+\.[a-z_0-9]+)`", doc.text)} - KNOWN
    with clerkkit.Clerk("sk_test_x") as clerk:
        for name in named:
            resource, method = name.split(".")
            assert callable(getattr(getattr(clerk, resource), method))
    assert {"users.unban", "users.list"} <= named


# -- operations ----------------------------------------------------------------------------------------------------

each_doc = pytest.mark.parametrize("docs", [FUNCTIONS, METHODS], ids=["functions", "methods"])
VERBS = (
    "Add Allow Assign Ban Block Cancel Change Check Choose Clear Count Create Define Delete Disconnect End "
    "Exchange Extend Fetch Find Flag Give Grant Invite Issue Iterate Let Lift List Lock Make Mark Merge Move Overwrite "
    "Raise Register Reject Remove Render Replace Restore Revoke Rotate Send Set Start Stop Test Turn Unlock Upload"
)


@each_doc
def test_first_line_is_a_sentence_that_begins_with_a_verb(docs: list[Doc]) -> None:
    for doc in docs:
        first = doc.text.partition("\n")[0]
        verb = first.partition(" ")[0]
        if OPERATIONS[doc.operation]["operationId"] in DESCRIBED["operations"]:
            assert verb in VERBS.split(), f"{doc.name}: {first}"
        assert re.fullmatch(r"[A-Z][^.]*\.", re.sub(r"\w\.\w", "", first)), f"{doc.name}: {first}"


def test_docstring_links_to_the_reference() -> None:
    for doc in METHODS:
        http, path = doc.operation.split()
        kept = (c for c in OPERATIONS[doc.operation]["tags"][0].lower() if c.isalnum() or c in " -")
        tag = "".join("-" if c == " " else c for c in kept)
        assert (
            f"`{doc.operation}`\nhttps://clerk.com/docs/reference/backend-api/tag/{tag}/{http}{path}\n"
            in f"{doc.text}\n"
        )


def test_links_to_tags_with_punctuation_have_the_references_form() -> None:
    links = {line.partition("/tag/")[2] for doc in METHODS for line in doc.text.splitlines() if "/tag/" in line}
    assert {"allow-list--block-list/GET/blocklist_identifiers", "jwks/GET/jwks", "m2m-tokens/GET/m2m_tokens"} <= links


def test_every_argument_has_a_description() -> None:
    for doc in METHODS:
        assert "As for" not in doc.text
        for parameter in doc.parameters:
            assert lines(doc.text, parameter)


STATUSES = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "NotFound",
    "422": "UnprocessableEntity",
}


def test_docstrings_list_the_errors_of_the_contract() -> None:
    for doc in METHODS:
        raised = re.search(r"^Raises: ((?:.+\n?)+)\Z", doc.text, re.MULTILINE)
        assert raised, doc.name
        description = re.findall(r"\w+", raised[1])
        assert {"ApiError", "TransportError"} <= set(description)
        assert ("InvalidArgument" in description) == bool(doc.parameters), doc.name
        for status, kind in STATUSES.items():
            if ".iterate" not in doc.name:
                assert (kind in description) == (status in OPERATIONS[doc.operation]["responses"]), (
                    f"{doc.name}: {kind}"
                )


def test_docstrings_list_the_limits_of_arguments() -> None:
    listed = 0
    for doc in METHODS:
        operation = OPERATIONS[doc.operation]
        schemas = {each["name"]: each["schema"] for each in map(CONTRACT.follow, operation.get("parameters", ()))}
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schemas |= CONTRACT.follow(media["schema"]).get("properties", {})
        for name in set(schemas) & set(doc.parameters):
            schema = CONTRACT.follow(schemas[name])
            for limit in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
                if limit in schema:
                    assert re.search(rf"\b{schema[limit]}\b", lines(doc.text, name)), f"{doc.name}: {limit} of {name}"
                    listed += 1
    assert listed > 150


def test_docstrings_of_deprecated_operations_say_so() -> None:
    for doc in [*FUNCTIONS, *METHODS]:
        deprecated = OPERATIONS[doc.operation].get("deprecated", False)
        instead = re.search(r"\nDeprecated by Clerk: (use|list|edit) ", doc.text)
        assert bool(instead) == deprecated, doc.name


# -- units ---------------------------------------------------------------------------------------------------------

TIME = re.compile(
    r"_at$|_(at|on)_(after|before|since|ms)$|(^|_)(date|timestamp|expiration)$|^period_(start|end)$|^extend_to$"
)
DURATION = re.compile(r"(^|_)(seconds|days|ttl|lifetime|skew|duration|timeout|interval)(_|$)")
UNITS = ("Unix milliseconds", "Unix seconds", "RFC 3339", "As a date", "seconds", "days")


def counted(schema: dict[str, Any]) -> bool:
    """Return whether a value is a number, or a string with a format of times."""
    kinds = schema.get("type", [])
    return bool({"integer", "number"} & set([kinds] if isinstance(kinds, str) else kinds)) or "format" in schema


def is_time(name: str, schema: dict[str, Any]) -> bool:
    """Return whether a property is a time or a duration, by its name or format."""
    named = bool(TIME.search(name) or DURATION.search(name)) and counted(schema)
    return named or schema.get("format") in ("date", "date-time", "unix-ms")


def properties() -> Iterator[tuple[type[Model], str, str, dict[str, Any]]]:
    """Yield each class with its keys and their schemas."""
    for kind, stands_for in classes().items():
        for document, schema in stands_for:
            for key, facts in document.properties(schema).items():
                yield kind, schema, key, facts


# Numbers of billing periods, in the oldest form of a plan.
NO_TIMES = {("CommercePlan-2", "interval")}


def test_every_time_and_duration_in_a_model_has_a_unit() -> None:
    found = 0
    for kind, schema, key, facts in properties():
        if is_time(key, facts) and (schema, key) not in NO_TIMES:
            text = MODELS[kind.__name__]
            names = {key: name for name, key in attributes(kind).items()}
            description = lines(text, names[key]) if kind not in received() else unit_line(text, key)
            assert any(unit in description for unit in UNITS), f"{kind.__name__}.{key}: {description or 'no unit'}"
            found += 1
    assert found > 250


def unit_line(text: str, key: str) -> str:
    """Return the line of a model's docstring that lists a key."""
    paragraphs = re.findall(r"^((?:In|As) [^:]+: .*(?:\n(?!In |As |Deprecated).+)*)", text, re.MULTILINE)
    return next((paragraph for paragraph in paragraphs if f"`{key}`" in paragraph), "")


def test_every_time_and_duration_in_arguments_has_a_unit() -> None:
    found = 0
    for doc in METHODS:
        operation = OPERATIONS[doc.operation]
        schemas = {each["name"]: each["schema"] for each in map(CONTRACT.follow, operation.get("parameters", ()))}
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schemas |= CONTRACT.follow(media["schema"]).get("properties", {})
        for name in set(schemas) & set(doc.parameters):
            if is_time(name, CONTRACT.follow(schemas[name])):
                description = lines(doc.text, name)
                assert re.search("in seconds|in days|this many seconds|Unix milliseconds", description), (
                    f"{doc.name}: {description}"
                )
                found += 1
    assert found > 40


def test_exceptions_have_their_units() -> None:
    assert "In Unix seconds: `expires_at`." in MODELS["TestingToken"]
    assert "As RFC 3339 text: `created_at`." in MODELS["BillingCreditLedger"]


def test_every_amount_of_money_has_its_unit() -> None:
    for kind, _, key, facts in properties():
        if re.search("(^|_)amount(_|$)", key) and counted(facts):
            description = unit_line(MODELS[kind.__name__], key)
            assert "smallest unit of the currency" in description, f"{kind.__name__}.{key}"
    for doc in METHODS:
        for name in {"amount", "annual_monthly_amount"} & set(doc.parameters):
            assert "smallest unit of the currency" in lines(doc.text, name)


# -- rate limits ---------------------------------------------------------------------------------------------------


def test_rate_limits_equal_those_of_the_emulator() -> None:
    kept: Mapping[str, Any] = vars(clerk_emulator.request.rate_limits)
    assert kept["_GENERAL"] == {instance: limit["calls"] for instance, limit in RATE_LIMITS["general"].items()}
    assert kept["_UNLIMITED"] == set(RATE_LIMITS["unlimited"])
    own = {(calls, seconds, shared or name) for name, (calls, seconds, shared) in kept["_OWN"].items()}
    assert len(own) == len(RATE_LIMITS["limits"])
    for limit in RATE_LIMITS["limits"]:
        (calls, seconds, _), *others = {
            (calls, seconds, shared or name)
            for name, (calls, seconds, shared) in kept["_OWN"].items()
            if name in limit["operations"]
        }
        assert (calls, seconds, others) == (limit["calls"], limit["seconds"], [])


def test_docstrings_list_rate_limits_of_single_operations() -> None:
    texts = {doc.name: " ".join(doc.text.split()) for doc in METHODS}
    assert "Rate limit: 100 calls an hour per instance." in texts["invitations.create"]
    assert "Rate limit: 250 calls an hour." in texts["organization_invitations.create"]
    assert "Rate limit: 10 calls in 10 seconds per user, together with `users." in texts["users.update_metadata"]
    there = {operation["operationId"] for operation in OPERATIONS.values()}
    limited = {operation for limit in RATE_LIMITS["limits"] for operation in limit["operations"]} & there
    listed = {OPERATIONS[doc.operation]["operationId"] for doc in METHODS if "\nRate limit: " in doc.text}
    assert listed == limited


# -- form ----------------------------------------------------------------------------------------------------------


def test_lines_are_short_and_words_are_plain() -> None:
    texts = {**{f"{d.name}": d.text for d in [*FUNCTIONS, *METHODS]}, **MODELS}
    for name, text in texts.items():
        for line in text.splitlines():
            assert len(line) <= 112 or line.startswith("https://"), f"{name}: {line}"
            assert not re.search(
                r"\b(answers?|nobody|somebody|tells?|whatever|of (your|its|their) own|at least 1 items)\b", line
            ), f"{name}: {line}"


# -- docs.yaml -----------------------------------------------------------------------------------------------------


def test_description_of_paginated_fits_the_operation() -> None:
    for doc in METHODS:
        if "paginated" in doc.parameters:
            schema = OPERATIONS[doc.operation]["responses"]["200"]
            response = next(iter(CONTRACT.follow(schema)["content"].values()))["schema"]
            either = "anyOf" in response
            assert lines(doc.text, "paginated").startswith("Ask for" if either else "Has no effect"), doc.name
