"""A browser that shows hosted pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.markup import Page, violations

PASSWORD = "correct horse battery staple"
APPLICATION = "http://localhost:3000/welcome?tab=1"


class Visitor:
    """Opens pages and sends their forms, until it is sent to an application. Each page must be valid."""

    def __init__(self, emulator: Emulator, client: httpx.Client) -> None:
        self.emulator = emulator
        self.http = client
        self.page: Page
        self.left_for: str | None = None
        """The address of the application that the browser was sent to."""

    def open(self, path: str, status: int = 200, **query: str) -> Page:
        response = self.http.get(path, params=query or None)
        return self._follow(response, status)

    def send(self, act: str, status_code: int = 200, /, **fields: str) -> Page:
        """Change fields of the form with an act, and send it. Of several, it is that with the strategy in `fields`."""
        form = next(
            form for form in self.page.all("form") if self._value(form, "act") == act and self._fits(form, fields)
        )
        values = {one.get("name"): one.get("value", "") for one in form.iter("input") if one.get("type") != "checkbox"}
        values |= {
            one.get("name"): one.get("value", "on") for one in form.iter("input") if one.get("checked") is not None
        }
        response = self.http.post(form.get("action"), data=values | fields)
        return self._follow(response, status_code)

    def acts(self) -> list[str]:
        return [self._value(form, "act") or "" for form in self.page.all("form") if form.get("method") == "post"]

    @property
    def heading(self) -> str:
        return self.page.text(self.page.all("h1")[0])

    def session_claims(self) -> Json:
        """Return the claims of a token of the session with which the browser has come to the application."""
        assert self.left_for is not None
        dev_browser = parse_qs(urlsplit(self.left_for).query)["__clerk_db_jwt"][0]
        query = {"__clerk_db_jwt": dev_browser}
        client = httpx.get(f"{self.emulator.url}/client", params=query, trust_env=False).json()["response"]
        token = client["sessions"][0]["last_active_token"]["jwt"]
        claims: Json = jwt.decode(token, self.emulator.jwt_key, ["RS256"])
        return claims

    @staticmethod
    def _value(form: object, name: str) -> str | None:
        return next((one.get("value") for one in form.iter("input") if one.get("name") == name), None)  # type: ignore[attr-defined]

    def _fits(self, form: object, fields: dict[str, str]) -> bool:
        strategy = fields.get("strategy")
        return strategy is None or self._value(form, "strategy") in (None, strategy)

    def _follow(self, response: httpx.Response, status: int) -> Page:
        self.left_for = None
        while response.is_redirect:
            target = urlsplit(response.headers["location"])
            assert response.status_code == 303
            if target.netloc not in ("", urlsplit(self.emulator.origin).netloc):
                self.left_for = response.headers["location"]
                return getattr(self, "page", None) or Page(response)
            response = self.http.get(response.headers["location"])
        assert response.status_code == status, response.text
        self.page = Page(response)
        assert violations(self.page) == []
        return self.page


@pytest.fixture
def visitor(emulator: Emulator) -> Iterator[Visitor]:
    with httpx.Client(base_url=emulator.origin, trust_env=False, timeout=10) as client:
        yield Visitor(emulator, client)


@pytest.fixture
def ada(api: Api) -> Json:
    """A user with an email address, a phone number, a username and a password."""
    return api.user(
        email_address=["ada@example.com"],
        phone_number=["+15551230001"],
        username="ada_lovelace",
        password=PASSWORD,
        first_name="Ada",
        last_name="Lovelace",
    )
