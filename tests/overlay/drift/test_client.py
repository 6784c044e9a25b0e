"""Reports of a client: the callback, `strict`, views and bulk calls."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
from importlib import resources
from pathlib import Path
from typing import Any

import anyio
import pytest

from clerk_bapi.api import get_user
from clerkkit import AsyncClerk, Clerk, ClerkError, Drift, DriftDetected, InvalidArgument, NotFound
from clerkkit.drift.contract import load_contract
from tests.loopback import KEY, WAYS, backend_of, respond, serve, transport_of
from tests.overlay.drift.bodies import GET_USER, TEXT, call, valid

DRIFTING = valid(GET_USER, lambda u: u.update(id=None, banned=TEXT, last_state=1))


@pytest.mark.parametrize("way", WAYS)
def test_strict_raises_all_drifts(way: str) -> None:
    with serve(respond(200, DRIFTING)) as server, pytest.raises(DriftDetected) as caught:
        call(way, get_user("user_1"), server.url, strict=True)
    assert isinstance(caught.value, ClerkError)
    assert [drift.pointer for drift in caught.value.drifts] == ["/banned", "/id", "/last_state"]
    text = "GET /users/{user_id}, /banned: other type, expected boolean, seen string (and 2 more)"
    assert str(caught.value) == text
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert (type(again), str(again), again.drifts) == (DriftDetected, text, caught.value.drifts)


def test_strict_accepts_responses_without_drift() -> None:
    with serve(respond(200, valid())) as server:
        assert call("sync", get_user("user_1"), server.url, strict=True).to_dict() == valid()


def test_strict_client_calls_the_callback_before_raising() -> None:
    reported: list[list[Drift]] = []
    with serve(respond(200, DRIFTING)) as server, pytest.raises(DriftDetected) as caught:
        call("sync", get_user("user_1"), server.url, strict=True, on_drift=reported.append)
    assert reported == [caught.value.drifts]


@pytest.mark.parametrize("way", WAYS)
def test_strict_client_adds_drifts_to_api_errors_as_notes(way: str) -> None:
    reported: list[list[Drift]] = []
    with serve(respond(404, {"errors": 5})) as server, pytest.raises(NotFound) as caught:
        call(way, get_user("user_1"), server.url, strict=True, on_drift=reported.append)
    (drifts,) = reported
    assert str(drifts[0]) == "GET /users/{user_id}, /errors: other type, expected array, seen integer"
    assert caught.value.__notes__ == [f"drift: {drift}" for drift in drifts]


def test_drift_message_has_body_and_number_of_places() -> None:
    assert str(Drift("GET /x", "", "other type", "object", "null", 1)) == (
        "GET /x, the body: other type, expected object, seen null"
    )
    assert str(Drift("GET /x", "/0/a", "missing key", "string", "nothing", 3)).endswith("seen nothing (in 3 places)")


@pytest.mark.parametrize("way", WAYS)
def test_exceptions_of_the_callback_are_raised(way: str) -> None:
    def refuse(drifts: list[Drift]) -> None:
        raise ZeroDivisionError(len(drifts))

    with serve(respond(200, DRIFTING)) as server, pytest.raises(ZeroDivisionError, match="3"):
        call(way, get_user("user_1"), server.url, on_drift=refuse)


def test_callback_runs_in_the_thread_of_the_call() -> None:
    threads: list[int] = []
    with serve(respond(200, DRIFTING)) as server:
        clerk = Clerk(KEY, base_url=server.url, on_drift=lambda _: threads.append(threading.get_ident()))
        caller = threading.Thread(target=clerk.send, args=(get_user("user_1"),))
        caller.start()
        caller.join()
        clerk.close()
    assert threads == [caller.ident]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("body", [DRIFTING, valid(), {}, [], 5, None], ids=["drifting", "valid", *"oa5n"])
def test_callback_does_not_change_the_value(body: Any, way: str) -> None:
    reported: list[list[Drift]] = []
    with serve(respond(200, body)) as server:
        plain, watched = (
            call(way, get_user("user_1"), server.url, **options) for options in ({}, {"on_drift": reported.append})
        )
    assert type(watched) is type(plain)
    assert watched == plain
    assert bool(reported) is (body != valid())


@pytest.mark.parametrize("way", WAYS)
def test_views_use_the_same_callback(way: str) -> None:
    reported: list[list[Drift]] = []

    async def from_views(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), on_drift=reported.append) as clerk:
            await clerk.with_options(timeout=5).users.get("user_1")
            await clerk.with_options(timeout=5).with_options(max_retries=0).send_detailed(get_user("user_1"))

    with serve(respond(200, DRIFTING)) as server:
        if way == "sync":
            with Clerk(KEY, base_url=server.url, on_drift=reported.append) as clerk:
                clerk.with_options(timeout=5).users.get("user_1")
                clerk.with_options(timeout=5).with_options(max_retries=0).send_detailed(get_user("user_1"))
        else:
            anyio.run(from_views, server.url, backend=backend_of(way))
    assert len(reported) == 2
    assert reported[0] == reported[1] != []


def test_bulk_calls_report_every_response_except_those_that_are_retried() -> None:
    reported: list[list[Drift]] = []
    again = respond(429, {"last_state": 1}, {"Retry-After": "0"})
    with serve(again, respond(200, DRIFTING)) as server:
        with Clerk(KEY, base_url=server.url, on_drift=reported.append) as clerk:
            list(clerk.map(get_user(f"user_{n}") for n in range(3)))
        with Clerk(KEY, base_url=server.url, strict=True) as clerk:
            results = list(clerk.map([get_user("user_1")]))
    assert [len(drifts) for drifts in reported] == [3, 3, 3]
    assert [type(result) for result in results] == [DriftDetected]


async def later(drifts: list[Drift]) -> None:
    """Do nothing: an async callback is rejected, because it would not be awaited."""


@pytest.mark.parametrize("kind", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"on_drift": 5}, "on_drift: expected a plain function that takes a list of drifts, got int"),
        ({"on_drift": later}, "on_drift: expected a plain function that takes a list of drifts, got an async one"),
        ({"strict": "no"}, "strict: expected True or False, got str"),
        ({"strict": None}, "strict: expected True or False, got NoneType"),
    ],
)
def test_rejects_invalid_drift_options(kind: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        kind(KEY, **options)
    assert str(caught.value) == problem


@pytest.mark.parametrize(("options", "loaded"), [("", "False"), ("on_drift=list", "True"), ("strict=True", "True")])
def test_contract_is_loaded_only_if_drift_is_reported(options: str, loaded: str) -> None:
    code = "; ".join(
        [
            "import sys, clerkkit",
            f"clerk = clerkkit.Clerk({KEY!r}, base_url=sys.argv[1], {options})",
            "clerk.users.get('user_1')",
            "clerk.close()",
            "print('clerkkit.drift.contract' in sys.modules)",
        ]
    )
    with serve(respond(200, valid())) as server:
        command = [sys.executable, "-W", "error", "-c", code, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


@pytest.mark.parametrize("option", [{"on_drift": print}, {"strict": True}], ids=["on_drift", "strict"])
def test_missing_data_file_raises_when_the_client_is_created(
    option: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    load_contract.cache_clear()
    with pytest.raises(InvalidArgument, match=r"response_schemas\.json") as caught:
        Clerk(KEY, **option)
    assert [caught.value.argument] == list(option)
