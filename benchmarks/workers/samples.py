"""Tokens and requests as an application gets them: each a new string, as if read from a socket."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx


class Samples:
    """The instance and the tokens of a file that `sample_tokens.py` made."""

    def __init__(self, file: str) -> None:
        found = json.loads(Path(file).read_bytes())
        self.jwt_key: str = found["jwt_key"]
        self.publishable_key: str = found["publishable_key"]
        self.origins: list[str] = [found["origin"]]
        self.user_id: str = found["user_id"]
        self._tokens: list[str] = found["tokens"]

    def tokens(self, count: int) -> list[str]:
        """That many, no two of them the same."""
        if count > len(self._tokens):
            raise SystemExit(f"expected at least {count} tokens, got {len(self._tokens)}")
        return [_copy(token) for token in self._tokens[:count]]

    def token(self, count: int) -> list[str]:
        """The first one, that many times."""
        return [_copy(self._tokens[0]) for _ in range(count)]

    def requests(self, count: int) -> list[httpx.Request]:
        """Each with another token in its `Authorization` header."""
        return [self._request({"Authorization": f"Bearer {token}"}) for token in self.tokens(count)]

    def request(self, count: int) -> list[httpx.Request]:
        """Each with the first token in its `Authorization` header."""
        return [self._request({"Authorization": f"Bearer {token}"}) for token in self.token(count)]

    def browser_request(self, count: int) -> list[httpx.Request]:
        """Each with the cookies of a browser in development, one of which is the first token."""
        cookies = f"__client_uat={int(time.time()) - 3600}; __clerk_db_jwt=dvb_x; __session="
        return [self._request({"Cookie": cookies + token}) for token in self.token(count)]

    def _request(self, headers: dict[str, str]) -> httpx.Request:
        return httpx.Request("GET", self.origins[0], headers=headers)


def _copy(text: str) -> str:
    return text.encode().decode()
