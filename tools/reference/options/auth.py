"""Write the page about the options of authentication, the reasons of its states, and the requirements of guards."""

from __future__ import annotations

from dataclasses import replace

import attrs

from clerk_emulator import Emulator
from clerkkit.auth import AuthOptions
from clerkkit.auth.requests import options as auth_options
from clerkkit.auth.requests import reasons
from clerkkit.integrations.shared.requirements import RequirementArguments, Requirements
from clerkkit.reasons import HINTS
from tools.reference import docstrings, execution, markdown
from tools.reference.options import guards, tables

PAGE = "auth-options.md"

_SYNC = """\
import httpx

from clerkkit import Clerk
from clerkkit.auth import AuthOptions, SessionClaims

options = AuthOptions.from_environment(accepts_token=["session_token", "api_key"])

with Clerk() as clerk:
    session = clerk.sessions.create(user_id="user_ada")
    token = clerk.sessions.create_token(session.id).jwt
    for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer ak_none"}, {}):
        request = httpx.Request("GET", "http://localhost:3000/api/orders", headers=headers)
        state = clerk.auth.authenticate_request(request, options)
        caller = state.to_auth()
        if isinstance(caller, SessionClaims):
            print(state.status, caller.user_id)
        else:
            print(state.status, state.reason)
"""
_ASYNC = """\
import asyncio

import httpx

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions, SessionClaims

options = AuthOptions.from_environment(accepts_token=["session_token", "api_key"])


async def main() -> None:
    async with AsyncClerk() as clerk:
        session = await clerk.sessions.create(user_id="user_ada")
        token = (await clerk.sessions.create_token(session.id)).jwt
        for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer ak_none"}, {}):
            request = httpx.Request("GET", "http://localhost:3000/api/orders", headers=headers)
            state = await clerk.auth.authenticate_request(request, options)
            caller = state.to_auth()
            if isinstance(caller, SessionClaims):
                print(state.status, caller.user_id)
            else:
                print(state.status, state.reason)


asyncio.run(main())
"""
_INTRO = """\
`clerk.auth.authenticate_request(request, options)` and the [framework integrations](../frameworks.md) take an
`AuthOptions`. Create it once, when the program starts: an invalid option raises `InvalidArgument`, which names it."""
_MORE = """\
[Frameworks](../frameworks.md) shows guards in each framework, and [Authenticate requests](../auth.md) how to use the
states without one."""
_INVALID = {
    "publishable_key": "sk_test_1234",
    "accepts_token": "session",
    "authorized_parties": ["https://example.com/"],
    "audience": 5,
    "issuer": [None],
    "clock_skew": -1,
    "jwt_key": "a key",
    "machine_secret_key": "sk_test_1234",
    "is_satellite": "false",
    "satellite_auto_sync": 1,
    "domain": "https://satellite.example",
    "proxy_url": "proxy",
    "trust_forwarded_host": "true",
    "sign_in_url": "sign-in",
    "sign_up_url": "sign-up",
    "organization_patterns": ["/orgs/:slug/(.*"],
    "personal_account_patterns": "/me",
    "cache": None,
    "opaque_token_ttl": -1,
    "opaque_refusal_ttl": -1,
    "unauthenticated_calls": 10,
    "opaque_token_calls": (0, 10),
}
"""A value of each option that is rejected."""
_INVALID_REQUIREMENTS = {
    "role": "",
    "permission": "sys_memberships:read",
    "feature": None,
    "plan": "",
    "reverification": "sometimes",
    "token_type": "session",
}

