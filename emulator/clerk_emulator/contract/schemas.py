"""Validate values against the contract's schemas."""

from __future__ import annotations

import functools
import json
from typing import Any

from clerk_emulator.contract import conformance
from clerk_emulator.contract.violation import Violation
from clerk_emulator.json_types import Json

# `validators` is imported on first use: jsonschema takes as long to import as the rest of the contract.


def violations(pointer: str, value: Any) -> list[Violation]:
    """Return the violations of the schema at a pointer into the contract."""
    if conformance.check_at(pointer)(value):
        return []
    from clerk_emulator.contract import validators

    return validators.violations(pointer, value)


def schema_violations(schema: Json, value: Any) -> list[Violation]:
    """Return the violations of a schema without references."""
    return text_violations(json.dumps(schema), value)


def text_violations(schema: str, value: Any) -> list[Violation]:
    """Return the violations of a schema without references that is given as JSON text."""
    if _check(schema)(value):
        return []
    from clerk_emulator.contract import validators

    return validators.text_violations(schema, value)


def contract_violations(schema: Json, value: Any) -> list[Violation]:
    """Return the violations of a schema of the contract, which may have references."""
    from clerk_emulator.contract import validators

    return validators.contract_violations(schema, value)


@functools.cache
def _check(text: str) -> conformance.Check:
    return conformance.compile_check(json.loads(text))
