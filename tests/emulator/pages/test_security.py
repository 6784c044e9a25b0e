"""Attacks on the hosted pages: redirects, forms of other sites, scripts in names, proxies."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.http.dispatch.hosted_pages import PAGES
from clerk_emulator.pages.destinations import KEPT, with_dev_browser
from clerk_emulator.storage.tables import ORGANIZATIONS, SESSIONS, USERS
from tests.emulator.api import Api, Json
from tests.emulator.dashboard.test_escaping import ATTACKS
from tests.emulator.markup import Page, violations
from tests.emulator.pages.conftest import APPLICATION, Visitor
from tests.emulator.pages.test_sign_up import configure

FOREIGN = [
    "https://evil.example",
    "https://evil.example/?http://localhost:3000",
    "http://localhost.evil.example",
    "http://localhost:3000@evil.example",
    "http://evil.example#@localhost:3000",
    "http://evil.example\\@localhost:3000",
    "http:/\\evil.example",
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost:3000\r\nLocation: https://evil.example",
    "http://\u2113ocalhost",
    "javascript:alert(1)",
    "JavaScript:alert(1)//http://localhost",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://localhost/x",
    "relative/path",
    "http://",
    "http://[::1",
    "http://localhost:99999999",
]


def sign_in(visitor: Visitor, user: Json) -> None:
    visitor.open("/sign-in")
    visitor.send("person", user_id=user["id"])


@pytest.mark.parametrize("url", FOREIGN)
def test_redirects_lead_to_applications_only(visitor: Visitor, ada: Json, url: str) -> None:
    for path in ("/sign-in", "/sign-up", "/sign-out"):
        page = visitor.open(path, 422, redirect_url=url)
        assert page.alerts
        assert visitor.left_for is None
    sign_in(visitor, ada)
    for path in ("/sign-in", "/sign-up", "/sign-out", "/tasks"):
        visitor.open(path, 422, redirect_url=url)
        assert visitor.left_for is None


@pytest.mark.parametrize("name", KEPT)
def test_each_parameter_that_names_a_destination_is_checked(visitor: Visitor, name: str) -> None:
    path = "/sign-up" if "sign_up" in name else "/sign-out" if "sign_out" in name else "/sign-in"
    visitor.open(path, 422, **{name: "https://evil.example"})


def test_policy_has_only_sources_that_browsers_know(visitor: Visitor, ada: Json) -> None:
    sign_in(visitor, ada)
    for path in ("/sign-out", "/user", "/sign-in?prompt=login"):
        policy = visitor.http.get(path).headers["content-security-policy"].partition("form-action ")[2]
        assert all(re.fullmatch(r"'self'|https?://[a-z0-9.-]+(:\*|:\d+)?", source) for source in policy.split())


def test_form_cannot_name_another_destination(visitor: Visitor, ada: Json) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION)
    visitor.send("person", user_id=ada["id"], redirect_url="https://evil.example")
    assert str(visitor.left_for).startswith("http://localhost:3000/")


@pytest.mark.parametrize(
    ("allowed", "status"), [("https://app.example.com/x", 200), ("https://app.example.com.evil.example", 422)]
)
def test_allowed_origins_and_redirect_urls_can_be_returned_to(
    visitor: Visitor, api: Api, ada: Json, allowed: str, status: int
) -> None:
    api.patch("/instance", {"allowed_origins": ["https://app.example.com"]})
    page = visitor.open("/sign-in", status, redirect_url=allowed)
    if status == 200:
        policy = page.response.headers["content-security-policy"]
        assert "https://app.example.com" in policy.partition("form-action")[2]
        visitor.send("person", user_id=ada["id"])
        assert str(visitor.left_for).startswith("https://app.example.com/x?__clerk_db_jwt=dvb_")


def test_app_with_its_own_scheme_gets_no_development_browser(visitor: Visitor, api: Api, ada: Json) -> None:
    api.post("/redirect_urls", {"url": "myapp://callback"})
    visitor.open("/sign-in", redirect_url="myapp://callback")
    form = next(one for one in visitor.page.all("form") if visitor._value(one, "act") == "person")
    sent = {"act": "person", "user_id": ada["id"], "csrf_token": str(visitor._value(form, "csrf_token"))}
    assert visitor.http.post(form.get("action"), data=sent).headers["location"] == "myapp://callback"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:3000", "http://localhost:3000?__clerk_db_jwt=dvb_1"),
        ("http://localhost:3000/a?b=%20c&d#e", "http://localhost:3000/a?b=%20c&d&__clerk_db_jwt=dvb_1#e"),
        ("http://localhost:3000/?__clerk_db_jwt=dvb_0&x=1", "http://localhost:3000/?x=1&__clerk_db_jwt=dvb_1"),
        ("http://localhost:3000/?x=1&__clerk_db_jwt=dvb_0", "http://localhost:3000/?x=1&__clerk_db_jwt=dvb_1"),
        ("http://127.0.0.1:4010/oauth/authorize?x=1", "http://127.0.0.1:4010/oauth/authorize?x=1"),
        ("myapp://callback?x=1", "myapp://callback?x=1"),
    ],
)
def test_development_browser_is_added_to_addresses_of_other_origins(url: str, expected: str) -> None:
    assert with_dev_browser(url, "dvb_1", "http://127.0.0.1:4010") == expected
    assert with_dev_browser(url, None, "http://127.0.0.1:4010") == url


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_forms_of_other_origins_are_refused(visitor: Visitor, api: Api, ada: Json, headers: dict[str, str]) -> None:
    page = visitor.open("/sign-in")
    sent = {"act": "person", "user_id": ada["id"], "csrf_token": page.fields("/sign-in")["csrf_token"]}
    assert visitor.http.post("/sign-in", data=sent, headers=headers).status_code == 403
    assert api.get("/sessions", user_id=ada["id"]) == []


def test_forms_need_the_token_of_the_browser(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    token = visitor.open("/sign-in").fields("/sign-in")["csrf_token"]
    with httpx.Client(base_url=emulator.origin, trust_env=False) as attacker:
        theirs = Page(attacker.get("/sign-in")).fields("/sign-in")["csrf_token"]
    for wrong in ("", "x", theirs):
        sent = {"act": "person", "user_id": ada["id"], "csrf_token": wrong}
        assert visitor.http.post("/sign-in", data=sent).status_code == 403
    assert api.get("/sessions", user_id=ada["id"]) == []
    assert token != theirs


def test_pages_change_nothing_when_they_are_opened(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    sign_in(visitor, ada)
    before = emulator.events
    for path in PAGES:
        for query in ("", "?redirect_url=http://localhost:3000", "?act=sign_out", f"?act=person&user_id={ada['id']}"):
            visitor.http.get(path + query)
    assert emulator.events == before
    assert len(api.get("/sessions", user_id=ada["id"])) == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_scripts_in_names_are_text(visitor: Visitor, emulator: Emulator, api: Api, ada: Json, attack: str) -> None:
    engines = api.post("/organizations", {"name": "Engines", "created_by": ada["id"]})["id"]
    invited = api.post("/organizations", {"name": "Invited", "created_by": api.user(username="other_one")["id"]})["id"]
    invitation = {"email_address": "ada@example.com", "role": "org:member"}
    api.post(f"/organizations/{invited}/invitations", invitation)
    store = emulator._state.store
    with store.transaction():
        store.update(USERS, store.require(USERS, ada["id"]), first_name=attack, last_name=attack, username=attack)
        for organization in (engines, invited):
            store.update(ORGANIZATIONS, store.require(ORGANIZATIONS, organization), name=attack)
    page = visitor.open("/sign-in", redirect_url=APPLICATION)
    assert attack in page.text()
    visitor.open("/sign-in", people=attack)
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    assert visitor.page.text().count(attack) >= 2
    with store.transaction():
        session = store.all(SESSIONS)[0]
        store.update(SESSIONS, session, status="pending", tasks=[{"key": "choose-organization"}])
    configure(emulator, force_organization_selection=True)
    page = visitor.open("/tasks")
    assert page.text().count(attack) == 2


@pytest.mark.parametrize("attack", ATTACKS)
def test_scripts_in_addresses_and_forms_are_text(visitor: Visitor, attack: str) -> None:
    encoded = quote(attack, safe="")
    for path in ("/sign-in", "/sign-up", "/sign-out", "/tasks", "/user"):
        for name in ("redirect_url", "prompt", "method", "people", "__clerk_ticket", "__clerk_db_jwt", "joined"):
            response = visitor.http.get(f"{path}?{name}={encoded}", follow_redirects=True)
            assert violations(Page(response)) == []
    visitor.open("/sign-in")
    visitor.send("identify", 422, identifier=attack)
    visitor.open("/sign-up")
    visitor.send("create", 422, email_address=attack, first_name=attack, password=attack)


def test_only_error_pages_are_shown_below_the_path_of_a_proxy_without_its_key(visitor: Visitor) -> None:
    headers = {"Clerk-Proxy-Url": "https://evil.example/__clerk"}
    assert visitor.http.get("/sign-in", headers=headers).status_code == 400


def test_pages_work_below_the_path_of_a_proxy(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    page = visitor.open("/__clerk/sign-in", redirect_url=APPLICATION)
    addresses = [one.get("action") for one in page.all("form")] + page.links()[1:]
    loaded = [one.get("src") or one.get("href") for tag in ("script", "link", "img") for one in page.all(tag)]
    assert all(address.startswith("/__clerk/") for address in addresses + loaded if "/dashboard" not in address)
    assert all(visitor.http.get(address).status_code == 200 for address in loaded)
    visitor.send("identify", identifier="ada@example.com")
    visitor.send("password", password="correct horse battery staple")
    assert urlsplit(str(visitor.left_for)).netloc == "localhost:3000"


def test_people_behind_a_proxy_cannot_sign_in_as_others(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    headers = {"Clerk-Proxy-Url": "https://app.example.com/__clerk", "Clerk-Secret-Key": emulator.secret_key}
    page = Page(visitor.http.get("/__clerk/sign-in", headers=headers))
    assert "Sign in as" not in page.text()
    assert ada["id"] not in page.response.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4010"])
def test_host_names_that_point_to_this_machine_see_no_users(visitor: Visitor, api: Api, ada: Json, host: str) -> None:
    headers = {"Host": host}
    page = Page(visitor.http.get("/sign-in", headers=headers))
    assert violations(page) == []
    assert ada["id"] not in page.response.text
    sent = {"act": "person", "user_id": ada["id"], "csrf_token": page.fields("/sign-in")["csrf_token"]}
    assert visitor.http.post("/sign-in", data=sent, headers=headers).status_code == 403
    assert api.get("/sessions", user_id=ada["id"]) == []


def test_cookies_of_the_pages(visitor: Visitor) -> None:
    sent = visitor.http.get("/sign-in").headers.get_list("set-cookie")
    assert len(sent) == 3
    assert re.fullmatch(r"__emulator_form=[\w-]+; Path=/; HttpOnly; SameSite=Lax", sent[0])
    for cookie in sent[1:]:
        assert re.fullmatch(r"__clerk_db_jwt(_[\w-]{8})?=dvb_\w+; Path=/; SameSite=Lax; Max-Age=31536000", cookie)
    assert visitor.http.get("/sign-in").headers.get_list("set-cookie") == []


def test_instance_without_development_browsers_uses_the_cookie_of_the_client(ada_key: str) -> None:
    with Emulator(publishable_key=ada_key) as emulator, httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        emulator.load_seed({"users": [{"id": "user_ada", "username": "ada_lovelace"}]})
        visitor = Visitor(emulator, http)
        visitor.open("/sign-in", redirect_url=APPLICATION)
        visitor.send("person", user_id="user_ada")
        assert visitor.left_for == APPLICATION
        assert {"__client", "__client_uat"} <= set(http.cookies)
        visitor.open("/user")
        assert "ada_lovelace" in visitor.page.text()
        assert "__clerk_db_jwt" not in http.cookies


@pytest.fixture
def ada_key() -> str:
    """A publishable key of a host that clerk-js does not take for a development instance."""
    import base64

    return "pk_test_" + base64.b64encode(b"clerk.shop.test$").decode()


def test_unknown_parameters_are_not_passed_on(visitor: Visitor, ada: Json) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION, other="x")
    visitor.send("person", user_id=ada["id"])
    assert parse_qs(urlsplit(str(visitor.left_for)).query).keys() == {"tab", "__clerk_db_jwt"}
