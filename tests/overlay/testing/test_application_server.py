"""Applications under test are served by object, by name and by the function that creates them."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from clerkkit import InvalidArgument
from clerkkit.testing.application_server import serve
from tests.overlay.testing import site

MODULE = site.__name__


@pytest.mark.parametrize(
    ("application", "kind"),
    [
        (site.asgi, "asgi"),
        (site.Site(), "asgi"),
        (site.create_asgi, "asgi"),
        (f"{MODULE}:asgi", "asgi"),
        (f"{MODULE}:create_asgi", "asgi"),
        (site.wsgi, "wsgi"),
        (f"{MODULE}:wsgi", "wsgi"),
        (lambda: site.wsgi, "wsgi"),
    ],
)
def test_application_is_served(application: Any, kind: str) -> None:
    before = threading.active_count()
    with serve(application) as origin:
        assert origin.startswith("http://localhost:")
        response = httpx.get(f"{origin}/a/path", trust_env=False)
        assert (response.status_code, response.text.split()[0]) == (200, kind)
        assert "/a/path" in response.text
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(origin, trust_env=False)


@pytest.mark.parametrize(
    ("application", "problem"),
    [
        ("site", "expected a name such as my_package.my_module:app, got 'site'"),
        (f"{MODULE}:", "expected a name"),
        (f"{MODULE}:nothing", "has no attribute 'nothing'"),
        (f"{MODULE}:number", "expected an ASGI or WSGI application, got int"),
        (None, "expected an ASGI or WSGI application, got NoneType"),
    ],
)
def test_rejects_what_is_no_application(application: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem), serve(application):
        pass


def test_failing_startup_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="the application has not started"), serve(site.failing):
        pass
