"""The dashboard is for browsers of this machine, and its forms for its own pages."""

from __future__ import annotations

import re

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.html.forms import COOKIE
from tests.emulator.api import Api
from tests.emulator.dashboard.conftest import Dashboard

FREEZE = "/dashboard/time/freeze"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4010", ""])
def test_refuses_host_names_that_point_to_this_machine(emulator: Emulator, dashboard: Dashboard, host: str) -> None:
    for path in ("/", "/dashboard/users", "/dashboard/tokens"):
        response = dashboard.http.get(path, headers={"Host": host})
        assert response.status_code == 403
        assert emulator.secret_key not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_refuses_requests_of_pages_of_other_origins(dashboard: Dashboard, headers: dict[str, str]) -> None:
    assert dashboard.http.get("/", headers=headers).status_code == 403


def test_link_of_another_site_opens_a_page_but_sends_no_form(emulator: Emulator, dashboard: Dashboard) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert dashboard.http.get("/dashboard/users", headers=followed).status_code == 200
    sent = dashboard.open("/dashboard/time").fields(FREEZE)
    assert dashboard.http.post(FREEZE, data=sent, headers=followed).status_code == 403
    assert not emulator.clock.is_frozen


def test_forms_need_the_token_of_the_browser(emulator: Emulator, dashboard: Dashboard) -> None:
    token = dashboard.open("/dashboard/time").fields(FREEZE)["csrf_token"]
    for sent in ({"at": ""}, {"csrf_token": ""}, {"csrf_token": token[:-1] + ("0" if token[-1] != "0" else "1")}):
        assert dashboard.http.post(FREEZE, data=sent).status_code == 403
    with httpx.Client(base_url=emulator.origin, trust_env=False) as other:
        assert other.post(FREEZE, data={"csrf_token": token}).status_code == 403
        other.get("/dashboard/time")
        assert other.post(FREEZE, data={"csrf_token": token}).status_code == 403
    assert not emulator.clock.is_frozen
    assert dashboard.http.post(FREEZE, data={"csrf_token": token}).status_code == 303
    assert emulator.clock.is_frozen


def test_cookie_of_the_token_is_kept_from_scripts_and_from_forms_of_other_sites(dashboard: Dashboard) -> None:
    (cookie,) = dashboard.http.get("/").headers.get_list("set-cookie")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{32}}; Path=/; HttpOnly; SameSite=Lax", cookie)
    assert "set-cookie" not in dashboard.http.get("/").headers


def test_cookie_that_a_page_chose_is_replaced_if_it_is_short(dashboard: Dashboard) -> None:
    response = dashboard.http.get("/", headers={"Cookie": f"{COOKIE}=x"})
    assert COOKIE in response.headers["set-cookie"]
    assert dashboard.http.get("/", headers={"Cookie": f'{COOKIE}="\\"; a b,;=="'}).status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_forms_of_other_types_are_refused(emulator: Emulator, dashboard: Dashboard, content_type: str) -> None:
    dashboard.open("/dashboard/time")
    headers = {"Content-Type": content_type}
    assert dashboard.http.post(FREEZE, content=b"{}", headers=headers).status_code == 415
    assert not emulator.clock.is_frozen


def test_large_and_unreadable_forms_are_refused(dashboard: Dashboard) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert dashboard.http.post(FREEZE, content=b"a=" + b"x" * 300_000, headers=headers).status_code == 413
    assert dashboard.http.post(FREEZE, content=b"&".join([b"a=1"] * 500), headers=headers).status_code == 403
    assert dashboard.http.post(FREEZE, content=b"a=\xff\xfe", headers=headers).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(dashboard: Dashboard, method: str) -> None:
    assert dashboard.http.request(method, "/dashboard/time").status_code == 405
    assert dashboard.http.post("/dashboard/users", data={}).status_code == 404


def test_control_host_admits_other_host_names() -> None:
    with Emulator(control_hosts=["clerk.internal"]) as emulator, httpx.Client(trust_env=False) as http:
        for host, status in (("clerk.internal:4010", 200), ("evil.example", 403)):
            assert http.get(emulator.origin + "/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("path", ["/__clerk/", "/__clerk/dashboard/users", "/__clerk//dashboard", "//dashboard/users"])
def test_is_not_served_through_an_application(dashboard: Dashboard, path: str) -> None:
    assert dashboard.http.get(path).status_code in (401, 404)
    passed_on = {"Clerk-Proxy-Url": "http://localhost:3000/__clerk"}
    assert dashboard.http.get("/dashboard/users", headers=passed_on).status_code == 403


def test_error_pages_do_not_show_exceptions(
    emulator: Emulator, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the implementation")

    monkeypatch.setattr("clerk_emulator.http.dispatch.dashboard_pages.find", fail)
    page = dashboard.open("/dashboard/users", 500)
    assert "secret of the implementation" not in page.response.text
    assert len(emulator.problems) == 1
    emulator.problems.clear()


def test_requests_to_the_dashboard_are_not_recorded(emulator: Emulator, api: Api, dashboard: Dashboard) -> None:
    dashboard.open("/")
    dashboard.http.get("/assets/style.css")
    assert len(emulator.requests) == 0


@pytest.mark.parametrize(
    ("name", "media_type"), [("style.css", "text/css"), ("script.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
)
def test_assets_have_their_type(dashboard: Dashboard, name: str, media_type: str) -> None:
    response = dashboard.http.get(f"/assets/{name}")
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "://" not in response.text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/../html/forms.py", "/assets/%2e%2e/forms.py", "/assets/forms.py"]
)
def test_other_files_are_not_served(dashboard: Dashboard, path: str) -> None:
    assert dashboard.http.get(path).status_code == 404
