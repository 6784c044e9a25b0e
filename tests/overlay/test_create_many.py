"""`create_many` creates invitations in batches and yields a result for each row, with errors as values."""

from __future__ import annotations

import itertools
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from clerk_emulator import Emulator
from clerkkit import ApiError, AsyncClerk, Clerk, ClerkError, InvalidArgument, InvalidResponse, TooManyRequests
from clerkkit.models import Invitation
from tests.loopback import KEY, WAYS, Act, Received, Script, backend_of, respond, serve, transport_of

KINDS = {
    "invitations": ((), "/invitations", lambda rows: rows),
    "organization_invitations": (
        ("org_1",),
        "/organizations/org_1/invitations",
        lambda rows: {"data": rows, "total_count": len(rows)},
    ),
}
ADDRESSES = [f"u{number}@example.com" for number in range(23)]


def rows_of(kind: str, addresses: Any = ADDRESSES) -> Iterator[dict[str, Any]]:
    role = {"role": "org:member"} if kind == "organization_invitations" else {}
    return ({"email_address": address, **role} for address in addresses)


def collect(way: str, url: str, kind: str, rows: Any, **options: Any) -> list[Any]:
    ids = KINDS[kind][0]
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return list(getattr(clerk, kind).create_many(*ids, rows))

    async def gather() -> list[Any]:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return [result async for result in getattr(clerk, kind).create_many(*ids, rows)]

    return anyio.run(gather, backend=backend_of(way))


def refusal(status: int, code: str) -> bytes:
    return respond(status, {"errors": [{"code": code, "message": "no", "long_message": "No."}]})


def clerk_that_rejects(kind: str, *refused: str) -> Script:
    """Return a script that creates invitations, and rejects batches with a rejected address."""
    path, shape = KINDS[kind][1:]

    def handle(received: Received) -> bytes:
        given = received.json()
        rows = given if received.path == f"{path}/bulk" else [given]
        if any(row["email_address"] in refused for row in rows):
            return refusal(422, "form_identifier_exists")
        created = [{"id": f"inv_{row['email_address']}", **row} for row in rows]
        return respond(200, created[0] if given is not rows else shape(created))

    return handle


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_batches_have_ten_rows_and_results_are_in_order(way: str, kind: str) -> None:
    with serve(clerk_that_rejects(kind)) as server:
        results = collect(way, server.url, kind, rows_of(kind))
    assert [result.email_address for result in results] == ADDRESSES
    assert [received.path for received in server.requests] == [f"{KINDS[kind][1]}/bulk"] * 3
    assert [len(received.json()) for received in server.requests] == [10, 10, 3]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_error_of_a_row_is_the_result_of_that_row(way: str, kind: str) -> None:
    with serve(clerk_that_rejects(kind, ADDRESSES[3], ADDRESSES[22])) as server:
        results = collect(way, server.url, kind, rows_of(kind))
        wrong = [number for number, result in enumerate(results) if isinstance(result, ClerkError)]
        assert wrong == [3, 22]
        assert len(server.requests) == 3 + 10 + 3
        with Clerk(KEY, base_url=server.url) as clerk:
            for number in wrong:
                request = results[number].failed_request
                with pytest.raises(ApiError):
                    clerk.send(request)
                assert server.requests[-1].json()["email_address"] == ADDRESSES[number]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("script", [respond(500), respond(401), Act.RESET])
def test_error_of_a_batch_is_the_result_of_all_its_rows(kind: str, script: Any) -> None:
    with serve([script] if isinstance(script, Act) else script, clerk_that_rejects(kind)) as server:
        results = collect("sync", server.url, kind, rows_of(kind), max_retries=0)
        assert len(server.requests) == 3
        assert len({id(result) for result in results[:10]}) == 1
        assert isinstance(results[0], ClerkError)
        assert [result.email_address for result in results[10:]] == ADDRESSES[10:]
        with Clerk(KEY, base_url=server.url) as clerk:  # resend the batch
            assert len(clerk.send(results[0].failed_request)) == 10


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_request_is_sent_after_the_hourly_limit_is_reached(way: str, kind: str) -> None:
    limit = respond(429, {"errors": [{"code": "too_many_requests"}]}, {"Retry-After": "1800"})
    with serve(clerk_that_rejects(kind), limit) as server:
        results = collect(way, server.url, kind, rows_of(kind, [*ADDRESSES, *ADDRESSES]))
    assert len(server.requests) == 2
    assert [isinstance(result, TooManyRequests) for result in results] == [False] * 10 + [True] * 36
    assert {result.retry_after for result in results[10:]} == {1800.0}
    requests = [result.failed_request for result in results[10:]]
    assert [len(list(group)) for _, group in itertools.groupby(requests, key=id)] == [10, 10, 10, 6]


