"""Checks of what is no method of a group: tokens and requests. Each returns whether the SDK accepts or refuses them.

`authenticate_request` has no option for another API URL than Clerk's, so it verifies session tokens with the public
key, and machine tokens are verified with `verify_token`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from api import control, oauth_token, organization, post, session, sign_in, unique, user
from argument_makers.machine_access import api_key, application, m2m_token
from clerk_backend_api.security import authenticate_request, verify_token
from clerk_backend_api.security.types import AuthenticateRequestOptions, TokenVerificationError
from sdk import token_options

_ORIGIN = "http://localhost:3000"


def _authenticate(headers: dict[str, str], **options: Any) -> Any:
    request = httpx.Request("GET", _ORIGIN, headers=headers)
    jwt_key = control("GET", "/instance")["jwt_key"]
    return authenticate_request(request, AuthenticateRequestOptions(jwt_key=jwt_key, **options))


def _refusal(token: str, **options: Any) -> str | None:
    try:
        verify_token(token, token_options(**options))
    except TokenVerificationError as error:
        return error.reason.value[0]
    return None


def _accepts_session_token() -> bool:
    one = session()
    claims = verify_token(post(f"/sessions/{one['id']}/tokens")["jwt"], token_options())
    return claims["sid"] == one["id"] and claims["sub"] == one["user_id"]


def _accepts_template_token() -> bool:
    name = unique("template-")
    post("/jwt_templates", {"name": name, "claims": {"plan": "pro"}})
    token = post(f"/sessions/{session()['id']}/tokens/{name}")["jwt"]
    return verify_token(token, token_options())["plan"] == "pro"


def _refuses_other_origin() -> bool:
    token = sign_in(user()["id"], origin="http://localhost:9999")["session_token"]
    return _refusal(token, authorized_parties=[_ORIGIN]) == "token-invalid-authorized-parties"


def _refuses_changed_token() -> bool:
    header, payload, _ = sign_in(user()["id"])["session_token"].split(".")
    other = sign_in(user()["id"])["session_token"].split(".")[2]
    return _refusal(f"{header}.{payload}.{other}") == "token-invalid-signature"


def _accepts_header() -> bool:
    one = organization()
    signed_in = sign_in(one["created_by"], organization_id=one["id"])
    headers = {"Authorization": f"Bearer {signed_in['session_token']}"}
    auth = _authenticate(headers, authorized_parties=[_ORIGIN]).to_auth()
    return (auth.sid, auth.org_id, auth.org_role) == (signed_in["session_id"], one["id"], "admin")


def _accepts_cookies() -> bool:
    signed_in = sign_in(user()["id"])
    cookies = "; ".join(f"{name}={value}" for name, value in signed_in["cookies"].items())
    return _authenticate({"Cookie": cookies}).to_auth().sid == signed_in["session_id"]


def _accepts_api_key() -> bool:
    key = api_key()
    return verify_token(key["secret"], token_options())["subject"] == key["subject"]


def _refuses_revoked_api_key() -> bool:
    key = api_key()
    post(f"/api_keys/{key['id']}/revoke")
    return _refusal(key["secret"]) is not None


def _accepts_m2m_token() -> bool:
    token = m2m_token()
    return verify_token(token["token"], token_options())["subject"] == token["machine_id"]


def _accepts_oauth_token() -> bool:
    user_id = user()["id"]
    return verify_token(oauth_token(application()["id"], user_id), token_options())["subject"] == user_id


CHECKS: dict[str, Callable[[], bool]] = {
    "verify_token accepts a session token": _accepts_session_token,
    "verify_token accepts a token of a JWT template": _accepts_template_token,
    "verify_token refuses the token of another origin": _refuses_other_origin,
    "verify_token refuses a token with another signature": _refuses_changed_token,
    "authenticate_request accepts a session token in the header": _accepts_header,
    "authenticate_request accepts the cookies of a browser": _accepts_cookies,
    "verify_token accepts an API key": _accepts_api_key,
    "verify_token refuses a revoked API key": _refuses_revoked_api_key,
    "verify_token accepts an M2M token": _accepts_m2m_token,
    "verify_token accepts an OAuth token": _accepts_oauth_token,
}
