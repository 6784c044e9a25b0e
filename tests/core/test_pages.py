"""Walks over pages: every list operation, against servers that are honest, mistaken, broken or hostile."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_bapi.api import get_user, list_organizations, list_users
from clerk_core.pages import Pager, PageRequest
from clerk_core.response import Response
from clerkkit import AsyncClerk, Clerk, InvalidArgument, InvalidResponse, Request
from tests.generated.walks import LISTS, List, Row, run, start
from tests.generated.wire_samples import OPERATIONS, samples
from tests.loopback import KEY, answer, serve

every_list = pytest.mark.parametrize("listing", LISTS, ids=repr)
each_way = pytest.mark.parametrize("way", ["sync", "asyncio", "trio"])

USERS = next(one for one in LISTS if one.operation.path == "/users")
ORGANIZATIONS = next(one for one in LISTS if one.operation.path == "/organizations")
M2M_TOKENS = next(one for one in LISTS if one.operation.path == "/m2m_tokens")
OAUTH_TOKENS = next(one for one in LISTS if one.operation.path.endswith("/oauth_access_tokens/{provider}"))

QUIET = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def made(number: int, *, named: bool = True) -> list[Row]:
    return [{"id": f"row_{n}"} if named else {"label": f"row {n}"} for n in range(number)]


def shaped(listing: List, page: list[Row], total: Any = None, *, as_page: bool | None = None) -> Any:
    """A page in the shape that the contract promises, or in the other one."""
    if as_page is None:
        as_page = not listing.bare
    return {listing.key: page} | ({} if total is None else {"total_count": total}) if as_page else page


def test_all_lists_are_walked() -> None:
    assert len(LISTS) == 37
    assert sum(one.bare for one in LISTS) == 9
    assert M2M_TOKENS.key == "m2m_tokens"


# -- what a page is --------------------------------------------------------------------------------------------------


@every_list
def test_rows_are_found_in_both_shapes_beside_whatever_else_a_page_holds(listing: List) -> None:
    rows = made(3)
    others = {"warnings": [], "features": ["a"], "items": [{"id": "foreign"}]}
    for page in (rows, {listing.key: rows}, {**others, listing.key: rows, "total_count": 3}):
        walked = run("sync", listing, lambda query, page=page: page if start(query, rows) == 0 else [])
        assert walked.rows == rows


@every_list
def test_rows_have_the_class_of_the_contract_in_both_shapes(listing: List) -> None:
    classes = set()
    for page in ([{"id": "a"}], {listing.key: [{"id": "a"}], "total_count": 1}, {listing.key: [{"id": "a"}]}):
        with serve(answer(200, page)) as server, Clerk(KEY, base_url=server.url) as clerk:
            classes.add(type(next(listing.walk(clerk))))
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
def test_a_page_that_cannot_be_read_is_an_error(listing: List) -> None:
    for body in (*UNREADABLE, {listing.key: {"id": "a"}}, {listing.key: ["a"], "total_count": 1}):
        with pytest.raises(InvalidResponse, match=f"is not a page.*'{listing.key}'"):
            run("sync", listing, lambda _, body=body: body)


@each_way
def test_it_is_an_error_in_the_middle_of_a_walk_too_and_shows_no_data(way: str) -> None:
    def server(query: Mapping[str, str]) -> Any:
        return made(10) if "offset" not in query else {"rows": [{"email": "ada@example.com"}]}

    with pytest.raises(InvalidResponse) as caught:
        run(way, ORGANIZATIONS, server, page_size=10)
    assert "ada" not in f"{caught.value} {caught.value!r}"
    assert caught.value.request.operation == "GET /organizations"


# -- servers that tell the truth, or are mistaken about their list ---------------------------------------------------


TOTALS = [None, 0, -1, 1, 10, 100, True, False, "25", 2.5, 10**9]


@every_list
@each_way
def test_a_total_or_a_short_page_alone_ends_no_walk(listing: List, way: str) -> None:
    rows = made(25)
    for total in TOTALS:
        for cap in (7, 10):

            def server(query: Mapping[str, str], total: Any = total, cap: int = cap) -> Any:
                at = start(query, rows)
                return shaped(listing, rows[at : at + min(cap, int(query["limit"]))], total)

            if total != min(cap, 10) or cap == 10:  # a first short page that is said to be all cannot be told from it
                assert run(way, listing, server, page_size=10).rows == rows, (total, cap)


@given(data=st.data())
@QUIET
@each_way
@every_list
def test_no_row_is_lost_or_given_twice(listing: List, way: str, data: st.DataObject) -> None:
    """Whatever the totals, page lengths and shapes; rows are sent in order, and some have no id."""
    rows = [
        {"id": f"row_{n}"} if named else {"label": f"row {n}"}
        for n, named in enumerate(data.draw(st.lists(st.booleans(), max_size=30)))
    ]
    page_size = data.draw(st.integers(1, 12))

    def server(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        page = rows[at : at + data.draw(st.integers(1, page_size))]
        as_page = data.draw(st.booleans())
        # A total that a short page just reaches is taken for true.
        total = data.draw(st.sampled_from([n for n in (*TOTALS, len(rows)) if n != at + len(page) or n == len(rows)]))
        return shaped(listing, page, total, as_page=as_page)

    walked = run(way, listing, server, page_size=page_size)
    assert walked.rows == rows
    assert len(walked.queries) <= len(rows) + 4


@each_way
def test_an_honest_server_is_not_asked_for_more_than_it_has(way: str) -> None:
    for number, requests in ((0, 1), (3, 1), (9, 1), (10, 2), (25, 3)):
        rows = made(number)

        def server(query: Mapping[str, str], rows: list[Row] = rows) -> Any:
            at = start(query, rows)
            return shaped(ORGANIZATIONS, rows[at : at + int(query["limit"])], len(rows))

        walked = run(way, ORGANIZATIONS, server, page_size=10)
        assert (walked.rows, len(walked.queries)) == (rows, requests)


@pytest.mark.parametrize("listing", [one for one in LISTS if not one.bare], ids=repr)
def test_an_empty_page_in_the_middle_is_passed_over_where_the_total_says_more(listing: List) -> None:
    rows = made(30)

    def hole(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        return shaped(listing, [] if at == 10 else rows[at : at + 10], 30)

    assert run("sync", listing, hole, page_size=10).rows == rows[:10] + rows[20:]
    turns = count()

    def hiccup(query: Mapping[str, str]) -> Any:
        at = start(query, rows)
        return shaped(listing, [] if next(turns) == 1 else rows[at : at + 10], 30)

    assert run("sync", listing, hiccup, page_size=10).rows == rows


def test_empty_pages_end_a_walk_whatever_the_total_says() -> None:
    def server(query: Mapping[str, str]) -> Any:
        return shaped(ORGANIZATIONS, made(10) if "offset" not in query else [], 10**9)

    walked = run("sync", ORGANIZATIONS, server, page_size=10)
    assert (walked.rows, len(walked.queries)) == (made(10), 4)


# -- servers that would keep us for ever -----------------------------------------------------------------------------


@every_list
@each_way
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_cycle_of_pages_ends_with_a_warning(
    listing: List, way: str, named: bool, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = made(10 * length, named=named)
    pages = cycle(rows[at : at + 10] for at in range(0, len(rows), 10))
    totals = cycle([None, 0, 10**9, 10])
    with caplog.at_level(logging.WARNING):
        walked = run(way, listing, lambda _: shaped(listing, next(pages), next(totals)), page_size=10)
    assert walked.rows == rows
    assert len(walked.queries) == length + 1
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("clerkkit", "WARNING")
    assert listing.operation.path in record.getMessage()


def test_the_same_ids_are_the_same_page_whatever_else_changes() -> None:
    turns = count()

    def server(_: Mapping[str, str]) -> Any:
        turn = next(turns)
        return [{"id": f"row_{n}", "seen_at": turn} for n in ([0, 1, 2] if turn % 2 else [2, 1, 0])]

    walked = run("sync", USERS, server, page_size=3)
    assert [row["id"] for row in walked.rows] == ["row_2", "row_1", "row_0"]
    assert len(walked.queries) == 2


@pytest.mark.parametrize(("rows", "total", "level"), [(3, None, "DEBUG"), (3, 9, "WARNING"), (10, None, "WARNING")])
def test_a_short_list_that_comes_twice_is_no_reason_to_worry(
    rows: int, total: int | None, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "clerkkit"):
        walked = run("sync", ORGANIZATIONS, lambda _: shaped(ORGANIZATIONS, made(rows), total), page_size=10)
    assert walked.rows == made(rows)
    (record,) = [record for record in caplog.records if "same page" in record.getMessage()]
    assert record.levelname == level


def test_rows_that_json_cannot_write_are_told_apart_and_end() -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    walked = run("sync", OAUTH_TOKENS, lambda _: [{"token": "a", "scopes": deep}], page_size=1)
    assert len(walked.rows) == 1


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=8), st.booleans(), st.data())
@QUIET
@each_way
def test_any_finite_server_ends_and_loses_nothing(
    way: str, pages: list[list[int]], named: bool, data: st.DataObject
) -> None:
    """Pages in any order, with any rows, repeated for ever, and any totals."""
    sent: list[list[Row]] = []
    turns = cycle(pages)

    def server(_: Mapping[str, str]) -> Any:
        sent.append([{"id": str(n)} if named else {"label": n} for n in next(turns)])
        return shaped(ORGANIZATIONS, sent[-1], data.draw(st.sampled_from(TOTALS)))

    walked = run(way, ORGANIZATIONS, server, page_size=data.draw(st.integers(1, 4)))
    assert all(row in walked.rows for page in sent for row in page)
    assert len(sent) <= len(pages) * 3 + 3


def test_memory_for_what_was_seen_is_a_digest_a_page() -> None:
    pager: Pager[Any] = Pager(list_organizations, {}, page_size=10)
    for page in range(100):
        request = pager.request()
        assert isinstance(request, PageRequest)
        body = {"data": [{"id": f"{page}_{n}" + "x" * 500} for n in range(10)], "total_count": 10**9}
        pager.add(request.decode(Response(200, {}, json.dumps(body).encode())))
    kept = [value for value in vars(pager).values() if isinstance(value, set)]
    assert sorted(map(len, kept)) == [10, 100]  # the ids of one page, and 16 bytes for each
    assert all(len(digest) == 16 for digest in max(kept, key=len))


# -- deleting what is walked -----------------------------------------------------------------------------------------


class Stateful:
    """A list that shrinks, by offset and cursor, as a server keeps it."""

    def __init__(self, listing: List, number: int) -> None:
        self.listing, self.rows = listing, made(number)

    def __call__(self, received: Any) -> bytes:
        if received.method == "DELETE":
            gone = {"id": received.path.rpartition("/")[2]}
            self.rows.remove(gone)
            return answer(200, {**gone, "deleted": True})
        query = dict(received.query)
        if "starting_after" in query and {"id": query["starting_after"]} not in self.rows:
            return answer(422, {"errors": [{"code": "form_param_value_invalid"}]})
        at = start(query, self.rows)
        return answer(200, shaped(self.listing, self.rows[at : at + int(query["limit"])], len(self.rows)))


def batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


@pytest.mark.parametrize("page_size", [1, 4, 10, 100])
@pytest.mark.parametrize("batch", [1, 3, 10, 20])
@pytest.mark.parametrize("spared", [0, 2, 3])
@pytest.mark.parametrize("order", [{}, {"order_by": "username"}])
def test_users_can_be_deleted_while_they_are_walked(
    page_size: int, batch: int, spared: int, order: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    server_ = Stateful(USERS, 25)
    walked = []
    with serve(server_) as server, Clerk(KEY, base_url=server.url) as clerk:
        for users in batches(clerk.users.iterate(page_size=page_size, **order), batch):
            for user in users:
                walked.append({"id": user.id})
                if not spared or len(walked) % spared:
                    clerk.users.delete(user.id)
    assert walked == made(25)
    warned = "GET /users" in caplog.text
    assert warned == bool(order)  # by cursor nothing is at risk


def test_a_deletion_is_noticed_through_views_and_map_and_once(caplog: pytest.LogCaptureFixture) -> None:
    from clerk_bapi.api import delete_organization

    server_ = Stateful(ORGANIZATIONS, 25)
    with serve(server_) as server, Clerk(KEY, base_url=server.url) as clerk:
        walked = []
        for organization in clerk.organizations.iterate(page_size=10):
            walked.append(organization.id)
            if len(walked) % 2:
                list(clerk.map([delete_organization(organization.id)]))
            else:
                clerk.with_options(max_retries=0).organizations.delete(organization.id)
    assert len(walked) == 25
    assert server_.rows == []
    (record,) = caplog.records
    assert "GET /organizations" in record.getMessage()
    assert "list(...)" in record.getMessage()


def test_deletions_elsewhere_are_no_concern_of_a_walk(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Stateful(ORGANIZATIONS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.organizations.delete("row_0")  # before
        walk = clerk.organizations.iterate(page_size=10)
        assert len(list(islice(walk, 10))) == 10
        with Clerk(KEY, base_url=server.url) as other:
            other.organizations.delete("row_20")
        list(walk)
        clerk.organizations.delete("row_1")  # afterwards
    assert caplog.records == []


def test_rows_not_walked_yet_may_be_deleted_too() -> None:
    for page_size in (1, 5, 10):
        with serve(Stateful(ORGANIZATIONS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
            walk = clerk.organizations.iterate(page_size=page_size)
            walked = [row.id for row in islice(walk, 10)]
            for number in range(14, 24):
                clerk.organizations.delete(f"row_{number}")
            walked += [row.id for row in walk]
        assert walked == [f"row_{n}" for n in (*range(14), 24)]


# -- arguments -------------------------------------------------------------------------------------------------------


@every_list
def test_an_empty_filter_is_refused_by_name_before_anything_is_sent(listing: List) -> None:
    clerk = Clerk(KEY)
    for name in listing.filters:
        for empty in ([], (), set[str](), frozenset[str]()):
            for call in (
                lambda name=name, empty=empty: listing.walk(clerk, **{name: empty}),
                lambda name=name, empty=empty: clerk.paginate(
                    listing.operation.function, **listing.arguments(**{name: empty})
                ),
                lambda name=name, empty=empty: listing.operation.function(**listing.arguments(**{name: empty})),
            ):
                with pytest.raises(InvalidArgument, match="at least one value") as caught:
                    call()
                assert caught.value.argument == name


def test_an_empty_filter_is_refused_wherever_there_are_lists_in_a_query() -> None:
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
def test_arguments_of_single_pages_are_refused_with_what_to_use(listing: List, client: Any) -> None:
    for name in ("limit", "offset", "starting_after", "paginated"):
        with pytest.raises(InvalidArgument, match=f"^{name}: .*`page_size`"):
            listing.walk(client, **{name: 5})
    with pytest.raises(TypeError, match="no_such_filter"):
        listing.walk(client, no_such_filter=5)


def test_what_has_no_pages_is_refused() -> None:
    def mine(limit: int, offset: int = 0) -> Request[Any]:
        return get_user(f"user_{limit + offset}")

    for endpoint in (get_user, mine):
        with pytest.raises(InvalidArgument, match="has no pages"):
            Clerk(KEY).paginate(endpoint)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


def test_a_function_of_ones_own_around_a_list_is_walked() -> None:
    def mine(limit: int, offset: int = 0) -> Request[Any]:
        return list_users(limit=limit, offset=offset)

    with serve(Stateful(USERS, 25)) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert [user.id for user in clerk.paginate(mine)] == [f"row_{n}" for n in range(25)]
