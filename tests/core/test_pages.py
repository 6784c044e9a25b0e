"""Iteration over pages: every list operation, against correct, inconsistent, broken and malicious servers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_bapi.api import get_user, list_organizations, list_users
from clerk_core.pages import Pager, PageRequest
from clerk_core.response import Response
from clerkkit import AsyncClerk, Clerk, InvalidArgument, InvalidResponse, Request
from tests.generated.iteration import LISTS, ListOperation, Row, run, start
from tests.generated.wire_samples import OPERATIONS, samples
from tests.loopback import KEY, respond, serve

every_list = pytest.mark.parametrize("listing", LISTS, ids=repr)
each_way = pytest.mark.parametrize("way", ["sync", "asyncio", "trio"])

USERS = next(one for one in LISTS if one.operation.path == "/users")
ORGANIZATIONS = next(one for one in LISTS if one.operation.path == "/organizations")
M2M_TOKENS = next(one for one in LISTS if one.operation.path == "/m2m_tokens")
OAUTH_TOKENS = next(one for one in LISTS if one.operation.path.endswith("/oauth_access_tokens/{provider}"))

QUIET = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def make_rows(number: int, *, named: bool = True) -> list[Row]:
    return [{"id": f"row_{n}"} if named else {"label": f"row {n}"} for n in range(number)]


def make_response(listing: ListOperation, page: list[Row], total: Any = None, *, as_page: bool | None = None) -> Any:
    """Return a list or a page of rows: as the contract defines, unless `as_page` is given."""
    if as_page is None:
        as_page = not listing.bare
    return {listing.key: page} | ({} if total is None else {"total_count": total}) if as_page else page


def test_all_list_operations_are_covered() -> None:
    assert len(LISTS) == 37
    assert sum(one.bare for one in LISTS) == 9
    assert M2M_TOKENS.key == "m2m_tokens"


# -- shapes of pages -----------------------------------------------------------------------------------------------


@every_list
def test_rows_are_read_from_lists_and_from_pages_with_other_lists(listing: ListOperation) -> None:
    rows = make_rows(3)
    others = {"warnings": [], "features": ["a"], "items": [{"id": "foreign"}]}
    for page in (rows, {listing.key: rows}, {**others, listing.key: rows, "total_count": 3}):
        iterated = run("sync", listing, lambda query, page=page: page if start(query, rows) == 0 else [])
        assert iterated.rows == rows


@every_list
def test_rows_of_lists_and_pages_have_the_class_of_the_contract(listing: ListOperation) -> None:
    classes = set()
    for page in ([{"id": "a"}], {listing.key: [{"id": "a"}], "total_count": 1}, {listing.key: [{"id": "a"}]}):
        with serve(respond(200, page)) as server, Clerk(KEY, base_url=server.url) as clerk:
            classes.add(type(next(listing.iterate(clerk))))
    assert len(classes) == 1
    assert classes.pop().__module__.startswith("clerk_bapi.models.")


UNREADABLE = [
    {},
    {"error": "x"},
    {"data": None},
    {"m2m_tokens": {}},
    {"rows": [{"id": "a"}]},
    None,
    5,
    "text",
    [5],
    [None],
]


@every_list
def test_unreadable_page_raises_invalid_response(listing: ListOperation) -> None:
    for body in (*UNREADABLE, {listing.key: {"id": "a"}}, {listing.key: ["a"], "total_count": 1}):
        with pytest.raises(InvalidResponse, match=f"is not a page.*'{listing.key}'"):
            run("sync", listing, lambda _, body=body: body)


@each_way
def test_unreadable_later_page_raises_an_error_without_data(way: str) -> None:
    def server(query: Mapping[str, str]) -> Any:
        return make_rows(10) if "offset" not in query else {"rows": [{"email": "ada@example.com"}]}

    with pytest.raises(InvalidResponse) as caught:
        run(way, ORGANIZATIONS, server, page_size=10)
    assert "ada" not in f"{caught.value} {caught.value!r}"
    assert caught.value.request.operation == "GET /organizations"


# -- servers with correct or wrong totals --------------------------------------------------------------------------


TOTALS = [None, 0, -1, 1, 10, 100, True, False, "25", 2.5, 10**9]


@every_list
@each_way
def test_iteration_ends_neither_by_a_total_nor_by_a_short_page_alone(listing: ListOperation, way: str) -> None:
    rows = make_rows(25)
    for total in TOTALS:
        for cap in (7, 10):

            def server(query: Mapping[str, str], total: Any = total, cap: int = cap) -> Any:
                at = start(query, rows)
                return make_response(listing, rows[at : at + min(cap, int(query["limit"]))], total)

            if total != min(cap, 10) or cap == 10:  # a short first page with a total of its length looks complete
                assert run(way, listing, server, page_size=10).rows == rows, (total, cap)


@given(data=st.data())
@QUIET
@each_way
@every_list
def test_every_row_is_yielded_once(listing: ListOperation, way: str, data: st.DataObject) -> None:
    """Totals, page lengths and shapes are random; rows are sent in order, and some have no id."""
    rows = [
        {"id": f"row_{n}"} if named else {"label": f"row {n}"}
        for n, named in enumerate(data.draw(st.lists(st.booleans(), max_size=30)))
    ]
    page_size = data.draw(st.integers(1, 12))

    def server(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        page = rows[at : at + data.draw(st.integers(1, page_size))]
        as_page = data.draw(st.booleans())
        # A total that equals the rows so far would end the iteration.
        total = data.draw(st.sampled_from([n for n in (*TOTALS, len(rows)) if n != at + len(page) or n == len(rows)]))
        return make_response(listing, page, total, as_page=as_page)

    iterated = run(way, listing, server, page_size=page_size)
    assert iterated.rows == rows
    assert len(iterated.queries) <= len(rows) + 4


@each_way
def test_correct_totals_save_the_last_request(way: str) -> None:
    for number, requests in ((0, 1), (3, 1), (9, 1), (10, 2), (25, 3)):
        rows = make_rows(number)

        def server(query: Mapping[str, str], rows: list[Row] = rows) -> Any:
            at = start(query, rows)
            return make_response(ORGANIZATIONS, rows[at : at + int(query["limit"])], len(rows))

        iterated = run(way, ORGANIZATIONS, server, page_size=10)
        assert (iterated.rows, len(iterated.queries)) == (rows, requests)


@pytest.mark.parametrize("listing", [one for one in LISTS if not one.bare], ids=repr)
def test_empty_page_is_skipped_if_the_total_is_not_reached(listing: ListOperation) -> None:
    rows = make_rows(30)

    def hole(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        return make_response(listing, [] if at == 10 else rows[at : at + 10], 30)

    assert run("sync", listing, hole, page_size=10).rows == rows[:10] + rows[20:]
    turns = count()

    def hiccup(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        return make_response(listing, [] if next(turns) == 1 else rows[at : at + 10], 30)

    assert run("sync", listing, hiccup, page_size=10).rows == rows


def test_repeated_empty_pages_end_the_iteration_despite_the_total() -> None:
    def server(query: Mapping[str, str]) -> Any:
        return make_response(ORGANIZATIONS, make_rows(10) if "offset" not in query else [], 10**9)

    iterated = run("sync", ORGANIZATIONS, server, page_size=10)
    assert (iterated.rows, len(iterated.queries)) == (make_rows(10), 4)


# -- servers that repeat pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listing", "named", "length"),
    [
        *((listing, True, 2) for listing in LISTS if listing not in (USERS, ORGANIZATIONS)),
        # One that returns a list, and one that returns a page.
        *product([USERS, ORGANIZATIONS], [True, False], [1, 2, 3, 7]),
    ],
    ids=repr,
)
@each_way
def test_repeated_pages_end_the_iteration_with_a_warning(
    listing: ListOperation, way: str, named: bool, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = make_rows(10 * length, named=named)
    pages = cycle(rows[at : at + 10] for at in range(0, len(rows), 10))
    totals = cycle([None, 0, 10**9, 10])
    with caplog.at_level(logging.WARNING):
        iterated = run(way, listing, lambda _: make_response(listing, next(pages), next(totals)), page_size=10)
    assert iterated.rows == rows
    assert len(iterated.queries) == length + 1
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("clerkkit", "WARNING")
    assert listing.operation.path in record.getMessage()


def test_pages_with_the_same_ids_count_as_repeated() -> None:
    turns = count()

    def server(_: Mapping[str, str]) -> Any:
        turn = next(turns)
        return [{"id": f"row_{n}", "seen_at": turn} for n in ([0, 1, 2] if turn % 2 else [2, 1, 0])]

    iterated = run("sync", USERS, server, page_size=3)
    assert [row["id"] for row in iterated.rows] == ["row_2", "row_1", "row_0"]
    assert len(iterated.queries) == 2


@pytest.mark.parametrize(("rows", "total", "level"), [(3, None, "DEBUG"), (3, 9, "WARNING"), (10, None, "WARNING")])
def test_repeated_short_list_is_logged_at_debug_level(
    rows: int, total: int | None, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "clerkkit"):
        iterated = run(
            "sync", ORGANIZATIONS, lambda _: make_response(ORGANIZATIONS, make_rows(rows), total), page_size=10
        )
    assert iterated.rows == make_rows(rows)
    (record,) = [record for record in caplog.records if "same page" in record.getMessage()]
    assert record.levelname == level


def test_repeated_rows_that_json_cannot_encode_end_the_iteration() -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    iterated = run("sync", OAUTH_TOKENS, lambda _: [{"token": "a", "scopes": deep}], page_size=1)
    assert len(iterated.rows) == 1


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=8), st.booleans(), st.data())
@QUIET
@each_way
def test_iteration_over_any_finite_set_of_pages_ends_and_yields_all_rows(
    way: str, pages: list[list[int]], named: bool, data: st.DataObject
) -> None:
    """The server repeats random pages in a cycle, with random totals."""
    sent: list[list[Row]] = []
    turns = cycle(pages)

    def server(_: Mapping[str, str]) -> Any:
        sent.append([{"id": str(n)} if named else {"label": n} for n in next(turns)])
        return make_response(ORGANIZATIONS, sent[-1], data.draw(st.sampled_from(TOTALS)))

    iterated = run(way, ORGANIZATIONS, server, page_size=data.draw(st.integers(1, 4)))
    assert all(row in iterated.rows for page in sent for row in page)
    assert len(sent) <= len(pages) * 3 + 3


def test_pager_keeps_one_digest_per_page() -> None:
    pager: Pager[Any] = Pager(list_organizations, {}, page_size=10)
    for page in range(100):
        request = pager.request()
        assert isinstance(request, PageRequest)
        body = {"data": [{"id": f"{page}_{n}" + "x" * 500} for n in range(10)], "total_count": 10**9}
        pager.add(request.decode(Response(200, {}, json.dumps(body).encode())))
    kept = [value for value in vars(pager).values() if isinstance(value, set)]
    assert sorted(map(len, kept)) == [10, 100]  # the ids of the last page, and a digest of each page
    assert all(len(digest) == 16 for digest in max(kept, key=len))


# -- deletions during iteration ------------------------------------------------------------------------------------


class Stateful:
    """A server with a list from which rows can be deleted, with offsets and cursors."""

    def __init__(self, listing: ListOperation, number: int) -> None:
        self.listing, self.rows = listing, make_rows(number)

    def __call__(self, received: Any) -> bytes:
        if received.method == "DELETE":
            gone = {"id": received.path.rpartition("/")[2]}
            self.rows.remove(gone)
            return respond(200, {**gone, "deleted": True})
        query = dict(received.query)
        if "starting_after" in query and {"id": query["starting_after"]} not in self.rows:
            return respond(422, {"errors": [{"code": "form_param_value_invalid"}]})
        at = start(query, self.rows)
        return respond(200, make_response(self.listing, self.rows[at : at + int(query["limit"])], len(self.rows)))


def batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


@pytest.mark.parametrize("page_size", [1, 4, 10, 100])
@pytest.mark.parametrize("batch", [1, 3, 10, 20])
@pytest.mark.parametrize("spared", [0, 2, 3])
@pytest.mark.parametrize("order", [{}, {"order_by": "username"}])
def test_users_can_be_deleted_during_iteration(
    page_size: int, batch: int, spared: int, order: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    server_ = Stateful(USERS, 25)
    iterated = []
    with serve(server_) as server, Clerk(KEY, base_url=server.url) as clerk:
        for users in batches(clerk.users.iterate(page_size=page_size, **order), batch):
            for user in users:
                iterated.append({"id": user.id})
                if not spared or len(iterated) % spared:
                    clerk.users.delete(user.id)
    assert iterated == make_rows(25)
    warned = "GET /users" in caplog.text
    assert warned == bool(order)  # cursors skip no rows, so they need no warning


def test_deletions_by_views_and_map_are_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    from clerk_bapi.api import delete_organization

    server_ = Stateful(ORGANIZATIONS, 25)
    with serve(server_) as server, Clerk(KEY, base_url=server.url) as clerk:
        iterated = []
        for organization in clerk.organizations.iterate(page_size=10):
            iterated.append(organization.id)
            if len(iterated) % 2:
                list(clerk.map([delete_organization(organization.id)]))
            else:
                clerk.with_options(max_retries=0).organizations.delete(organization.id)
    assert len(iterated) == 25
    assert server_.rows == []
    (record,) = caplog.records
    assert "GET /organizations" in record.getMessage()
    assert "list(...)" in record.getMessage()


def test_deletions_by_other_clients_or_outside_the_iteration_cause_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Stateful(ORGANIZATIONS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.organizations.delete("row_0")  # before the iteration
        walk = clerk.organizations.iterate(page_size=10)
        assert len(list(islice(walk, 10))) == 10
        with Clerk(KEY, base_url=server.url) as other:
            other.organizations.delete("row_20")
        list(walk)
        clerk.organizations.delete("row_1")  # after the iteration
    assert caplog.records == []


def test_rows_of_later_pages_can_be_deleted_during_iteration() -> None:
    for page_size in (1, 5, 10):
        with serve(Stateful(ORGANIZATIONS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
            walk = clerk.organizations.iterate(page_size=page_size)
            iterated = [row.id for row in islice(walk, 10)]
            for number in range(14, 24):
                clerk.organizations.delete(f"row_{number}")
            iterated += [row.id for row in walk]
        assert iterated == [f"row_{n}" for n in (*range(14), 24)]


# -- arguments -----------------------------------------------------------------------------------------------------


@every_list
def test_empty_filter_is_rejected_before_a_request(listing: ListOperation) -> None:
    clerk = Clerk(KEY)
    for name in listing.filters:
        for empty in ([], (), set[str](), frozenset[str]()):
            for call in (
                lambda name=name, empty=empty: listing.iterate(clerk, **{name: empty}),
                lambda name=name, empty=empty: clerk.paginate(
                    listing.operation.function, **listing.arguments(**{name: empty})
                ),
                lambda name=name, empty=empty: listing.operation.function(**listing.arguments(**{name: empty})),
            ):
                with pytest.raises(InvalidArgument, match="at least one value") as caught:
                    call()
                assert caught.value.argument == name


def test_every_list_in_a_query_rejects_an_empty_list() -> None:
    assert sum(len(listing.filters) for listing in LISTS) == 21
    filters = [(op, argument.name) for op in OPERATIONS for argument in op.of("query") if argument.is_array]
    assert len(filters) == 29
    for operation, name in filters:
        with pytest.raises(InvalidArgument, match=f"^{name}: .*at least one value"):
            operation.function(**samples(operation)["everything"] | {name: []})
    with pytest.raises(InvalidArgument):
        Clerk(KEY).request("GET", "/users", query={"user_id": []})


@pytest.mark.parametrize("client", [Clerk(KEY), AsyncClerk(KEY)])
@every_list
def test_arguments_of_single_pages_are_rejected_with_the_alternative(listing: ListOperation, client: Any) -> None:
    for name in ("limit", "offset", "starting_after", "paginated"):
        with pytest.raises(InvalidArgument, match=f"^{name}: .*`page_size`"):
            listing.iterate(client, **{name: 5})
    with pytest.raises(TypeError, match="no_such_filter"):
        listing.iterate(client, no_such_filter=5)


def test_operation_without_pages_is_rejected() -> None:
    def mine(limit: int, offset: int = 0) -> Request[Any]:
        return get_user(f"user_{limit + offset}")

    for endpoint in (get_user, mine):
        with pytest.raises(InvalidArgument, match="has no pages"):
            Clerk(KEY).paginate(endpoint)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


def test_paginate_accepts_a_wrapper_of_a_list_function() -> None:
    def mine(limit: int, offset: int = 0) -> Request[Any]:
        return list_users(limit=limit, offset=offset)

    with serve(Stateful(USERS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert [user.id for user in clerk.paginate(mine)] == [f"row_{n}" for n in range(25)]
