"""Lists of the dashboard: pages, search, and their time with many objects."""

from __future__ import annotations

import time

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.dashboard.paging import PAGE_SIZE
from tests.emulator.api import Api
from tests.emulator.dashboard.conftest import Dashboard
from tests.emulator.markup import Page


def rows(page: Page, label: str) -> list[str]:
    return [page.text(cell) for cell in page.all("td") if cell.get("data-label") == label]


def neighbour(page: Page, rel: str) -> str | None:
    return next((link.get("href") for link in page.all("a") if link.get("rel") == rel), None)


def walk(dashboard: Dashboard, path: str, label: str, rel: str = "next", query: str = "") -> list[list[str]]:
    """Return the values of a column on each page from the first, or from the one that `query` selects."""
    pages = []
    following: str | None = query
    while following is not None:
        page = dashboard.open(path + following)
        pages.append(rows(page, label))
        following = neighbour(page, rel)
    return pages


@pytest.fixture
def many(emulator: Emulator) -> int:
    """The emulator has two full pages of users and one more, all of the same millisecond."""
    emulator.clock.freeze()
    number = 2 * PAGE_SIZE + 1
    emulator.load_seed({"users": [{"username": f"user_{index:03}"} for index in range(number)]})
    return number


def test_pages_have_each_user_once_in_both_directions(dashboard: Dashboard, many: int) -> None:
    older = walk(dashboard, "/dashboard/users", "Identifier")
    assert [len(page) for page in older] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert {name for page in older for name in page} == {f"user_{index:03}" for index in range(many)}
    last = dashboard.open("/dashboard/users" + str(neighbour(dashboard.open("/dashboard/users"), "next")))
    last = dashboard.open("/dashboard/users" + str(neighbour(last, "next")))
    newer = walk(dashboard, "/dashboard/users", "Identifier", "prev", str(neighbour(last, "prev")))
    assert newer == older[1::-1]


def test_pages_keep_the_search(dashboard: Dashboard, many: int) -> None:
    pages = walk(dashboard, "/dashboard/users", "Identifier", query="?q=user_0")
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE]
    assert all(name.startswith("user_0") for page in pages for name in page)


@pytest.mark.parametrize("text", ["ada@EXAMPLE.com", "lovelace", "Ada Love", "ada_l", "+15555550100", "user_"])
def test_users_are_found_by_all_that_identifies_them(api: Api, dashboard: Dashboard, text: str) -> None:
    api.user(username="somebody")
    user = api.user(
        first_name="Ada", last_name="Lovelace", username="ada_l", email_address=["ada@example.com"],
        phone_number=["+15555550100"],
    )["id"]  # fmt: skip
    page = dashboard.open(f"/dashboard/users?{httpx.QueryParams(q=text if text != 'user_' else user)}")
    assert rows(page, "User") == ["Ada Lovelace"]
    assert "No user matches" in dashboard.open("/dashboard/users?q=%25").text()


def test_events_and_requests_have_pages(api: Api, dashboard: Dashboard) -> None:
    for index in range(PAGE_SIZE + 2):
        api.user(username=f"user_{index:03}")
    for path, label in (("/dashboard/events", "Event"), ("/dashboard/requests", "Request")):
        older = walk(dashboard, path, label)
        assert [len(page) for page in older] == [PAGE_SIZE, 2]
        back = neighbour(dashboard.open(path + str(neighbour(dashboard.open(path), "next"))), "prev")
        assert rows(dashboard.open(path + str(back)), label) == older[0]


def test_deliveries_have_pages(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    for index in range(PAGE_SIZE + 2):
        api.user(username=f"user_{index:03}")
        emulator.webhooks.faults.add("lose")
    endpoint = emulator.webhooks.add("http://127.0.0.1:9/webhooks")["id"]
    for index in range(PAGE_SIZE + 2):
        api.patch(f"/users/{api.get('/users', limit=1)[0]['id']}", {"first_name": f"Ada {index}"})
    while len(emulator.webhooks.deliveries(endpoint_id=endpoint)) < PAGE_SIZE + 2:
        time.sleep(0.01)
    pages = walk(dashboard, "/dashboard/webhooks", "Event")
    assert [len(page) for page in pages] == [PAGE_SIZE, 2]


def test_pages_take_the_same_time_with_many_users(emulator: Emulator, dashboard: Dashboard) -> None:
    """A page in the middle of 20,000 users takes about as long as one of 100 users."""

    def seconds(path: str) -> float:
        taken = []
        for _ in range(5):
            started = time.perf_counter()
            assert dashboard.http.get(path).status_code == 200
            taken.append(time.perf_counter() - started)
        return min(taken)

    def seed(start: int, end: int) -> None:
        with emulator._state.store.transaction():
            from clerk_emulator.domain.users.user_accounts import NEW_USER
            from clerk_emulator.storage.tables import USERS

            for index in range(start, end):
                emulator._state.store.create(USERS, {**NEW_USER, "username": f"user_{index:06}"})

    seed(0, 100)
    few = seconds("/dashboard/users")
    seed(100, 20_000)
    middle = emulator._state.store
    with middle.transaction():
        from clerk_emulator.storage.tables import USERS

        cursor = middle.find(USERS, USERS.c.username == "user_010000")
    assert cursor is not None
    assert seconds(f"/dashboard/users?after={cursor['id']}") < 5 * few + 0.05
    assert seconds(f"/dashboard/users?before={cursor['id']}") < 5 * few + 0.05
