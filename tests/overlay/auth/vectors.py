"""Compare recorded results of Clerk's SDKs with ours, row by row."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clerk_bapi import API_VERSION
from clerkkit import Clerk
from clerkkit.auth import AuthOptions, MachineToken, TokenRefused, verify_token
from clerkkit.auth.tokens.expectations import build_expectations
from clerkkit.auth.tokens.jwts import parse_jwt
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.auth.tokens.verify_machine_token import verify_machine_token
from clerkkit.flow import run_flow
from tests.shared import shared

FILES = ("jwt_verify", "handshake_token", "machine_tokens", "authenticate_request")
Row = Mapping[str, Any]

DIFFERS = {
    "HandshakeService > getHandshakePayload > should handle token verification errors gracefully": (
        "was recorded with a mocked verifier: `test-token` is not a JWT, and is refused here"
    ),
    "tokens.authenticateRequest(options) > cookieToken: returns handshake when clientUat is missing or equals to 0 and "
    "is satellite with satelliteAutoSync=true and not is synced [11y]": (
        "passes an option that does not exist (`clientUat`), so the client should not look signed in"
    ),
    **{
        f"tokens.verifyMachineAuthToken(token, options) > verifyOAuthToken with JWT > {test}": (
            "comes from a version that drops the other claims of OAuth access tokens, such as `aud`, `act` and "
            "`org_id`; here they are kept"
        )
        for test in ("verifies a valid OAuth JWT", "verifies JWT with typ application/at+jwt")
    },
}
"""The reasons for different results, by the name of the row."""


class Comparison(NamedTuple):
    """A row with the recorded result and ours."""

    row: Row
    expected: Any
    found: Any

    @property
    def is_equal(self) -> bool:
        return bool(self.expected == self.found)


def rows(file: str) -> list[Row]:
    """Return the rows of a file."""
    return list(json.loads(shared("vectors", f"{file}.json").read_bytes()))


def compare(file: str) -> Iterator[Comparison]:
    """Compare each row of a file."""
    for row in rows(file):
        yield COMPARE_ROW[file](row)


def _clerk(row: Row, secret_key: str | None, warm: bool = False) -> Clerk:
    """Return a client that receives the recorded responses of the row.

    Recorded paths of machine tokens lack `/v1`; ours have it.
    """
    recorded = [(one["method"], one["url"].split("//")[1].partition("/")[2], one["response"]) for one in row["network"]]

    def respond(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        for method, address, response in recorded:
            if request.method == method and address.removeprefix("v1/") == path:
                return httpx.Response(response["status"], json=response["body"])
        if warm and path == "jwks":
            return httpx.Response(200, json=_recorded_keys())
        if path.endswith("/refresh"):
            # Not recorded, but the expected result contains the cookies of the response.
            headers = row["expected"]["headers"]
            cookies = [value for name, value in headers if name == "set-cookie"]
            return httpx.Response(200, json={"object": "cookies", "cookies": cookies})
        raise AssertionError(f"{request.method} {request.url} is not recorded")

    # One row passes a publishable key as the secret key, which our client rejects.
    key = secret_key if secret_key and not secret_key.startswith("pk_") else "sk_unused"
    http = httpx.Client(transport=httpx.MockTransport(respond))
    return Clerk(key, base_url="https://api.clerk.test/v1", http_client=http)


def _recorded_keys() -> Any:
    for file in FILES:
        for row in rows(file):
            for exchange in row["network"]:
                body = exchange["response"]["body"]
                if exchange["url"].endswith("/jwks") and "keys" in body:
                    return body
    raise AssertionError("no keys are recorded")


def _pem(key: Any) -> str:
    """Return a key as PEM; a JWK is converted."""
    if isinstance(key, str):
        return key
    n, e = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "==")) for name in ("n", "e"))
    public = RSAPublicNumbers(e, n).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _skew(options: Row) -> float:
    """Return the clock skew in seconds; the default if it is not a number."""
    given = options.get("clockSkewInMs")
    return given / 1000 if isinstance(given, int | float) else 5.0


def _token(row: Row) -> Comparison:
    token, options = row["args"]
    wanted: dict[str, Any] = {
        "authorized_parties": options.get("authorizedParties"),
        "audience": options.get("audience"),
        "issuer": issuer if isinstance(issuer := options.get("issuer"), str | list) else None,  # functions are ignored
        "header_type": options.get("headerType"),
        "clock_skew": _skew(options),
        "now": row["now_ms"] / 1000,
    }
    try:
        if row["fn"] == "verifyJwt":
            claims = verify_token(token, jwt_key=_pem(options["key"]), **wanted)
        else:
            jwt_key = options.get("jwtKey") or None
            claims = _clerk(row, options.get("secretKey")).auth.verify_token(token, jwt_key=jwt_key, **wanted)
    except TokenRefused as error:
        return _refused(row, error)
    return Comparison(row, row["expected"].get("data"), claims.raw)


def _refused(row: Row, error: TokenRefused) -> Comparison:
    return Comparison(row, (row["expected"]["verdict"], row["expected"].get("reason")), ("invalid", error.reason))


def _handshake(row: Row) -> Comparison:
    token, options = row["args"]
    auth = _clerk(row, options.get("secretKey")).auth
    try:
        jwt = run_flow(
            auth._do, auth._build_verifier(options.get("jwtKey"), True, row["now_ms"] / 1000).verify_handshake(token)
        )
    except TokenRefused as error:
        return _refused(row, error)
    return Comparison(row, row["expected"].get("data"), jwt.decode_claims())


def _machine(row: Row) -> Comparison:
    token, options = row["args"][0], row["args"][-1]
    assert row["fn"] != "verifyM2MJwt" or parse_jwt(token).decode_claims() == row["args"][1]["payload"]
    keys = {"machine_secret_key": options.get("machineSecretKey"), "jwt_key": options.get("jwtKey")}
    now = row["now_ms"] / 1000
    try:
        if not any(options.get(name) for name in ("secretKey", "machineSecretKey", "jwtKey")):
            verified = run_flow(
                _no_network, verify_machine_token(Verifier(clock=lambda: now), token, build_expectations(), None)
            )
        else:
            clerk = _clerk(row, options.get("secretKey"), warm=not row["network"])
            verified = clerk.auth.verify_machine_token(token, clock_skew=_skew(options), now=now, **keys)
    except TokenRefused as error:
        return _refused(row, error)
    data = row["expected"].get("data", {})
    return Comparison(row, _shape(data), _shape_of(verified, data))


def _no_network(step: Any) -> Any:
    raise AssertionError(step)


_SAME = ("id", "subject", "scopes", "claims", "name", "clientId", "expiration", "createdAt", "updatedAt")


def _shape(data: Row) -> Row:
    return {name: data.get(name) for name in _SAME} | {"revoked": data.get("revoked"), "expired": data.get("expired")}


def _shape_of(token: MachineToken, data: Row) -> Row:
    """Return the same keys. An accepted token is neither revoked nor expired."""
    values = (token.id, token.subject, list(token.scopes), token.claims, token.name, token.client_id, token.expiration)
    return dict(zip(_SAME, (*values, token.created_at, token.updated_at), strict=True)) | {
        "revoked": False,
        "expired": False,
    }


_OPTIONS = {
    "acceptsToken": "accepts_token",
    "audience": "audience",
    "authorizedParties": "authorized_parties",
    "domain": "domain",
    "isSatellite": "is_satellite",
    "jwtKey": "jwt_key",
    "machineSecretKey": "machine_secret_key",
    "proxyUrl": "proxy_url",
    "publishableKey": "publishable_key",
    "satelliteAutoSync": "satellite_auto_sync",
    "signInUrl": "sign_in_url",
}


_PLACEHOLDERS = {"jwt_key": "jwtKey", "proxy_url": "proxyUrl"}
"""Invalid options of two rows that do not need them. Our options reject them."""


def _request(row: Row) -> Comparison:
    given = {name: row["options"][key] for key, name in _OPTIONS.items() if row["options"].get(key) not in (None, "")}
    given = {name: value for name, value in given.items() if _PLACEHOLDERS.get(name) != value}
    if given.get("authorized_parties") == ["whatever"]:  # an origin without its scheme
        given["authorized_parties"] = ["https://whatever"]
    sync = row["options"].get("organizationSyncOptions") or {}
    options = AuthOptions(
        **given,
        clock_skew=_skew(row["options"]),
        organization_patterns=sync.get("organizationPatterns", ()),
        personal_account_patterns=sync.get("personalAccountPatterns", ()),
    )
    sent = row["request"]
    request = httpx.Request(sent["method"], sent["url"], headers=sent["headers"])
    state = _clerk(row, row["options"].get("secretKey")).auth.authenticate_request(
        request, options, now=row["now_ms"] / 1000
    )
    wanted = row["expected"]
    return Comparison(
        row,
        (
            *(wanted[name] for name in ("status", "reason", "token_type", "is_authenticated")),
            bool(wanted["message"]),
            _hide_messages(_with_our_version(wanted["headers"])),
        ),
        (
            *(state.status, state.reason, state.token_type, state.is_authenticated),
            bool(state.message),
            _hide_messages(sorted([list(header) for header in state.headers])),
        ),
    )


def _with_our_version(headers: list[list[str]]) -> list[list[str]]:
    """Return the recorded headers with our API version."""
    version = f"__clerk_api_version={API_VERSION}"
    return [[name, re.sub(r"__clerk_api_version=[\d-]+", version, value)] for name, value in headers]


def _hide_messages(headers: list[list[str]]) -> list[list[str]]:
    """Hide the text of messages, which is our own: only whether there is one is compared."""
    return [[name, "..." if name == "x-clerk-auth-message" else value] for name, value in headers]


COMPARE_ROW = {
    "jwt_verify": _token,
    "handshake_token": _handshake,
    "machine_tokens": _machine,
    "authenticate_request": _request,
}
