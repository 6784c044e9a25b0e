"""Which pages may call the Frontend API, and where it may send browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_emulator import ClerkAPIError, State
from clerk_emulator.domain.access import origins
from clerk_emulator.storage.keys import DEFAULT_HOST
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import REDIRECT_URLS
from tests.emulator.test_command import command


@pytest.fixture
def store() -> Iterator[Store]:
    state = State(allowed_origins=["https://app.example.com:443/"])
    state.store.public_origin = "http://10.1.2.3:4010"
    with state.store.transaction():
        INSTANCE.update(state.store, allowed_origins=["https://settings.example.com"])
        state.store.create(REDIRECT_URLS, {"url": "myapp://callback"})
        state.store.create(REDIRECT_URLS, {"url": "https://registered.example.com/back"})
        yield state.store
    state.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/after?x=1#/sso-callback",
        "http://localhost",
        "https://localhost:3443/",
        "http://LOCALHOST:3000/",
        "http://tenant.localhost:3000/",
        "http://127.0.0.1:8000/a/b",
        "http://[::1]:3000/",
        "https://app.example.com/x",
        "https://app.example.com:443/x",
        "HTTPS://APP.EXAMPLE.COM/x",
        "https://settings.example.com/",
        "http://10.1.2.3:4010/user",
        f"https://{DEFAULT_HOST}/oauth/authorize?x=1",
        f"https://{DEFAULT_HOST}:4443/user",
        "myapp://callback",
        "https://registered.example.com/back",
    ],
)
def test_redirects_to_applications_are_allowed(store: Store, url: str) -> None:
    assert origins.require_redirect_url(store, url) == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"https://x.{DEFAULT_HOST}/", "redirect_url_not_associated_with_instance"),
        ("https://evil.example", "redirect_url_not_associated_with_instance"),
        ("http://app.example.com/", "redirect_url_not_associated_with_instance"),
        ("https://app.example.com:8443/", "redirect_url_not_associated_with_instance"),
        ("https://app.example.com.evil.example/", "redirect_url_not_associated_with_instance"),
        ("https://x.app.example.com/", "redirect_url_not_associated_with_instance"),
        ("https://localhost.evil.example/", "redirect_url_not_associated_with_instance"),
        ("https://evillocalhost/", "redirect_url_not_associated_with_instance"),
        ("http://127.0.0.1.evil.example/", "redirect_url_not_associated_with_instance"),
        ("http://127.0.0.2/", "redirect_url_not_associated_with_instance"),
        ("http://2130706433/", "redirect_url_not_associated_with_instance"),
        ("https://registered.example.com/other", "redirect_url_not_associated_with_instance"),
        ("https://registered.example.com/back/../x", "redirect_url_not_associated_with_instance"),
        ("//evil.example", "invalid_redirect_url"),
        ("///evil.example", "invalid_redirect_url"),
        ("/\\evil.example", "invalid_redirect_url"),
        ("\\\\evil.example", "invalid_redirect_url"),
        ("https:evil.example", "invalid_redirect_url"),
        ("https:/evil.example", "invalid_redirect_url"),
        ("https:///evil.example", "invalid_redirect_url"),
        ("http://localhost\\@evil.example/", "invalid_redirect_url"),
        ("http://evil.example\\@localhost/", "invalid_redirect_url"),
        ("http://localhost@evil.example/", "invalid_redirect_url"),
        ("http://localhost:3000@evil.example/", "invalid_redirect_url"),
        ("http://evil.example@localhost/", "invalid_redirect_url"),
        ("http://localhost%2eevil.example/", "redirect_url_not_associated_with_instance"),
        ("http://localhost%00.evil.example/", "redirect_url_not_associated_with_instance"),
        ("http://localhost%40evil.example/", "redirect_url_not_associated_with_instance"),
        ("http://localhost\t.evil.example/", "invalid_redirect_url"),
        ("http://local\nhost/", "invalid_redirect_url"),
        (" http://localhost/", "invalid_redirect_url"),
        ("\x00http://localhost/", "invalid_redirect_url"),
        ("http://localhost\uff0eevil.example/", "invalid_redirect_url"),
        ("http://loc\u0430lhost/", "invalid_redirect_url"),
        ("http://localhost:port/", "invalid_redirect_url"),
        ("http://localhost:99999/", "invalid_redirect_url"),
        ("http://[::1/", "invalid_redirect_url"),
        ("http://", "invalid_redirect_url"),
        ("javascript:alert(1)", "invalid_redirect_url"),
        ("JavaScript://localhost/%0aalert(1)", "invalid_redirect_url"),
        ("data:text/html,<script>", "invalid_redirect_url"),
        ("vbscript:x", "invalid_redirect_url"),
        ("file:///etc/passwd", "invalid_redirect_url"),
        ("ftp://localhost/", "invalid_redirect_url"),
        ("myapp://other", "invalid_redirect_url"),
        ("myapp://callback#x", "invalid_redirect_url"),
        ("/path", "invalid_redirect_url"),
        ("path", "invalid_redirect_url"),
        ("http://localhost/" + "x" * 8000, "redirect_url_too_long"),
        ("", "form_param_missing"),
        (None, "form_param_missing"),
    ],
)
def test_redirects_elsewhere_are_rejected(store: Store, url: str | None, code: str) -> None:
    with pytest.raises(ClerkAPIError) as caught:
        origins.require_redirect_url(store, url, "back")
    error = caught.value.errors[0]
    assert (caught.value.status, error["code"], error["meta"]) == (422, code, {"param_name": "back"})


def test_origins_are_compared_in_their_normal_form(store: Store) -> None:
    for origin in ("https://APP.example.com", "https://app.example.com:443", "http://[::1]:3000"):
        assert origins.is_allowed(store, origin)
    for origin in ("null", "", "https://app.example.com:8443", "https://user@app.example.com", "chrome-extension://x"):
        assert not origins.is_allowed(store, origin)


@pytest.mark.parametrize("origin", ["app.example.com", "null", "https://", "ftp://a.example", "https://u@a.example"])
def test_malformed_allowed_origin_is_rejected_at_start(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin such as"):
        State(allowed_origins=[origin])


def test_command_rejects_a_malformed_origin() -> None:
    done = command("--allow-origin", "app.example.com")
    assert (done.returncode, "is not an origin such as" in done.stderr) == (1, True)
