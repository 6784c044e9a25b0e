"""Prepare state with plain requests, which are independent of the SDK and are not recorded."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
from sdk import ORIGIN, SECRET_KEY

Json = dict[str, Any]

PASSWORD = "correct horse battery"
_HTTP = httpx.Client(base_url=ORIGIN, trust_env=False, timeout=30)
_NUMBERS = itertools.count(1)


def send(method: str, path: str, body: Any = None, key: str = SECRET_KEY) -> Any:
    """Send a request, and return the JSON of its response. Raises RuntimeError for an error response."""
    response = _HTTP.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})
    if not response.is_success:
        raise RuntimeError(f"{method} {path} {response.status_code} {response.text}")
    return response.json() if response.content else None


def get(path: str) -> Any:
    """Return the response of the API to a GET."""
    return send("GET", f"/v1{path}")


def post(path: str, body: Any = None, key: str = SECRET_KEY) -> Any:
    """Return the response of the API to a POST."""
    return send("POST", f"/v1{path}", body or {}, key)


def patch(path: str, body: Any) -> Any:
    """Return the response of the API to a PATCH."""
    return send("PATCH", f"/v1{path}", body)


def control(method: str, path: str, body: Any = None) -> Any:
    """Return the response of the control API."""
    return send(method, f"/_emulator{path}", body)


def unique(prefix: str, suffix: str = "") -> str:
    """Return a text that no other call returns."""
    return f"{prefix}{next(_NUMBERS)}{suffix}"


def email() -> str:
    """Return a new email address."""
    return unique("py", "@example.com")


def phone() -> str:
    """Return a phone number for tests that was not returned before, up to a hundred."""
    return f"+155555501{next(_NUMBERS) % 100:02}"


def image() -> Any:
    """Return an image as the SDK takes it."""
    return {"file_name": "a.png", "content": b"\x89PNG\r\n\x1a\n" + bytes(32), "content_type": "image/png"}


def upload(method: str, path: str) -> None:
    """Upload an image with the API."""
    file = image()
    files = {"file": (file["file_name"], file["content"], file["content_type"])}
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    _HTTP.request(method, f"/v1{path}", files=files, headers=headers).raise_for_status()


def user(**values: Any) -> Json:
    """Create a user."""
    return post("/users", {"email_address": [email()], "password": PASSWORD, **values})


def session() -> Json:
    """Create a session of a new user."""
    return post("/sessions", {"user_id": user()["id"]})


def organization(**values: Any) -> Json:
    """Create an organization of a new user."""
    return post("/organizations", {"name": unique("Org "), "created_by": user()["id"], **values})


def sign_in(user_id: str, **values: Any) -> Json:
    """Sign a user in, and return the session with its tokens and cookies."""
    return control("POST", "/sessions", {"user_id": user_id, **values})


def oauth_token(application_id: str, user_id: str) -> str:
    """Return an access token that a user grants an OAuth application."""
    body = {"application_id": application_id, "user_id": user_id}
    return control("POST", "/oauth_tokens", body)["access_token"]