_REASONS = {
    reasons.NO_TOKEN_IN_HEADER: "a machine token is required, and the header `Authorization` has none",
    reasons.NO_SESSION_OR_CLIENT: "no cookie `__session`, and `__client_uat` is missing or 0: the user is signed out",
    reasons.NO_SESSION_TOKEN: "the browser has come back from Clerk without a session",
    reasons.NO_CLIENT_UAT: "a cookie `__session`, but `__client_uat`, the time of the sign-in, is missing or 0",
    reasons.CLIENT_UAT_ONLY: "the time of a sign-in in `__client_uat`, but no cookie `__session`",
    reasons.OLDER_THAN_CLIENT_UAT: "the session token is older than the last sign-in or sign-out of the browser",
    f"{reasons.SESSION_EXPIRED}...": "the session token has expired; the `...` says why it was not refreshed",
    reasons.SESSION_NOT_YET_ACTIVE: "the session token is not valid yet",
    reasons.SESSION_ISSUED_IN_FUTURE: "the session token was issued in the future: a clock is wrong",
    reasons.DEV_BROWSER_MISSING: "in development, the cookie that identifies the browser to Clerk is missing",
    reasons.DEV_BROWSER_SYNC: "in development, the URL contains what identifies the browser to Clerk",
    reasons.SATELLITE_NEEDS_SYNC: "a satellite asks the primary domain for the session",
    reasons.PRIMARY_RESPONDS: "in development, the primary domain sends the browser back to the satellite",
    reasons.CROSS_ORIGIN_SYNC: "the browser comes from another domain, so the session may have changed",
    reasons.ORGANIZATION_MISMATCH: "the path requires another organization to be active",
}
"""What each reason of a request means; those of tokens have hints."""

_DENIALS = [
    ("307", "with `redirect=True`: a page load of a signed-out user is redirected to the sign-in page"),
    ("401", "the caller is signed out, has the wrong type of token, or has a pending session (`session-pending`)"),
    ("403", "the caller lacks what is required; with `reverification`, the body asks clerk-js to verify again"),
    ("503", "the token cannot be verified now, because Clerk cannot be reached or refuses this server's key"),
]


def render(emulator: Emulator) -> str:
    """Return the page."""
    output = execution.run_both(_SYNC, _ASYNC, PAGE, emulator.environment)
    errors = tables.find_errors(AuthOptions, _INVALID, {"publishable_key": emulator.publishable_key})
    requirement_errors = tables.find_errors(Requirements, _INVALID_REQUIREMENTS)
    return markdown.page(
        "# Auth options",
        _INTRO,
        "## Example",
        markdown.sync_and_async(_SYNC, _ASYNC),
        "It prints:",
        markdown.fence(output, "text"),
        "## Options",
        "`AuthOptions.from_environment` reads the variables; its arguments take precedence. "
        "`CLERK_IS_SATELLITE=true` sets `is_satellite`.",
        tables.render(
            _options(),
            variables={**auth_options.VARIABLES, "is_satellite": "CLERK_IS_SATELLITE"},
            errors=errors,
        ),
        "## Reasons",
        "A state that is not signed in has a `reason`. Those of requests without an acceptable session:",
        markdown.table(("reason", "meaning"), [(f"`{name}`", text) for name, text in _REASONS.items()]),
        "Those of tokens, which `TokenRefused` has too:",
        markdown.table(("reason", "what to do"), [(f"`{name}`", text) for name, text in HINTS.items()]),
        "## Requirements of guards",
        "The arguments of `require_auth` in each framework. A guard with several arguments requires all of them.",
        tables.render(docstrings.attributes(RequirementArguments).values(), errors=requirement_errors, defaults=False),
        markdown.sync_and_async(guards.SYNC, guards.ASYNC),
        "These applications have responded to sessions of the local Clerk with:",
        guards.render(emulator),
        "A guard denies access with one of these statuses:",
        markdown.table(("status", "when"), _DENIALS),
        _MORE,
    )


def _options() -> list[docstrings.Attribute]:
    """Return the options with the values of their defaults."""
    declared, texts = attrs.fields_dict(AuthOptions), docstrings.attributes(AuthOptions)
    return [replace(texts[name], default=repr(one.default)) for name, one in declared.items()]
