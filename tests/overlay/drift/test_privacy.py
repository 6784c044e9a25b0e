"""Reports contain only words of the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkkit import Drift, DriftDetected
from clerkkit.drift.redaction import Vocabulary
from tests.generated.json_samples import CONTRACT, bodies
from tests.loopback import respond
from tests.overlay.drift.bodies import GET_USER, find_drifts, reports, valid, verification
from tests.overlay.drift.test_judge import SHOWN

ROOT = Path(__file__).resolve().parents[3]

PRIVATE = {
    "mail": "jane.doe@example.com",
    "provider": "Jane",
    "full name": "Jane Doe",
    "accents": "zoë",
    "phone": "+15551234567",
    "phone after a letter": "tel15551234567",
    "date": "born19870412",
    "domain": "acme.example.com",
    "URL": "https://acme.example.com/?token=abc",
    "address": "192.168.0.1",
    "id": "user_2NNEqL2nrIRdJ194ndJqAHwEfxC",
    "short id": "user_2abc",
    "id without digits": "user_NNEqLnrIRdJndJqAHwEfxCabcde",
    "UUID": "deadbeef-0123-4567-89ab-cdef01234567",
    "hex": "feedfacecafebeeffeedfacecafebeef",
    "secret key": "sk_test_only_for_tests",
    "API key": "ak_live_abc",
    "machine token": "mt_abc",
    "webhook secret": "whsec_abcdef",
    "JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl",
    "header of a JWT": "eyJhbGciOiJSUzI1NiIsImtpZCI",
    "password": "hunter22!",
    "short password": "hunter2",
    "user name": "ada-lovelace",
    "first name": "ada",
    "part of a user name": "ada_state",
    "letters of a name": "j-a-n-e",
    "role": "org:acme_admin",
    "slug of a sentence": "the quick brown fox",
    "second line": "active\n",
    "too long": "_".join(["word"] * 20),
    "nothing": "",
}
NAMES = ["active", "from_oauth_google", "web3_signature", "ES256", "RSA", "m2m", "createdAt", "payer-credits", "x5t"]

PLACES: dict[str, Callable[[str], Any]] = {
    "enum value": lambda text: valid(GET_USER, lambda u: u.update(object=text)),
    "tag": lambda text: valid(GET_USER, lambda u: verification(u).update(object=text)),
    "other type": lambda text: valid(GET_USER, lambda u: u.update(banned=text)),
    "unknown key": lambda text: valid(GET_USER, lambda u: u.update({text: 5})),
    "value of an unknown key": lambda text: valid(GET_USER, lambda u: u.update(last_state=text)),
}


@pytest.mark.parametrize("what", PRIVATE)
@pytest.mark.parametrize("place", PLACES)
def test_personal_values_are_shown_as_type_and_length(place: str, what: str) -> None:
    text = PRIVATE[what]
    ((drift,),) = reports(respond(200, PLACES[place](text)))
    size = f"{len(text)} characters"
    match place:
        case "unknown key":
            assert (drift.pointer, drift.seen) == ("/*", f"integer under a key of {size}")
        case "enum value" | "tag":
            assert drift.seen == f"string of {size}"
        case _:
            assert drift.seen == "string"
    assert not text or text not in repr(drift)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_contract_are_shown_as_values_and_keys(name: str) -> None:
    ((drift,),) = reports(respond(200, PLACES["enum value"](name)))
    assert drift.seen == f'"{name}"'
    ((drift,),) = reports(respond(200, PLACES["unknown key"](name)))
    assert (drift.pointer, drift.seen) == (f"/{name}", "integer")


def test_keys_of_maps_are_hidden() -> None:
    operation, place = "GET /directories", "/data/0/attribute_mapping/*"
    rows = {"data": [{"attribute_mapping": {"department": 5, "jane@example.com": 6}}]}
    found = find_drifts(operation, 200, json.dumps(rows).encode())
    assert [drift for drift in found if "attribute_mapping" in drift.pointer] == [
        Drift(operation, place, "other type", "string", "integer", 2)
    ]
    assert "jane" not in repr(found)
    assert "department" not in repr(found)


def test_nearly_all_names_of_the_contract_are_shown() -> None:
    """All exceptions are listed."""
    words = Vocabulary(
        set(json.loads(resources.files("clerk_bapi").joinpath("response_schemas.json").read_bytes())["words"])
    )
    names = {key for name in CONTRACT.schemas for key in CONTRACT.properties(name)}
    constants_ = {
        value
        for name in CONTRACT.schemas
        for schema in CONTRACT.properties(name).values()
        for value in schema.get("enum", ())
        if isinstance(value, str)
    }
    hidden = {name for name in names | constants_ if not words.is_public(name)}
    assert hidden <= {"", "*", "x5t#S256", *(value for value in constants_ if value.startswith("-"))}
    assert len(hidden) < len(names | constants_) / 50


@given(st.from_regex(r"[a-z0-9]{2,12}([_-][a-z0-9]{2,12}){0,3}", fullmatch=True))
def test_only_words_of_the_contract_are_shown(name: str) -> None:
    """The text of the contract must contain each part of a shown name."""
    text = (ROOT / "spec" / "contract.json").read_text(encoding="utf-8").lower()
    ((drift,),) = [find_drifts(GET_USER, 200, json.dumps(valid(GET_USER, lambda u: u.update({name: 1}))).encode())]
    shown = drift.pointer == f"/{name}"
    assert not shown or all(part in text for part in re.split("[_-]", name))


MARK = "Jane.Doe@7"


def marked(value: Any) -> Any:
    """Return the same structure with a mark in place of every string, and as unknown keys."""
    if isinstance(value, str):
        return MARK
    if isinstance(value, list):
        return [marked(item) for item in value]
    if isinstance(value, dict):
        return {**{key: marked(item) for key, item in value.items()}, MARK: {MARK: MARK}}
    return value


def test_drifts_contain_no_string_of_a_response() -> None:
    for shown in SHOWN:
        for body in bodies(CONTRACT, shown.schema):
            found = find_drifts(shown.operation, shown.status, json.dumps(marked(body)).encode())
            assert MARK not in repr(found), shown
            assert MARK not in str(DriftDetected(found)) if found else True
