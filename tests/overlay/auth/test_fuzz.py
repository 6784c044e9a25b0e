"""10,000 random and mutated tokens, cookies and headers: all are rejected, without unexpected exceptions."""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerkkit import Clerk
from clerkkit.auth import SignedInState, TokenRefused, verify_token
from clerkkit.auth.requests.adapters.request_adapter import adapt_request, get_browser_url
from tests.overlay.auth.factories import CATEGORY, KID, NOW, claims, jwks, options, pem, token

GOOD = token()
GOOD_PARTS = GOOD.split(".")
ALPHABET = 'abcXYZ0189-_.=+/ %;,"é\x00'
OPTIONS = [
    options(live=live, accepts_token=kinds, organization_patterns=["/orgs/:slug/(.*)"])
    for live in (True, False)
    for kinds in ("session_token", "any", ("session_token", "api_key"))
]
SUFFIX = {one.instance.suffix for one in OPTIONS}
NAMES = [
    "__session",
    "__client_uat",
    "__clerk_db_jwt",
    "__refresh",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
]
NAMES += [f"{name}_{suffix}" for name in NAMES[:4] for suffix in SUFFIX]
PARAMETERS = [
    "__clerk_db_jwt",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_synced",
    "__clerk_redirect_url",
    "__clerk_help",
    "a",
]
HEADERS = [
    "host",
    "x-forwarded-host",
    "x-forwarded-proto",
    "accept",
    "referer",
    "origin",
    "sec-fetch-dest",
    "authorization",
    "cookie",
    "user-agent",
]


def run(examples: int) -> Any:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


def _respond(request: httpx.Request) -> httpx.Response:
    """Respond as a Clerk that serves keys and accepts no token."""
    if request.url.path.endswith("/jwks"):
        return httpx.Response(200, json=jwks())
    return httpx.Response(404, json={"errors": [{"code": "resource_not_found", "message": "none"}]})


CLERK = Clerk("sk_test_fuzz", http_client=httpx.Client(transport=httpx.MockTransport(_respond)))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([NOW, NOW + 60, "RS256", KID]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*claims(), "alg", "kid", "typ", "cat", "o", "fea", "v"]), inner, max_size=6)
    ),
    max_leaves=12,
)


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """Return random tokens, and valid ones with changes."""
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return draw(st.text(max_size=200))
    if kind == 1:
        return ".".join(draw(st.lists(st.text("abcXYZ019-_=+/", max_size=40), min_size=1, max_size=5)))
    if kind == 2:
        header = {
            "alg": "RS256",
            "typ": "JWT",
            "kid": KID,
            "cat": CATEGORY,
            **draw(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "cat", "crit"]), json_values, max_size=3)),
        }
        payload = draw(
            json_values
            | st.dictionaries(st.sampled_from(list(claims())), json_values).map(lambda more: {**claims(), **more})
        )
        return f"{_encoded(header)}.{_encoded(payload)}.{draw(st.sampled_from([GOOD_PARTS[2], '', 'AA', 'A' * 342]))}"
    if kind == 3:
        parts = list(GOOD_PARTS)
        which = draw(st.integers(0, 2))
        place = draw(st.integers(0, len(parts[which]) - 1))
        parts[which] = (
            parts[which][:place] + draw(st.text(max_size=3)) + parts[which][place + draw(st.integers(0, 3)) :]
        )
        return ".".join(parts)
    return draw(st.sampled_from(["mt_", "oat_", "ak_", "Bearer ", "=", "%2e"])) + draw(
        st.text(max_size=60) | st.just(GOOD)
    )


def _is_good(made: str) -> bool:
    """Return whether a token is valid despite a change. Only padding may be added."""
    parts = made.split(".")
    return len(parts) == 3 and [part.rstrip("=") for part in parts] == GOOD_PARTS


