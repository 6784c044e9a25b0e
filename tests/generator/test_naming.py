"""Names of operations: the rules that they follow in every version, and the exceptions in `spec/names.yaml`."""

from __future__ import annotations

import copy
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import clerk_bapi
from clerk_bapi import api
from clerkkit import AsyncClerk, Clerk
from generator.commands import main
from generator.contract import operation_names, spec_folder
from generator.contract.build import Contract, build_contract
from generator.contract.naming_rules import function_name, method_name
from generator.contract.nodes import METHODS, Node, follow
from generator.fetch import document
from generator.problems import GeneratorProblem
from tests.generator.documents import DOCUMENT, NO_NAMES, Json, build
from tests.generator.projects import project
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CLERKKIT_SHARED", ""), "specs", "bapi")
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.yml")) or ["none"]

BASIC = {"list", "get", "create", "update", "delete"}
VERBS = {
    *(
        "add",
        "adjust",
        "apply",
        "assign",
        "attempt",
        "ban",
        "cancel",
        "change",
        "complete",
        "count",
        "disable",
        "extend",
    ),
    *("generate", "invite", "lock", "prepare", "preview", "refresh", "reject", "remove", "replace", "revert", "revoke"),
    *("rotate", "set", "toggle", "unban", "unlock", "unset", "upload", "upsert", "verify"),
}


def operations(facts: Node) -> Iterator[tuple[str, str, Node]]:
    for path, item in facts["paths"].items():
        yield from ((path, http, item[http]) for http in METHODS if http in item)


def lists(facts: Node, operation: Node) -> bool:
    """Return whether a successful response is an array, or an object with an array and `total_count`."""
    for status in sorted(operation["responses"]):
        response = follow(facts, operation["responses"][status])
        for media in response.get("content", {}).values() if status < "300" else ():
            schema = follow(facts, media["schema"])
            for branch in (follow(facts, one) for one in schema.get("anyOf", [schema])):
                kinds = {key: follow(facts, member).get("type") for key, member in branch.get("properties", {}).items()}
                if branch.get("type") == "array" or ("total_count" in kinds and "array" in kinds.values()):
                    return True
    return False


def alike(word: str) -> str:
    return re.sub(r"(?<=[a-z]{2})(ies|y|es|s)$", "", word)


def violations(facts: Node) -> Iterator[str]:
    """Yield each violation of the rules, as `resource.method: violation`."""
    called = Counter(
        (operation["x-python"]["resource"], operation["x-python"]["method"]) for *_, operation in operations(facts)
    )
    functions = Counter(operation["x-python"]["function"] for *_, operation in operations(facts))
    for path, http, operation in operations(facts):
        names = operation["x-python"]
        resource, method, function = names["resource"], names["method"], names["function"]
        for name in (resource, method, function):
            if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or "o_auth" in name:
                yield f"{resource}.{method}: {name} is not spelled as names are"
        for name in (method, function):
            verb = name.removeprefix("bulk_").split("_")[0]
            if verb not in BASIC | VERBS:
                yield f"{resource}.{method}: {name} does not start with a verb"
            if (verb == "list") != (http == "get" and lists(facts, operation)):
                yield f"{resource}.{method}: {name} must be named list if and only if it returns one"
            if verb == "list" and name not in ("list", "list_all", "list_pending") and not name.endswith("s"):
                yield f"{resource}.{method}: {name} lists one thing"
        own, words = ([alike(word) for word in name.split("_")] for name in (resource, method))
        if any(words[start : start + len(own)] == own for start in range(len(words))):
            yield f"{resource}.{method}: repeats the resource"
        arguments = [names.get("arguments", {}).get(wire, wire) for wire in re.findall("{([^}]*)}", path)]
        if "id" in arguments:
            yield f"{resource}.{method}: has an argument id"
        if called[resource, method] > 1 or functions[function] > 1:
            yield f"{resource}.{method}: is there twice"


@pytest.fixture(scope="module")
def facts() -> Node:
    return spec_folder.load(ROOT / "spec" / "contract.json")


def test_operations_follow_the_rules(facts: Node) -> None:
    assert list(violations(facts)) == []
    assert len(list(operations(facts))) > 200


@pytest.mark.parametrize("version", VERSIONS)
def test_operations_of_all_versions_follow_the_rules(version: str) -> None:
    made = build_contract(document.read(str(shared("specs", "bapi", f"{version}.yml"))), ROOT / "spec")
    assert list(violations(made.facts)) == []
    assert made.notes == []


def test_all_versions_are_covered() -> None:
    assert len(list(shared("specs", "bapi").glob("*.yml"))) == 6


