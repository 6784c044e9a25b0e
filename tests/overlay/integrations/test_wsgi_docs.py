"""The Django, Flask and WSGI examples of docs/frameworks.md run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.overlay.integrations import django_site, test_flask
from tests.overlay.integrations.asgi_site import People
from tests.overlay.integrations.behaviour import clerk, emulator, served_by_wsgi, signed_in

__all__ = ["clerk", "emulator", "signed_in"]

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "frameworks.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def environment(emulator: Emulator) -> Iterator[None]:
    """Set the environment variables that the page names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERK_SECRET_KEY", emulator.secret_key)
        patch.setenv("CLERK_PUBLISHABLE_KEY", emulator.publishable_key)
        patch.setenv("CLERK_API_URL", emulator.origin)
        yield


def defined(heading: str, number: int = 0) -> dict[str, Any]:
    """Return the names that a block below a heading defines."""
    section = re.split(r"^## ", PAGE.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]
    block = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)[number]
    names: dict[str, Any] = {"__name__": "frameworks_page"}
    exec(compile(block, "frameworks.md", "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django_example_of_the_page_runs(kind: str, emulator: Emulator, signed_in: People) -> None:
    given = {name: value for name, value in defined("Django").items() if name.isupper()}
    assert given.keys() == {"MIDDLEWARE", "CLERK_AUTHORIZED_PARTIES"}
    views = defined("Django", 1)
    settings = django_site.settings_for(emulator, views["urlpatterns"], **given)
    with django_site.served(kind, settings) as site:
        assert site.get("/").text == "nobody"
        assert site.get("/me").status_code == 401
        if kind == "wsgi":
            assert site.get("/me", signed_in.ada_token).json() == {"name": None}
        else:
            assert site.get("/admin", signed_in.ada_token).json() == {"organization": "engines", "users": 2}
        assert site.get("/admin", signed_in.bob_token).status_code == 403
        assert site.get("/reports", signed_in.bob_token).status_code == 403


def test_drf_example_of_the_page_runs(emulator: Emulator, clerk: Clerk, signed_in: People) -> None:
    installed = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
    with django_site.settings_for(emulator, [], INSTALLED_APPS=installed):
        pages = defined("Django REST framework")["urlpatterns"]
    key = clerk.api_keys.create(name="Of the page", subject=signed_in.bob).secret
    with django_site.served("wsgi", django_site.settings_for(emulator, pages, INSTALLED_APPS=installed)) as site:
        expected = {"user": signed_in.ada, "organization": signed_in.organization}
        assert site.get("/me", signed_in.ada_token).json() == expected
        assert site.get("/me", key).status_code == 401
        assert site.get("/boards", signed_in.ada_token).json() == {"user": signed_in.ada}
        assert site.get("/boards", key).json() == {"user": signed_in.bob}
        assert site.get("/boards", signed_in.bob_token).status_code == 403


def test_flask_example_of_the_page_runs(signed_in: People) -> None:
    names = defined("Flask")
    with test_flask.served(names["app"]) as site:
        assert site.get("/").text == "nobody"
        assert site.get("/me").status_code == 401
        assert site.get("/me", signed_in.ada_token).json() == {"name": None}
        assert site.get("/reports", signed_in.ada_token).status_code == 403
    with names["app"].app_context():
        names["clerk"].client.close()


def test_wsgi_example_of_the_page_runs(signed_in: People) -> None:
    application = defined("Any WSGI application")["application"]
    with served_by_wsgi(application) as site:
        assert site.get("/", signed_in.ada_token).text == signed_in.ada
        assert site.get("/", signed_in.bob_token).status_code == 403
        assert site.get("/").status_code == 401
    application._clerk.close()
