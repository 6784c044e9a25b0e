"""Sessions, clients and session tokens."""

from __future__ import annotations

import base64
import hashlib
from http.cookies import SimpleCookie
from typing import Any

import httpx
import jwt
import pytest

from clerk_emulator import ClerkAPIError, Emulator
from tests.emulator.api import Api, Json


def claims_of(api: Api, token: str, **options: Any) -> Json:
    """Return the claims of a token, verified with the emulator's public keys."""
    keys = jwt.PyJWKSet.from_dict(api.get("/jwks"))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    read: Json = jwt.decode(token, key, algorithms=["RS256"], options=options)
    return read


def test_created_session_is_returned_by_get(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    user = api.user()["id"]
    session = api.post("/sessions", {"user_id": user})
    assert api.get(f"/sessions/{session['id']}") == session
    assert (session["status"], session["user_id"]) == ("active", user)
    assert session["expire_at"] == session["created_at"] + 7 * 24 * 3600 * 1000
    client = api.get(f"/clients/{session['client_id']}")
    assert client["sessions"] == [session]
    assert client["session_ids"] == [client["last_active_session_id"]] == [session["id"]]
    assert api.get(f"/users/{user}")["last_sign_in_at"] == session["created_at"]


def test_rejects_session_for_unknown_user(api: Api) -> None:
    assert api.refused("POST", "/sessions", {"user_id": "user_x"}).status == 404
    assert api.refused("POST", "/sessions", {}).params == ["user_id"]
    assert api.refused("GET", "/sessions/sess_x").codes == ["resource_not_found"]
    user = api.user()["id"]
    problem = api.refused("POST", "/sessions", {"user_id": user, "active_organization_id": "org_x"})
    assert problem.codes == ["not_a_member_in_organization"]


def test_lists_of_sessions(api: Api) -> None:
    ada, bob = api.user(username="ada_l")["id"], api.user(username="bob_b")["id"]
    sessions = [api.post("/sessions", {"user_id": user}) for user in (ada, ada, bob)]
    api.post(f"/sessions/{sessions[0]['id']}/revoke")
    assert [one["id"] for one in api.get("/sessions", user_id=ada)] == [sessions[1]["id"], sessions[0]["id"]]
    assert [one["id"] for one in api.get("/sessions", user_id=ada, status="revoked")] == [sessions[0]["id"]]
    page = api.get("/sessions", client_id=sessions[2]["client_id"], paginated=True)
    assert page == {"data": [sessions[2]], "total_count": 1}
    assert api.refused("GET", "/sessions").codes == ["missing_query_parameter"]
    assert api.refused("GET", "/sessions", params={"user_id": ada, "status": "odd"}).params == ["status"]


def test_revoked_session_stays_revoked(api: Api) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    revoked = api.post(f"/sessions/{session['id']}/revoke")
    assert revoked["status"] == "revoked"
    assert api.post(f"/sessions/{session['id']}/revoke") == revoked
    assert api.refused("POST", f"/sessions/{session['id']}/tokens").status == 404
    assert api.refused("POST", "/sessions/sess_x/revoke").status == 404


def test_a_session_expires(api: Api, emulator: Emulator) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    emulator.clock.advance(7 * 24 * 3600)
    assert api.get(f"/sessions/{session['id']}")["status"] == "expired"
    assert api.refused("POST", f"/sessions/{session['id']}/tokens").status == 404


def test_session_token_has_documented_claims_and_lifetime(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    emulator.clock.advance(120)
    token = api.post(f"/sessions/{session['id']}/tokens")["jwt"]
    claims = claims_of(api, token, verify_iat=False, verify_nbf=False)
    now = emulator.clock.now() // 1000
    assert claims.pop("jti")
    assert claims == {
        "v": 2,
        "iss": "https://local-emulator-1.clerk.accounts.dev",
        "sub": session["user_id"],
        "sid": session["id"],
        "sts": "active",
        "fva": [2, -1],
        "iat": now,
        "nbf": now - 10,
        "exp": now + 60,
    }
    assert jwt.get_unverified_header(token)["cat"] == "cl_B7d4PD111AAA"
    longer = api.post(f"/sessions/{session['id']}/tokens", {"expires_in_seconds": 600})["jwt"]
    assert claims_of(api, longer, verify_iat=False, verify_nbf=False)["exp"] == now + 600
    problem = api.refused("POST", f"/sessions/{session['id']}/tokens", {"expires_in_seconds": 29})
    assert problem.codes == ["form_param_value_invalid"]


def test_jwks_needs_no_key(api: Api, emulator: Emulator) -> None:
    public = httpx.get(f"{emulator.origin}/.well-known/jwks.json", trust_env=False).json()
    assert public == api.get("/jwks")


def test_sign_in_creates_active_session(api: Api, emulator: Emulator) -> None:
    user = api.user()["id"]
    claims = claims_of(api, emulator.sign_in(user))
    assert (claims["sub"], claims["azp"]) == (user, "http://localhost:3000")
    assert api.get(f"/sessions/{claims['sid']}")["status"] == "active"


def test_banned_locked_and_unknown_users_cannot_sign_in(api: Api, emulator: Emulator) -> None:
    for user_id, code in [
        ("user_x", "resource_not_found"),
        (api.user(username="banned", banned=True)["id"], "user_banned"),
        (api.user(username="locked", locked=True)["id"], "user_locked"),
    ]:
        with pytest.raises(ClerkAPIError, match=code):
            emulator.sign_in(user_id)


def test_refreshes_expired_token(api: Api, emulator: Emulator) -> None:
    expired = emulator.sign_in(api.user()["id"])
    session = claims_of(api, expired)["sid"]
    emulator.clock.advance(3600)
    body = {
        "expired_token": expired,
        "refresh_token": emulator.refresh_token(session),
        "request_origin": "http://localhost:3000",
    }
    fresh = api.post(f"/sessions/{session}/refresh", body)["jwt"]
    assert claims_of(api, fresh, verify_iat=False, verify_nbf=False)["sid"] == session
    cookies = api.post(f"/sessions/{session}/refresh", {**body, "format": "cookie"})["cookies"]
    assert cookies[0].startswith("__session=ey")
    other = claims_of(api, emulator.sign_in(api.user(username="other")["id"]), verify_iat=False, verify_nbf=False)
    for changes, code in [
        ({"expired_token": expired[:-5]}, "expired_session_token_invalid"),
        ({"request_origin": "http://elsewhere"}, "refresh_request_origin_azp_mismatch"),
        ({"request_origin": "nowhere"}, "refresh_request_origin_invalid"),
        ({"refresh_token": "rt_x"}, "refresh_token_not_found"),
    ]:
        problem = api.refused("POST", f"/sessions/{session}/refresh", {**body, **changes})
        assert (problem.status, problem.codes) == (401, [code])
    assert api.refused("POST", f"/sessions/{other['sid']}/refresh", body).codes == ["refresh_sid_mismatch"]
    api.post(f"/sessions/{session}/revoke")
    assert api.refused("POST", f"/sessions/{session}/refresh", body).codes == ["session_refresh_inactive_session"]


def test_clients_are_returned_and_verified_but_not_listed(api: Api, emulator: Emulator) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    client = api.get(f"/clients/{session['client_id']}")
    assert api.post("/clients/verify", {"token": emulator.client_token(client["id"])}) == client
    problem = api.refused("GET", "/clients")
    assert (problem.status, problem.codes) == (410, ["operation_deprecated"])
    assert api.refused("GET", "/clients/client_x").status == 404
    problem = api.refused("POST", "/clients/verify", {"token": "x.y.z"})
    assert (problem.status, problem.codes) == (401, ["authentication_invalid"])


def test_deleting_user_deletes_sessions(api: Api) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    api.delete(f"/users/{session['user_id']}")
    assert api.refused("GET", f"/sessions/{session['id']}").status == 404
    client = api.get(f"/clients/{session['client_id']}")
    assert (client["sessions"], client["last_active_session_id"]) == ([], None)


def test_nonce_returns_cookies_of_session(api: Api, emulator: Emulator) -> None:
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    nonce = emulator.handshake(session["id"])
    directives = api.get("/clients/handshake_payload", nonce=nonce)["directives"]
    cookies = {name: morsel.value for line in directives for name, morsel in SimpleCookie(line).items()}
    suffix = "_" + base64.urlsafe_b64encode(hashlib.sha1(emulator.publishable_key.encode()).digest()).decode()[:8]
    both = {f"{name}{end}" for name in ("__session", "__client_uat") for end in ("", suffix)}
    assert cookies.keys() == {*both, f"__refresh{suffix}"}
    assert cookies[f"__refresh{suffix}"] == emulator.refresh_token(session["id"])
    for name in ("__session", f"__session{suffix}"):
        assert claims_of(api, cookies[name])["sid"] == session["id"]
    assert cookies["__client_uat"] == cookies[f"__client_uat{suffix}"] == str(session["created_at"] // 1000)
    api.post(f"/sessions/{session['id']}/revoke")
    for ended in (nonce, emulator.handshake()):
        lines = api.get("/clients/handshake_payload", nonce=ended)["directives"]
        assert [line.partition(";")[0].partition("=")[2] for line in lines] == ["0", "0", "", "", ""]
    emulator.clock.advance(60)
    for gone in (nonce, "x"):
        problem = api.refused("GET", "/clients/handshake_payload", params={"nonce": gone})
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert api.refused("GET", "/clients/handshake_payload").codes == ["missing_query_parameter"]
    with pytest.raises(ClerkAPIError, match="resource_not_found"):
        emulator.handshake("sess_x")


def test_versions_before_2025_04_10_have_session_tokens_of_version_1(api: Api, emulator: Emulator) -> None:
    user = api.user()["id"]
    permission = {"name": "Read", "key": "org:reports:read", "description": "x"}
    permission_id = api.post("/organization_permissions", permission)["id"]
    admin = next(one for one in api.get("/organization_roles")["data"] if one["key"] == "org:admin")
    api.post(f"/organization_roles/{admin['id']}/permissions/{permission_id}")
    organization = api.post("/organizations", {"name": "Acme", "slug": "acme", "created_by": user})["id"]
    session = api.post("/sessions", {"user_id": user, "active_organization_id": organization})["id"]

    def claims(version: str) -> Json:
        response = api.http.post(f"/sessions/{session}/tokens", headers={"Clerk-API-Version": version})
        return claims_of(api, response.json()["jwt"])

    for version in ("2021-02-05", "2024-10-01", "2025-03-12"):
        old = claims(version)
        assert not old.keys() & {"v", "o", "fea", "pla"}
        assert {name: old[name] for name in old if name.startswith("org_")} == {
            "org_id": organization,
            "org_slug": "acme",
            "org_role": "org:admin",
            "org_permissions": ["org:reports:read"],
        }
    new = claims("2025-04-10")
    assert (new["v"], new["o"]["rol"], new["fea"]) == (2, "admin", "o:reports")
    assert "org_id" not in new
    alone = api.post("/sessions", {"user_id": user})["id"]
    response = api.http.post(f"/sessions/{alone}/tokens", headers={"Clerk-API-Version": "2024-10-01"})
    assert not {name for name in claims_of(api, response.json()["jwt"]) if name.startswith("org_")}
