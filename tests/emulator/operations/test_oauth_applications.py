"""OAuth applications, and the access tokens that users grant them."""

from __future__ import annotations

import re
from typing import Any

import jwt
import pytest

from clerk_emulator import Emulator
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json
from tests.emulator.jwts import verified

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
GIF = b"GIF89a" + b"\x00" * 16


def _app(api: Api, name: str = "Calendar", **values: Any) -> Json:
    made: Json = api.post("/oauth_applications", {"name": name, **values})
    return made


def _without(application: Json, *names: str) -> Json:
    return {name: value for name, value in application.items() if name not in names}


def test_created_resource_is_returned_by_get_and_list(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = _app(
        api,
        "x" * 256,
        redirect_uris=["https://app.example.com/cb", "myapp://cb", "http://localhost:3000/cb"],
        scopes="email public_metadata",
        consent_screen_enabled=False,
        pkce_required=True,
    )
    read = api.get(f"/oauth_applications/{made['id']}")
    assert read == _without(made, "client_secret")
    assert made["client_secret"]
    frontend = emulator.origin
    assert _without(read, "id", "client_id") == {
        "object": "oauth_application",
        "instance_id": api.get("/instance")["id"],
        "name": "x" * 256,
        "redirect_uris": ["https://app.example.com/cb", "myapp://cb", "http://localhost:3000/cb"],
        "callback_url": "https://app.example.com/cb",
        "scopes": "email public_metadata",
        "consent_screen_enabled": False,
        "pkce_required": True,
        "public": False,
        "dynamically_registered": False,
        "client_uri": None,
        "client_image_url": None,
        "authorize_url": f"{frontend}/oauth/authorize",
        "token_fetch_url": f"{frontend}/oauth/token",
        "token_introspection_url": f"{frontend}/oauth/token_info",
        "user_info_url": f"{frontend}/oauth/userinfo",
        "discovery_url": f"{frontend}/.well-known/openid-configuration",
        "created_at": emulator.clock.now(),
        "updated_at": emulator.clock.now(),
    }
    plain = _app(api, scopes=None, public=None, redirect_uris=None)
    defaults = {name: plain[name] for name in ("scopes", "public", "pkce_required", "consent_screen_enabled")}
    assert defaults == {
        "scopes": "profile email",
        "public": False,
        "pkce_required": False,
        "consent_screen_enabled": True,
    }
    assert (plain["redirect_uris"], plain["callback_url"]) == ([], "")
    assert plain["client_id"] != made["client_id"]


def test_callback_url_is_the_first_redirect_uri(api: Api) -> None:
    made = _app(api, callback_url="https://a.example.com", redirect_uris=["https://b.example.com"])
    assert made["redirect_uris"] == ["https://a.example.com", "https://b.example.com"]
    assert made["callback_url"] == "https://a.example.com"


def test_default_scopes_are_a_setting(api: Api) -> None:
    api.patch("/instance/oauth_application_settings", {"default_scopes": ["email", "private_metadata"]})
    assert _app(api)["scopes"] == "email private_metadata"
    api.patch("/instance/oauth_application_settings", {"default_scopes": None})
    assert _app(api)["scopes"] == "profile email"


def test_public_clients_require_pkce_and_have_no_secret(api: Api) -> None:
    made = _app(api, public=True)
    assert (made["public"], made["pkce_required"], made["client_secret"]) == (True, True, "")
    path = f"/oauth_applications/{made['id']}"
    assert api.post(f"{path}/rotate_secret")["client_secret"] == ""
    body = {"name": "n", "public": True, "pkce_required": False}
    for method, where, sent in (
        ("POST", "/oauth_applications", body),
        ("PATCH", path, body),
        ("PATCH", path, {"pkce_required": False}),
    ):
        problem = api.refused(method, where, sent)
        assert (problem.status, problem.codes) == (422, ["form_public_client_requires_pkce"])
        assert problem.params == ["pkce_required"]
    assert api.patch(path, {"public": False, "pkce_required": False})["pkce_required"] is False
    assert api.post(f"{path}/rotate_secret")["client_secret"]
    assert api.patch(path, {"public": True})["pkce_required"] is True


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"name": None}, 422, "form_param_nil", "name"),
        ({"name": " "}, 422, "form_param_nil", "name"),
        ({"name": "x" * 257}, 422, "form_param_max_length_exceeded", "name"),
        ({"callback_url": "nowhere"}, 422, "form_param_format_invalid", "callback_url"),
        ({"redirect_uris": ["https://a.example.com", "b"]}, 422, "form_param_format_invalid", "redirect_uris"),
        ({"redirect_uris": ["javascript:alert(1)"]}, 422, "form_param_format_invalid", "redirect_uris"),
        ({"redirect_uris": ["data:text/html,x"]}, 422, "form_param_format_invalid", "redirect_uris"),
        ({"callback_url": "https://a.example.com/#x"}, 422, "form_param_format_invalid", "callback_url"),
        ({"redirect_uris": ["https://a.example.com"] * 2}, 400, "duplicate_record", None),
        (
            {"callback_url": "https://a.example.com/" + "x" * 1024},
            422,
            "form_param_max_length_exceeded",
            "callback_url",
        ),
        ({"scopes": "profile everything"}, 422, "form_param_value_invalid", "scopes"),
        ({"scopes": "x" * 1025}, 422, "form_param_max_length_exceeded", "scopes"),
        ({"public": "yes"}, 422, "form_param_type_invalid", "public"),
        ({"client_id": "mine"}, 422, "form_param_unknown", "client_id"),
    ],
)
def test_rejects_invalid_application(api: Api, body: Json, status: int, code: str, param: str | None) -> None:
    problem = api.refused("POST", "/oauth_applications", {"name": "n", **body})
    assert (problem.status, problem.codes) == (status, [code])
    if param:
        assert problem.params == [param]
    assert api.get("/oauth_applications")["total_count"] == 0


