"""Check events against Clerk's document of events."""

from __future__ import annotations

import functools
import json
from typing import Any, cast

from jsonschema import Draft202012Validator

from tests.emulator.api import Json
from tests.imports import ROOT

Validator = Any


@functools.cache
def document() -> Json:
    """Return the document of events."""
    parsed: Json = json.loads((ROOT / "spec" / "events.json").read_text(encoding="utf-8"))
    return parsed


@functools.cache
def _validator(event_type: str) -> Validator:
    content = document()["webhooks"][event_type]["post"]["requestBody"]["content"]
    schema = {**content["application/json"]["schema"], "components": document()["components"]}
    return cast(Any, Draft202012Validator)(schema)


def violations(event: Json) -> list[str]:
    """Return the violations of an event of its schema; that of an unknown type is its type."""
    if event["type"] not in document()["webhooks"]:
        return [f"{event['type']}: Clerk has no such event"]
    return [
        f"{event['type']}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in _validator(event["type"]).iter_errors(event)
    ]
