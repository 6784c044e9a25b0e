"""An application that signs users in with the authorization server, by means of Authlib, which Clerk did not write."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.oidc.discovery import OpenIDProviderMetadata

CALLBACK = "https://app.example.com/callback"
ALL_SCOPES = "openid profile email public_metadata private_metadata offline_access user:org:read"


class Application:
    """An OAuth application. It reads the addresses of the server from its metadata."""

    def __init__(self, api: Api, emulator: Emulator, **values: Any) -> None:
        body = {"name": "Calendar", "redirect_uris": [CALLBACK], "scopes": ALL_SCOPES, **values}
        self.made: Json = api.post("/oauth_applications", body)
        found = httpx.get(f"{emulator.origin}/.well-known/openid-configuration", trust_env=False).json()
        self.server = OpenIDProviderMetadata(found)
        self.server.validate_issuer()
        self._clients: list[OAuth2Session] = []

    def close(self) -> None:
        for client in self._clients:
            client.close()

    @property
    def id(self) -> str:
        identifier: str = self.made["client_id"]
        return identifier

    def client(self, scope: str = "openid profile email", **options: Any) -> OAuth2Session:
        """Return a client that begins a new flow."""
        arguments = {
            "client_id": self.id,
            "client_secret": self.made["client_secret"] or None,
            "redirect_uri": CALLBACK,
            "scope": scope,
            "token_endpoint_auth_method": "client_secret_basic" if self.made["client_secret"] else "none",
            **options,
        }
        client = OAuth2Session(**arguments)
        client.trust_env = False
        self._clients.append(client)
        return client

    def authorization_url(self, client: OAuth2Session, **parameters: Any) -> str:
        url, _ = client.create_authorization_url(self.server["authorization_endpoint"], **parameters)
        return str(url)

    def fetch_token(self, client: OAuth2Session, location: str, **parameters: Any) -> Json:
        """Return the tokens for the answer in a URL, which Authlib parses."""
        found: Json = client.fetch_token(self.server["token_endpoint"], authorization_response=location, **parameters)
        return found


Register = Callable[..., Application]
"""Registers an application with the values that the Backend API gets."""


def visit(browser: Browser, url: str) -> httpx.Response:
    """Open a page of the emulator in a browser, without following redirects."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return browser.send("GET", f"/{parts.path}", query)


def consent(browser: Browser, location: str, consented: str = "true", **more: str) -> httpx.Response:
    """Send the form of the consent page at a URL."""
    parts = urlsplit(location)
    assert parts.path == "/oauth-consent"
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return browser.send(
        "POST", f"/me/oauth/consent/{query['client_id']}", {}, {**query, "consented": consented, **more}
    )


def answer_in(response: httpx.Response) -> Json:
    """Return the parameters that a redirect gives to an application."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(CALLBACK), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