VIOLATIONS = {
    "jwks.get_jwks": ("GetJWKS", {"method": "get_jwks"}, "repeats the resource"),
    "a name of a list": ("ListDomains", {"method": "get"}, "must be named list if and only if it returns one"),
    "no list": ("GetUser", {"method": "list"}, "must be named list if and only if it returns one"),
    "no verb": ("GetUser", {"method": "fetching"}, "does not start with a verb"),
    "spelling": ("GetUser", {"function": "get_o_auth"}, "is not spelled as names are"),
    "an id": ("GetRedirectURL", {"arguments": {}}, "has an argument id"),
    "one of many": ("ListDomains", {"function": "list_domain"}, "lists one thing"),
    "twice": ("GetUser", {"method": "create"}, "is there twice"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_violations_are_found(name: str, facts: Node) -> None:
    operation_id, names, seen = VIOLATIONS[name]
    changed = copy.deepcopy(facts)
    (operation,) = [operation for *_, operation in operations(changed) if operation["operationId"] == operation_id]
    operation["x-python"] |= names
    assert any(seen in one for one in violations(changed))


@pytest.mark.parametrize("kind", [Clerk, AsyncClerk, clerk_bapi.Client])
def test_resources_of_the_client(kind: type[Any], facts: Node) -> None:
    client = kind("sk_test_x")
    for *_, operation in operations(facts):
        names = operation["x-python"]
        assert callable(getattr(getattr(client, names["resource"]), names["method"]))
        assert callable(getattr(api, names["function"]))


RENAMED: dict[str, set[str]] = {
    "api_keys": {"list", "create", "get", "update", "delete", "verify", "revoke", "get_secret"},
    "admin_portal_link_tokens": {"create", "revoke"},
    "instance_settings": {"get_protect", "update_protect"},
    "jwks": {"get"},
    "organization_invitations": {"list_all"},
    "organization_memberships": {"list_all"},
    "users": {"list_organization_memberships", "list_organization_invitations", "list_oauth_access_tokens"},
    "billing": {"list_statement_payment_attempts"},
    "templates": {"list", "get", "preview", "revert", "toggle_delivery", "upsert"},
    "organizations": {"update_metadata"},
}


def test_renamed_methods_exist(facts: Node) -> None:
    there: dict[str, set[str]] = {}
    for *_, operation in operations(facts):
        there.setdefault(operation["x-python"]["resource"], set()).add(operation["x-python"]["method"])
    for resource, methods in RENAMED.items():
        assert methods <= there[resource], resource
    assert not there.keys() & {"email_sms_templates", "email_and_sms_templates"}
    assert there["templates"] == RENAMED["templates"]


# -- the rules for new names ---------------------------------------------------------------------------------------

# Operation id: resources, whether it returns a list, the endpoint function and the method.
UNNAMED = {
    "getApiKeys": (["api_keys"], True, "list_api_keys", "list"),
    "getApiKeySecret": (["api_keys"], False, "get_api_key_secret", "get_secret"),
    "createApiKey": (["api_keys"], False, "create_api_key", "create"),
    "GetUserList": (["users"], True, "list_users", "list"),
    "ListUserSessions": (["users"], True, "list_user_sessions", "list_sessions"),
    "GetUserSessions": (["users"], True, "list_user_sessions", "list_sessions"),
    "UserSessionDelete": (["users"], False, "delete_user_session", "delete_session"),
    "UpdateDirectory": (["directories"], False, "update_directory", "update"),
    "GetJWKS": (["jwks"], False, "get_jwks", "get"),
    "RefreshSession": (["sessions"], False, "refresh_session", "refresh"),
    "ReplaceRoleInRoleSet": (["role_sets"], False, "replace_role_in_role_set", "replace_role"),
    "GetInstanceProtect": (["instance_settings", "instance"], False, "get_instance_protect", "get_protect"),
    "GetUserOAuthConsents": (["users"], True, "list_user_oauth_consents", "list_oauth_consents"),
    "PingServers": (["servers"], False, "ping_servers", "ping"),
    "Import": (["things"], False, "import", "import_"),
}


@pytest.mark.parametrize("operation_id", UNNAMED)
def test_rules_name_operations(operation_id: str) -> None:
    owners, is_list, function, method = UNNAMED[operation_id]
    made = function_name(operation_id, is_list=is_list)
    assert (made.removesuffix("_"), method_name(made, owners, is_list=is_list)) == (function, method)


@pytest.mark.parametrize("version", VERSIONS)
def test_rules_name_most_operations_as_clerk_does(version: str) -> None:
    """Clerk's names are removed from the document first."""
    raw: Json = document.read(str(shared("specs", "bapi", f"{version}.yml"))).data
    known = {}
    for *_, operation in operations(raw):
        if name := operation.pop("x-speakeasy-name-override", None):
            known[operation["operationId"]] = re.sub(
                r"(?<=[a-z])(?=[A-Z])", "_", name.replace("OAuth", "Oauth")
            ).lower()
    made = build_contract(document.Document("here", "", raw), ROOT / "spec")
    found = {operation["operationId"]: operation["x-python"]["method"] for *_, operation in operations(made.facts)}
    same = sum(found[operation_id] == name for operation_id, name in known.items())
    assert same / len(known) > 0.85


# -- names.yaml ----------------------------------------------------------------------------------------------------

BAD = {
    "no file": (None, "cannot be read"),
    "no YAML": ("models: [", "cannot be read"),
    "a section too few": ("models: {}", "expected the objects models, operations, words, and nothing else"),
    "a section too many": (f"{NO_NAMES}more: {{}}", "expected the objects models, operations, words, and nothing else"),
    "a list": ("models: {}\noperations: []", "expected the objects models, operations, words, and nothing else"),
    "an empty entry": (
        "models: {}\nwords: {}\noperations: {A: {}}",
        "A: expected an object with one or more of resource, method",
    ),
    "an unknown key": (
        "models: {}\nwords: {}\noperations: {A: {name: b}}",
        "A: expected an object with one or more of resource",
    ),
    "a keyword": (
        "models: {}\nwords: {}\noperations: {A: {method: import}}",
        "A, method: 'import' is not a public Python name",
    ),
    "a number": ("models: {}\nwords: {}\noperations: {A: {function: 3}}", "A, function: 3 is not a public Python name"),
    "a model": ("models: {A: _b}\nwords: {}\noperations: {}", "A: '_b' is not a public Python name"),
}


@pytest.mark.parametrize("name", BAD)
def test_invalid_file_is_rejected(name: str, tmp_path: Path) -> None:
    text, problem = BAD[name]
    path = tmp_path / "names.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(GeneratorProblem) as caught:
        operation_names.load(path)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def named(tmp_path: Path, raw: Json, **operations: Json) -> Contract:
    names = yaml.safe_dump({"models": {}, "operations": operations, "words": {}})
    return build(tmp_path, raw, names=names)


def test_names_yaml_overrides_the_rules(tmp_path: Path) -> None:
    made = named(tmp_path, DOCUMENT, createThing={"resource": "parts", "method": "make", "function": "make_part"})
    assert made.facts["paths"]["/things"]["post"]["x-python"] == {
        "resource": "parts",
        "method": "make",
        "function": "make_part",
    }
    assert made.misfits == made.notes == []


def test_name_in_names_yaml_has_priority_over_other_operations(tmp_path: Path) -> None:
    made = named(tmp_path, DOCUMENT, DeleteThing={"method": "list"})
    assert made.facts["paths"]["/things"]["get"]["x-python"]["method"] == "list_things"
    assert made.facts["paths"]["/things/{thing_id}"]["delete"]["x-python"]["method"] == "list"
    assert made.notes == ["2 operations claim things.list: GET /things is things.list_things"]


def test_path_parameter_id_is_named_after_its_owner(tmp_path: Path) -> None:
    raw = copy.deepcopy(DOCUMENT)
    item = raw["paths"].pop("/things/{thing_id}")
    item["parameters"][0]["name"] = "id"
    raw["paths"]["/things/{id}"] = item
    deletion = build(tmp_path, raw).facts["paths"]["/things/{id}"]["delete"]
    assert deletion["x-python"]["arguments"] == {"id": "thing_id"}


def test_obsolete_entries_stop_spec_and_are_skipped_for_other_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path / "project")
    entries = {
        "DropThing": {"method": "drop"},
        "DeleteThing": {"instead": "use `clerk.things.drop`"},
        "createThing": {"method": "make"},
    }
    text = yaml.safe_dump({"models": {}, "operations": entries, "words": {}})
    (root / "spec" / "names.yaml").write_text(text, encoding="utf-8")
    before = (root / "spec" / "contract.json").read_bytes()
    source = root.parent / "project-specs"
    capsys.readouterr()
    assert main(["--root", str(root), "contract", str(source / "bapi" / "2030-01-01.yml")]) == 1
    problems = (
        "DropThing: there is no such operation",
        "DeleteThing: there is no clerk.things.drop to use instead",
    )
    assert capsys.readouterr().err == f"error: names.yaml does not fit the contract: {'; '.join(problems)}\n"
    assert (root / "spec" / "contract.json").read_bytes() == before
    (root / "overlay" / "clerkkit").mkdir(parents=True)
    assert main(["--root", str(root), "generate", "--version", "2030-01-01", "--from", str(source)]) == 0
    out = capsys.readouterr().out
    assert all(f"note: names.yaml: skipped an entry: {problem}\n" in out for problem in problems)
    methods = (root / "generated" / "clerk_bapi" / "resources" / "things.py").read_text(encoding="utf-8")
    assert "def make(" in methods
    assert "it names no replacement" in methods


def test_contract_has_the_names_of_names_yaml(facts: Node) -> None:
    """Otherwise the contract must be built again."""
    names = operation_names.load(ROOT / "spec" / "names.yaml").operations
    found = {operation["operationId"]: operation["x-python"] for *_, operation in operations(facts)}
    for operation_id, entry in names.items():
        chosen = {
            "resource": entry.resource,
            "method": entry.method,
            "function": entry.function,
            "instead": entry.instead,
        }
        assert json.dumps({key: value for key, value in chosen.items() if value}) == json.dumps(
            {key: found[operation_id][key] for key, value in chosen.items() if value}
        )