@pytest.mark.parametrize(
    "body", [{}, [], None, "created", [{"id": "inv_1"}] * 2, {"data": None}, {"data": [{}] * 4, "total_count": 3}]
)
@pytest.mark.parametrize("kind", KINDS)
def test_response_with_another_number_of_rows_is_an_error(kind: str, body: Any) -> None:
    with serve(respond(200, body)) as server:
        results = collect("sync", server.url, kind, rows_of(kind, ADDRESSES[:3]))
    assert [type(result) for result in results] == [InvalidResponse] * 3
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_row_that_cannot_be_encoded_has_its_own_error(kind: str) -> None:
    wrong: list[Any] = [{"email_address": "a\ud800@example.com"}, {"e_mail": "x"}, "b@example.com", None, 7, [1]]
    rows = [*rows_of(kind, ADDRESSES[:3]), *wrong]
    with serve(clerk_that_rejects(kind)) as server:
        results = collect("sync", server.url, kind, rows)
    assert [result.email_address for result in results[:3]] == ADDRESSES[:3]
    assert [type(result) for result in results[3:]] == [InvalidArgument] * len(wrong)
    assert len(server.requests) == 3


@pytest.mark.parametrize("rows", ["ada@example.com", b"ada", {"email_address": "ada@example.com"}, None, 5])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("client", [Clerk(KEY), AsyncClerk(KEY)])
def test_rejects_what_is_not_an_iterable_of_rows(client: Any, kind: str, rows: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^invitations: expected an iterable of objects, got "):
        getattr(client, kind).create_many(*KINDS[kind][0], rows)


def test_rows_are_read_as_results_are_consumed() -> None:
    taken: list[str] = []

    def rows() -> Iterator[Any]:
        for row in rows_of("invitations", (f"u{number}@example.com" for number in itertools.count())):
            taken.append(row["email_address"])
            yield row

    with serve(clerk_that_rejects("invitations")) as server, Clerk(KEY, base_url=server.url) as clerk:
        results = clerk.invitations.create_many(rows())
        assert (len(taken), len(server.requests)) == (0, 0)
        assert len(list(itertools.islice(results, 11))) == 11
        assert (len(taken), len(server.requests)) == (20, 2)


def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    def peak(number: int) -> int:
        rows = ({"email_address": "a@example.com", "public_metadata": {"x": "y" * 500}} for _ in range(number))
        tracemalloc.start()
        with Clerk(KEY, base_url=server.url) as clerk:
            assert sum(1 for _ in clerk.invitations.create_many(rows)) == number
        return tracemalloc.get_traced_memory()[1]

    def handle(received: Received) -> bytes:
        server.requests.clear()
        return respond(200, [{"id": "inv_1"}] * 10)

    with serve(handle) as server:
        try:
            peak(100)
            assert peak(2000) < 2 * peak(200)
        finally:
            tracemalloc.stop()


# -- with the emulator ---------------------------------------------------------------------------------------------


def test_waits_for_the_hourly_limit_if_the_deadline_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    with Emulator(rate_limits="production") as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            emulator.clock.advance(seconds)

        monkeypatch.setattr(time, "sleep", sleep)
        rows = [{"email_address": f"u{number}@example.com"} for number in range(270)]
        results = list(clerk.with_options(deadline=7200).invitations.create_many(rows))
        assert [result.email_address for result in results if isinstance(result, Invitation)] == [
            row["email_address"] for row in rows
        ]
        # A second wait if the first call took so long that the second one leaves the window in another second.
        assert 1 <= len(waits) <= 2
        assert 3500 < waits[0] <= 3600
        assert sum(waits) <= 3602
        left = [{"email_address": f"v{number}@example.com"} for number in range(270)]
        results = list(clerk.invitations.create_many(left))
    assert [type(result) for result in results] == [Invitation] * 230 + [TooManyRequests] * 40


def test_creates_organization_invitations(clerk: Clerk) -> None:
    ada = clerk.users.create(email_address=["ada@example.com"])
    organization = clerk.organizations.create(name="Acme", created_by=ada.id)
    rows: list[Any] = [
        {"email_address": "bob@example.com", "role": "org:member", "public_metadata": {"team": "a"}},
        {"email_address": "ada@example.com", "role": "org:member"},
        {"email_address": "eve@example.com", "role": "org:nothing"},
    ]
    bob, is_member, no_role = clerk.organization_invitations.create_many(organization.id, rows)
    assert not isinstance(bob, ClerkError)
    assert (bob.role, bob.public_metadata) == ("org:member", {"team": "a"})
    assert isinstance(is_member, ApiError)
    assert is_member.has_code("already_a_member_in_organization")
    assert isinstance(no_role, ApiError)
    assert no_role.has_code("resource_not_found")
    (missing,) = clerk.organization_invitations.create_many("org_nobody", rows[:1])
    assert isinstance(missing, ApiError)
    assert missing.status_code == 404