@run(600)
@given(tokens())
def test_rejects_random_session_tokens(made: str) -> None:
    if _is_good(made):
        return
    with pytest.raises(TokenRefused) as caught:
        verify_token(made, jwt_key=pem(), now=NOW)
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def _mutated(random: Random) -> str:
    """Return a valid token with a few characters changed, removed, inserted or moved."""
    made = list(GOOD)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(made))
        match random.randrange(4):
            case 0:
                made[place] = random.choice(ALPHABET)
            case 1:
                del made[place : place + random.choice((1, 1, 2, 40))]
            case 2:
                made.insert(place, random.choice(ALPHABET))
            case _:
                made[place], made[place - 1] = made[place - 1], made[place]
    return "".join(made)


@run(300)
@given(st.integers(0, 2**64).map(Random))
def test_refuses_mutated_tokens(random: Random) -> None:
    """30 tokens in each of 300 cases, 9000 in all."""
    for made in {_mutated(random) for _ in range(30)}:
        if not _is_good(made):
            with pytest.raises(TokenRefused):
                verify_token(made, jwt_key=pem(), now=NOW)
            cookie = f"__session={made}; __client_uat=1".encode("utf-8", "replace")
            for header in ((b"authorization", b"Bearer " + made.encode()), (b"cookie", cookie)):
                scope = {"type": "http", "path": "/", "headers": [header]}
                assert CLERK.auth.authenticate_request(scope, OPTIONS[0], now=NOW).status == "signed-out"


@run(200)
@given(tokens())
def test_rejects_random_machine_tokens(made: str) -> None:
    with pytest.raises(TokenRefused):
        CLERK.auth.verify_machine_token(made, now=NOW)


@st.composite
def requests(draw: st.DrawFn) -> httpx.Request | dict[str, Any]:
    """Return requests with Clerk's cookies, parameters and headers, which have random values."""
    value = (
        st.text(max_size=60)
        | tokens()
        | st.sampled_from(["0", "1", str(NOW), "true", "false", "document", "text/html", "https://a.test/x?y=z"])
    )
    cookies = draw(st.lists(st.tuples(st.sampled_from(NAMES), value), max_size=6))
    headers = draw(st.dictionaries(st.sampled_from(HEADERS), value, max_size=5))
    if cookies:
        headers["cookie"] = draw(st.sampled_from([";", "; ", ","])).join(f"{name}={text}" for name, text in cookies)
    if draw(st.booleans()):
        headers["sec-fetch-dest"] = "document"
    query = "&".join(
        f"{name}={text}" for name, text in draw(st.lists(st.tuples(st.sampled_from(PARAMETERS), value), max_size=4))
    )
    return {
        "type": "http",
        "method": draw(st.sampled_from(["GET", "POST", "get", ""])),
        "scheme": "https",
        "server": ("shop.test", 443),
        "path": draw(st.sampled_from(["/", "/orgs/a/b", "//evil.test/", "/é"])),
        "query_string": query.encode("utf-8", "replace"),
        "headers": [(name.encode(), text.encode("utf-8", "replace")) for name, text in headers.items()],
    }


@run(800)
@given(requests(), st.sampled_from(OPTIONS))
def test_random_requests_do_not_sign_in(request: dict[str, Any], given_options: Any) -> None:
    state = CLERK.auth.authenticate_request(request, given_options, now=NOW)
    if isinstance(state, SignedInState):
        assert _is_good(state.token)
    for name, text in state.headers:
        assert name.isascii()
        assert text.isascii()
        assert text.isprintable()  # headers contain no line ends


@run(200)
@given(st.text(max_size=80), st.text(max_size=40), st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=40)))
def test_reads_objects_with_any_text(url: str, method: str, headers: dict[str, str]) -> None:
    class Request:
        pass

    request = Request()
    request.__dict__.update(method=method, url=url, headers=headers)
    assert str(get_browser_url(adapt_request(request))).isascii()
    assert CLERK.auth.authenticate_request(request, OPTIONS[0], now=NOW).status != "signed-in"


def test_accepts_the_valid_token() -> None:
    """Otherwise the tests above could pass by rejecting everything."""
    assert verify_token(GOOD, jwt_key=pem(), now=NOW)
    assert CLERK.auth.verify_token(GOOD, now=NOW)
