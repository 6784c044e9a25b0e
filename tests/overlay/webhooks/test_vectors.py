"""Compare results with those recorded from Clerk's JavaScript helper."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from clerkkit.webhooks import WebhookVerificationError, verify_webhook
from tests.shared import shared

DIFFERING: dict[str, str] = {}
"""Rows that differ deliberately, and why, as docs/webhooks.md states."""


def result_of(row: dict[str, Any]) -> tuple[str, Any]:
    """Return our result: `valid` with the event's data, or `invalid` with the missing headers."""
    request, options = row["args"][0], row["args"][1] if len(row["args"]) > 1 else {}
    try:
        event = verify_webhook(
            request["body"].encode(), request["headers"], options.get("signingSecret"), now=row["now_ms"] / 1000
        )
    except WebhookVerificationError as error:
        return "invalid", re.findall(r"svix-[a-z]+", str(error))
    return "valid", event.to_dict()["data"]


def expected(row: dict[str, Any]) -> tuple[str, Any]:
    """Return the recorded result in the same form."""
    result = row["expected"]
    if result["verdict"] == "valid":
        return "valid", result["data"]
    return "invalid", re.findall(r"svix-[a-z]+", result["message"])


def test_recorded_results_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = json.loads(shared("vectors", "webhooks.json").read_text(encoding="utf-8"))
    assert rows
    verdicts = {}
    for row in rows:
        monkeypatch.delenv("CLERK_WEBHOOK_SIGNING_SECRET", raising=False)
        if row["env_CLERK_WEBHOOK_SIGNING_SECRET"] is not None:
            monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", row["env_CLERK_WEBHOOK_SIGNING_SECRET"])
        verdicts[row["test"]] = result_of(row), expected(row)
    assert {name for name, (ours, theirs) in verdicts.items() if ours != theirs} == set(DIFFERING), verdicts
