"""The URLs to which a browser is redirected to sign in, to sign up, or to finish tasks."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from clerkkit import InvalidArgument
from clerkkit.auth import RequestState
from clerkkit.auth.requests.adapters.urls import parse_url
from clerkkit.auth.requests.state import SignedInState, SignedOutState
from tests.overlay.auth.browser import Browser, plain
from tests.overlay.auth.factories import options, token

HERE = "http://localhost/things?a=b"
PORTAL = "https://accounts.shop.test"


def signed_out(browser: Browser, url: str = HERE, **more: Any) -> RequestState:
    state = browser.get(None, options(**more), url=url)
    assert isinstance(state, SignedOutState)
    return state


def split(url: str) -> tuple[str, dict[str, list[str]]]:
    """Return the URL without its query, and its parameters."""
    return url.partition("?")[0], parse_qs(urlsplit(url).query, keep_blank_values=True)


def test_default_pages_are_those_of_the_account_portal(browser: Browser) -> None:
    state = signed_out(browser)
    assert split(state.redirect_to_sign_in()) == (f"{PORTAL}/sign-in", {"redirect_url": [HERE]})
    assert split(state.redirect_to_sign_up()) == (f"{PORTAL}/sign-up", {"redirect_url": [HERE]})
    assert split(state.redirect_to_tasks()) == (f"{PORTAL}/sign-in/tasks", {"redirect_url": [HERE]})


@pytest.mark.parametrize(
    ("pages", "sign_in", "sign_up"),
    [
        ({"sign_in_url": "/in"}, "http://localhost/in", "http://localhost/in/create"),
        ({"sign_in_url": "/in/"}, "http://localhost/in/", "http://localhost/in/create"),
        ({"sign_in_url": "https://a.test/in"}, "https://a.test/in", "https://a.test/in/create"),
        ({"sign_in_url": "/in", "sign_up_url": "/up"}, "http://localhost/in", "http://localhost/up"),
        ({"sign_up_url": "https://a.test/up"}, f"{PORTAL}/sign-in", "https://a.test/up"),
    ],
)
def test_pages_of_the_application_go_first(browser: Browser, pages: dict[str, Any], sign_in: str, sign_up: str) -> None:
    state = signed_out(browser, **pages)
    assert split(state.redirect_to_sign_in())[0] == sign_in
    assert split(state.redirect_to_sign_up())[0] == sign_up


def test_parameters_of_the_page_are_kept(browser: Browser) -> None:
    state = signed_out(browser, sign_in_url="https://a.test/in?lang=de")
    assert split(state.redirect_to_sign_in()) == ("https://a.test/in", {"lang": ["de"], "redirect_url": [HERE]})


def test_development_browser_goes_along_to_another_host(browser: Browser) -> None:
    for pages, expected in [
        ({}, ["d"]),
        ({"sign_in_url": "https://a.test/in"}, ["d"]),
        ({"sign_in_url": "/in"}, None),
        ({"sign_in_url": "http://localhost/in"}, None),
    ]:
        state = browser.get(plain(clerk_db_jwt="d"), options(live=False, **pages), url=HERE)
        assert split(state.redirect_to_sign_in())[1].get("__clerk_db_jwt") == expected, pages
    live = browser.get(plain(clerk_db_jwt="d"), options(), url=HERE)
    assert "__clerk_db_jwt" not in live.redirect_to_sign_in()


def test_page_to_return_to_has_no_secrets_of_clerk(browser: Browser) -> None:
    state = browser.get(None, options(), url=f"{HERE}&__clerk_db_jwt=d&__clerk_handshake_nonce=n", accept="*/*")
    assert split(state.redirect_to_sign_in())[1] == {"redirect_url": [HERE]}


def test_satellite_is_marked_in_the_page_to_return_to(browser: Browser) -> None:
    pages = {"is_satellite": True, "domain": "localhost", "sign_in_url": "https://shop.test/in"}
    (back,) = split(signed_out(browser, **pages).redirect_to_sign_in())[1]["redirect_url"]
    assert split(back) == ("http://localhost/things", {"a": ["b"], "__clerk_synced": ["false"]})


def test_pending_session_goes_to_its_tasks(browser: Browser) -> None:
    state = browser.get(plain(session=token(sts="pending"), client_uat=1), options(), url=HERE)
    assert isinstance(state, SignedInState)
    assert state.to_auth() is None
    assert split(state.redirect_to_sign_in()) == (f"{PORTAL}/sign-in/tasks", {"redirect_url": [HERE]})
    assert split(state.redirect_to_sign_up())[0] == f"{PORTAL}/sign-up/tasks"


def test_signed_in_user_can_be_redirected_too(browser: Browser) -> None:
    parties = ["http://localhost:3000"]
    for pages, expected in [({}, f"{PORTAL}/sign-in"), ({"sign_in_url": "/in"}, "/in")]:
        state = browser.get(
            plain(session=token(azp=parties[0]), client_uat=1), options(authorized_parties=parties, **pages), url=HERE
        )
        assert state.status == "signed-in"
        assert state.redirect_to_sign_in() == expected
        back = "http://localhost:3000/x"
        assert split(state.redirect_to_sign_in(back)) == (expected, {"redirect_url": [back]})
        with pytest.raises(InvalidArgument, match="return_url: expected an absolute URL"):
            state.redirect_to_sign_in("/x")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/x?y=z", "http://localhost/x?y=z"),
        ("http://localhost/x", "http://localhost/x"),
        ("https://app.test/x", "https://app.test/x"),
    ],
)
def test_return_url_may_be_on_this_site_or_an_authorized_party(browser: Browser, given: str, expected: str) -> None:
    state = signed_out(browser, authorized_parties=["https://app.test"])
    assert split(state.redirect_to_sign_in(given))[1] == {"redirect_url": [expected]}


@pytest.mark.parametrize(
    "given",
    [
        *(
            "https://evil.test/",
            "//evil.test",
            "/\\evil.test",
            "///evil.test",
            "\\\\evil.test",
            "http:evil.test",
            "x",
            "",
        ),
        *("javascript:alert(1)", "data:text/html,x", "http://localhost@evil.test/", "http://localhost.evil.test"),
        *(
            "http://app.test/x",
            "https://localhost/x",
            "http://localhost:8080/x",
            "https://app.test:444/",
            "\t//evil.test",
        ),
    ],
)
def test_return_url_on_another_site_is_rejected(browser: Browser, given: str) -> None:
    state = signed_out(browser, authorized_parties=["https://app.test"])
    for redirect in (state.redirect_to_sign_in, state.redirect_to_sign_up, state.redirect_to_tasks):
        with pytest.raises(InvalidArgument, match="return_url: expected"):
            redirect(given)


@pytest.mark.parametrize("path", ["//evil.test/x", "/\\evil.test/x", "/%2F/evil.test", "/x//evil.test"])
def test_redirect_never_leaves_the_site_by_its_path(browser: Browser, path: str) -> None:
    (back,) = split(signed_out(browser, f"http://localhost{path}").redirect_to_sign_in())[1]["redirect_url"]
    url = parse_url(back)
    assert url is not None
    assert url.origin == "http://localhost"


def test_unknown_host_has_no_page_to_return_to(browser: Browser) -> None:
    state = browser.get(None, options(), url="http://a b/things")
    assert state.redirect_to_sign_in() == f"{PORTAL}/sign-in"


def test_options_without_publishable_key_have_no_pages(browser: Browser) -> None:
    state = browser.get(None, options(publishable_key=None, accepts_token="m2m_token"), url=HERE)
    with pytest.raises(RuntimeError, match="no publishable_key"):
        state.redirect_to_sign_in()


@pytest.mark.parametrize("name", ["sign_in_url", "sign_up_url"])
def test_pages_must_be_urls_or_paths(name: str) -> None:
    for wrong in ("in", "//in", "ftp://a.test/in", 5):
        with pytest.raises(InvalidArgument, match=f"{name}: expected"):
            options(**{name: wrong})