def test_list_filters_sorts_and_paginates(api: Api) -> None:
    apps = {_app(api, name)["client_id"]: name for name in ("b", "C%", "a")}

    def listed(**query: Any) -> list[str]:
        return [one["name"] for one in api.get("/oauth_applications", **query)["data"]]

    assert listed() == listed(order_by="created_at") == ["b", "C%", "a"]
    assert listed(order_by="-created_at") == ["a", "C%", "b"]
    assert listed(order_by="name") == ["C%", "a", "b"]
    assert listed(order_by=["-name", "created_at"], limit=2) == ["b", "a"]
    assert listed(name_query="c%") == ["C%"]
    assert listed(name_query=next(iter(apps))) == ["b"]
    assert listed(name_query=next(iter(apps))[:-1]) == []
    assert api.get("/oauth_applications", limit=1, offset=1)["total_count"] == 3
    assert all("client_secret" not in one for one in api.get("/oauth_applications")["data"])
    for query in ({"order_by": "client_id"}, {"limit": 501}):
        problem = api.refused("GET", "/oauth_applications", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = _without(_app(api, redirect_uris=["https://a.example.com"]), "client_secret")
    path = f"/oauth_applications/{made['id']}"
    emulator.clock.advance(1)
    changed = api.patch(path, {"name": "Other", "scopes": "profile", "public": None})
    assert changed == api.get(path)
    assert {name for name in made if made[name] != changed[name]} == {"name", "scopes", "updated_at"}
    assert api.patch(path, {"redirect_uris": []})["redirect_uris"] == []
    for body, code in (({"name": ""}, "form_param_nil"), ({"scopes": "all"}, "form_param_value_invalid")):
        problem = api.refused("PATCH", path, body)
        assert (problem.status, problem.codes) == (422, [code])
    assert api.get(path)["name"] == "Other"


def test_secret_is_returned_on_creation_and_rotation(api: Api) -> None:
    made = _app(api)
    path = f"/oauth_applications/{made['id']}"
    rotated = api.post(f"{path}/rotate_secret")
    assert rotated["client_secret"] not in ("", made["client_secret"])
    assert "client_secret" not in api.get(path)
    assert "client_secret" not in api.patch(path, {"name": "Other"})


def test_logo_is_validated_and_served(api: Api) -> None:
    made = _app(api)
    path = f"/oauth_applications/{made['id']}"

    def image(url: str) -> tuple[bytes, str]:
        response = api.http.get(url)
        return response.content, response.headers["content-type"]

    user_id = api.user()["id"]
    shown = api.put(f"{path}/logo", files={"file": ("a.png", PNG, "image/png")}, data={"uploader_user_id": user_id})
    assert shown == api.get(path)
    assert image(shown["client_image_url"]) == (PNG, "image/png")
    second = api.put(f"{path}/logo", files={"file": ("a.gif", GIF, "image/gif")})
    assert image(second["client_image_url"]) == (GIF, "image/gif")
    for content, status, code in (
        (b"text", 400, "request_body_invalid"),
        (PNG + b"\x00" * 10 * 1024 * 1024, 413, "image_too_large"),
    ):
        problem = api.refused("PUT", f"{path}/logo", files={"file": ("a.png", content, "image/png")})
        assert (problem.status, problem.codes) == (status, [code])
    problem = api.refused("PUT", f"{path}/logo", files={"other": ("a.png", PNG, "image/png")})
    assert problem.status in (400, 422)
    problem = api.refused(
        "PUT", f"{path}/logo", files={"file": ("a.png", PNG, "image/png")}, data={"uploader_user_id": "user_x"}
    )
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert image(api.get(path)["client_image_url"]) == (GIF, "image/gif")


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "", {}),
        ("PATCH", "", {"json": {}}),
        ("DELETE", "", {}),
        ("PUT", "/logo", {"files": {"file": ("a.png", PNG, "image/png")}}),
        ("POST", "/rotate_secret", {}),
        ("POST", "/revoke_token", {"json": {"token": "oat_x"}}),
    ],
)
def test_unknown_application_is_404(api: Api, method: str, path: str, options: Json) -> None:
    problem = api.refused(method, f"/oauth_applications/oauthapp_x{path}", **options)
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_deleted_application_is_404(api: Api, emulator: Emulator) -> None:
    made = _app(api)
    token = emulator.issue_oauth_token(made["id"], api.user()["id"])
    path = f"/oauth_applications/{made['id']}"
    assert api.delete(path) == {"object": "oauth_application", "id": made["id"], "deleted": True}
    assert api.refused("GET", path).status == 404
    assert api.get("/oauth_applications") == {"data": [], "total_count": 0}
    assert api.refused("POST", "/oauth_applications/access_tokens/verify", {"access_token": token}).status == 404


