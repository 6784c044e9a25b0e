"""Compare results with the published @clerk/backend, which `make judge` installs."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from clerkkit import Clerk
from clerkkit.auth import MachineToken, SessionClaims, reverification_error
from tests.loopback import Received, Steps, respond, serve
from tests.overlay.auth.factories import ISSUER, NOW, ORIGIN, options, pem, publishable_key, token

FOLDER = os.environ.get("CLERK_BACKEND_JS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CLERK_BACKEND_JS is no folder with @clerk/backend: make judge")

SECRET = "sk_test_judge"
TEMPLATE, MACHINE, ANY = "cl_B7d4PD222AAA", "cl_B7d4PD333AAA", "cl_I7d4PD111III"
OAUTH: dict[str, Any] = {"sub": "user_1", "client_id": "client_1", "scope": "a b", "azp": None, "sid": None}
M2M: dict[str, Any] = {"sub": "mch_1", "azp": None, "sid": None}

TOKENS: dict[str, dict[str, Any]] = {
    "session": {},
    "session of old": {"headers": {"cat": None}},
    "session of any category": {"headers": {"cat": ANY}},
    "session without sid": {"sid": None},
    "template": {"headers": {"cat": TEMPLATE}, "sid": None},
    "template with sid": {"headers": {"cat": TEMPLATE}},
    "new category": {"headers": {"cat": "cl_new"}},
    "template of old": {"headers": {"cat": None}, "sid": None},
    "expired": {"exp": NOW - 60},
    "early": {"nbf": NOW + 60},
    "of the future": {"iat": NOW + 60, "nbf": None},
    "signed by another": {"key": "second"},
    "audience x": {"aud": "x"},
    "audience list": {"aud": ["y", "x"]},
    "audience empty": {"aud": []},
    "no issuer": {"iss": None},
    "no origin": {"azp": None},
    "no subject": {"sub": ""},
    "empty sid": {"sid": ""},
    "empty origin": {"azp": ""},
    "subject of a number": {"sub": 5},
    "m2m": {**M2M, "headers": {"cat": MACHINE}},
    "m2m of old": {**M2M, "headers": {"cat": None}},
    "m2m of a session": {**M2M},
    "m2m audience": {**M2M, "aud": ["x", "y"], "headers": {"cat": MACHINE}},
    "m2m expired": {**M2M, "exp": NOW - 60, "headers": {"cat": MACHINE}},
    "category of a machine": {"headers": {"cat": MACHINE}},
    "oauth": {**OAUTH, "headers": {"typ": "at+jwt", "cat": None}},
    "oauth, long type": {**OAUTH, "headers": {"typ": "application/at+jwt", "cat": None}},
    **{
        f"oauth audience {named!r}": {**OAUTH, "aud": named, "headers": {"typ": "at+jwt", "cat": None}}
        for named in ("x", "y", "", [], ["x"], ["x", ""], ["y", "x"], ["x", 5], {"x": 1})
    },
    "oauth of a machine": {**OAUTH, "sub": "mch_1", "headers": {"typ": "at+jwt", "cat": None}},
}
OPAQUE = {
    "ak_good": {"id": "ak_1", "subject": "user_1", "scopes": ["a"]},
    "mt_good": {"id": "mt_1", "subject": "mch_1", "scopes": ["mch_2"]},
    "oat_none": {"id": "oat_1", "subject": "user_1", "scopes": ["a"]},
    "oat_x": {"id": "oat_1", "subject": "user_1", "scopes": ["a"], "aud": "x"},
    "oat_y": {"id": "oat_1", "subject": "user_1", "scopes": ["a"], "aud": ["y"]},
    "oat_empty": {"id": "oat_1", "subject": "user_1", "scopes": ["a"], "aud": ["x", ""]},
    "oat_unknown": None,
    "ak_unknown": None,
}
ACCEPTS: list[Any] = [
    *("session_token", "any", "m2m_token", "oauth_token", "api_key"),
    *(["session_token"], ["session_token", "m2m_token"], ["m2m_token", "oauth_token"], ["api_key", "oauth_token"]),
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"authorized_parties": [ORIGIN]},
    {"authorized_parties": ["https://other.test"]},
    {"audience": "x"},
    {"audience": ["z", "x"]},
    {"issuer": ISSUER},
    {"issuer": ["https://other.test", ISSUER]},
    {"issuer": "https://other.test"},
    {"authorized_parties": [ORIGIN], "audience": "x", "issuer": ISSUER},
]
NAMES = {
    "accepts_token": "acceptsToken",
    "authorized_parties": "authorizedParties",
    "audience": "audience",
    "issuer": "issuer",
}


class Case(NamedTuple):
    """A token, the options, and the arguments of `has`."""

    name: str
    text: str
    options: Mapping[str, Any]
    asked: list[dict[str, Any]]


def differs(case: Case, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str | None:
    """Return the reason for a deliberate difference, which docs/auth.md states, or None."""
    if case.name in ("no subject", "empty sid", "empty origin") and ours["status"] == "signed-out":
        return "an empty claim"
    if theirs["status"] == "raised":
        return "features that cannot be read"
    if case.name == "template of old" and ours["reason"] == "token-type-mismatch":
        return "neither category nor sid"
    if "issuer" in case.options and case.name.startswith(("m2m", "oauth")) and theirs["status"] == "signed-in":
        return "the issuer of a machine's token"
    return None


def results_of_sdk(cases: list[Case], api_url: str) -> list[dict[str, Any]]:
    """Return the results of the SDK."""
    client = {"secretKey": SECRET, "publishableKey": publishable_key(), "jwtKey": pem(), "apiUrl": api_url}
    sent = [
        {
            "now": NOW,
            "client": client,
            "url": "https://shop.test/",
            "headers": {"authorization": f"Bearer {case.text}"},
            "options": {NAMES[name]: value for name, value in case.options.items()},
            "asked": case.asked,
        }
        for case in cases
    ]
    script = Path(__file__).with_name("backend_js.mjs")
    text = json.dumps({"sdk": str(FOLDER), "cases": sent})
    done = subprocess.run(["node", str(script)], input=text, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def ours(cases: list[Case], api_url: str) -> Iterator[dict[str, Any]]:
    """Return the results of this library."""
    with Clerk(SECRET, base_url=f"{api_url}/v1", clock=lambda: NOW, max_retries=0) as clerk:
        for case in cases:
            request = httpx.Request("GET", "https://shop.test/", headers={"authorization": f"Bearer {case.text}"})
            wanted = options(jwt_key=pem(), unauthenticated_calls=(10**6, 1.0), **case.options)
            state = clerk.auth.authenticate_request(request, wanted)
            claims = state.claims
            yield {
                "status": state.status,
                "reason": state.reason,
                "token_type": state.token_type,
                "subject": claims.subject if isinstance(claims, MachineToken) else claims and claims.user_id,
                "scopes": list(claims.scopes) if isinstance(claims, MachineToken) else None,
                "has": [claims.has(**asked) for asked in case.asked] if isinstance(claims, SessionClaims) else None,
            }


def compared(cases: list[Case]) -> dict[str, int]:
    """Check that results are equal or differ deliberately; return how many of each."""

    def api(received: Received) -> Steps:
        output = received.json()
        body = OPAQUE[output.get("token") or output.get("access_token") or output["secret"]]
        return respond(404, {"errors": []}) if body is None else respond(200, body)

    found: dict[str, int] = {}
    with serve(api) as server:
        for case, mine, theirs in zip(cases, ours(cases, server.url), results_of_sdk(cases, server.url), strict=True):
            why = "equal" if mine == theirs else differs(case, mine, theirs)
            assert why, f"{case.name} {dict(case.options)} {case.asked}\n  ours:   {mine}\n  theirs: {theirs}"
            found[why] = found.get(why, 0) + 1
    return found


def test_all_token_types_with_all_options_give_the_same_result() -> None:
    texts = {name: token(**changes) for name, changes in TOKENS.items()} | {name: name for name in OPAQUE}
    cases = [
        Case(name, text, {"accepts_token": accepts, **more}, [])
        for (name, text), accepts, more in itertools.product(texts.items(), ACCEPTS, OPTIONS)
    ]
    found = compared(cases)
    print(len(cases), found)
    assert found["equal"] > 0.9 * len(cases)


WORDS = [
    "a:read",
    "org:a:read",
    "org:org:a:read",
    "read",
    "",
    "org:",
    "org:a",
    "a:",
    ":",
    "org:b:read",
    "a: read",
    None,
]
ROLES = ["admin", "org:admin", "org:org:admin", "member", "", "org:", "admin ", 5, None]
LISTS = ["o:a", "u:a", "ou:b,u:c", "uo:a , o:b", "a", "o:a,", "", "x:a,o:b", "o:a:b", "org:a", None, 5, ",", "o:", ":a"]
SLUGS = ["a", "b", "o:a", "org:a", "organization:b", "u:a", "user:c", "x:a", ":", "o:", "o:a:b", "a:b", "o:b ", None]
AGES = [[0, -1], [10, -1], [9, 10], [1440, 59], [-1, 5], [-1, -1], [1.5, 0], [-2, 1], [1], "1", None]
LEVELS = ["first_factor", "second_factor", "multi_factor", "other", None]
FACTORS = [
    *("strict_mfa", "strict", "moderate", "lax", "other", "", None, {}),
    *({"level": level, "afterMinutes": minutes} for level in LEVELS for minutes in (1, 10, 2000, 0, -1, "5", None)),
]
ASKED = {"role": ROLES, "permission": WORDS, "feature": SLUGS, "plan": SLUGS, "reverification": FACTORS}


def test_has_gives_the_same_result() -> None:
    dice = random.Random(11)
    cases: list[Case] = []
    for _ in range(400):
        claims: dict[str, Any] = {"fea": dice.choice(LISTS), "pla": dice.choice(LISTS), "fva": dice.choice(AGES)}
        if dice.random() < 0.5:
            claims |= {"org_id": dice.choice(["org_1", "org_1", None]), "org_role": dice.choice(ROLES)}
            claims["org_permissions"] = dice.choice([[], None, dice.choices(WORDS[:-1], k=3)])
        else:
            packed = {
                "id": "org_1",
                "rol": dice.choice(["admin", "org:admin", "member"]),
                "per": "read,edit",
                "fpm": "3,1",
            }
            claims |= {"v": 2, "o": dice.choice([packed, packed, {}, None])}
        asked = [
            {name: dice.choice(values) for name, values in ASKED.items() if dice.random() < 0.4} for _ in range(40)
        ]
        cases.append(Case("session", token(**claims), {}, asked))
    found = compared(cases)
    print(len(cases), found)
    assert found["equal"] > 0.7 * len(cases)


def test_reverification_error_is_the_same() -> None:
    asked: list[Any] = ["strict_mfa", "strict", "moderate", "lax", {"level": "first_factor", "afterMinutes": 5}]
    program = (
        "const { createRequire } = require('module');"
        "const { reverificationError } = createRequire(process.argv[1] + '/')('@clerk/backend/internal');"
        "console.log(JSON.stringify(JSON.parse(process.argv[2]).map(reverificationError)));"
    )
    arguments = ["node", "-e", program, "--", str(FOLDER), json.dumps(asked)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [reverification_error(one) for one in asked]
