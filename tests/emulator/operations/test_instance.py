"""Settings of the instance."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json

RESTRICTIONS = {
    "allowlist": False,
    "blocklist": False,
    "allowlist_blocklist_disabled_on_sign_in": False,
    "block_email_subaddresses": False,
    "block_disposable_email_domains": False,
}


def test_instance_is_updated_and_returned(api: Api) -> None:
    instance = api.get("/instance")
    assert instance["id"].startswith("ins_")
    assert (instance["environment_type"], instance["allowed_origins"]) == ("development", [])
    origins = ["chrome-extension://abcdef", "http://localhost:3000"]
    assert api.patch("/instance", {"allowed_origins": origins, "support_email": "help@example.com"}) is None
    assert api.get("/instance") == {**instance, "allowed_origins": origins}
    # Settings that are not sent do not change.
    api.patch("/instance", {"clerk_js_version": "5", "development_origin": "http://localhost:1"})
    assert api.get("/instance")["allowed_origins"] == origins


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"nope": True}, "form_param_unknown", "nope"),
        ({"hibp": "yes"}, "form_param_type_invalid", "hibp"),
        ({"allowed_origins": None}, "form_param_nil", "allowed_origins"),
        ({"allowed_origins": ["example.com"]}, "form_invalid_origin", "allowed_origins"),
        ({"allowed_origins": ["https://example.com/path"]}, "form_invalid_origin", "allowed_origins"),
        ({"development_origin": "localhost"}, "form_invalid_origin", "development_origin"),
        ({"support_email": "nobody"}, "form_param_format_invalid", "support_email"),
        (
            {"preferred_sign_in_strategy_when_password_required": "magic"},
            "form_param_value_invalid",
            "preferred_sign_in_strategy_when_password_required",
        ),
    ],
)
def test_rejects_invalid_instance_settings(api: Api, body: Json, code: str, param: str) -> None:
    refused = api.refused("PATCH", "/instance", {"support_email": "", **body})
    assert (refused.status, refused.codes, refused.params) == (422, [code], [param])


def test_wrong_key_cannot_read_settings(api: Api) -> None:
    wrong = {"Authorization": "Bearer sk_test_wrong"}
    for path in ("", "/communication", "/protect", "/organization_settings", "/oauth_application_settings"):
        refused = api.refused("GET", f"/instance{path}", headers=wrong)
        assert (refused.status, refused.codes) == (401, ["clerk_key_invalid"])


def test_test_mode_sets_verification_code(api: Api) -> None:
    api.patch("/instance", {"test_mode": False})
    user = api.user()
    address = api.post("/email_addresses", {"user_id": user["id"], "email_address": "b@example.com"})
    path = f"/email_addresses/{address['id']}"

    def attempt() -> str:
        made = api.post(f"{path}/prepare_verification", {"strategy": "email_code"})
        updated: Json = api.post(f"{path}/attempt_verification", {"verification_id": made["id"], "code": "424242"})
        return str(updated["status"])

    # A random code equals the test code once in a million; three in a row never do.
    assert "unverified" in [attempt() for _ in range(3)]
    api.patch("/beta_features/instance_settings", {"test_mode": True})
    assert attempt() == "verified"


def test_rejects_leaked_passwords_if_hibp_is_enabled(api: Api) -> None:
    user = {"username": "ada_l", "password": "password123"}
    assert api.refused("POST", "/users", user).codes == ["form_password_pwned"]
    api.patch("/instance", {"hibp": False})
    assert api.user(**user)["password_enabled"]
    api.patch("/instance", {"hibp": None})
    assert api.user(**{**user, "username": "ada_2"})["password_enabled"]


def test_restrictions_are_updated_one_by_one(api: Api) -> None:
    updated = api.patch("/instance/restrictions", {"blocklist": True, "block_email_subaddresses": True})
    wanted = {"object": "instance_restrictions", **RESTRICTIONS, "blocklist": True, "block_email_subaddresses": True}
    assert updated == wanted
    assert api.patch("/instance/restrictions", {"blocklist": None}) == wanted
    assert api.patch("/instance/restrictions", {"blocklist": False}) == {**wanted, "blocklist": False}
    assert api.refused("PATCH", "/instance/restrictions", {"blocklist": 1}).codes == ["form_param_type_invalid"]


def test_beta_settings_use_the_same_allow_list(api: Api) -> None:
    path = "/beta_features/instance_settings"
    updated = api.patch(
        path, {"restricted_to_allowlist": True, "from_email_address": "hello", "progressive_sign_up": True}
    )
    assert updated == {
        "object": "instance_settings",
        "id": api.get("/instance")["id"],
        "restricted_to_allowlist": True,
        "from_email_address": "hello",
        "progressive_sign_up": True,
        "enhanced_email_deliverability": False,
    }
    assert api.patch("/instance/restrictions", {})["allowlist"] is True
    assert api.refused("POST", "/users", {"email_address": ["ada@example.com"]}).codes == ["not_allowed_access"]
    assert api.patch(path, {})["from_email_address"] == "hello"
    refused = api.refused("PATCH", path, {"from_email_address": "a@b"})
    assert (refused.status, refused.codes, refused.params) == (
        422,
        ["form_param_format_invalid"],
        ["from_email_address"],
    )


def test_blocked_countries_are_validated_and_returned(api: Api) -> None:
    assert api.get("/instance/communication") == {"object": "instance_communication", "blocked_country_codes": []}
    updated = api.patch("/instance/communication", {"blocked_country_codes": ["FR", "XX", "DE"]})
    # Unknown countries are dropped silently.
    assert updated["blocked_country_codes"] == ["FR", "DE"]
    assert api.get("/instance/communication") == updated
    for value, code in [
        (["fr"], "form_param_format_invalid"),
        (["FR", "FR"], "form_param_duplicate"),
        ([f"{a}{b}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"], "form_param_array_size_exceeded"),
    ]:
        assert api.refused("PATCH", "/instance/communication", {"blocked_country_codes": value}).codes == [code]
    assert api.get("/instance/communication") == updated


def test_protect_settings_are_updated_one_by_one(api: Api) -> None:
    updated = api.patch("/instance/protect", {"rules_enabled": True})
    wanted = {"object": "instance_protect", "rules_enabled": True, "specter_enabled": False, "checks_bypassed": False}
    assert updated == wanted
    assert api.patch("/instance/protect", {"specter_enabled": True}) == {**wanted, "specter_enabled": True}
    assert api.get("/instance/protect") == {**wanted, "specter_enabled": True}
    refused = api.refused("PATCH", "/instance/protect", {"checks_bypassed": True})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_unknown"], ["checks_bypassed"])


def test_oauth_application_settings_are_validated_and_returned(api: Api) -> None:
    path = "/instance/oauth_application_settings"
    before = api.get(path)
    changes = {"default_scopes": ["email", "profile"], "oauth_jwt_access_tokens": True}
    assert api.patch(path, changes) == {**before, **changes}
    assert api.patch(path, {"oauth_jwt_access_tokens": None}) == {**before, **changes}
    assert api.patch(path, {"default_scopes": None})["default_scopes"] is None
    assert api.get(path) == {**before, "oauth_jwt_access_tokens": True, "default_scopes": None}
    for scopes, code in [(["admin"], "form_param_value_invalid"), (["email", "email"], "form_param_duplicate")]:
        refused = api.refused("PATCH", path, {"default_scopes": scopes})
        assert (refused.status, refused.codes, refused.params) == (422, [code], ["default_scopes"])


def test_organization_settings_are_updated_and_returned(api: Api) -> None:
    path = "/instance/organization_settings"
    before = api.get(path)
    changes = {
        "enabled": False,
        "max_allowed_memberships": 0,
        "admin_delete_enabled": False,
        "domains_enabled": False,
        "domains_enrollment_modes": ["automatic_invitation"],
        "slug_disabled": True,
    }
    assert api.patch(path, changes) == {**before, **changes}
    assert api.patch(path, {"enabled": None, "max_allowed_memberships": None}) == {**before, **changes}
    assert api.get(path) == {**before, **changes}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"max_allowed_memberships": -1}, 422, "form_param_value_invalid"),
        ({"domains_enrollment_modes": ["enterprise_sso"]}, 422, "form_param_value_invalid"),
        ({"domains_enrollment_modes": ["automatic_invitation"] * 2}, 422, "form_param_duplicate"),
        ({"creator_role": "org:admin"}, 422, "form_param_unknown"),
        ({"creator_role_id": "role_none"}, 404, "resource_not_found"),
        ({"domains_default_role_id": "role_none"}, 404, "resource_not_found"),
    ],
)
def test_rejects_invalid_organization_settings(api: Api, body: Json, status: int, code: str) -> None:
    path = "/instance/organization_settings"
    before = api.get(path)
    refused = api.refused("PATCH", path, {"enabled": False, **body})
    assert (refused.status, refused.codes, refused.params) == (status, [code], list(body))
    assert api.get(path) == before


def test_creator_and_domain_roles_can_be_set(api: Api) -> None:
    path = "/instance/organization_settings"
    roles = {role["key"]: role["id"] for role in api.get("/organization_roles")["data"]}
    updated = api.patch(path, {"domains_default_role_id": roles["org:admin"], "creator_role_id": roles["org:admin"]})
    assert (updated["domains_default_role"], updated["creator_role"]) == ("org:admin", "org:admin")
    refused = api.refused("PATCH", path, {"creator_role_id": roles["org:member"]})
    assert (refused.status, refused.codes) == (422, ["organization_missing_creator_role_permissions"])
    other = api.post("/organization_roles", {"key": "org:guest", "name": "Guest", "include_in_initial_role_set": False})
    refused = api.refused("PATCH", path, {"domains_default_role_id": other["id"]})
    assert (refused.status, refused.codes, refused.params) == (
        422,
        ["form_param_value_invalid"],
        ["domains_default_role_id"],
    )
    assert api.get(path) == updated


def test_reset_restores_settings(api: Api, emulator: Emulator) -> None:
    api.patch("/instance/protect", {"rules_enabled": True})
    emulator.reset()
    assert api.get("/instance/protect")["rules_enabled"] is False
