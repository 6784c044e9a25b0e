"""The tests that docs/testing.md shows for each framework run with pytest in an application."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))

APPLICATIONS = {
    "my_fastapi.py": """
from typing import Annotated
from fastapi import Depends, FastAPI
from clerkkit.auth import AuthOptions, SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, require_auth

app = FastAPI()
app.add_middleware(
    ClerkMiddleware, options=AuthOptions.from_environment(authorized_parties=["http://localhost:3000"])
)

@app.get("/admin")
async def admin(session: Annotated[SessionClaims, Depends(require_auth(role="org:admin"))]) -> str:
    return session.user_id
""",
    "my_asgi.py": """
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from clerkkit.integrations.starlette import ClerkMiddleware, require_auth

signed_in = require_auth()

async def me(request: Request) -> PlainTextResponse:
    return PlainTextResponse(signed_in(request).user_id)

app = Starlette(routes=[Route("/me", me)], middleware=[Middleware(ClerkMiddleware)])
""",
    "my_django.py": """
import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from clerkkit.integrations.django import get_auth, require_auth

if not settings.configured:
    settings.configure(
        SECRET_KEY="of tests", ROOT_URLCONF="my_drf", ALLOWED_HOSTS=["*"],
        MIDDLEWARE=["clerkkit.integrations.django.ClerkMiddleware"],
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    )
    django.setup()

@require_auth()
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_auth(request).user_id)
""",
    "my_drf.py": """
from my_django import me
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from clerkkit.integrations.drf import ClerkAuthentication, get_auth, require_auth

class Me(APIView):
    authentication_classes = [ClerkAuthentication]
    permission_classes = [require_auth()]

    def get(self, request: Request) -> Response:
        return Response(get_auth(request).user_id)

urlpatterns = [path("me", me), path("api/me", Me.as_view())]
""",
    "my_flask.py": """
from flask import Flask, request
from clerkkit.integrations.flask import ClerkExtension, get_auth, require_auth

app = Flask(__name__)
ClerkExtension(app)

@app.get("/me")
@require_auth()
def me() -> str:
    return get_auth(request).user_id
""",
    "my_wsgi.py": """
from clerkkit.integrations.wsgi import ClerkMiddleware, get_auth, require_auth

@require_auth()
def me(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [get_auth(environ).user_id.encode()]

application = ClerkMiddleware(me)
""",
}


def test_page_has_all_frameworks() -> None:
    assert set(BLOCKS) == {"conftest.py", *(f"test_with_{kind}.py" for kind in KINDS)}


KINDS = ("fastapi", "asgi", "django", "drf", "flask", "wsgi")


@pytest.mark.parametrize("kind", KINDS)
def test_tests_on_the_page_pass(kind: str, tmp_path: Path) -> None:
    for name, text in {**APPLICATIONS, **BLOCKS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    options = ["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-W", "default"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"test_with_{kind}.py"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{BLOCKS[f'test_with_{kind}.py'].count('def test_')} passed" in done.stdout