VERIFY = "/oauth_applications/access_tokens/verify"


def test_verifies_opaque_access_token(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made, user_id = _app(api), api.user()["id"]
    token = emulator.issue_oauth_token(made["id"], user_id)
    assert re.fullmatch("oat_[0-9a-f]{32}", token)
    held = api.post(VERIFY, {"access_token": token})
    assert held == api.post(VERIFY, {"secret": token})
    assert re.fullmatch("oat_[0-9a-f]{32}", held["id"])
    assert held["id"] != token
    now = emulator.clock.now()
    assert _without(held, "id") == {
        "object": "clerk_idp_oauth_access_token",
        "client_id": made["client_id"],
        "subject": user_id,
        "scopes": ["profile", "email"],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": now + 24 * 3600 * 1000,
        "created_at": now,
        "updated_at": now,
    }
    short = emulator.issue_oauth_token(made["id"], user_id, ["email"], seconds=10)
    assert api.post(VERIFY, {"access_token": short})["scopes"] == ["email"]
    emulator.clock.advance(10)
    for bad in (short, "oat_x", ""):
        problem = api.refused("POST", VERIFY, {"access_token": bad})
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = api.refused("POST", VERIFY, {})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_missing"], ["access_token"])
    api.delete(f"/users/{user_id}")
    assert api.refused("POST", VERIFY, {"access_token": token}).status == 404


def test_verifies_jwt_access_token(api: Api, emulator: Emulator) -> None:
    api.patch("/instance/oauth_application_settings", {"oauth_jwt_access_tokens": True})
    made, user_id = _app(api), api.user()["id"]
    token = emulator.issue_oauth_token(made["id"], user_id, seconds=60)
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = verified(api, token)
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (user_id, made["client_id"], "profile email")
    assert claims["exp"] - claims["iat"] == 60
    held = api.post(VERIFY, {"access_token": token})
    assert held == {
        "object": "clerk_idp_oauth_access_token",
        "id": claims["jti"],
        "client_id": made["client_id"],
        "subject": user_id,
        "scopes": ["profile", "email"],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": claims["exp"] * 1000,
        "created_at": claims["iat"] * 1000,
        "updated_at": claims["iat"] * 1000,
    }
    problem = api.refused("POST", f"/oauth_applications/{made['id']}/revoke_token", {"token": token})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_value_invalid"], ["token"])
    # A template's token with the same claims is not an access token, and neither is a forged one.
    body = {"name": "fake", "claims": {"client_id": made["client_id"], "scope": "profile"}}
    api.post("/jwt_templates", body)
    session = api.post("/sessions", {"user_id": user_id})
    fake = api.post(f"/sessions/{session['id']}/tokens/fake", {})["jwt"]
    head, payload, signature = token.split(".")
    for bad in (fake, f"{head}.{payload}.{signature[::-1]}", "a.b.c", "."):
        assert api.post(VERIFY, {"access_token": bad}) == {"active": False}
    emulator.clock.advance(60)
    assert api.post(VERIFY, {"access_token": token}) == {"active": False}


def test_revoking_token_revokes_all_tokens_of_grant(api: Api, emulator: Emulator) -> None:
    one, other = _app(api), _app(api)
    ada, bob = api.user()["id"], api.user(email_address=["bob@example.com"])["id"]
    tokens = {
        name: emulator.issue_oauth_token(application["id"], user_id)
        for name, application, user_id in (
            ("first", one, ada),
            ("second", one, ada),
            ("other app", other, ada),
            ("other user", one, bob),
        )
    }
    problem = api.refused("POST", f"/oauth_applications/{other['id']}/revoke_token", {"token": tokens["first"]})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    assert api.post(f"/oauth_applications/{one['id']}/revoke_token", {"token": tokens["first"]}) is None
    good = {name for name, token in tokens.items() if api.http.post(VERIFY, json={"access_token": token}).is_success}
    assert good == {"other app", "other user"}
    problem = api.refused("POST", f"/oauth_applications/{one['id']}/revoke_token", {})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_param_missing"], ["token"])


def test_issuing_token_requires_user_and_application(api: Api, emulator: Emulator) -> None:
    made, user_id = _app(api)["id"], api.user()["id"]
    for application_id, user in (("oauthapp_x", user_id), (made, "user_x")):
        with pytest.raises(ClerkAPIError, match="resource_not_found"):
            emulator.issue_oauth_token(application_id, user)
