"""Tokens and requests as an application gets them: each is a new string, as if read from a socket."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx


class Samples:
    """Read the instance and the tokens of a file that `sample_tokens.py` wrote."""

    def __init__(self, file: str) -> None:
        found = json.loads(Path(file).read_bytes())
        self.jwt_key: str = found["jwt_key"]
        self.publishable_key: str = found["publishable_key"]
        self.origins: list[str] = [found["origin"]]
        self.user_id: str = found["user_id"]
        self._tokens: list[str] = found["tokens"]

    def tokens(self, count: int) -> list[str]:
        """Return different tokens."""
        if count > len(self._tokens):
            raise SystemExit(f"expected at least {count} tokens, got {len(self._tokens)}")
        return [_copy(token) for token in self._tokens[:count]]

    def token(self, count: int) -> list[str]:
        """Return the first token, repeatedly."""
        return [_copy(self._tokens[0]) for _ in range(count)]

    def requests(self, count: int) -> list[httpx.Request]:
        """Return requests with different tokens in the `Authorization` header."""
        return [self._request({"Authorization": f"Bearer {token}"}) for token in self.tokens(count)]

    def request(self, count: int) -> list[httpx.Request]:
        """Return requests with the first token in the `Authorization` header."""
        return [self._request({"Authorization": f"Bearer {token}"}) for token in self.token(count)]

    def browser_request(self, count: int) -> list[httpx.Request]:
        """Return requests with the cookies of a development instance, one of which is the first token."""
        cookies = f"__client_uat={int(time.time()) - 3600}; __clerk_db_jwt=dvb_x; __session="
        return [self._request({"Cookie": cookies + token}) for token in self.token(count)]

    def _request(self, headers: dict[str, str]) -> httpx.Request:
        return httpx.Request("GET", self.origins[0], headers=headers)


def _copy(text: str) -> str:
    return text.encode().decode()
