"""Error codes: `ApiError.has_code`, and the constants of `clerkkit.codes`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import yaml

import clerk_bapi.codes
from clerk_bapi import ApiError
from clerkkit import Clerk, codes
from tests.core.error_samples import failure
from tests.loopback import KEY, respond, serve
from tests.shared import shared

SPEC = Path(__file__).resolve().parents[2] / "spec" / "codes.yaml"


def constants(module: ModuleType) -> dict[str, str]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


# -- has_code ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["form_identifier_exists"], True),
        (["form_param_missing"], True),
        (["form_param_nil", "form_param_missing"], True),
        (["form_param_nil"], False),
        (["form_identifier"], False),
        (["FORM_IDENTIFIER_EXISTS"], False),
        (["is missing"], False),
        ([], False),
    ],
)
def test_has_code_checks_all_entries(asked: list[str], found: bool) -> None:
    entries = [{"code": "form_identifier_exists"}, {"code": "form_param_missing", "message": "is missing"}]
    assert failure(respond(422, {"errors": entries})).has_code(*asked) is found


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>resource_not_found</html>"),
        (200, b"resource_not_found"),
        (404, b""),
        (404, {"errors": None, "code": "resource_not_found"}),
        (404, {"errors": ["resource_not_found", {"code": ["resource_not_found"]}, {"message": "resource_not_found"}]}),
    ],
)
def test_has_code_is_false_for_other_bodies(status: int, body: Any) -> None:
    assert not failure(respond(status, body)).has_code(codes.RESOURCE_NOT_FOUND)


def test_raised_error_has_its_code() -> None:
    response = respond(404, {"errors": [{"code": "resource_not_found"}]})
    with serve(response) as server, Clerk(KEY, base_url=server.url) as clerk, pytest.raises(ApiError) as caught:
        clerk.users.get("user_nobody")
    assert caught.value.has_code(codes.RESOURCE_NOT_FOUND)
    assert not caught.value.has_code(codes.FORM_IDENTIFIER_EXISTS)


# -- the constants -------------------------------------------------------------------------------------------------


def test_values_of_constants_are_their_names_in_lower_case() -> None:
    assert len(constants(codes)) > 300
    for name, value in constants(codes).items():
        assert value == name.lower()


def test_error_code_type_lists_all_constants() -> None:
    assert list(get_args(codes.ErrorCode)) == list(constants(codes).values())


def test_clerkkit_and_clerk_bapi_have_the_same_constants() -> None:
    assert codes.ErrorCode is clerk_bapi.codes.ErrorCode
    assert constants(codes) == constants(clerk_bapi.codes)


def test_constants_are_loaded_when_used() -> None:
    code = "import sys, clerkkit; clerkkit.Clerk('sk_test_x').users; print([m for m in sys.modules if 'codes' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert "clerk" not in done.stdout


def rows(title: str) -> list[list[str]]:
    """Return the rows of the table in a section of the facts."""
    text = shared("facts", "behaviour.md").read_text(encoding="utf-8")
    section = text.partition(f"\n{title}")[2].partition("\n##")[0]
    return [re.split(r" *\| *", line)[1:-1] for line in section.splitlines() if line.startswith("|")]


def test_all_codes_of_the_catalogue_have_a_constant() -> None:
    named = {
        (code, status) for _, status, listed in rows("## F. Appendix") for code in re.findall(r"`([a-z0-9_]+)`", listed)
    }
    known = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    assert len(named) > 300
    assert {code for code, _ in named} <= set(constants(codes).values())
    assert {(code, int(status)) for code, status in named if status != "?"} <= {
        (code, status) for code, statuses in known.items() for status in statuses
    }


def test_all_codes_of_situations_have_a_constant() -> None:
    # Names in parentheses accompany a code; those that begin with `_` or end with `*` are parts of codes.
    named = {code for row in rows("### A2. Situation") for code in re.findall(r"(?<!\()`([a-z][a-z0-9_]+)`", row[2])}
    assert len(named) > 150
    assert named <= set(constants(codes).values())
