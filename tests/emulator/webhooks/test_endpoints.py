"""Endpoints that are given at the start or in a seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from clerk_emulator import Emulator
from tests.emulator.api import Json

SECRET = "whsec_c2VjcmV0"
URL = "http://127.0.0.1:8000/webhooks"


@pytest.mark.parametrize("given", [URL, [URL], [{"url": URL}], ({"url": URL, "events": None},)])
def test_endpoint_is_given_as_url_or_dictionary(given: Any) -> None:
    with Emulator(webhooks=given) as emulator:
        (endpoint,) = emulator.webhooks.endpoints
    assert (endpoint["url"], endpoint["events"], endpoint["disabled"]) == (URL, None, False)
    assert endpoint["secret"].startswith("whsec_")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("localhost", r"url: 'localhost' is not an http\(s\) URL"),
        ([{"url": URL, "types": []}], "webhooks: 'types' is not one of url, events, secret"),
        ([{"secret": SECRET}], "webhooks: url is missing"),
    ],
)
def test_invalid_endpoints_are_named(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Emulator(webhooks=given)


def test_file_keeps_its_endpoints_and_takes_new_values(tmp_path: Path) -> None:
    db = tmp_path / "clerk.db"
    with Emulator(db=db, webhooks=URL) as emulator:
        (first,) = emulator.webhooks.endpoints
    with Emulator(db=db, webhooks=[{"url": URL, "events": ["user.created"], "secret": SECRET}]) as emulator:
        (second,) = emulator.webhooks.endpoints
    assert second["id"] == first["id"]
    assert (second["events"], second["secret"]) == (["user.created"], SECRET)
    with Emulator(db=db) as emulator:
        assert emulator.webhooks.endpoints == [second]


def test_reset_keeps_the_endpoints_of_the_start_only() -> None:
    with Emulator(webhooks=URL) as emulator:
        before = emulator.webhooks.endpoints
        emulator.webhooks.add("http://127.0.0.1:8000/other")
        emulator.webhooks.faults.add("lose")
        emulator.webhooks.timestamps = "emulator"
        emulator.reset()
        assert emulator.webhooks.endpoints == before
        assert emulator.webhooks.faults.waiting == []
        assert emulator.webhooks.timestamps == "real"


def test_seed_has_endpoints_and_dump_repeats_them() -> None:
    section = [{"url": URL, "events": ["user.created"], "secret": SECRET}, {"url": "http://127.0.0.1:8000/all"}]
    with Emulator(seed={"webhooks": section}) as emulator:
        dumped = emulator.dump()["webhooks"]
    assert dumped[0] == section[0]
    assert dumped[1].keys() == {"url", "secret"}
    with Emulator(seed=yaml.safe_load(yaml.safe_dump({"webhooks": dumped}))) as emulator:
        assert emulator.dump()["webhooks"] == dumped


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, r"webhooks\[0\]\.url: "),
        ({"url": "localhost"}, r"webhooks\[0\]: url: 'localhost' is not an http\(s\) URL"),
        ({"url": URL, "events": ["user.crated"]}, r"webhooks\[0\]: events: Clerk has no event 'user\.crated'"),
        ({"url": URL, "types": []}, r"webhooks\[0\]\.types: "),
    ],
)
def test_invalid_endpoints_of_a_seed_are_named(entry: Json, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Emulator(seed={"webhooks": [entry]})
