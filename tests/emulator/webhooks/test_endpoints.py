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
        ([URL, {"url": URL, "secret": SECRET}], f"webhooks: '{URL}' is given twice"),
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


@pytest.mark.parametrize(
    "url",
    [
        *(5, None, "", "ftp://localhost/", "http://", "http:///webhooks", "http://a b", "http://\0", "http://a/\n"),
        *(
            "http://a\\b",
            "http://x:99999/",
            "http://x:0/",
            "http://x:a/",
            "http://[::1",
            "http://[zz]/",
            "http://a..b/",
        ),
        *("http://a%20b/", "http://" + "a" * 64 + ".com/"),
    ],
)
def test_rejects_what_is_no_http_url(emulator: Emulator, url: Any) -> None:
    with pytest.raises(ValueError, match=r"^url: .* is not an http\(s\) URL$"):
        emulator.webhooks.add(url)
    assert emulator.webhooks.endpoints == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost:8000/a?b=c#d", "https://user:password@host.docker.internal/", "http://[::1]:80/"),
        *("http://my_service:65535", "https://bücher.example/", "http://example.com./", "HTTP://127.0.0.1"),
    ],
)
def test_accepts_http_urls(emulator: Emulator, url: str) -> None:
    assert emulator.webhooks.add(url)["url"] == url


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"events": [5]}, "events: Clerk has no event 5"),
        ({"events": "user.crated"}, r"events: Clerk has no event 'user\.crated'"),
        ({"secret": 5}, "secret: must begin with whsec_"),
        ({"secret": "whsec_é"}, "secret: must be base64 after whsec_"),
    ],
)
def test_arguments_of_an_endpoint_are_named(emulator: Emulator, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emulator.webhooks.add(URL, **arguments)


def test_waiting_for_an_unknown_event_fails_at_once(emulator: Emulator) -> None:
    message = r"event_type: Clerk has no event 'user\.begun'"
    for call in (emulator.webhooks.wait_for, emulator.webhooks.take_received):
        with pytest.raises(ValueError, match=message):
            call("user.begun")
    with pytest.raises(ValueError, match=message):
        emulator.webhooks.deliveries(event_type="user.begun")
