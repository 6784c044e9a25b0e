"""M2M tokens, API keys and OAuth access tokens: JWTs by signature, opaque ones by the API."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest

from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions, MachineToken, SignedInState, TokenRefused
from tests.loopback import KEY, Act, Script, respond, serve
from tests.overlay.auth.factories import NOW, jwks, options, pem, token

M2M = {"sub": "mch_1", "aud": ["mch_2"], "jti": "mt_9", "azp": None, "sid": None, "role": "service"}
OAUTH = {"sub": "user_1", "client_id": "client_1", "scope": "a b", "jti": "oat_9", "azp": None, "sid": None}
AT = {"typ": "at+jwt", "cat": None}
MACHINE = {"cat": "cl_B7d4PD333AAA"}
BODY = {
    "id": "x_1",
    "subject": "user_1",
    "scopes": ["a"],
    "claims": {"c": 1},
    "revoked": False,
    "expired": False,
    "expiration": None,
    "created_at": 1,
    "updated_at": 2,
    "name": "mine",
    "client_id": "client_1",
}


def verified(script: Script, given: Any, **more: Any) -> MachineToken:
    with serve(script) as server, Clerk(KEY, base_url=server.url, max_retries=0) as clerk:
        found = clerk.auth.verify_machine_token(given, now=NOW, **more)

        async def same() -> MachineToken:
            async with AsyncClerk(KEY, base_url=server.url, max_retries=0) as asynchronous:
                return await asynchronous.auth.verify_machine_token(given, now=NOW, **more)

        assert anyio.run(same) == found
    return found


def refusal(script: Script, given: Any, **more: Any) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        verified(script, given, **more)
    return caught.value


@pytest.mark.parametrize("headers", [MACHINE, {"cat": None}])
def test_verifies_an_m2m_jwt(headers: dict[str, Any]) -> None:
    found = verified(respond(200, jwks()), token(**M2M, headers=headers))
    assert found == MachineToken(
        token_type="m2m_token",
        id="mt_9",
        subject="mch_1",
        scopes=("mch_2",),
        claims={"aud": ["mch_2"], "role": "service"},
        expiration=(NOW + 60) * 1000,
        created_at=NOW * 1000,
        updated_at=NOW * 1000,
    )
    assert (found.machine_id, found.user_id, found.org_id) == ("mch_1", None, None)


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [({}, ("a", "b")), ({"scp": ["c", 5]}, ("c",)), ({"scope": None}, ()), ({"scp": "c"}, ("a", "b"))],
)
@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt"])
def test_verifies_an_oauth_jwt(changes: dict[str, Any], scopes: tuple[str, ...], kind: str) -> None:
    found = verified(respond(200, jwks()), token(**{**OAUTH, **changes}, headers={"typ": kind, "cat": None}))
    assert (found.token_type, found.scopes, found.client_id, found.user_id) == (
        "oauth_token",
        scopes,
        "client_1",
        "user_1",
    )


@pytest.mark.parametrize(
    ("given", "reason", "detail"),
    [
        (lambda: token(**M2M, headers={"cat": "cl_B7d4PD111AAA"}), "token-invalid", None),
        (lambda: token(**M2M, headers={"cat": "cl_I7d4PD111III"}), "token-invalid", None),
        (lambda: token(**{**M2M, "exp": NOW - 60}), "token-invalid", None),
        (lambda: token(**{**M2M, "exp": NOW - 60}, headers=MACHINE), "token-verification-failed", "token-expired"),
        (lambda: token(**M2M, headers=MACHINE, key="evil"), "token-verification-failed", "token-invalid-signature"),
        (lambda: token(**M2M, headers={**MACHINE, "kid": "x"}), "token-verification-failed", "jwk-kid-mismatch"),
        (lambda: token(**M2M, headers={**MACHINE, "typ": "x"}), "token-verification-failed", "token-invalid"),
        (lambda: token(**{**OAUTH, "sub": 5}, headers=AT), "token-verification-failed", "sub-missing"),
        (lambda: token(), "token-verification-failed", None),
        (lambda: "a.b.c", "token-invalid", None),
        (lambda: "x_1", "token-invalid", None),
        (lambda: "", "token-invalid", None),
        (lambda: None, "token-invalid", None),
        (lambda: "ak_" + "x" * 20_000, "token-invalid", None),
    ],
)
def test_rejects_invalid_machine_tokens_with_a_reason(given: Any, reason: str, detail: str | None) -> None:
    error = refusal(respond(200, jwks()), given())
    assert (error.reason, error.detail) == (reason, detail)


@pytest.mark.parametrize("given", ["ak_1", "mt_1", "oat_1", token(**M2M, headers=MACHINE)])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_names_the_bearer_prefix_of_a_header_passed_as_token(given: str, scheme: str) -> None:
    error = refusal(respond(200, BODY), f"{scheme} {given}")
    assert error.reason == "token-invalid"
    assert "begins with Bearer" in str(error)
    assert given not in str(error)


def test_verifies_a_jwt_with_jwt_key() -> None:
    with Clerk(KEY, base_url="http://127.0.0.1:9") as clerk:
        found = clerk.auth.verify_machine_token(token(**M2M, headers=MACHINE), jwt_key=pem(), now=NOW)
    assert found.subject == "mch_1"


PATHS = {
    "mt_1": ("/m2m_tokens/verify", "token"),
    "oat_1": ("/oauth_applications/access_tokens/verify", "access_token"),
    "ak_1": ("/api_keys/verify", "secret"),
}


@pytest.mark.parametrize("given", PATHS)
def test_asks_clerk_about_an_opaque_token(given: str) -> None:
    path, name = PATHS[given]
    with serve(respond(200, BODY)) as server, Clerk(KEY, base_url=server.url) as clerk:
        found = clerk.auth.verify_machine_token(given)
    assert (server.request.method, server.request.path, server.request.json()) == ("POST", path, {name: given})
    assert server.request.headers["Authorization"] == f"Bearer {KEY}"
    assert (found.id, found.subject, found.scopes) == ("x_1", "user_1", ("a",))
    assert (found.created_at, found.updated_at) == ((1000, 2000) if given == "oat_1" else (1, 2))
    assert found.claims == ({"claims": {"c": 1}, "name": "mine"} if given == "oat_1" else {"c": 1})
    assert found.name == (None if given == "mt_1" else "mine")
    assert found.client_id == ("client_1" if given == "oat_1" else None)


@pytest.mark.parametrize(("given", "key"), [("mt_1", "ak_machine"), ("oat_1", KEY), ("ak_1", KEY)])
def test_machine_secret_key_is_used_for_m2m_tokens_only(given: str, key: str) -> None:
    with serve(respond(200, BODY)) as server, Clerk(KEY, base_url=server.url) as clerk:
        for _ in range(2):
            clerk.auth.verify_machine_token(given, machine_secret_key="ak_machine", opaque_token_ttl=0)
    assert [one.headers["Authorization"] for one in server.requests] == [f"Bearer {key}"] * 2
    assert server.connections == 1


@pytest.mark.parametrize("given", PATHS)
@pytest.mark.parametrize(
    ("fault", "reason", "status"),
    [
        (respond(404, b""), "token-invalid", 404),
        (respond(404, {"errors": []}), "token-invalid", 404),
        (respond(401, {"errors": [{"code": "x", "message": "y"}]}), "secret-key-invalid", 401),
        (respond(500, b"no"), "unexpected-error", 500),
        (respond(200, b"no json"), "unexpected-error", 200),
        ([Act.RESET], "unexpected-error", None),
        # Clerk's SDK accepts any response with status 200.
        (respond(200, {**BODY, "revoked": True}), "token-invalid", None),
        (respond(200, {**BODY, "expired": True}), "token-invalid", None),
        (respond(200, {"active": False}), "token-invalid", None),
        (respond(200, {}), "token-invalid", None),
        (respond(200, []), "token-invalid", None),
        (respond(200, {**BODY, "subject": None}), "token-invalid", None),
    ],
)
def test_reads_the_response_about_an_opaque_token(given: str, fault: Script, reason: str, status: int | None) -> None:
    error = refusal(fault, given)
    assert (error.reason, error.status) == (reason, status)
    assert given not in str(error)


AUDIENCES = [
    ("x", "x", True),
    (["y", "x"], "x", True),
    ("x", ["x", "z"], True),
    (None, "x", False),
    ("", "x", False),
    ([], "x", False),
    ("y", "x", False),
    (["x", ""], "x", False),
    (["x", 5], "x", False),
    ({"x": 1}, "x", False),
    (None, None, True),
    ("y", "", True),
]


@pytest.mark.parametrize(("named", "wanted", "good"), AUDIENCES)
@pytest.mark.parametrize("form", ["JWT", "opaque"])
def test_the_audience_of_oauth_tokens_is_enforced(form: str, named: Any, wanted: Any, good: bool) -> None:
    script = respond(200, jwks() if form == "JWT" else {**BODY, "aud": named})
    made = token(**{**OAUTH, "aud": named}, headers=AT) if form == "JWT" else "oat_1"
    if good:
        assert (verified(script, made, audience=wanted).claims or {}).get("aud") == named
    else:
        error = refusal(script, made, audience=wanted)
        assert (error.reason, error.detail) == ("token-verification-failed", "aud-not-allowed")


@pytest.mark.parametrize("given", ["mt_1", "ak_1"])
def test_audience_does_not_apply_to_other_opaque_tokens(given: str) -> None:
    assert verified(respond(200, BODY), given, audience="x").subject == "user_1"


SAID = {"aud": ["x"], "org_id": "org_1", "act": {"sub": "user_2"}, "name": "mine", "custom": {"deep": [1]}}


@pytest.mark.parametrize("form", ["JWT", "opaque"])
def test_keeps_other_claims_of_an_oauth_token(form: str) -> None:
    opaque = {**BODY, **SAID, "object": "clerk_idp_oauth_access_token", "type": "oauth_token", "claims": None}
    script = respond(200, jwks() if form == "JWT" else {**opaque, "expiration": NOW + 60, "created_at": NOW})
    found = verified(script, token(**OAUTH, **SAID, headers=AT) if form == "JWT" else "oat_1")
    claims = {name: value for name, value in (found.claims or {}).items() if value is not None}
    assert claims == SAID
    assert (found.user_id, found.org_id, found.name, found.client_id) == ("user_1", "org_1", "mine", "client_1")
    assert (found.created_at, found.expiration) == (NOW * 1000, (NOW + 60) * 1000)


def test_keeps_times_in_milliseconds() -> None:
    assert verified(respond(200, {**BODY, "created_at": NOW * 1000}), "oat_1").created_at == NOW * 1000


@pytest.mark.parametrize("kind", [{**M2M, "headers": MACHINE}, {**OAUTH, "headers": AT}], ids=["M2M", "OAuth"])
@pytest.mark.parametrize("azp", [None, "https://other.test"])
def test_authorized_parties_does_not_apply_to_machines(kind: dict[str, Any], azp: str | None) -> None:
    request = httpx.Request(
        "GET", "https://shop.test/", headers={"authorization": f"Bearer {token(**{**kind, 'azp': azp})}"}
    )
    wanted = options(accepts_token="any", authorized_parties=["https://shop.test"])
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.auth.authenticate_request(request, wanted, now=NOW).is_authenticated


@pytest.mark.parametrize("claims", [{}, {"sub": None, "handshake": []}])
def test_template_token_in_a_cookie_is_refused(claims: dict[str, Any]) -> None:
    made = token(headers={"cat": "cl_B7d4PD222AAA"}, **claims)
    request = httpx.Request(
        "GET", "https://shop.test/", headers={"cookie": f"__session={made}; __client_uat={NOW - 5}"}
    )
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        state = clerk.auth.authenticate_request(request, options(), now=NOW)
    assert (state.status, state.reason, server.requests) == ("signed-out", "token-type-mismatch", [])


def test_handshake_with_a_template_token_is_refused() -> None:
    made = token(headers={"cat": None}, sid=None)
    brought = token(sub=None, sid=None, exp=None, handshake=[f"__session={made}; Path=/"])
    request = httpx.Request("GET", "https://shop.test/", headers={"cookie": f"__clerk_handshake={brought}"})
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert not clerk.auth.authenticate_request(request, options(), now=NOW).is_authenticated


def test_verify_token_accepts_template_tokens() -> None:
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        found = clerk.auth.verify_token(token(headers={"cat": "cl_B7d4PD222AAA"}, sid=None), now=NOW)
    assert (found.user_id, found.session_id) == ("user_1", None)


@pytest.mark.parametrize(
    ("accepts", "header", "outcome", "kind", "calls"),
    [
        ("session_token", "oat_1", "token-invalid", "session_token", 0),
        ("session_token", "M2M", "token-type-mismatch", "session_token", 0),
        ("session_token", "OAUTH", "token-type-mismatch", "session_token", 0),
        ("api_key", "ak_1", "signed-in", "api_key", 1),
        ("api_key", "oat_1", "token-type-mismatch", "api_key", 0),
        ("api_key", "SESSION", "token-type-mismatch", "api_key", 0),
        ("api_key", None, "No token in header", "api_key", 0),
        ("m2m_token", "mt_1", "signed-in", "m2m_token", 1),
        ("m2m_token", "M2M", "signed-in", "m2m_token", 1),
        ("oauth_token", "OAUTH", "signed-in", "oauth_token", 1),
        ("any", "SESSION", "signed-in", "session_token", 1),
        *(
            (accepts, template, "token-type-mismatch", kind, 0)
            for template in ("TEMPLATE", "TEMPLATE OF OLD", "TEMPLATE OF ANY", "NO SID", "OTHER")
            for accepts, kind in (
                ("any", "session_token"),
                ("session_token", "session_token"),
                (["session_token"], "session_token"),
                (["session_token", "m2m_token"], "session_token"),
                ("api_key", "api_key"),
                ("m2m_token", "m2m_token"),
                (["m2m_token", "oauth_token"], None),
            )
        ),
        ("any", "OLD", "signed-in", "session_token", 1),
        (["session_token"], "ANY", "signed-in", "session_token", 1),
        ("session_token", "SIGNED WITHOUT SID", "signed-in", "session_token", 1),
        ("any", "ak_1", "signed-in", "api_key", 1),
        ("any", "M2M", "signed-in", "m2m_token", 1),
        ("any", "rubbish", "token-invalid", "session_token", 0),
        ("any", None, "session-token-and-uat-missing", "session_token", 0),
        (["session_token", "api_key"], "ak_1", "signed-in", "api_key", 1),
        (["session_token", "api_key"], "SESSION", "signed-in", "session_token", 1),
        (["session_token", "api_key"], "mt_1", "token-type-mismatch", None, 0),
        (["m2m_token", "api_key"], "SESSION", "token-type-mismatch", None, 0),
        (["m2m_token", "api_key"], None, "token-type-mismatch", None, 0),
    ],
)
def test_accepts_token_selects_the_token_types(
    accepts: Any, header: str | None, outcome: str, kind: str | None, calls: int
) -> None:
    made = {
        "SESSION": token(),
        "OLD": token(headers={"cat": None}),
        "ANY": token(headers={"cat": "cl_I7d4PD111III"}),
        "SIGNED WITHOUT SID": token(sid=None),
        "TEMPLATE": token(headers={"cat": "cl_B7d4PD222AAA"}),
        "TEMPLATE OF OLD": token(headers={"cat": None}, sid=None),
        "TEMPLATE OF ANY": token(headers={"cat": "cl_I7d4PD111III"}, sid=None),
        "NO SID": token(headers={"cat": None}, sid=""),
        "OTHER": token(headers={"cat": "cl_new"}),
        "M2M": token(**M2M, headers=MACHINE),
        "OAUTH": token(**OAUTH, headers=AT),
    }
    headers = {} if header is None else {"authorization": f"Bearer {made.get(header, header)}"}
    request = httpx.Request("GET", "https://shop.test/", headers=headers)
    with (
        serve(lambda received: respond(200, jwks() if received.path == "/jwks" else BODY)) as server,
        Clerk(KEY, base_url=server.url) as clerk,
    ):
        state = clerk.auth.authenticate_request(request, options(accepts_token=accepts), now=NOW)
    assert (state.reason or state.status, state.token_type, len(server.requests)) == (outcome, kind, calls)
    if isinstance(state, SignedInState) and kind != "session_token":
        assert isinstance(state.to_auth(), MachineToken)
    else:
        assert ("x-clerk-auth-status", "signed-out") in state.headers or state.is_authenticated


def test_machine_tokens_need_no_publishable_key_and_no_cookies() -> None:
    wanted = AuthOptions(accepts_token="api_key")
    request = httpx.Request("GET", "https://shop.test/", headers={"cookie": "__session=ak_1"})
    with Clerk(KEY) as clerk:
        assert clerk.auth.authenticate_request(request, wanted).reason == "No token in header"


def test_refused_machine_token_leads_to_a_state_with_its_reason() -> None:
    request = httpx.Request("GET", "https://shop.test/", headers={"authorization": "Bearer ak_1"})
    with serve(respond(404)) as server, Clerk(KEY, base_url=server.url) as clerk:
        state = clerk.auth.authenticate_request(request, options(accepts_token="any"))
    assert (state.status, state.reason, state.token_type) == ("signed-out", "token-invalid", "api_key")
    assert state.message
